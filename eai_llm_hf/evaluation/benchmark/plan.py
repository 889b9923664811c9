"""The settings of a benchmark, its folds and its cells.

A cell is one training of one method in one fold, with the clips that it labels. Folds of different protocols are
combined by number: fold i holds out part i of each corpus.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...corpora import load_corpus
from ...corpora.splits import PROTOCOLS, Fold, check_no_leak, group_of, protocol_folds
from ...publish.checkpoints import TRAINING, has_seen, read_metadata
from ..methods.registry import MethodSource, find_method, slug
from ..methods.task import corpus_of
from .equal_speed import movement_speed

TRAIN_ON = ("all", "own")
SPEEDS_OF = ("corpus", "family")
"""What the mean speed is taken over that a test clip gets."""

Row = dict[str, Any]


@dataclass(frozen=True)
class BenchmarkSettings:
    """Which methods are compared on which clips.

    Attributes:
        corpora: Corpora to split and test, as `load_corpus` takes them.
        methods: Names of methods; "eai-llm", or else the first one, is compared with the others.
        output: Folder of the cells and results.
        protocol: A protocol of `splits.PROTOCOLS` for all corpora, and CORPUS=PROTOCOL for single ones.
        extra_corpora: Corpora that are only learned from.
        labels: Tested labels; if empty, all labels of each corpus.
        train_on: "all": one training per fold for all corpora; "own": one for each corpus, from its own clips only.
        label_share: Shares of the labelled training clips that keep their label.
        speed_matched: Whether to test each clip at equal speed as well: at the mean of the training clips of its
            "corpus" (or rig), or of all clips of its "family" there; None for no such test.
        model: Checkpoint that "eai-llm" continues from, or None.
        folds: Number of folds if there are many groups.
        seeds: Seeds of the trainings.
        steps: Training steps, for methods that train by steps.
        batch_size: Crops in a step.
        jobs: Number of processes.
        seed: Seed of generated corpora and of the bootstrap.
    """

    corpora: Sequence[str]
    methods: Sequence[str]
    output: str | Path
    protocol: Sequence[str] = ("family",)
    extra_corpora: Sequence[str] = ()
    labels: Sequence[str] = ()
    train_on: Sequence[str] = ("all",)
    label_share: Sequence[float] = (1.0,)
    speed_matched: str | None = None
    model: str | None = None
    folds: int = 5
    seeds: Sequence[int] = (0, 1, 2)
    steps: int = 400
    batch_size: int = 32
    jobs: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuses invalid settings."""
        for name in ("corpora", "methods", "seeds", "train_on", "label_share"):
            given = list(getattr(self, name))
            if not given or len(set(given)) < len(given):
                raise ValueError(f"`{name}` needs at least one entry and no entry twice, found {given}.")
        if unknown := set(self.train_on) - set(TRAIN_ON):
            raise ValueError(f"`train_on` is {' or '.join(TRAIN_ON)}, found {', '.join(sorted(unknown))}.")
        if wrong := [share for share in self.label_share if not 0 < share <= 1]:
            raise ValueError(f"A label share must be above 0 and at most 1, found {wrong[0]:g}.")
        if self.speed_matched not in (None, *SPEEDS_OF):
            raise ValueError(f"`speed_matched` is {' or '.join(SPEEDS_OF)}, found {self.speed_matched}.")
        for name in ("steps", "batch_size", "jobs"):
            if getattr(self, name) < 1:
                raise ValueError(f"`{name}` must be at least 1, found {getattr(self, name)}.")


@dataclass
class Clips:
    """All clips of a run.

    Attributes:
        rows: Rows of the corpora, without the labels that are not tested.
        tested: Whether a row is tested in some fold: it is of a tested corpus and has a label.
        extra: Whether a row is of an extra corpus.
        labels: Corpus -> its candidate labels, sorted; for extra corpora the tested labels that they have.
        digests: A hash of the content of each row.
        speeds: (rows,) mean movement speed in leg lengths/s; NaN if joints are absent or no speed is needed.
    """

    rows: list[Row]
    tested: list[bool]
    extra: list[bool]
    labels: dict[str, list[str]]
    digests: list[str] = field(default_factory=list)
    speeds: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def test_corpora(self) -> list[str]:
        """The tested corpora, sorted, as `corpus_of` names them."""
        return sorted({corpus_of(row) for row, tested in zip(self.rows, self.tested, strict=True) if tested})


@dataclass(frozen=True)
class Cell:
    """One training of one method and its answers.

    Attributes:
        name: Name of its file.
        method: Name of the method.
        source: Where to find the method.
        fold: Number of the fold; `fold_name` says what it leaves out.
        seed: Seed of the training; None if the method does not depend on it.
        train_on: "all", or the one corpus or rig of the generator that is learned from and tested.
        label_share: Share of the labels that are kept.
        train: Numbers of the training rows.
        silent: Numbers of the training rows whose label is removed.
        test: Numbers of the rows to label.
        labels: Corpus -> candidates.
        steps, batch_size: Training steps and crops in a step.
        speed_matched: As in the settings.
        fingerprint: Hash of everything that decides the answers, except the code.
    """

    name: str
    method: str
    source: MethodSource
    fold: int
    fold_name: str
    seed: int | None
    train_on: str
    label_share: float
    train: tuple[int, ...]
    silent: frozenset[int]
    test: tuple[int, ...]
    labels: Mapping[str, Sequence[str]]
    steps: int
    batch_size: int
    speed_matched: str | None
    fingerprint: str


def load_clips(settings: BenchmarkSettings) -> Clips:
    """Loads all corpora of a run.

    Raises:
        ValueError: If a corpus cannot be loaded, a tested corpus has fewer than two labels, or two clips of a corpus
            have the same name.
    """
    rows: list[Row] = []
    extra: list[bool] = []
    seen = set()
    for is_extra, specs in ((False, settings.corpora), (True, settings.extra_corpora)):
        for row in (row for spec in specs for row in _rows_of(spec, settings.seed)):
            key = (row["corpus"], row["clip_id"])
            if key in seen and is_extra:
                continue  # the first clips of generated:2000 are those of generated:500
            if key in seen:
                raise ValueError(
                    f"Two clips of corpus {key[0]} have the name {key[1]}; names identify clips in scores."
                )
            seen.add(key)
            rows.append(row)
            extra.append(is_extra)
    labels: dict[str, set[str]] = defaultdict(set)
    for row, is_extra in zip(rows, extra, strict=True):
        if not is_extra:
            wanted = settings.labels or [row["label"]]
            labels[corpus_of(row)] |= {row["label"]} & set(wanted) - {None}
    if absent := sorted(set(settings.labels) - set().union(*labels.values())):
        raise ValueError(f"No clip of {', '.join(labels)} has the labels {absent}.")
    for corpus, found in labels.items():
        if len(found) < 2:
            own = Counter(str(row["label"]) for row in rows if corpus_of(row) == corpus)
            raise ValueError(
                f"Corpus {corpus} has {len(found)} of the tested labels, expected at least 2; its clips "
                f"have {dict(own)}. Name it in --extra-corpora to only learn from it."
            )
    known = set().union(*labels.values())
    tested = []
    of_extra: dict[str, set[str]] = defaultdict(set)
    for row, is_extra in zip(rows, extra, strict=True):
        corpus = corpus_of(row)
        row["label"] = row["label"] if row["label"] in labels.get(corpus, known) else None
        tested.append(not is_extra and row["label"] is not None)
        if corpus not in labels:
            of_extra[corpus] |= {row["label"]} - {None}
    clips = Clips(rows, tested, extra, {corpus: sorted(found) for corpus, found in (of_extra | labels).items()})
    clips.digests = [_digest(row) for row in rows]
    measured = [there and settings.speed_matched is not None for there in tested]
    clips.speeds = np.array(
        [movement_speed(row) if wanted else np.nan for row, wanted in zip(rows, measured, strict=True)]
    )
    return clips


def _rows_of(spec: str, seed: int) -> Iterator[Row]:
    """The rows of a corpus as plain values, joints as float32 arrays."""
    corpus = load_corpus(spec, seed)
    light = corpus.remove_columns("joints").with_format(None)
    for row, heavy in zip(light, corpus.select_columns("joints").with_format("numpy"), strict=True):
        yield row | {
            "joints": np.ascontiguousarray(heavy["joints"], np.float32),
            "joint_mask": np.array(row["joint_mask"], bool),
        }


def _digest(row: Row) -> str:
    hashed = hashlib.sha256(row["joints"].tobytes() + row["joint_mask"].tobytes())
    hashed.update(f"{row['corpus']}/{row['clip_id']}/{row['label']}".encode())
    return hashed.hexdigest()


def read_protocols(given: Sequence[str], clips: Clips) -> tuple[dict[str, str], dict[str, str | None]]:
    """Protocols of the tested corpora, and of all corpora that have one.

    Args:
        given: Protocols and CORPUS=PROTOCOL, as on the command line.
        clips: The clips of the run.

    Raises:
        ValueError: If a protocol or corpus is unknown, a corpus has two protocols, or a tested corpus has none.
    """
    pairs = [entry.rpartition("=")[::2] for entry in given]
    corpora = sorted({corpus_of(row) for row in clips.rows})
    for corpus, protocol in pairs:
        if protocol not in PROTOCOLS:
            raise ValueError(f"There is no protocol '{protocol}', expected one of {', '.join(PROTOCOLS)}.")
        if corpus and corpus not in corpora:
            raise ValueError(
                f"No clip is of corpus '{corpus}', which {corpus}={protocol} names; found {', '.join(corpora)}."
            )
    if len({corpus for corpus, _ in pairs}) < len(pairs):
        raise ValueError(f"Expected one protocol for each corpus, found {' '.join(given)}.")
    of = dict(pairs)
    protocols = {corpus: of.get(corpus, of.get("")) for corpus in corpora}
    tested = {corpus: protocols[corpus] for corpus in clips.test_corpora}
    if lacking := [corpus for corpus, protocol in tested.items() if protocol is None]:
        raise ValueError(f"Corpus {lacking[0]} has no protocol: give one for all, or {lacking[0]}=PROTOCOL.")
    return {corpus: str(protocol) for corpus, protocol in tested.items()}, protocols


def plan_folds(clips: Clips, protocols: Mapping[str, str | None], folds: int) -> list[Fold]:
    """Divides the tested clips; fold i holds out part i of each corpus.

    A corpus with fewer parts than another is not tested in the further folds; training uses all of it there. Clips
    that are never tested (without a label, or of an extra corpus) are in training in every fold, except the folds that
    test their own group by the protocol of their corpus.

    Args:
        clips: The clips of the run.
        protocols: Corpus -> protocol; None for extra corpora without one.
        folds: Number of folds if there are many groups.

    Raises:
        SplitError: If clips cannot be split like this, or a take would be on two sides.
    """
    parts: list[list[tuple[str, str, Fold, list[int]]]] = []
    tested_corpora = clips.test_corpora
    for protocol in sorted({str(protocols[corpus]) for corpus in tested_corpora}):
        own = [
            number
            for number, row in enumerate(clips.rows)
            if clips.tested[number] and protocols[corpus_of(row)] == protocol
        ]
        names = [corpus for corpus in tested_corpora if protocols[corpus] == protocol]
        for place, fold in enumerate(protocol_folds([clips.rows[number] for number in own], protocol, folds)):
            if place == len(parts):
                parts.append([])
            parts[place].append((protocol, ", ".join(names), fold, [own[index] for index in fold.test]))
    made = []
    for parts_of_fold in parts:
        test = sorted(number for *_, numbers in parts_of_fold for number in numbers)
        held_out = {
            (protocol, group_of(clips.rows[number], protocol))
            for protocol, _, _, numbers in parts_of_fold
            for number in numbers
        }
        chosen = set(test)
        train = []
        for number, row in enumerate(clips.rows):
            own_protocol = None if clips.tested[number] else protocols[corpus_of(row)]
            if own_protocol is not None and (own_protocol, group_of(row, own_protocol)) in held_out:
                continue
            if number not in chosen:
                train.append(number)
        name = " + ".join(f"{names}: {fold.name}" for _, names, fold, _ in parts_of_fold)
        made.append(Fold(name, train, test, leaky=any(fold.leaky for _, _, fold, _ in parts_of_fold)))
        check_no_leak(clips.rows, made[-1])
    return made


def plan_cells(settings: BenchmarkSettings, clips: Clips, folds: Sequence[Fold]) -> tuple[list[Cell], list[str]]:
    """All cells of a run, and the full names of its methods.

    Raises:
        ValueError: If a method is unknown.
    """
    found = [find_method(name, settings.model) for name in settings.methods]
    model_digest = _model_digest(settings.model) if settings.model is not None else None
    cells = []
    for method, source in found:
        for share in settings.label_share:
            # The seed decides which labels are kept, also for methods that do not depend on it.
            seeds = settings.seeds if source.seeded or share < 1 else [None]
            for mode in settings.train_on:
                for number, fold in enumerate(folds):
                    corpora = sorted({clips.rows[i]["corpus"] for i in fold.test}) if mode == "own" else ["all"]
                    for corpus in corpora:
                        for seed in seeds:
                            cells.append(
                                _cell(settings, clips, number, fold, corpus, method, source, share, seed, model_digest)
                            )
    return cells, [method for method, _ in found]


def _cell(
    settings: BenchmarkSettings,
    clips: Clips,
    number: int,
    fold: Fold,
    corpus: str,
    method: str,
    source: MethodSource,
    share: float,
    seed: int | None,
    model_digest: str | None,
) -> Cell:
    own = corpus != "all"
    train = [i for i in fold.train if not own or (clips.rows[i]["corpus"] == corpus and not clips.extra[i])]
    test = [i for i in fold.test if not own or clips.rows[i]["corpus"] == corpus]
    there = {corpus_of(clips.rows[i]) for i in (*train, *test)}
    labels = {name: clips.labels[name] for name in sorted(there)}
    silent = _silent(clips, train, share, seed, number)
    decisive = {
        "method": method,
        "seed": seed,
        "steps": settings.steps,
        "batch_size": settings.batch_size,
        "speed_matched": settings.speed_matched,
        "labels": labels,
        "model": model_digest if source.checkpoint is not None else None,
        "train": [clips.digests[i] + "-" * (i in silent) for i in train],
        "test": [clips.digests[i] for i in test],
        "speeds_from": sorted(clips.digests) if settings.speed_matched == "family" else None,
    }
    fingerprint = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]
    seed_name = "any-seed" if seed is None else f"seed-{seed}"
    place = f"{slug(corpus)}.labels-{round(100 * share)}.fold-{number + 1}.{seed_name}"
    return Cell(
        name=f"{slug(method)}.{place}.{fingerprint[:8]}.json",
        method=method,
        source=source,
        fold=number,
        fold_name=fold.name,
        seed=seed,
        train_on=corpus,
        label_share=share,
        train=tuple(train),
        silent=frozenset(silent),
        test=tuple(test),
        labels=labels,
        steps=settings.steps,
        batch_size=settings.batch_size,
        speed_matched=settings.speed_matched,
        fingerprint=fingerprint,
    )


def _silent(clips: Clips, train: Sequence[int], share: float, seed: int | None, fold: int) -> set[int]:
    """Training clips of tested corpora whose label is removed.

    A hash of the clip decides, so that a larger share contains a smaller one, and a model of one corpus gets the same
    labels as a model of all corpora.
    """
    if share == 1:
        return set()
    by_label: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i in train:
        if clips.tested[i]:
            by_label[clips.rows[i]["corpus"], clips.rows[i]["label"]].append(i)
    silent: set[int] = set()
    for numbers in by_label.values():
        drawn = sorted(
            numbers,
            key=lambda i: hashlib.sha256(
                f"{seed}/{fold}/{clips.rows[i]['corpus']}/{clips.rows[i]['clip_id']}".encode()
            ).digest(),
        )
        silent |= set(drawn[max(1, round(share * len(drawn))) :])
    return silent


def _model_digest(model: str) -> str:
    """A hash of the files of a checkpoint, or of its name if it is on the Hub."""
    hashed = hashlib.sha256(model.encode() if not Path(model).is_dir() else b"")
    for file in sorted(Path(model).glob("*")) if Path(model).is_dir() else []:
        if file.is_file():
            hashed.update(file.name.encode() + file.read_bytes())
    return hashed.hexdigest()


def refuse_seen_corpora(model: str, corpora: Sequence[str]) -> None:
    """Refuses a checkpoint that was trained on a corpus on which it would be tested.

    Raises:
        ValueError: If it was, or if its metadata does not say what it was trained on.
    """
    training = read_metadata(model, TRAINING)
    if training is None:
        raise ValueError(f"{model} has no {TRAINING}, so it is unknown whether it has seen the test clips.")
    if seen := sorted(corpus for corpus in corpora if has_seen(training, corpus)):
        raise ValueError(
            f"The checkpoint {model} was trained on {', '.join(seen)}: it has seen the clips that the folds hold out. "
            "Test it on other corpora, or start from a checkpoint that was not trained on them."
        )


__all__ = [
    "SPEEDS_OF",
    "TRAIN_ON",
    "BenchmarkSettings",
    "Cell",
    "Clips",
    "Row",
    "load_clips",
    "plan_cells",
    "plan_folds",
    "read_protocols",
    "refuse_seen_corpora",
]
