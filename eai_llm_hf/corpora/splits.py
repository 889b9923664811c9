"""Splits clips into training, validation and test without leaks.

A protocol leaves out groups of clips: performers, contents or families of contents. The side of a clip follows from a
hash of its own group, so adding clips does not move others. A take is a recording with the people and clips cut from
it and its copies (trimmed, mirrored, at another frame rate). No take is on two sides: a split that would put it there
is refused, or the whole take goes to one side.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import datasets
import numpy as np
from transformers.utils import logging

from eai_llm_hf.processing.skeleton.tree import MIRROR

from .overlaps import overlapping

logger = logging.get_logger(__name__)

Rows: TypeAlias = datasets.Dataset | Sequence[Mapping[str, Any]]
"""Rows of one or several corpora; only `clip_id`, `corpus`, `source`, the columns of groups and `joints` are read."""

PROTOCOLS = {
    "performer": "leave performers out",
    "content": "leave contents out",
    "family": "leave families of contents out: all walks together",
    "random": "leave recordings out at random, 4:1 as in the paper; LEAKY: performers and contents are on both sides",
    "diema": "leave performers out as DIEM-A does: sorted by id, dealt round-robin to 10 folds",
}
"""Name of a protocol -> what it leaves out."""

DIEMA_FOLDS = 10
FEW_CONTENTS = 12
"""Up to this many contents or families are left out one by one."""

_GENERATED = "generated"
_BANDAI = ("bandai1", "bandai2")
_KNOWN_TAKES = (*_BANDAI, "bandai2_styles", "style100")
"""Corpora whose file names identify takes. Takes of raised hands by one performer of set 2 are almost copies."""
_COLUMNS = ("clip_id", "corpus", "source", "performer", "content", "family", "label")
_OVERLAP = "parts of one take"
MOST_COMPARED = 2000
"""The most clips among which overlaps are searched for: the time grows with the square, here to a minute or two."""
_SHOWN = 5


class SplitError(ValueError):
    """Clips that cannot be split as requested, or a split that puts a take on two sides."""


@dataclass(frozen=True)
class Fold:
    """One division of the clips.

    Attributes:
        name: Protocol and what is tested: "family walks", "performer, fold 2 of 5".
        train: Numbers of the training rows, ascending.
        test: Numbers of the test rows, ascending; each row is tested in one fold.
        leaky: Whether performers and contents are on both sides, which makes the score too good.
    """

    name: str
    train: list[int]
    test: list[int]
    leaky: bool = False


def protocol_folds(rows: Rows, protocol: str, folds: int = 5) -> list[Fold]:
    """Divides clips by a protocol.

    Groups are the same in all corpora: with `family`, the walks of one corpus are never in training while those of
    another are tested. Up to `folds` groups, or 12 contents or families, are left out one by one. If there are more,
    a hash of the group's name assigns each to one of `folds` folds, and empty folds are left out.

    - `performer`, `content`, `family`: honest for unseen people, contents and movements.
    - `random`: leaves out a fifth of the recordings at random, as the paper does (4:1). LEAKY: training has seen the
      people and movements of the test. Only for comparison with published figures.
    - `diema`: performers sorted by id and dealt round-robin to 10 folds, DIEM-A's official protocol. The only protocol
      in which a new performer can move others.

    Args:
        rows: The clips.
        protocol: A name of `PROTOCOLS`.
        folds: Number of folds if there are many groups; `diema` has ten.

    Returns:
        The folds; each clip is tested in one of them.

    Raises:
        SplitError: If the protocol is unknown, a clip has no such group, there is only one group, or a take would be
            on two sides.
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
            f"All {len(groups)} clips have the same {what} ({', '.join(names)}), so none can be left out."
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
    """Refuses a fold with a take on both sides.

    Raises:
        SplitError: If both sides have the same row, or rows with the same clip id, of the same recording (people,
            clips and copies cut from one file) or with the same joints, mirrored or not. The message names the clips.
    """
    sides: list[str | None] = [None] * len(rows)
    for side, indices in (("train", fold.train), ("test", fold.test)):
        for index in indices:
            if not 0 <= index < len(rows):
                raise SplitError(f"{fold.name}: there is no row {index} among the {len(rows)}.")
            if sides[index] not in (None, side):
                raise SplitError(f"{fold.name}: row {index} ({rows[index]['clip_id']}) is on both sides.")
            sides[index] = side
    refuse_shared_takes(rows, sides, overlaps=False)  # `protocol_folds` has refused them


def refuse_shared_takes(rows: Rows, sides: Sequence[str | None], overlaps: bool = True) -> None:
    """Refuses a split, into any number of sides, with a take on two sides.

    Args:
        rows: The clips.
        sides: The side of each clip; None if it is not used.
        overlaps: Whether to search for clips that share a stretch of one take, too (about a second for 200 clips).

    Raises:
        SplitError: As `check_no_leak`.
    """
    light = _light(rows)
    used = [index for index, side in enumerate(sides) if side is not None]
    shared: dict[tuple[int, int], str] = {}
    for one, other, what in _links(rows, light, used, overlaps):
        if sides[one] != sides[other]:
            shared.setdefault((one, other), what)
    if shared:
        pairs = [
            f"{light[one]['clip_id']} ({sides[one]}) and {light[other]['clip_id']} ({sides[other]}) are {what}"
            for (one, other), what in list(shared.items())[:_SHOWN]
        ]
        more = f"; and {len(shared) - _SHOWN} more" if len(shared) > _SHOWN else ""
        raise SplitError(
            f"A take is on two sides: {'; '.join(pairs)}{more}. Leave one of them out, or give them the same group."
        )


def split_of(row: Mapping[str, Any], held_out: Sequence[str], validation: Sequence[str]) -> str:
    """The side of a clip, "train", "validation" or "test": a stable function of what identifies it.

    Generated clips are split by performer, recordings by family of contents. A family that is not named is assigned by
    a hash, a fifth each to validation and test; those of Bandai are trained on.
    """
    if row["source"] == _GENERATED:
        return ("test", "validation", "train", "train", "train")[int(row["performer"].rpartition("-")[2]) % 5]
    if row["family"] in held_out:
        return "test"
    if row["family"] in validation:
        return "validation"
    if row["corpus"] in ("bandai1", "bandai2"):
        return "train"
    return _by_hash((row["corpus"], row["family"]))


def split_rows(rows: Rows, held_out: Sequence[str], validation: Sequence[str]) -> tuple[list[str], list[str]]:
    """The side of each clip in a training, and notes for the user.

    `split_of` decides for generated clips and those of Bandai. Of any other corpus, whole performers are held out if
    each of its clips names one and there are several, otherwise whole families of contents:

    1. A group named in `held_out` or `validation` is on that side; the side of any other follows from a hash of its
       name (as in `split_of`, a fifth each for test and validation). So adding clips does not move others.
    2. Groups that share a take are one group, on the side of the first of their names. It is tested if one of its
       names is in `held_out`.
    3. If the test side then has no labelled clip, the first group moves there, from validation if possible, otherwise
       from training. If the training side has none, the last group moves there. First and last are by the same hash,
       and named groups never move. So adding groups may move one group back, and none if there are enough.
    4. A corpus with one group is trained on.

    Args:
        rows: The clips.
        held_out: Performers or families for the test.
        validation: Performers or families for validation.

    Returns:
        "train", "validation" or "test" for each clip; and sentences for the user: who is held out, what shares a take.
    """
    light = _light(rows)
    sides = [split_of(row, held_out, validation) for row in light]
    free = [index for index, row in enumerate(light) if row["source"] != _GENERATED and row["corpus"] not in _BANDAI]
    names, notes = _named_groups(light, free)

    joined = {name: name for name in names.values()}

    def first_of(name: tuple[str, str]) -> tuple[str, str]:
        while joined[name] != name:
            name = joined[name]
        return name

    together = []
    for one, other, what in _links(rows, light, free):
        first, second = sorted((first_of(names[one]), first_of(names[other])))
        joined[second] = first
        if what == _OVERLAP:
            together.append(f"{light[one]['clip_id']} with {light[other]['clip_id']}")
    if together:
        more = f", and {len(together) - _SHOWN} more" if len(together) > _SHOWN else ""
        notes.append(f"Clips that share a stretch of one take are on one side: {', '.join(together[:_SHOWN])}{more}.")

    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    labelled: dict[tuple[str, str], bool] = defaultdict(bool)
    for index in free:
        group = first_of(names[index])
        members[group].add(names[index][1])
        labelled[group] |= light[index].get("label") is not None
    for corpus in sorted({corpus for corpus, _ in members}):
        own = {group: members[group] for group in members if group[0] == corpus}
        side_of = _sides_of_groups(own, labelled, held_out, validation)
        for index in free:
            if (group := first_of(names[index])) in side_of:
                sides[index] = side_of[group]
    notes += _who_is_held_out(light, names, sides)
    return sides, notes


def _named_groups(
    light: Sequence[Mapping[str, Any]], free: Sequence[int]
) -> tuple[dict[int, tuple[str, str]], list[str]]:
    """Corpus and group of each clip that is split by groups, and notes for the user."""
    performers: dict[str, Counter] = defaultdict(Counter)
    for index in free:
        performers[light[index]["corpus"]][_person(light[index])] += 1
    notes = [
        f"{corpus}: {count[None]} of {count.total()} clips name no performer; contents are held out, not performers."
        for corpus, count in performers.items()
        if 0 < count[None] < count.total()
    ]
    by_performer = {corpus for corpus, count in performers.items() if None not in count and len(count) > 1}
    names = {
        index: (row["corpus"], str(_person(row) if row["corpus"] in by_performer else row["family"]))
        for index, row in ((index, light[index]) for index in free)
    }
    return names, notes


def _sides_of_groups(
    groups: Mapping[tuple[str, str], set[str]],
    labelled: Mapping[tuple[str, str], bool],
    held_out: Sequence[str],
    validation: Sequence[str],
) -> dict[tuple[str, str], str]:
    """The side of each group of a corpus, by the rules of `split_rows`.

    Args:
        groups: Each group with its names.
        labelled: Whether a group has a clip with a label.
        held_out: Names for the test.
        validation: Names for validation.
    """
    side_of: dict[tuple[str, str], str] = {}
    movable = []
    for group in sorted(groups, key=_digest):
        named = "test" if groups[group] & set(held_out) else "validation" if groups[group] & set(validation) else None
        side_of[group] = named or _by_hash(group)
        if named is None and labelled[group]:
            movable.append(group)
    if len(groups) == 1 and movable:
        return dict.fromkeys(groups, "train")

    def there(side: str) -> int:
        return sum(labelled[group] for group, own in side_of.items() if own == side)

    for wanted, order in (("test", movable), ("train", movable[::-1])):
        for source in ("validation", "train" if wanted == "test" else "test"):
            first = next((group for group in order if side_of[group] == source), None)
            if first and not there(wanted) and (source == "validation" or there(source) > 1):
                side_of[first] = wanted
    return side_of


def _who_is_held_out(
    light: Sequence[Mapping[str, Any]], names: Mapping[int, tuple[str, str]], sides: Sequence[str]
) -> list[str]:
    """A sentence for each corpus whose performers are held out."""
    performers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for index, (corpus, name) in names.items():
        if name == _person(light[index]):
            performers[corpus][sides[index]].add(name)
    return [
        f"{corpus}: whole performers are held out, {_some(of['test'])} for the test and {_some(of['validation'])} for "
        f"validation; {len(of['train'])} are trained on."
        for corpus, of in performers.items()
    ]


def _some(names: set[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(sorted(names)[:_SHOWN]) + more if names else "none"


def _digest(group: tuple[str, str]) -> bytes:
    return hashlib.sha256("/".join(group).encode()).digest()


def _by_hash(group: tuple[str, str]) -> str:
    return ("test", "validation", "train", "train", "train")[_digest(group)[0] % 5]


def _person(row: Mapping[str, Any]) -> str | None:
    """The performer; the people of one recording, "F01" and "F01#1", count as one."""
    return str(row["performer"]).partition("#")[0] if row.get("performer") else None


def _light(rows: Rows) -> list[dict[str, Any]]:
    """The rows without their joints."""
    if isinstance(rows, datasets.Dataset):
        columns = [column for column in _COLUMNS if column in rows.column_names]
        return rows.select_columns(columns).with_format(None).to_list()
    return [{column: str(row[column]) for column in _COLUMNS if row.get(column) is not None} for row in rows]


def _groups(light: Sequence[Mapping[str, Any]], protocol: str) -> list[str]:
    """The group of each row.

    Raises:
        SplitError: If a row names none.
    """
    column = "performer" if protocol == "diema" else protocol
    lacking = Counter(str(row["corpus"]) for row in light if protocol != "random" and not row.get(column))
    if lacking:
        of = Counter(str(row["corpus"]) for row in light)
        corpora = ", ".join(f"{corpus} ({count} of {of[corpus]} clips)" for corpus, count in lacking.items())
        known = [other for other in ("performer", "family", "content") if all(row.get(other) for row in light)]
        instead = f"use the protocol {' or '.join(repr(other) for other in known)}" if known else "name them"
        raise SplitError(f"No {column} is named in {corpora}; {instead}, or leave these clips out.")
    return [str(group_of(row, protocol)) for row in light]


def group_of(row: Mapping[str, Any], protocol: str) -> str | None:
    """The group that a protocol leaves out together with a clip; None if the clip does not name it."""
    if protocol == "random":
        return f"{row['corpus']}/{row['source'] if _is_file(row) else _recording(row)}"
    if protocol in ("performer", "diema"):
        return _person(row)
    return row.get(protocol)


def _links(
    rows: Rows, light: Sequence[Mapping[str, Any]], used: Sequence[int], overlaps: bool = True
) -> Iterator[tuple[int, int, str]]:
    """Pairs of used rows that belong to one take, with what they share.

    A row that shares a name or all joints with earlier rows is paired with the first of them.
    """
    first: dict[tuple[Any, ...], int] = {}
    chosen = rows.select(used) if isinstance(rows, datasets.Dataset) else [rows[index] for index in used]
    for index, digest in zip(used, _fingerprints(chosen), strict=True):
        row = light[index]
        keys: dict[str, tuple[Any, ...] | None] = {
            "the same clip": ("clip", row["corpus"], row["clip_id"]),
            "of one recording": ("recording", row["corpus"], _recording(row)),
            "cut from one file": ("source", row["corpus"], row["source"]) if _is_file(row) else None,
            "the same movement": ("joints", digest) if digest is not None else None,
        }
        for what, key in keys.items():
            if key is not None and (other := first.setdefault(key, index)) != index:
                yield other, index, what
    if overlaps:
        compared = [
            place
            for place, index in enumerate(used)
            if light[index]["source"] != _GENERATED and light[index]["corpus"] not in _KNOWN_TAKES
        ]
        if len(compared) > MOST_COMPARED:
            logger.warning(
                f"Clips that share a stretch of one take can be found among at most {MOST_COMPARED} clips; there are "
                f"{len(compared)}. Make sure yourself that no take is on two sides."
            )
            return
        for one, other in overlapping(_movements(chosen, compared)):
            yield used[compared[one]], used[compared[other]], _OVERLAP


def _movements(rows: Rows, places: Sequence[int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Joints of some rows, and which joints they have; nothing if the rows have no joints."""
    if isinstance(rows, datasets.Dataset):
        if "joints" not in rows.column_names:
            return
        rows = rows.select_columns([c for c in ("joints", "joint_mask") if c in rows.column_names])
        rows = rows.with_format("numpy")
    for place in places:
        row = rows[place]
        joints, mask = row.get("joints"), row.get("joint_mask")
        yield (
            np.empty((0, len(MIRROR), 3), np.float32) if joints is None else np.asarray(joints, np.float32),
            np.ones(len(MIRROR), bool) if mask is None else np.asarray(mask, bool),
        )


def _recording(row: Mapping[str, Any]) -> str:
    return str(row["clip_id"]).partition("#")[0]


def _is_file(row: Mapping[str, Any]) -> bool:
    """Whether `source` names a file: all generated clips have the same source, but share nothing."""
    return bool(row.get("source")) and row["source"] != _GENERATED


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
        # 0.0 + turns -0.0 into 0.0.
        yield min(hashlib.sha256((0.0 + image).tobytes()).digest() for image in (positions, mirrored))


__all__ = [
    "PROTOCOLS",
    "Fold",
    "SplitError",
    "check_no_leak",
    "group_of",
    "protocol_folds",
    "refuse_shared_takes",
    "split_of",
    "split_rows",
]
