"""The benchmark on tiny corpora, with methods that are no models: what is tested when, what is kept, what is said."""

import json
from collections import defaultdict

import numpy as np
import pytest
from conftest import make_clip

from eai_llm_hf.cli.main import main
from eai_llm_hf.corpora.registry import encode_rows
from eai_llm_hf.corpora.rows import clip_row
from eai_llm_hf.corpora.splits import SplitError
from eai_llm_hf.evaluation.benchmark import plan
from eai_llm_hf.evaluation.benchmark.equal_speed import at_speed, movement_speed
from eai_llm_hf.evaluation.benchmark.plan import (
    BenchmarkSettings,
    load_clips,
    plan_cells,
    plan_folds,
    read_protocols,
    refuse_seen_corpora,
)
from eai_llm_hf.evaluation.benchmark.results import summarise, write_results
from eai_llm_hf.evaluation.benchmark.run import run_benchmark
from eai_llm_hf.evaluation.methods import registry as methods
from eai_llm_hf.evaluation.methods.registry import MethodSource, find_method
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import NUM_JOINTS
from eai_llm_hf.publish.checkpoints import TRAINING, write_metadata

FAMILIES = ("walks", "runs", "bow")
CORPORA = {
    "one": ("happy", "angry"),
    "two": ("happy", "sad", "not confident"),
    "rigs": ("happy", "angry"),
    "silent": (None,),
}
"""Tiny corpora: name -> labels. Four clips for each family and label; "rigs" was recorded on two rigs."""


# ------------------------------------------------------------------------------------------------------- tiny corpora


def tiny_corpus(name):
    rows = []
    for family in FAMILIES:
        for label in CORPORA[name]:
            for take in range(4):
                rng = np.random.default_rng([len(rows), *name.encode()])
                joints = rng.normal(size=(3, NUM_JOINTS, 3)).astype(np.float32)
                # Where a reader of columns finds the label: its place among all labels of a task on this corpus.
                joints[:, 0, 0] = sorted(map(str, CORPORA[name])).index(str(label))
                clip = UnifiedClip(joints=joints, joint_mask=np.ones(NUM_JOINTS, bool), fps=30.0, report={})
                clip_id = f"{family}-{label}-{take}"
                rig = f"rigs-{'ab'[take % 2]}" if name == "rigs" else name
                rows.append(
                    clip_row(
                        clip,
                        label=label,
                        intensity=0.5,
                        expression="{}",
                        performer=f"{name}-p{take}",
                        content=family,
                        family=family,
                        corpus=rig,
                        clip_id=clip_id,
                        source=f"{clip_id}.bvh",
                    )
                )
    return encode_rows(rows).with_format("numpy")


@pytest.fixture(scope="module")
def corpora():
    return {name: tiny_corpus(name) for name in CORPORA}


@pytest.fixture(autouse=True)
def tiny(corpora, monkeypatch):
    monkeypatch.setattr(plan, "load_corpus", lambda spec, seed: corpora[spec.partition("=")[0]])
    fakes = {name: MethodSource("fake_methods", name) for name in ("reader", "breaks", "odd", "interrupts", "seen")}
    fakes["constant"] = MethodSource("fake_methods", "constant", seeded=False)
    monkeypatch.setattr(methods, "METHODS", {**methods.METHODS, **fakes})


def asked(tmp_path, *corpora, **changes):
    wanted = {"methods": ["reader", "constant"], "seeds": [0, 1], "protocol": ["family"], "output": tmp_path}
    return BenchmarkSettings(corpora=corpora or ["one"], **(wanted | changes))


def planned(settings):
    clips = load_clips(settings)
    _, protocols = read_protocols(settings.protocol, clips)
    return clips, plan_folds(clips, protocols, settings.folds)


def scores_of(results, **wanted):
    return [record for record in results["scores"] if all(record[key] == value for key, value in wanted.items())]


def cells_in(folder):
    return {file.name: json.loads(file.read_text(encoding="utf-8")) for file in (folder / "cells").glob("*.json")}


# ------------------------------------------------------------------------------------------------------------- folds


def test_each_clip_is_tested_in_one_fold_and_not_trained_on_there(tmp_path):
    clips, folds = planned(asked(tmp_path, "one", "two", extra_corpora=["silent"]))
    tested = sorted(number for fold in folds for number in fold.test)
    assert tested == [number for number, row in enumerate(clips.rows) if row["label"] is not None]
    for fold in folds:
        assert not set(fold.train) & set(fold.test)


def test_no_walk_of_any_corpus_is_in_training_while_walks_are_tested(tmp_path):
    clips, folds = planned(asked(tmp_path, "one", "two", extra_corpora=["silent"]))
    assert len(folds) == len(FAMILIES)
    for fold in folds:
        families = {clips.rows[number]["family"] for number in fold.test}
        assert len(families) == 1 and not families & {clips.rows[number]["family"] for number in fold.train}
        assert any(clips.rows[number]["corpus"] == "silent" for number in fold.train)


def test_a_corpus_with_fewer_parts_is_fully_in_training_in_further_folds(tmp_path):
    clips, folds = planned(asked(tmp_path, "one", "two", protocol=["family", "two=performer"]))
    assert len(folds) == 4  # three families, four performers
    last = folds[-1]
    assert {clips.rows[number]["corpus"] for number in last.test} == {"two"}
    assert sum(clips.rows[number]["corpus"] == "one" for number in last.train) == 24
    assert "two: performer two-p3" in last.name and "one" not in last.name


def test_clips_without_a_label_stay_in_training(tmp_path):
    clips, folds = planned(asked(tmp_path, "two", labels=["happy", "sad"]))
    unlabelled = [number for number, row in enumerate(clips.rows) if row["label"] is None]
    assert len(unlabelled) == 12 and not set(unlabelled) & {number for fold in folds for number in fold.test}
    assert all(len(set(unlabelled) & set(fold.train)) == 8 for fold in folds)


def test_a_clip_of_an_extra_corpus_keeps_a_tested_label(tmp_path):
    clips, _ = planned(asked(tmp_path, "one", extra_corpora=["two"]))
    assert {row["label"] for row in clips.rows if row["corpus"] == "two"} == {"happy", None}
    assert clips.labels == {"one": ["angry", "happy"], "two": ["happy"]}


def test_clips_of_a_tested_corpus_that_an_extra_one_repeats_are_taken_once(tmp_path):
    clips, _ = planned(asked(tmp_path, "one", extra_corpora=["one=again"]))
    assert len(clips.rows) == 24 and not any(clips.extra)


def test_the_same_take_on_two_sides_is_refused(tmp_path, corpora, monkeypatch):
    rows = list(corpora["one"])
    twin = dict(rows[0]) | {"clip_id": "twin", "family": "runs", "source": "twin.bvh"}
    monkeypatch.setattr(plan, "load_corpus", lambda spec, seed: encode_rows([*rows, twin]))
    with pytest.raises(SplitError, match="twin"):
        planned(asked(tmp_path, "one"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protocol": ["famly"]}, "no protocol 'famly'"),
        ({"protocol": ["family", "three=performer"]}, "No clip is of corpus 'three'"),
        ({"protocol": ["two=performer"], "corpora": ["one", "two"]}, "Corpus one has no protocol"),
        ({"protocol": ["family", "performer"]}, "one protocol"),
        ({"corpora": ["silent"]}, "Corpus silent has 0 of the tested labels"),
        ({"labels": ["happy", "glad"]}, "glad"),
        ({"methods": ["magic"]}, "no method 'magic'"),
        ({"label_share": [0.0]}, "label share"),
        ({"seeds": [1, 1]}, "no entry twice"),
        ({"train_on": ["some"]}, "all or own"),
        ({"jobs": 0}, "at least 1"),
        ({"speed_matched": "rig"}, "corpus or family"),
    ],
)
def test_invalid_settings_are_refused_with_the_reason(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        settings = asked(tmp_path, *changes.pop("corpora", ["one"]), **changes)
        clips, folds = planned(settings)
        plan_cells(settings, clips, folds)


def test_a_checkpoint_that_has_seen_a_tested_corpus_is_refused(tmp_path):
    write_metadata(tmp_path, TRAINING, {"corpora": ["generated:20"], "clips_of": ["generated-a", "one"]})
    with pytest.raises(ValueError, match="trained on one: it has seen"):
        run_benchmark(asked(tmp_path / "out", "one", "two", model=str(tmp_path), methods=["constant"]))
    write_metadata(tmp_path, TRAINING, {"corpora": ["bandai2"], "clips_of": ["bandai2"]})
    with pytest.raises(ValueError, match="trained on bandai2_styles"):
        refuse_seen_corpora(str(tmp_path), ["bandai1", "bandai2_styles"])
    refuse_seen_corpora(str(tmp_path), ["bandai1", "generated"])
    (tmp_path / "unknown").mkdir()
    with pytest.raises(ValueError, match="so it is unknown whether"):
        run_benchmark(asked(tmp_path / "out", "one", model=str(tmp_path / "unknown"), methods=["constant"]))


def test_a_smaller_share_of_the_labels_is_part_of_a_larger_one(tmp_path):
    settings = asked(tmp_path, "one", "two", label_share=[0.25, 0.5, 1.0], methods=["reader"], train_on=["all", "own"])
    clips, folds = planned(settings)
    cells, _ = plan_cells(settings, clips, folds)
    loud = defaultdict(dict)
    for cell in cells:
        kept = {number for number in cell.train if clips.tested[number]} - cell.silent
        by_label = {(clips.rows[number]["corpus"], clips.rows[number]["label"]) for number in kept}
        assert len(by_label) == sum(len(cell.labels[corpus]) for corpus in {corpus for corpus, _ in by_label})
        loud[cell.fold, cell.seed, cell.train_on][cell.label_share] = kept
    for found in loud.values():
        assert found[0.25] < found[0.5] < found[1.0]
        assert len(found[0.25]) == len(found[1.0]) / 4
    # A model of one corpus is given the labels that a model of all is given of it.
    for fold, seed in {(fold, seed) for fold, seed, _ in loud}:
        assert loud[fold, seed, "one"][0.5] | loud[fold, seed, "two"][0.5] == loud[fold, seed, "all"][0.5]
    assert len({frozenset(loud[0, seed, "all"][0.25]) for seed in (0, 1)}) == 2, "each seed draws its own"


# --------------------------------------------------------------------------------------------------------------- runs


def test_labels_of_one_corpus_are_never_candidates_for_another(tmp_path):
    run = run_benchmark(asked(tmp_path, "one", "two", methods=["reader", "seen"], extra_corpora=["silent"]))
    assert not run.failures
    for cell in cells_in(tmp_path).values():
        assert cell["labels"] == ["angry", "happy", "not confident", "sad"]
        for corpus, said in zip(cell["corpora"], cell["probabilities"], strict=True):
            offered = {label for label, value in zip(cell["labels"], said, strict=True) if value}
            assert offered <= set(CORPORA[corpus])
    results = summarise(run)
    assert {record["corpus"]: tuple(record["labels"]) for record in scores_of(results, method="reader")} == {
        "one": ("angry", "happy"),
        "two": ("happy", "not confident", "sad"),
    }


def test_a_run_continues_with_the_missing_cells(tmp_path):
    settings = asked(tmp_path)
    before = summarise(run_benchmark(settings))
    files = sorted((tmp_path / "cells").glob("*.json"))
    assert len(files) == 3 * (2 + 1)  # the constant does not depend on the seed
    times = {file.name: file.stat().st_mtime_ns for file in files}
    gone = files[::4]
    for file in gone:
        file.unlink()
    files[1].write_text("{", encoding="utf-8")  # a cell that was not written to its end
    assert summarise(run_benchmark(settings))["scores"] == before["scores"]
    again = {file.name for file in files if file.stat().st_mtime_ns != times[file.name]}
    assert again == {file.name for file in (*gone, files[1])}


def test_cells_of_other_settings_are_not_used(tmp_path):
    run_benchmark(asked(tmp_path))
    first = set(cells_in(tmp_path))
    run = run_benchmark(asked(tmp_path, steps=7))
    assert len(cells_in(tmp_path)) == 2 * len(first)
    assert not {cell.name for cell in run.cells} & first
    assert run_benchmark(asked(tmp_path, seeds=[1, 2, 0])).cells[0].name in first, "more seeds keep what is there"


def test_a_cell_that_fails_is_reported_and_the_others_run(tmp_path, capsys):
    common = ["evaluate", "--protocol", "family", "--corpora", "one", "--output", str(tmp_path), "--seeds", "0"]
    assert main([*common, "--methods", "breaks", "constant"]) == 1
    out, err = capsys.readouterr()
    last = err.splitlines()[-1]
    assert last == "eai-llm: breaks failed on one: family walks (fold 3, seed 0): RuntimeError: no walks, please"
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [failure["method"] for failure in results["failures"]] == ["breaks"]
    record = scores_of(results, method="breaks")[0]
    assert record["clips"] == 16 and record["missing"] == ["fold 3, seed 0"]
    assert scores_of(results, method="constant")[0]["clips"] == 24
    comparison = results["comparisons"][0]
    assert comparison["clips"] == 16 and comparison["measures"]["accuracy"]["interval"] == [0, 0]
    assert "(without 1 failed trainings)" in out
    assert "RuntimeError" in next((tmp_path / "cells").glob("*.failed.txt")).read_text(encoding="utf-8")


def test_invalid_probabilities_are_refused(tmp_path):
    run = run_benchmark(asked(tmp_path, methods=["odd"]))
    assert len(run.failures) == 6 and "sum to 2.000" in run.failures[0].reason
    assert summarise(run)["scores"] == []


def test_an_interrupted_run_keeps_its_finished_cells(tmp_path, capsys):
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(asked(tmp_path, methods=["interrupts"]))
    assert len(cells_in(tmp_path)) == 2  # both seeds of the first fold
    assert "continues with the others" in capsys.readouterr().err


def test_parallel_runs_equal_serial_ones_including_failures(tmp_path):
    changes = {"methods": ["reader", "breaks"], "train_on": ["all", "own"], "seeds": [0]}
    serial = run_benchmark(asked(tmp_path / "serial", "one", "rigs", **changes))
    parallel = run_benchmark(asked(tmp_path / "parallel", "one", "rigs", jobs=2, **changes))
    assert [failure.reason for failure in serial.failures] == [failure.reason for failure in parallel.failures]
    one, other = cells_in(tmp_path / "serial"), cells_in(tmp_path / "parallel")
    assert one.keys() == other.keys() and len(one) > 10
    for name in one:
        del one[name]["seconds"], other[name]["seconds"]
        assert one[name] == other[name]


# ------------------------------------------------------------------------------------------------------------ results


def test_results_state_which_method_is_better_and_by_how_much(tmp_path):
    results = summarise(run_benchmark(asked(tmp_path, "one", "rigs", train_on=["all", "own"], label_share=[0.5, 1.0])))
    assert results["settings"]["main_method"] == "reader"
    assert json.loads(json.dumps(results)) == results
    assert {record["corpus"]: record["part_of"] for record in results["scores"]} == {
        "one": None,
        "rigs": None,
        "rigs-a": "rigs",
        "rigs-b": "rigs",
    }
    compared = defaultdict(list)
    for comparison in results["comparisons"]:
        compared[comparison["kind"]].append(comparison)
    assert {"method", "joint"} == compared.keys()  # the fakes are no baselines
    for comparison in compared["method"]:
        if comparison["corpus"] in ("one", "rigs"):
            assert comparison["measures"]["accuracy"]["interval"][0] > 0, "reading beats guessing"
    mean = [comparison for comparison in compared["joint"] if comparison["corpus"] == "mean over corpora"]
    assert {comparison["first"]["method"] for comparison in mean} == {"reader", "constant"}
    assert mean[0]["clips"] == 24 + 12 + 12
    record = scores_of(results, corpus="one", method="reader", train_on="all", label_share=1.0)[0]
    assert record["chance"] == record["majority"] == 0.5
    assert np.sum(record["confusion"]) == 24
    accuracy = record["measures"]["accuracy"]
    assert accuracy["value"] == pytest.approx(accuracy["over_seeds"]["mean"], abs=1e-4)
    assert accuracy["over_folds"]["mean"] == pytest.approx(accuracy["value"], abs=1e-4)  # folds of equal size
    assert record["pairs"][0]["labels"] == ["happy", "angry"]
    assert record["pairs"][0]["accuracy"]["value"] == accuracy["value"]
    cost = next(cost for cost in results["costs"] if cost["method"] == "reader")
    assert cost["told"] == {"parameters": 7} and cost["trainings"] == 6


def test_pooled_scores_are_over_all_clips_of_a_seed(tmp_path):
    run = run_benchmark(asked(tmp_path, methods=["reader"]))
    record = summarise(run)["scores"][0]
    cells = list(cells_in(tmp_path).values())
    by_seed = []
    for seed in (0, 1):
        right = [
            cell["labels"][int(np.argmax(said))] == label
            for cell in cells
            if cell["seed"] == seed
            for label, said in zip(cell["truth"], cell["probabilities"], strict=True)
        ]
        by_seed.append(np.mean(right))
    assert record["measures"]["accuracy"]["value"] == pytest.approx(np.mean(by_seed), abs=1e-4)
    assert record["measures"]["accuracy"]["over_seeds"]["sd"] == pytest.approx(np.std(by_seed, ddof=1), abs=1e-4)


def test_a_leaky_protocol_is_marked_everywhere(tmp_path):
    results = write_results(run_benchmark(asked(tmp_path, protocol=["random"])))
    assert results["settings"]["leaky"] and all(record["leaky"] for record in results["scores"])
    table = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "**LEAKY" in table and "| random LEAKY |" in table
    assert (tmp_path / "results.png").stat().st_size > 10_000


def test_the_command_in_the_results_names_no_folder_of_this_machine(tmp_path):
    results = write_results(run_benchmark(asked(tmp_path / "table", "one=/secret/place", methods=["constant"])))
    text = (tmp_path / "table" / "results.json").read_text(encoding="utf-8")
    assert "secret" not in text and str(tmp_path) not in text
    assert results["command"] == (
        "eai-llm evaluate --protocol family --corpora one=FOLDER --methods constant --seeds 0 1 --output table"
    )


# -------------------------------------------------------------------------------------------------------- equal speed


@pytest.mark.parametrize("share", [0.6, 1.7])
def test_a_clip_is_warped_to_the_given_speed(share):
    clip = make_clip(3, emotion="happy", action="walk", rig="bandai22", duration_s=4.0)
    row = {"joints": clip.joints, "joint_mask": clip.joint_mask, "clip_id": "walk"}
    target = share * movement_speed(row)
    matched, factor = at_speed(row, target)
    assert movement_speed(matched) == pytest.approx(target, rel=0.02)
    assert factor == pytest.approx(share, rel=0.15)
    assert len(matched["joints"]) == pytest.approx(len(clip.joints) / factor, abs=2)
    assert matched["clip_id"] == "walk@speed" and len(row["joints"]) == len(clip.joints)


def test_the_warp_stays_within_limits_and_skips_clips_without_a_speed():
    clip = make_clip(3, emotion="happy", action="walk", rig="bandai22", duration_s=4.0)
    row = {"joints": clip.joints, "joint_mask": clip.joint_mask, "clip_id": "walk"}
    assert at_speed(row, 100.0)[1] == 2.5 and at_speed(row, 1e-3)[1] == 0.4
    still = row | {"joint_mask": np.zeros(NUM_JOINTS, bool)}
    assert np.isnan(movement_speed(still))
    for matched, factor in (at_speed(still, 1.0), at_speed(row, np.nan)):
        assert factor == 1 and matched["joints"] is row["joints"]


def test_clips_at_equal_speed_are_labelled_by_the_same_training(tmp_path):
    results = write_results(run_benchmark(asked(tmp_path, speed_matched="corpus")))
    cells = cells_in(tmp_path).values()
    assert len(cells) == 9
    for cell in cells:
        matched = cell["speed_matched"]
        assert len(matched["probabilities"]) == len(matched["time_factors"]) == len(cell["truth"])
        assert all(0.4 <= factor <= 2.5 for factor in matched["time_factors"])
        assert len(set(matched["time_factors"])) > 1
    assert {record["test"] for record in results["scores"]} == {"plain", "speed-matched"}
    kinds = [comparison for comparison in results["comparisons"] if comparison["kind"] == "speed-matched"]
    assert [comparison["first"]["test"] for comparison in kinds] == ["speed-matched"] * 2
    assert kinds[1]["measures"]["accuracy"] == {"difference": 0.0, "interval": [0.0, 0.0]}
    assert "Scores at equal speed" in (tmp_path / "results.md").read_text(encoding="utf-8")


def test_clips_of_a_family_get_one_speed_in_every_fold(tmp_path, corpora, monkeypatch):
    rows = []
    for number, row in enumerate(corpora["one"]):
        clip = make_clip(number, emotion="happy", action="walk", rig="bandai22", duration_s=3.0)
        rows.append(dict(row) | {"joints": clip.joints, "joint_mask": clip.joint_mask})
    monkeypatch.setattr(plan, "load_corpus", lambda spec, seed: encode_rows(rows).with_format("numpy"))
    clips, folds = planned(asked(tmp_path, speed_matched="family"))
    run = run_benchmark(asked(tmp_path, methods=["constant"], speed_matched="family"))
    assert len(run.cells) == len(folds) and not run.failures
    for cell in cells_in(tmp_path).values():
        speeds = {row["clip_id"]: speed for row, speed in zip(clips.rows, clips.speeds, strict=True)}
        own = np.array([speeds[clip] for clip in cell["clip_ids"]])
        factors = np.array(cell["speed_matched"]["time_factors"])
        assert np.ptp(own) > 0.1 and np.corrcoef(own, factors)[0, 1] < -0.9
        assert own * factors == pytest.approx(own.mean(), rel=0.15)


# -------------------------------------------------------------------------------------------------------- command line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--corpora is required"),
        (["--corpora", "one", "--methods", "lda"], "--methods is an option of benchmarks and requires --protocol"),
        (["--corpora", "one", "--protocol", "family"], "A benchmark requires --output"),
        (["--corpora", "one", "--protocol", "family", "--output", "x", "--explanations", "3"], "--explanations"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(arguments, message, capsys):
    assert main(["evaluate", *arguments]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["st-gcn-joint", "ST-GCN++ joint", "st-gcn++-joint"])
def test_a_method_is_found_by_its_name_and_its_slug(name):
    assert find_method(name)[0] == "st-gcn++ joint"


def test_with_a_checkpoint_eai_llm_continues_from_it():
    _, source = find_method("eai-llm", "runs/mine")
    assert (source.attribute, source.checkpoint) == ("from_checkpoint", "runs/mine")
    assert find_method("lda", "runs/mine")[1].checkpoint is None
