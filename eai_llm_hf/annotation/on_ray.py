"""Makes the shards of a plan on a Ray cluster: Ray Data hands their numbers to actors, each with a model.

The folder to write, the source and the other files of the call are on storage that each machine sees under the same
path. A shard that an actor or its machine loses is made again by another: a shard depends on the plan alone, and has
its name only when it is whole.
"""

import json
import logging
import os
import pickle
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import torch

from .attempts import Attempt
from .call import Call
from .making import Maker
from .model import Model
from .plan import Plan, check_same, read_plan
from .shards import Check, finished_one, shard_path
from .sources import Inputs, RowInputs, Source, open_source

INSTALL = 'engine="ray" needs Ray; install it on each machine with: pip install "eai-llm-hf[scale]"'

REACHABLE_S = 10.0
"""Seconds that a cluster has to answer."""

MOST_TASKS = 10_000
"""Ray Data plans with lists of tasks; beyond this number a task has several shards."""

_STORE_BYTES = 2**27  # of shared memory, for Ray on this machine: only numbers of shards go through it
_LIBRARIES = ("torch", "transformers", "numpy", "pyarrow")


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process is connected to.

    Attributes:
        actors: Processes with a model, or None for as many as fit.
    """

    actors: int | None

    @property
    def device(self) -> str:
        """Type of the device that models compute on: GPUs if there are any."""
        import ray

        return "cuda" if ray.cluster_resources().get("GPU") else "cpu"

    def shards(
        self, plan: Plan, todo: Sequence[int], call: Call, source: Source, advance: Callable[[int], object]
    ) -> Iterator[tuple[int, Check]]:
        """Lets the actors write shards.

        Args:
            plan: The plan, whose file each actor reads.
            todo: Numbers of the shards.
            call: The call, with absolute paths.
            source: Its source.
            advance: Called with the number of clips of each shard that was written.

        Yields:
            The number and the check of each shard, in the order in which they are finished.

        Raises:
            OSError: If a shard cannot be written.
            RuntimeError: If Ray gives up.
            ValueError: If no machine is large enough, or one has other files, another version or no GPU.
        """
        import ray
        import ray.data

        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        inputs = None if isinstance(source.inputs, RowInputs) else source.inputs
        on_gpu = plan.device != "cpu"
        made = ray.data.from_items(
            [{"shard": shard} for shard in todo], override_num_blocks=min(len(todo), MOST_TASKS)
        ).map_batches(
            ShardWriter,
            fn_constructor_args=(call, plan.facts, _libraries(), inputs),
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(
                size=min(self.actors or _fitting(plan), len(todo)), max_tasks_in_flight_per_actor=1
            ),
            num_cpus=1 if on_gpu else plan.threads,
            num_gpus=1 if on_gpu else 0,
            runtime_env={"env_vars": {"OMP_NUM_THREADS": str(plan.threads)}},
        )
        try:
            for batch in made.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                for row in cast(pa.Table, batch).to_pylist():
                    if row["error"]:
                        raise _on_node(pickle.loads(row["error"]), row["node"])
                    advance(plan.clips_in(row["shard"]))
                    yield row["shard"], Check(**json.loads(row["check"]))
        except ray.exceptions.RayError as error:
            raise RuntimeError(
                f"Ray ended the run ({str(error).strip().splitlines()[-1]}). The finished shards are kept: repeat the "
                "call to continue."
            ) from error


class ShardWriter:
    """An actor: writes the shards whose numbers it is given.

    Args:
        call: The call, with absolute paths.
        facts: Of the plan.
        libraries: Versions on the machine that the call was made on.
        inputs: Finds the clips; None opens the source here, because rows of a dataset lie in a cache of the machine.
    """

    def __init__(self, call: Call, facts: Mapping[str, Any], libraries: Mapping[str, str], inputs: Inputs | None):
        self._call, self._facts, self._libraries, self._inputs = call, facts, libraries, inputs
        self._held = ExitStack()
        self._opened: tuple[Plan, Maker] | None = None

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Writes a shard, unless an actor that was lost has written it before. An error is returned in its place.

        The model is loaded here: an error in the constructor of an actor would reach the caller as Ray's.
        """
        shard, check, problem = int(batch["shard"][0]), "", b""
        try:
            plan, maker = self._opened = self._opened or self._open()
            done = finished_one(plan, shard)
            if done is None:
                attempt = Attempt(shard_path(plan, shard))
                ((_, done),) = maker.shards([shard], lambda _: None, attempt)
                attempt.finish()
            check = json.dumps(asdict(done))
        except Exception as error:
            problem = pickle.dumps(_plain(error))
        return {"shard": [shard], "check": [check], "error": [problem], "node": [socket.gethostname()]}

    def _open(self) -> tuple[Plan, Maker]:
        """Checks that this machine sees and has the same as the one that the call was made on, and loads the model."""
        differing = [
            f"{name} {found}, expected {self._libraries[name]}"
            for name, found in _libraries().items()
            if found != self._libraries[name]
        ]
        if differing:
            raise ValueError(
                f"Answers would differ in the last digits, because versions differ: {'; '.join(differing)}."
            )
        folder, source = self._call.folder, Path(self._call.source)
        plan = read_plan(folder)
        if plan is None or plan.facts != self._facts:
            raise ValueError(
                f"{folder} is not the folder that the call was made for. It must be on storage that each machine sees "
                "under the same path."
            )
        if source.is_absolute() and (not source.exists() or source.is_dir() and not any(source.iterdir())):
            raise ValueError(f"There are no clips in {source}; each machine must see the source under the same path.")
        options, settings = self._call.checked()
        identity, inputs = self._facts["source"], self._inputs
        if inputs is None:
            opened = open_source(self._call.source, identity)
            identity, inputs = opened.identity, opened.inputs
        check_same(plan, self._call.facts(identity, settings))
        torch.set_num_threads(plan.threads)
        model = Model(self._call, options, plan.device)
        return plan, self._held.enter_context(Maker(plan, model, inputs, self._call, options))


@contextmanager
def connected(address: str | None, actors: int | None) -> Iterator[Cluster]:
    """Connects to a cluster, or starts one on this machine; a connection that the process has already is used.

    Args:
        address: HOST:PORT or "auto" for a cluster that this machine belongs to; None for one on this machine alone.
        actors: Processes with a model, or None for as many as fit.

    Raises:
        ConnectionError: If no cluster answers.
        ImportError: If Ray is not installed.
        ValueError: If an argument is not of its form.
    """
    if actors is not None and (not isinstance(actors, int) or actors < 1):
        raise ValueError(f"actors must be a whole number from 1 on, found {actors!r}.")
    try:
        import ray
        import ray.data  # noqa: F401 - a part of its own, which Ray alone comes without
    except ImportError as error:
        raise ImportError(INSTALL) from error

    own = not ray.is_initialized()
    if own:
        _connect(address)
    try:
        yield Cluster(actors)
    finally:
        if own:
            ray.shutdown()


def _connect(address: str | None) -> None:
    import ray

    given: dict[str, Any] = {"address": address}
    if address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
        given = {"address": "local", "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    elif address != "auto":
        host, _, port = address.rpartition(":")
        if not host or "/" in host or not port.isdigit():
            raise ValueError(
                f"address must be HOST:PORT or auto, found {address!r}; the call is made on a machine of the cluster."
            )
        try:
            socket.create_connection((host, int(port)), timeout=REACHABLE_S).close()
        except OSError as error:
            raise ConnectionError(f"No Ray cluster answers at {address} ({error}). Is `ray start` running?") from error
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **given)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConnectionError(
            f"The Ray cluster {address or 'on this machine'} does not start or answer: {error}"
        ) from error


def _fitting(plan: Plan) -> int:
    """Number of actors that the machines of the cluster hold at once.

    Raises:
        ValueError: If it is none.
    """
    import ray

    name, each = ("CPU", plan.threads) if plan.device == "cpu" else ("GPU", 1)
    count = sum(int(node["Resources"].get(name, 0) // each) for node in ray.nodes() if node["Alive"])
    if not count:
        have = "a GPU" if name == "GPU" else f"{each} cores, one for each thread that the clips were planned with"
        raise ValueError(f"No machine of the cluster has {have}. If machines are added on demand, pass actors.")
    return count


def _libraries() -> dict[str, str]:
    """Versions that answers and files depend on."""
    return {name: version(name) for name in _LIBRARIES}


def _plain(error: Exception) -> Exception:
    """The error in one of the classes that `annotate` raises, which every process can unpickle."""
    for kind in (OSError, ValueError, TypeError):
        if isinstance(error, kind):
            return kind(str(error))
    return RuntimeError(f"{type(error).__name__}: {error}")


def _on_node(error: Exception, node: str) -> Exception:
    return type(error)(f"On {node}: {error}")


__all__ = ["INSTALL", "Cluster", "ShardWriter", "connected"]
