"""The methods of the benchmark by their names on the command line; each is imported when it runs."""

import re
from dataclasses import dataclass, replace
from importlib import import_module

from .task import Method

OURS = "eai-llm"
_HERE = __package__


@dataclass(frozen=True)
class MethodSource:
    """Where to find a method: a name instead of the function, so that a worker process can import it.

    Attributes:
        module: Its module.
        attribute: Its name there, or the name of a dictionary of methods.
        key: Its key in that dictionary.
        checkpoint: Checkpoint to continue from; the attribute is called with it and returns the method.
        seeded: Whether the seed changes its answers. If not, it runs once and counts for each seed.
        baseline: Whether it is a baseline that the model is compared with.
    """

    module: str
    attribute: str
    key: str | None = None
    checkpoint: str | None = None
    seeded: bool = True
    baseline: bool = True

    def load(self) -> Method:
        """The method itself."""
        found = getattr(import_module(self.module), self.attribute)
        if self.key is not None:
            return found[self.key]
        return found(self.checkpoint) if self.checkpoint is not None else found


_SKELETON_MODEL = f"{_HERE}.skeleton_model"

METHODS: dict[str, MethodSource] = {
    "lda": MethodSource(f"{_HERE}.baselines", "lda", seeded=False),
    "logistic regression": MethodSource(f"{_HERE}.baselines", "logistic_regression", seeded=False),
    "random forest": MethodSource(f"{_HERE}.baselines", "random_forest"),
    "st-gcn++ joint": MethodSource(f"{_HERE}.graph_network", "joint_stream"),
    "st-gcn++ bone": MethodSource(f"{_HERE}.graph_network", "bone_stream"),
    "st-gcn++ motion": MethodSource(f"{_HERE}.graph_network", "motion_stream"),
    "st-gcn++ fused": MethodSource(f"{_HERE}.graph_network", "fused_streams"),
    "text zero-shot": MethodSource(f"{_HERE}.text_backbone", "zero_shot", seeded=False),
    "text lora": MethodSource(f"{_HERE}.text_backbone", "fine_tuned"),
    OURS: MethodSource(_SKELETON_MODEL, "ABLATIONS", key=OURS, baseline=False),
}
"""Name -> method. The ablations of `skeleton_model.ABLATIONS` have their own names in addition."""

_COSTS: dict[str, float] = {}


def find_method(name: str, model: str | None = None) -> tuple[str, MethodSource]:
    """Finds a method by its name or the slug of it: "st-gcn++ joint", "st-gcn-joint".

    Args:
        name: As on the command line.
        model: Checkpoint that "eai-llm" continues from in each fold; None for a new model.

    Returns:
        The full name, and where to find the method.

    Raises:
        ValueError: If no method has this name.
    """
    known = dict(METHODS)
    if slug(name).startswith(f"{OURS}-"):
        ablations = import_module(_SKELETON_MODEL).ABLATIONS
        known |= {other: replace(METHODS[OURS], key=other) for other in ablations if other != OURS}
    for full, source in known.items():
        if slug(full) == slug(name):
            if full == OURS and model is not None:
                source = replace(source, attribute="from_checkpoint", key=None, checkpoint=model)
            return full, source
    raise ValueError(f"There is no method '{name}'; there are {', '.join(known)}, and ablations of {OURS}.")


def slug(name: str) -> str:
    """A name for files and the command line: "eai-llm: without alignment" becomes eai-llm-without-alignment."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def note_cost(**facts: float) -> None:
    """Notes what a method costs; the cell keeps it, and the cost table shows it.

    Args:
        **facts: `parameters` (all), `trained_parameters`, `training_seconds`, `labelling_seconds`.
    """
    _COSTS.update(facts)


def take_costs() -> dict[str, float]:
    """The costs noted since the last call."""
    costs = dict(_COSTS)
    _COSTS.clear()
    return costs


__all__ = ["METHODS", "OURS", "MethodSource", "find_method", "note_cost", "slug", "take_costs"]
