"""Which clips a model learns from and which it is tested on, so that the score says what it seems to say.

A protocol leaves out groups of clips: performers, contents, families of contents. The side of a clip follows from a
hash of its own group, so that clips which are added move no others. A take (a recording, the people and windows cut
from it, a copy or a mirrored copy of it) never stands on two sides; what would put it there is refused.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import datasets
import numpy as np

from eai_llm_hf.processing.skeleton_tree import MIRROR

Rows: TypeAlias = datasets.Dataset | Sequence[Mapping[str, Any]]
"""Rows of a corpus, or of several; only `clip_id`, `corpus`, `source`, the columns of groups and `joints` are read."""

PROTOCOLS = {
    "performer": "leave performers out",
    "content": "leave contents out",
    "family": "leave families of contents out: all walks together",
    "random": "leave recordings out at random, 4:1 as in the paper; LEAKY: performers and contents are on both sides",
    "diema": "leave performers out as DIEM-A does: sorted by id, dealt round-robin into 10 folds",
}
"""Name of a protocol -> what it leaves out."""

DIEMA_FOLDS = 10
FEW_CONTENTS = 12
"""So many contents or families are left out one by one."""

_GENERATED = "generated"
_COLUMNS = ("clip_id", "corpus", "source", "performer", "content", "family")
_SHOWN = 5


class SplitError(ValueError):
    """Clips that cannot be split as asked, or that are split so that a take stands on two sides."""


@dataclass(frozen=True)
class Fold:
    """One division of the clips.

    Attributes:
        name: Protocol and what is tested: "family walks", "performer, fold 2 of 5".
        train: Numbers of the rows to learn from, ascending.
        test: Numbers of the rows to be tested on, ascending; each row is in the test of one fold.
        leaky: Whether performers and contents stand on both sides, which makes the score too good.
    """

    name: str
    train: list[int]
    test: list[int]
    leaky: bool = False


def protocol_folds(rows: Rows, protocol: str, folds: int = 5) -> list[Fold]:
    """Divides clips by a protocol.

    Groups are the same in all corpora: with `family` the walks of one corpus are not learned from while those of
    another are tested. Up to `folds` groups, or 12 contents or families, are left out one by one; more are dealt to
    `folds` folds by a hash of the group's name, and folds that get none are left out.

    - `performer`, `content`, `family`: honest for people, contents and movements not seen before.
    - `random`: leaves out a fifth of the recordings at random, as the paper does (4:1). LEAKY: the people and
      movements of the test are known from training; for comparison with published figures only.
    - `diema`: performers sorted by id and dealt round-robin into 10 folds, DIEM-A's official protocol. The only one
      in which a new performer can move others.

    Args:
        rows: The clips.
        protocol: A name of `PROTOCOLS`.
        folds: How many folds many groups are dealt to; `diema` has ten.

    Returns:
        The folds; each clip is tested in one of them.

    Raises:
        SplitError: If the protocol is unknown, a clip has no such group, there is one group alone, or a take would
            stand on two sides.
    """
    if protocol not in PROTOCOLS:
        raise SplitError(f"There is no protocol '{protocol}', expected one of {', '.join(PROTOCOLS)}.")
    if folds < 2:
        raise SplitError(f"Clips are divided into at least 2 folds, found {folds}.")
    light = _light(rows)
    groups = _groups(light, protocol)
    names = sorted(set(groups))
    if len(names) < 2:
        what = "recording" if protocol == "random" else "performer" if protocol == "diema" else protocol
        raise SplitError(
            f"All {len(groups)} clips have the same {what} ({', '.join(names)}); nothing can be left out."
        )
    most = folds if protocol == "performer" else max(folds, FEW_CONTENTS)
    one_by_one = protocol in ("performer", "content", "family") and len(names) <= most
    if protocol == "diema":
        folds = DIEMA_FOLDS
        fold_of = {name: index % folds for index, name in enumerate(names)}
    elif one_by_one:
        fold_of = {name: index for index, name in enumerate(names)}
    else:
        fold_of = {name: _hash(f"{protocol}/{name}") % folds for name in names}
    numbers = [fold_of[group] for group in groups]
    refuse_shared_takes(rows, [f"fold {number + 1}" for number in numbers])
    made = []
    for number in sorted(set(numbers)):
        name = f"{protocol}, fold {number + 1} of {folds}" + (" (leaky)" if protocol == "random" else "")
        if one_by_one:
            name = f"{protocol} {names[number]}"
        test = [index for index, of_row in enumerate(numbers) if of_row == number]
        train = [index for index, of_row in enumerate(numbers) if of_row != number]
        made.append(Fold(name, train, test, leaky=protocol == "random"))
    return made


def check_no_leak(rows: Rows, fold: Fold) -> None:
    """Refuses a fold in which a take stands on both sides.

    Raises:
        SplitError: If a row stands on both sides, or rows of one clip id, of one recording (people, windows and copies
            cut from one file) or with the same joints, mirrored or not; the message names the clips.
    """
    sides: list[str | None] = [None] * len(rows)
    for side, indices in (("train", fold.train), ("test", fold.test)):
        for index in indices:
            if not 0 <= index < len(rows):
                raise SplitError(f"{fold.name}: there is no row {index} among the {len(rows)}.")
            if sides[index] not in (None, side):
                raise SplitError(f"{fold.name}: row {index} ({rows[index]['clip_id']}) stands on both sides.")
            sides[index] = side
    refuse_shared_takes(rows, sides)


def refuse_shared_takes(rows: Rows, sides: Sequence[str | None]) -> None:
    """Refuses a division, into any number of sides, in which a take stands on two of them.

    Args:
        rows: The clips.
        sides: The side of each, None where it is not used.

    Raises:
        SplitError: As `check_no_leak`.
    """
    light = _light(rows)
    first: dict[tuple[Any, ...], int] = {}
    shared: dict[tuple[int, int], str] = {}
    for index, (row, digest) in enumerate(zip(light, _fingerprints(rows), strict=True)):
        if sides[index] is None:
            continue
        keys: dict[str, tuple[Any, ...] | None] = {
            "the same clip": ("clip", row["corpus"], row["clip_id"]),
            "of one recording": ("recording", row["corpus"], _recording(row)),
            "cut from one file": ("source", row["corpus"], row["source"]) if _is_file(row) else None,
            "the same movement": ("joints", digest) if digest is not None else None,
        }
        for what, key in keys.items():
            if key is not None and sides[other := first.setdefault(key, index)] != sides[index]:
                shared.setdefault((other, index), what)
    if shared:
        told = [
            f"{light[one]['clip_id']} ({sides[one]}) and {light[other]['clip_id']} ({sides[other]}) are {what}"
            for (one, other), what in list(shared.items())[:_SHOWN]
        ]
        more = f"; and {len(shared) - _SHOWN} more" if len(shared) > _SHOWN else ""
        raise SplitError(
            f"A take stands on two sides: {'; '.join(told)}{more}. Leave one of them out, or give them one group."
        )


def split_of(row: Mapping[str, Any], held_out: Sequence[str], validation: Sequence[str]) -> str:
    """The side a clip stands on, "train", "validation" or "test": a stable function of what identifies it.

    Generated clips are split by performer, recordings by family of contents; a corpus none of whose families is named
    is split by a hash of the family, a fifth each for validation and test.
    """
    if row["source"] == _GENERATED:
        return ("test", "validation", "train", "train", "train")[int(row["performer"].rpartition("-")[2]) % 5]
    if row["family"] in held_out:
        return "test"
    if row["family"] in validation:
        return "validation"
    if row["corpus"] in ("bandai1", "bandai2"):
        return "train"
    digest = hashlib.sha256(f"{row['corpus']}/{row['family']}".encode()).digest()
    return ("test", "validation", "train", "train", "train")[digest[0] % 5]


def _light(rows: Rows) -> list[dict[str, Any]]:
    """The rows without their joints."""
    if isinstance(rows, datasets.Dataset):
        columns = [column for column in _COLUMNS if column in rows.column_names]
        return rows.select_columns(columns).with_format(None).to_list()
    return [{column: row[column] for column in _COLUMNS if column in row} for row in rows]


def _groups(light: Sequence[Mapping[str, Any]], protocol: str) -> list[str]:
    """The group of each row: people of one recording, "F01" and "F01#1", are one performer here."""
    if protocol == "random":
        return [f"{row['corpus']}/{row['source'] if _is_file(row) else _recording(row)}" for row in light]
    column = "performer" if protocol == "diema" else protocol
    lacking = Counter(str(row["corpus"]) for row in light if not row.get(column))
    if lacking:
        of = Counter(str(row["corpus"]) for row in light)
        corpora = ", ".join(f"{corpus} ({count} of {of[corpus]} clips)" for corpus, count in lacking.items())
        known = [other for other in ("performer", "family", "content") if all(row.get(other) for row in light)]
        instead = f"use the protocol {' or '.join(repr(other) for other in known)}" if known else "name them"
        raise SplitError(f"No {column} is named in {corpora}; {instead}, or leave these clips out.")
    return [str(row[column]).partition("#")[0] if column == "performer" else str(row[column]) for row in light]


def _recording(row: Mapping[str, Any]) -> str:
    return str(row["clip_id"]).partition("#")[0]


def _is_file(row: Mapping[str, Any]) -> bool:
    """Whether `source` names a file: generated clips all have one source and nothing in common."""
    return bool(row["source"]) and row["source"] != _GENERATED


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _fingerprints(rows: Rows) -> Iterator[bytes | None]:
    """A hash of each row's joints that is the same for its mirror image; None for rows without joints."""
    if isinstance(rows, datasets.Dataset):
        if "joints" not in rows.column_names:
            yield from [None] * len(rows)
            return
        rows = rows.select_columns(["joints"]).with_format("numpy")
    for row in rows:
        joints = row.get("joints")
        if joints is None:
            yield None
            continue
        positions = np.asarray(joints, np.float32)
        mirrored = positions[:, list(MIRROR)] * np.array([-1, 1, 1], np.float32)
        # 0.0 + makes one zero of 0.0 and -0.0.
        yield min(hashlib.sha256((0.0 + image).tobytes()).digest() for image in (positions, mirrored))


__all__ = ["PROTOCOLS", "Fold", "SplitError", "check_no_leak", "protocol_folds", "refuse_shared_takes", "split_of"]
