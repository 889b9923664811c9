"""Gathers the answers of all cells of a run by method and corpus."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..methods.task import corpus_of
from ..scores import Bootstrap, tally
from .plan import Cell
from .run import Run, read_cell

PLAIN, MATCHED = "plain", "speed-matched"


@dataclass(frozen=True)
class Variant:
    """A method with its training data and its test.

    Attributes:
        method: Name of the method.
        train_on: "all" or "own".
        label_share: Share of the labels in its training.
        test: "plain" or "speed-matched".
    """

    method: str
    train_on: str = "all"
    label_share: float = 1.0
    test: str = PLAIN


def variant_of(cell: Cell) -> Variant:
    """The variant that a cell belongs to, with the plain test."""
    return Variant(cell.method, "all" if cell.train_on == "all" else "own", cell.label_share)


@dataclass(frozen=True)
class Answers:
    """The answers of a variant for the clips of a corpus that it labelled with every seed.

    Attributes:
        clips: Ids of the clips, sorted.
        truth: (clips,) numbers of their labels.
        folds: (clips,) fold in which each clip is tested.
        probabilities: (seeds, clips, labels).
        tallies: (seeds, clips, ...) from `scores.tally`.
        factors: (clips,) factor by which each clip was sped up.
    """

    clips: list[str]
    truth: np.ndarray
    folds: np.ndarray
    probabilities: np.ndarray
    tallies: np.ndarray
    factors: np.ndarray

    def of(self, clips: Sequence[str]) -> np.ndarray:
        """The tallies of some of the clips."""
        place = {clip: number for number, clip in enumerate(self.clips)}
        return self.tallies[:, [place[clip] for clip in clips]]


class Gathered:
    """The answers of all cells of a run, by variant and corpus.

    A corpus with several rigs appears as a whole and by rig.
    """

    def __init__(self, run: Run):
        self.settings = run.settings
        self.protocols = run.protocols
        self.labels = run.clips.labels
        names: dict[str, set[str]] = defaultdict(set)
        for row, tested in zip(run.clips.rows, run.clips.tested, strict=True):
            if tested:
                names[corpus_of(row)].add(row["corpus"])
        self.rigs = {corpus: sorted(found) for corpus, found in sorted(names.items())}
        self.variants: list[Variant] = []
        self.cells: dict[Variant, list[dict[str, Any]]] = defaultdict(list)
        raw: dict[tuple[Variant, str], dict[int, dict[str, tuple]]] = defaultdict(lambda: defaultdict(dict))
        folder = Path(run.settings.output) / "cells"
        for cell in run.cells:
            answers = read_cell(folder, cell)
            variant = variant_of(cell)
            if answers is None:
                continue
            self.cells[variant].append(answers)
            for seed in run.settings.seeds if cell.seed is None else [cell.seed]:
                self._read(raw, variant, seed, answers)
        for method in run.methods:
            for train_on in run.settings.train_on:
                for share in run.settings.label_share:
                    self.variants += [
                        Variant(method, train_on, share, test)
                        for test in ((PLAIN, MATCHED) if run.settings.speed_matched is not None else (PLAIN,))
                    ]
        self.answers = {
            key: stacked for key, by_seed in raw.items() if (stacked := self._stacked(by_seed)) is not None
        }
        self._bootstraps: dict[tuple[str, int, int], Bootstrap] = {}

    @property
    def corpora(self) -> list[str]:
        """Each tested corpus, followed by its rigs if it has several."""
        return [
            name for corpus, rigs in self.rigs.items() for name in (corpus, *(rigs if self._has_parts(corpus) else ()))
        ]

    @property
    def units(self) -> list[str]:
        """What gets its own training with `train_on="own"`: each corpus, or each rig if a corpus has several."""
        return [
            name for corpus, rigs in self.rigs.items() for name in (rigs if self._has_parts(corpus) else (corpus,))
        ]

    def labels_of(self, corpus: str) -> list[str]:
        """The candidates of a corpus or rig."""
        return self.labels[corpus.partition("-")[0]]

    def bootstrap(self, corpus: str, seeds: int, clips: int) -> Bootstrap:
        """The draws for a corpus: the same for all methods compared on it, different for other corpora."""
        key = (corpus, seeds, clips)
        if key not in self._bootstraps:
            seed = [self.settings.seed, self.corpora.index(corpus)]
            self._bootstraps[key] = Bootstrap(clips, seeds, seed=seed)
        return self._bootstraps[key]

    def _has_parts(self, corpus: str) -> bool:
        return len(self.rigs[corpus]) > 1

    def _read(self, raw: Any, variant: Variant, seed: int, cell: Mapping[str, Any]) -> None:
        plain = np.array(cell["probabilities"], np.float64)
        tests = [(variant, plain, [1.0] * len(plain))]
        if cell["speed_matched"] is not None:
            matched = np.array(cell["speed_matched"]["probabilities"], np.float64)
            tests.append((replace(variant, test=MATCHED), matched, cell["speed_matched"]["time_factors"]))
        for kind, probabilities, factors in tests:
            for number, (clip, name) in enumerate(zip(cell["clip_ids"], cell["corpora"], strict=True)):
                corpus = name.partition("-")[0]
                labels = self.labels[corpus]
                own = probabilities[number, [cell["labels"].index(label) for label in labels]]
                answer = (labels.index(cell["truth"][number]), cell["fold"], own, factors[number])
                raw[kind, corpus][seed][f"{name}/{clip}"] = answer
                if name != corpus:
                    raw[kind, name][seed][f"{name}/{clip}"] = answer

    def _stacked(self, by_seed: Mapping[int, Mapping[str, tuple]]) -> Answers | None:
        """The answers as arrays; None if a seed is missing or no clip was labelled with every seed."""
        clips = sorted(set.intersection(*(set(found) for found in by_seed.values())))
        if len(by_seed) < len(self.settings.seeds) or not clips:
            return None
        tables = [by_seed[seed] for seed in self.settings.seeds]
        truth, folds, _, factors = zip(*(tables[0][clip] for clip in clips), strict=True)
        probabilities = np.array([[table[clip][2] for clip in clips] for table in tables])
        numbers = np.array(truth)
        return Answers(
            clips, numbers, np.array(folds), probabilities, tally(numbers, probabilities), np.array(factors)
        )


__all__ = ["MATCHED", "PLAIN", "Answers", "Gathered", "Variant", "variant_of"]
