"""The test on unseen corpora: what is left out, what a clip is compared with, what is kept, and what the page says."""

import json
import runpy
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks import unseen_page
from eai_llm_hf.corpora.generated import study_rows
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.generator import STUDY_CLIPS
from eai_llm_hf.processing.certainty import compared_kinds
from eai_llm_hf.training.settings import Recipe

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "unseen_corpora.py"
TRIED = ("EAI-LLM", "lda, absolute", "lda, relative", "st-gcn++ fused, absolute", "st-gcn++ fused, relative")


@pytest.fixture(scope="module")
def unseen() -> dict:
    """Names of the benchmark's module."""
    return runpy.run_path(str(BENCHMARK))


@pytest.fixture(scope="module")
def methods(unseen) -> dict:
    """Names of the module with its methods."""
    return unseen["_METHODS"]


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    """Two generated studies on one rig each, with one person in both; a recorded corpus; one without labels."""
    generated = list(study_rows(3, range(2 * STUDY_CLIPS), [], rigs=("smpl22", "cmu31")))
    generated[-1]["performer"] = generated[0]["performer"]
    recorded = [
        row | {"corpus": "studio", "performer": f"actor {row['performer']}", "source": f"{row['clip_id']}.bvh"}
        for row in study_rows(5, range(STUDY_CLIPS), [], rigs=("bandai22",))
    ]
    silent = [
        row | {"corpus": "bandai2", "clip_id": f"b{number}", "label": None, "performer": None}
        for number, row in enumerate(recorded[:6])
    ]
    return [*generated, *recorded, *silent]


@pytest.fixture(scope="module")
def studio(methods, rows):
    """The recorded corpus, measured."""
    return methods["TestedCorpus"]([row for row in rows if row["corpus"] == "studio"])


def folds_of(unseen, rows, rig_clips=24) -> dict:
    return {fold.name: fold for fold in unseen["plan_folds"](rows, [], rig_clips)[0]}


# ---- what is left out -----------------------------------------------------------------------------------------------


def test_a_training_has_no_clip_of_the_corpus_and_nobody_who_is_tested(unseen, rows):
    folds = folds_of(unseen, rows)
    assert set(folds) == {"studio", "smpl22 and smpl24", "cmu31"}
    for fold in folds.values():
        assert not {row["corpus"] for row in fold.train} & set(fold.tests)
        people = {row["performer"] for clips in fold.tests.values() for row in clips}
        assert not people & {row["performer"] for row in [*fold.train, *fold.validation]}
        assert not {row["performer"] for row in fold.train} & {row["performer"] for row in fold.validation}
    assert len(folds["cmu31"].tests["generated-cmu31"]) == 24
    assert len(folds["studio"].tests["studio"]) == STUDY_CLIPS, "all of a recorded corpus is tested"
    assert any(row["corpus"] == "bandai2" for row in folds["studio"].train), "clips without a label teach movement"


def test_corpora_of_one_laboratory_and_rig_are_left_out_together(unseen, rows):
    of_set_1 = [row | {"corpus": "bandai1"} for row in rows if row["corpus"] == "studio"]
    on_its_rig = [row | {"corpus": "generated-bandai22"} for row in rows if row["corpus"] == "generated-cmu31"]
    folds = folds_of(unseen, [*rows, *of_set_1, *on_its_rig])
    for name in ("bandai1", "bandai22"):
        assert not any(row["corpus"].startswith("bandai") for row in folds[name].train)
        assert any(row["corpus"] == "studio" for row in folds[name].train)
    assert any(row["corpus"] == "bandai2" for row in folds["studio"].train)


def test_what_is_only_tested_is_in_no_training_and_a_corpus_without_two_labels_is_named(unseen, rows):
    rest = [row for row in rows if row["corpus"] != "studio"]
    only = [row for row in rows if row["corpus"] == "studio"]
    folds, not_tested = unseen["plan_folds"](rest, only, 24)
    assert not_tested == ["bandai2"]
    assert list(folds[-1].tests) == ["studio"] and folds[-1].name == "nothing"
    assert not any(row["corpus"] == "studio" for fold in folds for row in fold.train)


# ---- what a clip is compared with -----------------------------------------------------------------------------------


def test_a_clip_is_never_in_its_own_reference_and_references_are_of_whom_they_say(methods, studio):
    labels = [studio.labels[label] for label in studio.truth]
    recordings, performer, neutral = (studio.compared(kind, 0) for kind in methods["REFERENCES"][1:])
    for place, number in enumerate(studio.tested):
        assert recordings[place] == [other for other in range(STUDY_CLIPS) if other != number]
        assert len(performer[place]) == 3 and number not in performer[place]
        assert {studio.people[other] for other in performer[place]} == {studio.people[number]}
        if labels[place] == "neutral":
            assert neutral[place] is None, "a neutral clip is not tested with a neutral clip"
        elif neutral[place] is not None:
            (other,) = neutral[place]
            assert labels[studio.tested.index(other)] == "neutral" and studio.people[other] == studio.people[number]
    assert any(rows is not None for rows in neutral)
    assert studio.compared("performer", 1) != performer, "each seed draws its own"
    assert "neutral" not in studio.candidates("neutral") and "neutral" in studio.candidates("none")


def test_clips_of_a_content_stand_for_an_unknown_performer_but_not_for_a_neutral_clip(methods, rows):
    unknown = [row | {"performer": None} for row in rows if row["corpus"] == "studio"][:20]
    corpus = methods["TestedCorpus"](unknown)
    assert not corpus.performers_known
    for number, drawn in zip(corpus.tested, corpus.compared("performer", 0), strict=True):
        assert {unknown[other]["content"] for other in drawn or ()} <= {unknown[number]["content"]}
    assert set(corpus.compared("neutral", 0)) == {None}
    assert methods["kinds_for"]("lda, relative", corpus) == ["none", "recordings", "performer"]
    assert methods["kinds_for"]("lda, absolute", corpus) == ["none"]


def test_our_model_answers_as_the_pipeline_does(methods, studio, rows, pipe):
    default = pipe.feature_extractor.motion_reference()
    references = [*studio.references("recordings", 0, default)[:4], None]
    windows = studio.windows[:5]
    clips = [as_clip(row) for row in rows if row["corpus"] == "studio"][:5]
    found = methods["labeller_of"](pipe)(windows, references, ["happy", "sad"])
    batches = pipe.feature_extractor.with_mirror_images(clips, references)
    expected = pipe.scorer.probabilities(batches, ["happy", "sad"], compared_kinds(clips, references))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    alone = methods["labeller_of"](pipe)(windows, [None] * 5, ["happy", "sad"])
    assert abs(alone[:4] - found[:4]).min() > 0 and alone[4] == pytest.approx(found[4], abs=1e-5)


# ---- runs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(methods, tiny_backbone, monkeypatch):
    """Tiny models, and references of few crops."""
    names = methods["our_model"].__globals__
    monkeypatch.setitem(names, "Recipe", partial(Recipe, backbone=str(tiny_backbone), dtype="float32", use_cpu=True))
    monkeypatch.setitem(names, "REFERENCE_CROPS", 60)


def test_an_interrupted_run_continues_with_the_same_figures(unseen, methods, rows, tiny, tmp_path, monkeypatch):
    fold = folds_of(unseen, rows)["studio"]
    folds = [replace(fold, tests={"studio": fold.tests["studio"][:16]}, validation=fold.validation[:4])]

    def run(name: str) -> dict:
        figures = unseen["Figures"](tmp_path / name, {"steps": 2}, "command")
        unseen["run"](folds, figures, [0], TRIED, 2, 2, batch_size=24)
        return json.loads((tmp_path / name).read_text(encoding="utf-8"))

    whole = run("whole.json")
    with monkeypatch.context() as patch:

        def interrupt(lesson):
            raise KeyboardInterrupt

        learner = methods["METHODS"]["lda, relative"]
        patch.setitem(methods["METHODS"], "lda, relative", replace(learner, learn=interrupt))
        with pytest.raises(KeyboardInterrupt):
            run("half.json")
    half = json.loads((tmp_path / "half.json").read_text(encoding="utf-8"))
    assert [name.split("; ")[2] for name in half["cells"]] == list(TRIED[:2])
    continued = run("half.json")
    assert list(continued["cells"]) == list(whole["cells"]) and continued["corpora"] == whole["corpora"]
    for name, cell in whole["cells"].items():
        assert continued["cells"][name]["tests"] == cell["tests"], name
    for name in half["cells"]:
        assert continued["cells"][name] == half["cells"][name], "what is there is not trained again"

    answers = {name.split("; ")[2]: cell["tests"]["studio"] for name, cell in whole["cells"].items()}
    for method in TRIED:
        assert set(answers[method]) == ({"none", "neutral"} if "absolute" in method else set(methods["REFERENCES"]))
        if "absolute" not in method:
            said = [answers[method][kind]["probability"] for kind in ("none", "recordings", "performer")]
            assert said[0] != said[1] and said[1] != said[2], f"{method} reads the reference"
    page = unseen_page.page(whole | {"settings": SETTINGS | {"labels": list(methods["LABELS"])}})
    assert "| st-gcn++ fused, absolute | " in page and page.count("as none") == 2 * 2


def test_figures_of_other_settings_are_refused(unseen, tmp_path):
    unseen["Figures"](tmp_path / "figures.json", {"steps": 2, "clips": "a"}, "command").save()
    with pytest.raises(ValueError, match="figures.json has figures with other clips: name another --output"):
        unseen["Figures"](tmp_path / "figures.json", {"steps": 2, "clips": "b"}, "command")


def test_the_command_keeps_its_figures_and_names_no_folder_of_this_machine(
    unseen, rows, tiny, tmp_path, monkeypatch, capsys
):
    def load(spec: str) -> list[dict]:
        return [row for row in rows if row["corpus"].startswith(spec.partition("=")[0])]

    monkeypatch.setitem(unseen["main"].__globals__, "load_rows", load)
    output = tmp_path / "figures.json"
    common = ["unseen_corpora.py", "--corpora", "generated", "studio=/secret/place", "--output", str(output)]
    few = ["--steps", "2", "--seeds", "1", "--methods", "lda, absolute", "--leave-out", "studio"]
    monkeypatch.setattr("sys.argv", [*common, *few])
    assert unseen["main"]() == 0
    figures = json.loads(output.read_text(encoding="utf-8"))
    assert list(figures["cells"]) == ["studio; seed 0; lda, absolute"]
    assert "--corpora generated studio=FOLDER" in figures["command"]
    assert "secret" not in output.read_text(encoding="utf-8")

    monkeypatch.setattr("sys.argv", [*common, *few, "--test-only", "studio=/secret/place"])
    with pytest.raises(SystemExit):
        unseen["main"]()
    assert "studio: a corpus is either trained on or tested only" in capsys.readouterr().err


# ---- the page -------------------------------------------------------------------------------------------------------

SETTINGS = {
    "steps": 2,
    "graph_steps": 2,
    "batch_size": 24,
    "rig_clips": 24,
    "labels": ["happy", "sad"],
    "corpora": {"studio": 8},
    "test_only": {},
}


def figures_of(ours: list[int], absolute: list[int]) -> dict:
    """Figures of two methods on eight clips of two labels, the last of which cannot be compared with a performer."""
    truth = [0, 1] * 4
    shares = [[0.25 + 0.5 * (given == label) for label in (0, 1)] for given in ours]
    known = {"given": [*ours[:7], None], "probability": [0.75] * 7 + [None], "among_all": [*shares[:7], None]}
    tests = {
        "EAI-LLM": {"none": {"given": ours, "probability": [0.75] * 8, "among_all": shares}, "performer": known},
        "lda, absolute": {"none": {"given": absolute, "probability": [1.0] * 8}},
    }
    return {
        "command": "command",
        "settings": SETTINGS,
        "not_tested": ["silent"],
        "corpora": {
            "studio": {
                "labels": ["happy", "sad"],
                "all_clips": 9,
                "performers_known": True,
                "clips": [f"clip {number}" for number in range(8)],
                "truth": truth,
                "people": [number // 2 for number in range(8)],
            }
        },
        "cells": {
            f"studio; seed 0; {method}": {"seconds": {"crops": 0.0, "method": 1.0}, "tests": {"studio": answers}}
            for method, answers in tests.items()
        },
    }


def test_the_page_compares_the_same_clips_under_the_same_reference():
    right, constant = [0, 1] * 4, [0] * 8
    page = unseen_page.page(figures_of(right, constant))
    assert "| recorded | default | 8 | 1 | 100% [100%, 100%] |" in page, "accuracy against coverage"
    assert "| recorded | performer | 7 | 1 | 100% [100%, 100%] |" in page
    rows = [line for line in page.splitlines() if line.startswith("| studio |")]
    assert rows[0].startswith("| studio | none | 8 | 0.50 | 1.00 | 0.50 | lda, absolute | +0.50 [")
    # Four happy and three sad clips have a performer; the absolute method is scored on these seven as well.
    assert rows[1].startswith("| studio | three other clips of the performer | 7 | 0.50 | 1.00 | 0.50 | lda, absolute")
    assert "| EAI-LLM | 1.00, 1.00, 0.25 | 1.00, 1.00, 0.25 |" in page, "all right with a probability of .75"
    assert "| lda, absolute | 0.50, 0.33, 0.50 | as none |" in page
    assert "silent" in page and "four" not in page


def test_equal_answers_differ_by_nothing():
    page = unseen_page.page(figures_of([0, 1] * 4, [0, 1] * 4))
    assert page.count("+0.00 [+0.00, +0.00]") == 4


def test_performers_are_drawn_whole_where_there_are_enough():
    figures = figures_of([0, 1] * 4, [0] * 8)
    results = unseen_page.Results(figures, "studio")
    assert not results.by_people(), "four are too few"
    figures["corpora"]["studio"]["people"] = [0, 1, 2, 3, 4, 4, 4, 4]
    assert unseen_page.Results(figures, "studio").by_people()


def test_the_top_probability_and_label_of_a_clip_survive_the_way_to_the_page():
    answer = {"given": [2, None, 0], "probability": [0.4, None, 1 / 3]}
    table = unseen_page._table(answer, [0, 2], [0, 1, 2])
    assert table.argmax(axis=1).tolist() == [2, 0]
    np.testing.assert_allclose(table.max(axis=1), [0.4, 1 / 3], atol=1e-5)
