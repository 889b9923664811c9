"""The page of results: written from figures, and nothing in it that was not run."""

import json

import pytest

from benchmarks import results as page_of_results
from eai_llm_hf.evaluation import baselines
from eai_llm_hf.evaluation.benchmark import run_benchmark
from eai_llm_hf.evaluation.benchmark_plan import BenchmarkSettings
from eai_llm_hf.evaluation.benchmark_results import write_results


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The results of a small run of two quick methods, joint and alone, with few labels."""
    folder = tmp_path_factory.mktemp("run")
    settings = BenchmarkSettings(
        corpora=["generated:40:smpl22,cmu31"],
        methods=["lda", "random forest"],
        output=folder,
        protocol=["performer"],
        train_on=["all", "own"],
        label_share=[0.5, 1.0],
        seeds=[0],
        folds=2,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "_TREES", 20)
        write_results(run_benchmark(settings))
    return folder / "results.json"


def test_every_table_holds_the_figures_of_its_run(figures, tmp_path, monkeypatch):
    monkeypatch.setattr(page_of_results, "FIGURES", tmp_path)
    assert "##" not in page_of_results.page(), "what was not run is not there"
    for name in ("methods", "joint", "few-labels", "ablations", "text-backbone"):
        (tmp_path / f"{name}.json").write_text(figures.read_text(encoding="utf-8"), encoding="utf-8")
    page = page_of_results.page()
    results = json.loads(figures.read_text(encoding="utf-8"))
    assert results["command"] in page
    for title in ("Every method", "One model for all", "Few labels", "Ablations", "Is the skeleton", "Cost"):
        assert f"## {title}" in page
    for entry in results["scores"]:
        assert page_of_results.shown(entry["measures"]["macro_f1"]) in page
    widths = [line.count("|") for line in page.splitlines() if line.startswith("|---")]
    assert widths and all(width > 3 for width in widths)


def test_each_goal_stands_with_what_was_measured_and_by_how_much_it_is_missed(monkeypatch):
    def score(corpus, macro_f1, ece):
        measures = {"macro_f1": {"value": macro_f1, "interval": [macro_f1 - 0.1, macro_f1 + 0.1]}}
        measures["ece"] = {"value": ece, "interval": [0.0, 0.2]}
        return {"corpus": corpus, "method": "eai-llm", "protocol": "family", "test": "plain", "part_of": None,
                "measures": measures}  # fmt: skip

    def compared(kind, corpus, difference, low, first=None, second=None):
        side = {"method": "eai-llm", "train_on": "all", "label_share": 1.0, "test": "plain"}
        measures = {"macro_f1": {"difference": difference, "interval": [low, difference + 0.1]}}
        return {"kind": kind, "corpus": corpus, "first": {**side, **(first or {})},
                "second": {**side, "method": "lda", **(second or {})}, "measures": measures}  # fmt: skip

    matched = {"test": "speed-matched"}
    figures = {
        "methods": {
            "scores": [score("bandai1", 0.71, 0.05), score("generated", 0.9, 0.125)],
            "comparisons": [
                compared("best baseline", "generated", 0.04, 0.01),
                compared("best baseline", "bandai2_styles", 0.04, -0.002),
                compared("speed-matched", "generated", -0.08, -0.1, matched),
            ],
        },
        "joint": {"comparisons": [compared("joint", "mean over corpora", 0.015, 0.01),
                                  compared("joint", "bandai1", 0.0, -0.1)]},
        "few-labels": {"comparisons": [
            compared("fewer labels", "generated", 0.02, 0.0, {"label_share": 0.25}, {"label_share": 0.5}),
            compared("fewer labels", "generated", -0.9, -1.0, {"label_share": 0.1}, {"label_share": 0.5}),
        ]},
    }  # fmt: skip
    verdicts = [line.split(" | ")[-1].rstrip(" |") for line in page_of_results.goals(figures)[2:]]
    assert verdicts == ["missed by 0.09", "met", "missed by 0.01", "missed by 0.03", "met", "missed by 0.04",
                        "missed by 0.01", "met", "met"]  # fmt: skip
    assert page_of_results.goals({}) == []


def test_texts_with_and_without_lora_stand_side_by_side(tmp_path, monkeypatch):
    monkeypatch.setattr(page_of_results, "FIGURES", tmp_path)
    for name, hold in (("with-lora", 0.8), ("without-lora", 0.4)):
        score = {"value": hold, "interval": [hold - 0.1, hold + 0.1]}
        found = {"claims": 7, "hold": score, "shuffled": score}
        found["gap_over_shuffled"] = {"difference": 0.3, "interval": [0.2, 0.4]}
        figures = {"command": name, "corpora": {"generated": {"greedy": {"without guard": found}}}}
        (tmp_path / f"{name}.json").write_text(json.dumps(figures), encoding="utf-8")
    page = page_of_results.page()
    assert "| generated | with LoRA | 7 | 0.80 [0.70, 0.90] | 0.80 [0.70, 0.90] | +0.30 [+0.20, +0.40] |" in page
    assert "| generated | without | 7 | 0.40 [0.30, 0.50] |" in page
    assert "`with-lora`" in page and "`without-lora`" in page
