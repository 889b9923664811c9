"""Rows whose joints stay where the dataset keeps them, so that a corpus may be larger than memory.

A prepared corpus is memory-mapped: the operating system reads what is asked for, and drops it when memory is short.
What decides which clip is drawn (label, performer, content, ...) is held in memory, about 0.4 kB for each clip.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import datasets
import numpy as np

from .schema import FEATURES

_LIGHT = tuple(name for name in FEATURES if name != "joints")
_RECURRING = ("label", "expression", "performer", "content", "family", "corpus", "source")


class StoredRow(Mapping[str, Any]):
    """A row as `FEATURES` describes it.

    Args:
        stored: The joints of all clips, in the format "numpy".
        place: Which of them are those of the row.
        values: The other columns.
    """

    __slots__ = ("_place", "_stored", "_values")

    def __init__(self, stored: datasets.Dataset, place: int, values: tuple):
        self._stored, self._place, self._values = stored, place, values

    def __getitem__(self, column: str) -> Any:
        if column == "joints":
            return self._stored[self._place]["joints"]
        try:
            return self._values[_LIGHT.index(column)]
        except ValueError:
            raise KeyError(column) from None

    def __iter__(self) -> Iterator[str]:
        return iter(FEATURES)

    def __len__(self) -> int:
        return len(FEATURES)

    def with_label(self, label: str | None) -> "StoredRow":
        """The row with another label."""
        place = _LIGHT.index("label")
        return StoredRow(self._stored, self._place, (*self._values[:place], label, *self._values[place + 1 :]))


def stored_rows(corpus: datasets.Dataset) -> Iterator[StoredRow]:
    """The rows of a corpus, of which only the joints are left where they are.

    Args:
        corpus: Rows of `FEATURES`; `not_shown` may be missing.
    """
    joints = corpus.select_columns(["joints"]).with_format("numpy")
    light = corpus.select_columns([name for name in _LIGHT if name in corpus.column_names]).with_format(None)
    once: dict[Any, Any] = {}  # most values recur, such as labels, and are kept once
    for place, row in enumerate(light):
        mask, not_shown = tuple(row["joint_mask"]), tuple(row.get("not_shown") or ())
        if mask not in once:
            once[mask] = np.array(mask)
        values = row | {"joint_mask": once[mask], "not_shown": once.setdefault(not_shown, not_shown)}
        for name in _RECURRING:
            values[name] = once.setdefault(row[name], row[name])
        yield StoredRow(joints, place, tuple(values[name] for name in _LIGHT))


def relabelled(row: Mapping[str, Any], label: str | None) -> Mapping[str, Any]:
    """A row with another label."""
    return row.with_label(label) if isinstance(row, StoredRow) else {**row, "label": label}


__all__ = ["StoredRow", "relabelled", "stored_rows"]
