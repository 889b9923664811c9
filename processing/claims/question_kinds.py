"""Finds out what a question asks for whose words the rules do not know, by its likeness to wordings that are known.

`question_bank.py` has some wordings of each kind. Words, pairs of words and groups of letters are counted, and words
that mean nearly the same count as one (`question_words.py`). Rare ones weigh more, and a ridge regression learns
from the bank what speaks for each kind. That takes a moment, once. The words of a question that the bank does not have
weigh as much as its rarest ones and speak for nothing, so a question about something else scores low.
"""

import re
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch

from .fact_questions import plainly, with_one_person
from .question_bank import WORDINGS
from .question_words import MEANINGS
from .tokens import stem

__all__ = ["DECLINED", "Likeness", "likely_kinds"]

DECLINED = ("unseen", "unknown")
"""Kinds of questions without an answer."""

_RIDGE = 1.0
"""Penalty of the regression; from 0.3 on fewer questions without an answer pass, above it fewer others do."""

_STEPS = 20
"""Steps of the solver, after which the weights are right to 0.3%."""

_WEIGHTS = {"word": 1.0, "pair": 1.0, "letters": 0.7}
"""How much each sort of count matters."""

_LEAD = 0.5
"""How much the lead over the kinds without an answer counts, besides the likeness itself."""

_LETTERS = (3, 4, 5)

_PERSON = re.compile(
    r"\b(?:he|she|they|it|him|her|them|hers|theirs|himself|herself|themselves|the person|a person|the (?:subject|"
    r"character|figure|performer|actor)|somebody|someone|one)\b"
)
_ARTICLE = re.compile(r"\b(?:his|her|their|its|the|an?|this|that|these|those)\b")


class Likeness(NamedTuple):
    """What a question is like.

    Attributes:
        kind: A key of `WORDINGS`: what is asked for, with a descriptor and a direction if need be.
        score: About 1 for a wording of the bank, 0 for words that have nothing to do with it.
    """

    kind: tuple[str, ...]
    score: float


def likely_kinds(said: str) -> list[Likeness]:
    """What a question may ask for, by its likeness to the wordings of the bank, the likeliest first.

    Args:
        said: The question, `plainly`, with "thus" in place of each emotion.
    """
    learned = _learned()
    places, values = learned.row(_counts(said))
    scores = values @ learned.weights[places]
    declined = max(scores[place] for place, (kind, *_) in enumerate(learned.kinds) if kind in DECLINED)
    order = np.argsort(-scores, kind="stable")
    return [Likeness(learned.kinds[at], float(scores[at] + _LEAD * (scores[at] - declined))) for at in order]


class _Learned(NamedTuple):
    """What was learned from the bank.

    Attributes:
        kinds: The keys of `WORDINGS`.
        columns: Number of each word, pair of words and group of letters of the bank, groups that two wordings
            share.
        rarity: (columns,) how much each says, by how many wordings have it.
        weights: (columns, kinds) of the regression.
    """

    kinds: tuple[tuple[str, ...], ...]
    columns: dict[str, int]
    rarity: np.ndarray
    weights: np.ndarray

    def row(self, counted: dict[str, Counter[str]]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of the weighted counts; what the bank does not have only makes the others smaller."""
        unknown = float(self.rarity.max())
        found_places: list[int] = []
        found_values: list[float] = []
        for sort, counts in counted.items():
            places = [self.columns.get(each) for each in counts]
            rarity = [unknown if place is None else self.rarity[place] for place in places]
            values = np.array(rarity) * (1 + np.log([*counts.values()]))
            length = float(np.sqrt((values**2).sum())) / _WEIGHTS[sort]
            known = [place is not None for place in places]
            found_places += [place for place in places if place is not None]
            found_values += list(values[known] / length)
        scale = np.sqrt(sum(weight**2 for weight in _WEIGHTS.values()))
        return np.array(found_places, dtype=int), (np.array(found_values) / scale).astype(np.float32)


@lru_cache(maxsize=1)
def _learned() -> _Learned:
    counted = [_counts(_as_asked(text)) for texts in WORDINGS.values() for text in texts]
    having = Counter(each for sorts in counted for counts in sorts.values() for each in counts)
    columns = {each: place for place, each in enumerate(e for e in having if having[e] > 1 or e[0] != "l")}
    rarity = np.log((len(counted) + 1) / (np.array([having[each] for each in columns]) + 1))
    learned = _Learned(tuple(WORDINGS), columns, rarity, np.zeros((len(columns), len(WORDINGS)), dtype=np.float32))
    rows = [learned.row(sorts) for sorts in counted]
    wanted = np.repeat(np.arange(len(WORDINGS)), [len(each) for each in WORDINGS.values()])
    for (places, values), dual in zip(rows, _dual(rows, len(columns), np.eye(len(WORDINGS))[wanted]), strict=True):
        learned.weights[places] += values[:, None] * dual
    return learned


def _dual(rows: Sequence[tuple[np.ndarray, np.ndarray]], columns: int, wanted: np.ndarray) -> np.ndarray:
    """(rows, kinds) weights of the rows in a ridge regression, of which each has few of the columns.

    By conjugate gradients, since the matrix of all products of two rows would take a second and 200 MB.
    """
    lengths = [len(places) for places, _ in rows]
    places, values = (np.concatenate(each) for each in zip(*rows, strict=True))
    order = np.argsort(places, kind="stable")
    number = np.repeat(np.arange(len(rows)), lengths)
    counts = _sparse(lengths, places, values, columns)
    turned = _sparse(np.bincount(places, minlength=columns), number[order], values[order], len(rows))
    rest = torch.from_numpy(wanted.astype(np.float32))
    found, direction, size = torch.zeros_like(rest), rest.clone(), (rest**2).sum(0)
    for _ in range(_STEPS):
        image = counts @ (turned @ direction) + _RIDGE * direction
        step = size / (direction * image).sum(0)
        found += step * direction
        rest = rest - step * image
        former, size = size, (rest**2).sum(0)
        direction = rest + size / former * direction
    return found.numpy()


def _sparse(lengths: Sequence[int] | np.ndarray, places: np.ndarray, values: np.ndarray, columns: int) -> torch.Tensor:
    """A matrix of rows of some lengths, by the places and values of their entries."""
    ends = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls this layout new, in any version
        return torch.sparse_csr_tensor(
            ends, torch.from_numpy(places), torch.from_numpy(values), (len(ends) - 1, columns)
        )


def _as_asked(wording: str) -> str:
    """A wording of the bank in the form of `likely_kind`."""
    return re.sub(r"\b(?:sad|happy|angry)\b", "thus", plainly(with_one_person(wording.lower())))


def _counts(said: str) -> dict[str, Counter[str]]:
    """Counts of words, pairs of words and groups of letters of a question, with one word for whoever it is about."""
    said = _PERSON.sub(" he ", _ARTICLE.sub(" the ", said))
    words = re.findall(r"[a-z0-9%']+", re.sub(r"\bthe (?=(?:the|he)\b)", "", " ".join(said.split())))
    meant = ["^", *(MEANINGS.get(stem(word), stem(word)) for word in words), "$"]
    letters = (
        f"{padded[start : start + size]}"
        for padded in (f"<{word}>" for word in words)
        for size in _LETTERS
        for start in range(len(padded) - size + 1)
    )
    return {
        "word": Counter(f"w {each}" for each in meant[1:-1]),
        "pair": Counter(f"p {first} {second}" for first, second in pairwise(meant)),
        "letters": Counter(f"l {each}" for each in letters),
    }
