"""The page of results: written from figures, and nothing in it that was not run."""

import json

import pytest

from benchmarks import results as page_of_results
from eai_llm_hf.evaluation.benchmark import run_benchmark
from eai_llm_hf.evaluation.benchmark_plan import BenchmarkSettings
from eai_llm_hf.evaluation.benchmark_results import write_results


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The results of a small run of two quick methods, joint and alone, with few labels."""
    folder = tmp_path_factory.mktemp("run")
    write_results(
        run_benchmark(
            BenchmarkSettings(
                corpora=["generated:60:smpl22,cmu31"],
                methods=["lda", "random forest"],
                output=folder,
                protocol=["performer"],
                train_on=["all", "own"],
                label_share=[0.5, 1.0],
                seeds=[0],
                folds=2,
            )
        )
    )
    return folder / "results.json"


def test_every_table_holds_the_figures_of_its_run(figures, tmp_path, monkeypatch):
    monkeypatch.setattr(page_of_results, "FIGURES", tmp_path)
    assert "##" not in page_of_results.page(), "what was not run is not there"
    for name in ("methods", "joint", "few-labels", "ablations"):
        (tmp_path / f"{name}.json").write_text(figures.read_text(encoding="utf-8"), encoding="utf-8")
    page = page_of_results.page()
    results = json.loads(figures.read_text(encoding="utf-8"))
    assert results["command"] in page
    for title in ("Every method", "One model for all", "Few labels", "What each part", "Cost"):
        assert f"## {title}" in page
    for entry in results["scores"]:
        assert page_of_results.shown(entry["measures"]["macro_f1"]) in page
    widths = [line.count("|") for line in page.splitlines() if line.startswith("|---")]
    assert widths and all(width > 3 for width in widths)
