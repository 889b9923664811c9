"""Crops in recording sessions: a few people on one rig, so that each crop can be compared with the others.

A user's recordings come with many clips of the same people, with a few, with one neutral clip, or alone. So each crop
gets a reference from a random part of its session, and one model learns to work with whatever there is. Where
performers are not known, the clips of one content stand for a performer: they share what is not the emotion.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from torch.utils.data import Dataset

from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated, with_baseline
from eai_llm_hf.processing.descriptors.reference import MotionReference

from .crops import SIZE_EXPONENT, AugmentationConfig, Crop, crop_of, draw_rig, drawing_shares, source_of_movement

SESSION_CROPS = 12
"""Crops of a session; one, two or three people have as many each, or each is drawn by itself where the first person
has one clip."""

MIXED_SESSIONS = 24
"""Sessions whose crops are read in turn, so that a batch holds crops of many people and rigs."""

SESSION_AUGMENTATION = AugmentationConfig(warp=0.03, rig_m=0.03)
"""Hardly any change of speed: how fast a person moves compared with usually is the plainest sign of an emotion. A
linear regression on such crops is right in .65 of 120 walks of unseen people, compared with three others of each, and
in .58 with the usual 15%."""

ALONE, RECORDINGS, BASELINE = 0.25, 0.25, 0.15
"""Shares of the crops without a reference, with one of other people's recordings alone, and with one neutral clip of
the same person; the others have 1 to 11 clips of the same person, or other people's where there are none."""

_LABELLED = 0.8
"""Share of the crops of a session that have a label, where there are enough."""

_SAME_ACTION = 0.75
"""Share of the sessions in which all people do, among others, the same: recordings of one study are alike."""

_USUAL_CLIPS = 3.0
"""Clips of the same person beyond the first, on average: most users have few."""

_HARDLY = 0.12
"""Intensity below which an emotion hardly shows, so that the clip can be a neutral baseline."""


class SessionDataset(Dataset):
    """Crops of the clips of some corpora, in sessions of `SESSION_CROPS`, each with a drawn reference.

    Args:
        rows: Clips, as for `CropDataset`; `performer` and `content` group them.
        length: Number of crops.
        seed: Seed; a session depends on it and on its own number.
        default: The reference that is shrunk towards; None gives crops without references.
        config: Augmentation, by default `SESSION_AUGMENTATION`; the rig is drawn once for a session.

    Raises:
        ValueError: If there is no clip to draw.
    """

    def __init__(
        self,
        rows: Sequence[Mapping],
        length: int,
        seed: int = 0,
        default: MotionReference | None = None,
        config: AugmentationConfig | None = None,
    ):
        if not rows:
            raise ValueError("There is no clip to train on.")
        self.length, self.seed, self.default = length, seed, default
        self.config = config or SESSION_AUGMENTATION
        self.by_label: dict[str, dict[str | None, list[Mapping]]] = defaultdict(lambda: defaultdict(list))
        self.people: dict[str, dict[str, list[Mapping]]] = defaultdict(lambda: defaultdict(list))
        contents: dict[str, dict[str | None, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in rows:
            self.by_label[source_of_movement(row)][row["label"]].append(row)
            self.people[row["corpus"]][_person_of(row)].append(row)
            contents[row["corpus"]][row.get("content")].add(_person_of(row))
        # Sorted once: a corpus may have a hundred thousand people.
        self._everyone = {corpus: sorted(people) for corpus, people in self.people.items()}
        self._doing = {
            corpus: {content: sorted(people) for content, people in doing.items()}
            for corpus, doing in contents.items()
        }
        self._alike: dict[str, list[list[Mapping]]] = defaultdict(list)  # clips of each corpus, by label
        for of_label in (clips for of_source in self.by_label.values() for clips in of_source.values()):
            of_corpus: dict[str, list[Mapping]] = defaultdict(list)
            for row in of_label:
                of_corpus[row["corpus"]].append(row)
            for corpus, clips in of_corpus.items():
                self._alike[corpus].append(clips)
        self.names = sorted(self.by_label)
        sizes = [sum(map(len, self.by_label[name].values())) for name in self.names]
        self.shares = drawing_shares(sizes, SIZE_EXPONENT)
        self._sessions: dict[int, list[Crop]] = {}

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Crop:
        block, offset = divmod(index, MIXED_SESSIONS * SESSION_CROPS)
        place, session = divmod(offset, MIXED_SESSIONS)
        number = block * MIXED_SESSIONS + session
        if number not in self._sessions:
            if len(self._sessions) >= 2 * MIXED_SESSIONS:  # crops are read in order, so the latest are enough to keep
                del self._sessions[next(iter(self._sessions))]
            self._sessions[number] = self._session(number)
        return self._sessions[number][place]

    def _session(self, number: int) -> list[Crop]:
        rng = np.random.default_rng([self.seed, number])
        corpus = self.names[rng.choice(len(self.names), p=self.shares)]
        labels = sorted(self.by_label[corpus], key=str)
        of_label = self.by_label[corpus][labels[rng.integers(len(labels))]]
        lead = of_label[rng.integers(len(of_label))]
        people = self.people[lead["corpus"]]
        has_more = len(people[_person_of(lead)]) > 1
        rows = self._of_people(lead, people, rng) if has_more else self._of_recordings(lead, rng)
        crops = []
        rig = draw_rig(self.config, rng)
        for row in rows:
            crop = crop_of(row, row["label"], corpus, self.config, rng, rig)
            crops.append(replace(crop, person=f"{number}/{_person_of(row)}"))
        return crops if self.default is None else [self._compared(crops, place, rng) for place in range(len(crops))]

    def _of_people(
        self, lead: Mapping, people: Mapping[str, Sequence[Mapping]], rng: np.random.Generator
    ) -> Iterator[Mapping]:
        """Clips of one to three people, the first of them in the leading clip."""
        names = [_person_of(lead)]
        others = [name for name in self._everyone[lead["corpus"]] if name != names[0]]
        if rng.random() < _SAME_ACTION:
            alike = [name for name in self._doing[lead["corpus"]][lead.get("content")] if name != names[0]]
            others = alike or others
        count = min(int(rng.integers(1, 4)), 1 + len(others))
        names += [others[place] for place in rng.choice(len(others), count - 1, replace=False)]
        return (row for name in names for row in _drawn(people[name], SESSION_CROPS // count, rng))

    def _of_recordings(self, lead: Mapping, rng: np.random.Generator) -> Iterator[Mapping]:
        """The leading clip and others of its corpus, balanced over labels.

        Nothing of the same person is known to compare it with, and one to three clips would show no more of the
        recordings.
        """
        alike = self._alike[lead["corpus"]]
        yield lead
        for _ in range(SESSION_CROPS - 1):
            rows = alike[rng.integers(len(alike))]
            yield rows[rng.integers(len(rows))]

    def _compared(self, crops: Sequence[Crop], place: int, rng: np.random.Generator) -> Crop:
        """A crop of a session with its reference."""
        assert self.default is not None
        crop = crops[place]
        own = [other for other in crops if other.person == crop.person and other.clip_id != crop.clip_id]
        others = [other for other in crops if other.person != crop.person]
        kind = rng.random()
        if kind < ALONE:
            return crop
        unnamed = kind < ALONE + RECORDINGS
        if unnamed or rng.random() < 0.5:
            known = _some(others or own, 1 + int(rng.integers(SESSION_CROPS)), rng)
        else:
            known = []
        if unnamed:
            names = [None] * len(known) if rng.random() < 0.5 or not others else [other.person for other in known]
            return replace(crop, reference=self._moved(known, names)) if known else crop
        neutral = [other for other in own if _is_neutral(other)]
        if kind > 1 - BASELINE and neutral:
            reference = self._moved(known, [other.person for other in known]) if known and others else self.default
            baseline = neutral[rng.integers(len(neutral))]
            return replace(crop, reference=with_baseline(reference, _measured(baseline)))
        mine = _some(own, 1 + int(rng.exponential(_USUAL_CLIPS)), rng)
        together = mine + (known if others else [])
        if not together:
            return crop
        reference = self._moved(together, [other.person for other in together])
        return replace(crop, reference=reference.of(crop.person) if mine else reference)

    def _moved(self, crops: Sequence[Crop], people: Sequence[str | None]) -> MotionReference:
        assert self.default is not None
        return calibrated(self.default, [_measured(crop) for crop in crops], people)


def _person_of(row: Mapping) -> str:
    return str(row.get("performer") or row.get("content") or "")


def _drawn(rows: Sequence[Mapping], count: int, rng: np.random.Generator) -> list[Mapping]:
    """Clips of a person, mostly with labels; a clip comes twice only where there are too few."""
    labelled = [row for row in rows if row["label"] is not None]
    unlabelled = [row for row in rows if row["label"] is None]
    first = labelled if rng.random() < _LABELLED or not unlabelled else [*labelled, *unlabelled]
    rest = unlabelled if first is labelled else []
    order = [first[place] for place in rng.permutation(len(first))]
    order += [rest[place] for place in rng.permutation(len(rest))]
    while len(order) < count:
        order += order
    return order[:count]


def _some(crops: Sequence[Crop], count: int, rng: np.random.Generator) -> list[Crop]:
    """At most so many crops, each of another clip: a reference would take two of one clip for two clips."""
    of_clip = {crops[place].clip_id or place: crops[place] for place in rng.permutation(len(crops))}
    return list(of_clip.values())[:count]


def _is_neutral(crop: Crop) -> bool:
    return crop.label == "neutral" or (crop.intensity is not None and crop.intensity < _HARDLY)


def _measured(crop: Crop) -> MeasuredClip:
    return MeasuredClip(crop.vector.astype(np.float64), crop.manner)


__all__ = [
    "ALONE",
    "BASELINE",
    "MIXED_SESSIONS",
    "RECORDINGS",
    "SESSION_AUGMENTATION",
    "SESSION_CROPS",
    "SessionDataset",
]
