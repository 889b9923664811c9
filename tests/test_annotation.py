"""`annotate`: the records of many clips as Parquet, with types, from each kind of source, and errors as rows."""

import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import datasets
import numpy as np
import pandas
import pytest
from conftest import make_clip
from crashing_inputs import CrashingInputs
from door_answers import differences

import eai_llm_hf
from eai_llm_hf import annotate, load_pipeline
from eai_llm_hf.annotation import making, run
from eai_llm_hf.annotation.model import explained
from eai_llm_hf.annotation.reading import Read, ReadAhead
from eai_llm_hf.annotation.schema import FEATURES, as_row
from eai_llm_hf.annotation.sources import FileInputs, open_source
from eai_llm_hf.cli.main import annotate as annotate_command
from eai_llm_hf.cli.main import explain as explain_command
from eai_llm_hf.cli.main import main
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

BRIEF = {"label_only": True, "num_workers": 0}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def write_clip(path: Path, seed: int, seconds: float = 1.5, people: int = 1) -> None:
    joints = make_clip(seed, rig="bandai22", duration_s=seconds).joints
    joints = np.stack([joints] * people) + np.arange(people)[:, None, None, None] if people > 1 else joints
    np.savez(path, joints=joints, fps=30.0, joint_names=np.array(JOINT_NAMES))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Six clips: a.npz, b.bvh, which is damaged, c.npz, d.npz, e/e.npz, and f.npz, of two people."""
    root = tmp_path_factory.mktemp("recordings")
    (root / "e").mkdir()
    for seed, name in enumerate(("a", "c", "d", "e/e")):
        write_clip(root / f"{name}.npz", seed, 1.5 + seed)
    write_clip(root / "f.npz", 4, people=2)
    (root / "b.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    (root / "notes.txt").write_text("no clip", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def annotated(folder, tiny_checkpoint, tmp_path_factory) -> Path:
    return annotate(folder, tmp_path_factory.mktemp("annotated"), tiny_checkpoint, shard_size=4, **BRIEF).folder


def rows_of(folder: Path) -> list[dict]:
    files = sorted((folder / "data").glob("*.parquet"))
    return pandas_rows(datasets.Dataset.from_parquet([str(file) for file in files]))


def pandas_rows(dataset) -> list[dict]:
    return [dict(row) for row in dataset]


def without_nulls(value):
    """A row as a record: a record lacks what is null in a row, and null in a record is as good as absent."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def unknown_fields(value, features, place="record") -> list[str]:
    """Fields of a record that have no column."""
    if isinstance(features, datasets.List):
        return [found for each in value for found in unknown_fields(each, features.feature, place)]
    if isinstance(features, dict) and isinstance(value, dict):
        foreign = [f"{place} {name}" for name in value if name not in features]
        known = [(name, each) for name, each in value.items() if name in features]
        return foreign + [found for name, each in known for found in unknown_fields(each, features[name], name)]
    return []


# ---- rows -----------------------------------------------------------------------------------------------------------


def test_the_rows_are_the_records_of_the_pipeline_in_the_order_of_the_clips(folder, annotated, tiny_checkpoint):
    rows = rows_of(annotated)
    names = ["a.npz", "b.bvh", "c.npz", "d.npz", "e/e.npz", "f.npz", "f.npz"]
    assert [row["source"] for row in rows] == names
    assert [row["clip"] for row in rows] == [0, 1, 2, 3, 4, 5, 5]
    assert [row["person"] for row in rows] == [0, None, 0, 0, 0, 0, 1], "two people are two rows"
    pipe = load_pipeline(tiny_checkpoint)
    for row in rows:
        records = pipe({"path": str(folder / row["source"]), "source": row["source"]}, label_only=True)
        record = records[row["person"]] if isinstance(records, list) else records
        known = without_nulls(as_row(record, row["clip"], row["person"]))
        assert differences(without_nulls(row), known) == []


def test_a_clip_that_cannot_be_read_is_a_row_with_its_error(annotated):
    (row,) = [row for row in rows_of(annotated) if row["error"] is not None]
    assert row["source"] == "b.bvh" and row["error"]["type"] == "MotionError" and "b.bvh" in row["error"]["message"]
    assert row["label"] is None and row["clip"] == 1


def test_every_field_of_a_record_has_a_column(folder, tiny_checkpoint):
    pipe = load_pipeline(tiny_checkpoint)
    clip, short = str(folder / "a.npz"), {"max_new_tokens": 4}
    texts = [pipe(clip, **short), pipe(clip, question="How do the arms move?", **short), pipe(str(folder / "b.bvh"))]
    for record in [*texts, pipe(clip, attribution=True, label_only=True)]:
        assert unknown_fields(as_row(record, 0, 0), FEATURES) == []
    assert unknown_fields({"surprise": 1, "skeleton": {"colour": "red"}}, FEATURES) == [
        "record surprise",
        "skeleton colour",
    ]


def test_the_page_explains_every_column():
    page = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
    assert [name for name in FEATURES if f"`{name}`" not in page] == []


def test_datasets_pandas_and_duckdb_read_the_shards_with_their_types(annotated):
    files = sorted(str(path) for path in (annotated / "data").glob("*.parquet"))
    assert [Path(file).name for file in files] == [f"train-0000{n}-of-00002.parquet" for n in range(2)]
    for loaded in (
        datasets.load_dataset("parquet", data_files=files, split="train"),
        datasets.load_dataset(str(annotated), split="train"),
    ):
        assert loaded.features == FEATURES and len(loaded) == 7
    table = pandas.read_parquet(annotated / "data")
    first = table.iloc[0]
    assert table.score.dtype == np.float64 and first.scores[0]["label"] == first.label
    assert first.skeleton["frames"] == 45 and first.evidence[0]["unit"]
    duckdb = pytest.importorskip("duckdb")
    shards = f"read_parquet('{annotated}/data/*.parquet')"
    asked = (
        f"select skeleton.fps, scores[1].score = score, certainty.runner_up = scores[2].label from {shards} limit 1"
    )
    assert duckdb.sql(asked).fetchall() == [(30.0, True, True)]
    assert duckdb.sql(f"select source, error.type from {shards} where error is not null").fetchall() == [
        ("b.bvh", "MotionError")
    ]


def test_names_of_files_need_not_be_utf_8(tiny_checkpoint, tmp_path):
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / os.fsdecode(b"caf\xe9.npz"), 1)
    done = annotate(tmp_path / "in", tmp_path / "out", tiny_checkpoint, **BRIEF)
    (row,) = rows_of(done.folder)
    assert row["source"] == r"caf\udce9.npz" and done.failed == 0


# ---- sources --------------------------------------------------------------------------------------------------------


def test_a_manifest_says_more_of_its_clips_and_a_line_that_names_none_is_a_row(folder, tiny_checkpoint, tmp_path):
    array = np.load(folder / "a.npz")["joints"]
    np.savez(tmp_path / "plain.npz", joints=array)
    lines = ["path,fps,layout,performer", "plain.npz,60,smpl22,anna", "absent.npz,,,", "plain.npz,x,,"]
    (tmp_path / "study.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = annotate(tmp_path / "study.csv", tmp_path / "out", tiny_checkpoint, **BRIEF)
    first, *others = rows_of(done.folder)
    assert (done.clips, done.failed) == (3, 2)
    assert (
        first["source"] == "plain.npz" and first["skeleton"]["fps"] == 60 and first["skeleton"]["layout"] == "smpl22"
    )
    assert [(row["source"], row["error"]["message"]) for row in others] == [
        ("study.csv line 3", "absent.npz: there is no such file; paths are relative to the manifest"),
        ("study.csv line 4", "expected frames per second as fps, found 'x'"),
    ]
    assert next(iter(open_source(tmp_path / "study.csv").listed)).performer == "anna"


def test_prepared_corpora_and_arrays_in_parquet_are_read_row_by_row(folder, tiny_checkpoint, tmp_path):
    from eai_llm_hf.corpora import prepare_corpus

    prepared = prepare_corpus("generated:3", tmp_path / "prepared").folder
    done = annotate(prepared, tmp_path / "of-prepared", tiny_checkpoint, **BRIEF)
    assert [row["source"] for row in rows_of(done.folder)] == [f"generated-0-{number}" for number in range(3)]

    joints = np.load(folder / "a.npz")["joints"]
    own = {"joints": [joints.tolist(), joints.tolist(), None], "fps": [30.0, None, 30.0], "layout": ["smpl22"] * 3}
    datasets.Dataset.from_dict(own).to_parquet(tmp_path / "own.parquet")
    done = annotate(tmp_path / "own.parquet", tmp_path / "of-own", tiny_checkpoint, **BRIEF)
    rows = rows_of(done.folder)
    assert [row["source"] for row in rows] == ["row 0", "row 1", "row 2"]
    assert (
        rows[0]["skeleton"]["layout"] == "smpl22"
        and rows[2]["error"]["message"] == "row 2: expected joints, found none"
    )
    assert "fps" in rows[1]["error"]["message"]
    datasets.Dataset.from_dict(own | {"fps": [25.0] * 3}).to_parquet(tmp_path / "own.parquet")
    with pytest.raises(ValueError, match="planned otherwise.*source files: planned .*, now "):
        annotate(tmp_path / "own.parquet", tmp_path / "of-own", tiny_checkpoint, **BRIEF)


def test_a_dataset_of_the_hub_stays_at_the_commit_of_the_plan(folder, tiny_checkpoint, tmp_path, monkeypatch):
    import huggingface_hub

    joints = np.load(folder / "a.npz")["joints"].tolist()
    rows, asked = datasets.Dataset.from_dict({"joints": [joints], "fps": [30.0], "layout": ["smpl22"]}), []
    monkeypatch.setattr(datasets, "load_dataset", lambda name, **given: asked.append((name, given)) or rows)
    for commit in ("first", "second"):
        monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda *_, sha=commit: SimpleNamespace(sha=sha))
        done = annotate("hub=someone/moves", tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert done.rows == 1 and asked == [("someone/moves", {"split": "train", "revision": "first"})] * 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("walk.bvh", "x", "for a single recording use eai-llm explain"),
        ("table.csv", "label,performer\n", "table.csv line 1: expected the columns path; path is missing"),
        ("table.csv", "path\n", "No clip of the manifest table.csv could be read"),
        ("table.jsonl", "nonsense\n", "line 1: is not JSON"),
        ("rows.parquet", "nonsense", "rows.parquet: not Parquet that can be read"),
        ("empty/notes.txt", "", "holds no motion file"),
    ],
)
def test_what_is_no_source_is_refused_before_anything_is_written(tmp_path, tiny_checkpoint, name, content, message):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        annotate(path if path.parent == tmp_path else path.parent, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert not list((tmp_path / "out").glob("*"))


def test_a_name_that_leads_nowhere_is_answered_with_what_is_expected(tiny_checkpoint, tmp_path):
    with pytest.raises(ValueError, match="There is no nowhere; expected a folder of recordings, a manifest"):
        annotate("nowhere", tmp_path / "out", tiny_checkpoint, **BRIEF)


# ---- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"candidate_labels": ["calm"]}, ValueError, "two or more"),
        ({"labels_only": True}, TypeError, "Unknown argument labels_only .*Did you mean .*label_only"),
        ({"do_sample": True}, ValueError, "an interrupted run would not continue as it began"),
        ({"performer": "anna"}, TypeError, "a column `performer` of a manifest or dataset"),
        ({"window_s": 40.0}, ValueError, "window_s must lie between"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number from 1 on, found 0"),
        ({"reference": "absent.json"}, OSError, "absent.json"),
    ],
)
def test_a_wrong_option_is_refused_before_a_plan_is_made(folder, tiny_checkpoint, tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF | options)
    assert not (tmp_path / "out" / "plan.json").exists()


def test_the_command_has_the_options_of_explain_except_those_of_one_person():
    assert set(annotate_command._OPTIONS) == set(explain_command._OPTIONS) - {"performer", "baseline"}


def test_the_command_prints_what_it_wrote_and_ends_well_though_a_clip_is_damaged(
    folder, annotated, tiny_checkpoint, tmp_path, capsys
):
    given = ["--model", str(tiny_checkpoint), "--label-only", "--num-workers", "0", "--shard-size", "4"]
    assert main(["annotate", str(folder), "-o", str(tmp_path / "out"), *given]) == 0
    out, err = capsys.readouterr()
    assert f"6 clips, 7 rows in {tmp_path / 'out'}" in out and "1 clip could not be read" in err
    for path in (annotated / "data").iterdir():
        assert (tmp_path / "out" / "data" / path.name).read_bytes() == path.read_bytes(), "as in Python"


def test_the_package_offers_annotate_and_no_other_name_by_the_way():
    assert eai_llm_hf.annotate is run.annotate
    with pytest.raises(AttributeError, match="no attribute 'anotate'"):
        _ = eai_llm_hf.anotate


# ---- reading ahead, and batches -------------------------------------------------------------------------------------


def crashing(deadly: str, deadly_for_model: str = ""):
    """`open_source` of clips that end the process that reads or explains them."""

    def opened(*given):
        source = open_source(*given)
        return replace(source, inputs=CrashingInputs(source.inputs, deadly, deadly_for_model))

    return opened


def test_a_clip_that_ends_the_process_that_reads_it_is_a_row_and_costs_no_other(
    folder, annotated, tiny_checkpoint, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "open_source", crashing("c.npz"))
    given = {"label_only": True, "num_workers": 2, "shard_size": 4}
    rows = rows_of(annotate(folder, tmp_path / "out", tiny_checkpoint, **given).folder)
    crashed = rows[2]
    assert crashed["source"] == "c.npz" and crashed["error"]["type"] == "ReaderCrash"
    assert "ended the process that read it" in crashed["error"]["message"]
    undisturbed = rows_of(annotated)
    assert differences(rows[4:], undisturbed[4:]) == [] and rows[1] == undisturbed[1]
    assert [row["label"] for row in rows if row is not crashed] == [
        row["label"] for row in undisturbed if row["source"] != "c.npz"
    ]


def test_a_clip_that_ends_the_process_of_the_model_is_a_row_and_the_run_goes_on(
    folder, annotated, tiny_checkpoint, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(run, "open_source", crashing("", "c.npz"))
    done = annotate(folder, tmp_path / "out", tiny_checkpoint, label_only=True, num_workers=1, shard_size=4)
    rows, undisturbed = rows_of(done.folder), rows_of(annotated)
    assert done.failed == 2 and rows[2]["source"] == "c.npz" and rows[2]["error"]["type"] == "ModelCrash"
    assert "c.npz: explaining it ended the process of the model, 3 times" in rows[2]["error"]["message"]
    for row, alike in zip(rows, undisturbed, strict=True):
        assert row["source"] == alike["source"] and (row is rows[2] or row["label"] == alike["label"])
    name = "data/train-00001-of-00002.parquet"
    assert (done.folder / name).read_bytes() == (annotated / name).read_bytes(), "the other batches are as they were"
    ended = [text for text in caplog.messages if "process of the model ended (exit code -9)" in text]
    assert [text.split(" with ")[1].split(" in it")[0] for text in ended] == ["a.npz and 2 more"] * 3 + ["c.npz"] * 3


def test_an_error_in_the_process_of_the_model_ends_the_call_and_the_process(folder, tiny_checkpoint, tmp_path):
    with pytest.raises(ValueError, match="window_s must lie between") as caught:
        annotate(folder, tmp_path / "out", tiny_checkpoint, label_only=True, num_workers=1, window_s=40.0)
    assert "in check_window" in "".join(caught.value.__notes__), "where in that process"
    assert not (tmp_path / "out" / "plan.json").exists()
    assert multiprocessing.active_children() == []


def test_only_so_many_clips_are_read_ahead():
    taken, ahead = [], ReadAhead(lambda clip: Read(clip, "clip"), 0, ahead=5)
    with ThreadPoolExecutor(1) as pool:
        ahead._pool = pool  # in place of processes
        ahead._submitted = lambda clip: pool.submit(ahead._reader, clip)
        reads = ahead.read(taken.append(number) or number for number in range(1000))
        assert [next(reads).number for _ in range(3)] == [0, 1, 2] and len(taken) == 8
        assert len(list(reads)) == 997
        ahead._pool = None


def reads_of(lengths) -> list[Read]:
    return [
        Read(number, f"clip {number}", [SimpleNamespace(joints=np.empty((frames, 0)))])
        for number, frames in enumerate(lengths)
    ]


def test_clips_of_like_length_go_through_the_model_together():
    batches = []

    def pipe(inputs, batch_size):
        given = list(inputs)
        batches.append([len(each["people"][0].joints) for each in given])
        return [{"source": each["source"]} for each in given]

    rows = making._rows(partial(explained, pipe, options={}), reads_of([90, 30, 300, 31, 91]), 2)
    assert batches == [[30, 31], [90, 91], [300]]
    assert [row["source"] for row in rows] == [f"clip {number}" for number in range(5)]


def test_long_recordings_are_not_gathered_without_limit():
    groups = list(making._groups(iter(reads_of([10, 10, making.SORTED_FRAMES, 10])), 32))
    assert [len(group) for group in groups] == [3, 1]
    assert [len(group) for group in making._groups(iter(reads_of([10] * 7)), 3)] == [3, 3, 1]


def test_a_clip_that_the_model_cannot_process_does_not_spoil_its_batch():
    def pipe(inputs, batch_size):
        given = list(inputs)
        if any(len(each["people"][0].joints) == 13 for each in given):
            raise ValueError("thirteen frames")
        return [{"source": each["source"], "label": "sad"} for each in given]

    rows = making._rows(partial(explained, pipe, options={}), reads_of([12, 13, 14]), 8)
    assert [row.get("label") for row in rows] == ["sad", None, "sad"]
    assert rows[1]["error"] == {"type": "ValueError", "message": "thirteen frames"}


def test_the_plan_names_what_made_the_shards(annotated, folder):
    plan = json.loads((annotated / "plan.json").read_text(encoding="utf-8"))
    assert plan["version"] == eai_llm_hf.__version__ and plan["clips"] == 6
    assert plan["settings"] == {"label_only": True, "batch_size": 8, "shard_size": 4}
    assert plan["source"] == {"kind": "folder", "name": folder.name} and len(plan["checkpoint"]["sha256"]) == 64
    listed = pandas.read_parquet(annotated / "clips.parquet")
    assert listed["size"].tolist() == [(folder / source).stat().st_size for source in listed["source"]]
    assert FileInputs(folder).check(next(iter(open_source(folder).listed))) is None
