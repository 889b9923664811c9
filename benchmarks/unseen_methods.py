"""What benchmarks/unseen_corpora.py compares: a corpus tested under several references, and methods that learn alike.

Every method learns from the same drawn crops and answers for the same windows. A method that is `relative` compares
crops and windows with their references; an absolute one compares all with the default.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.utils.data import Dataset
from tqdm import tqdm
from transformers import set_seed

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.evaluation.methods import graph_network
from eai_llm_hf.evaluation.methods.baselines import CLASSIFIERS
from eai_llm_hf.processing.certainty import compared_with
from eai_llm_hf.processing.descriptors.calibration import MeasuredClip, calibrated, mean_of_windows, with_baseline
from eai_llm_hf.processing.descriptors.manner import relative_features
from eai_llm_hf.processing.descriptors.measure import measure
from eai_llm_hf.processing.descriptors.movement_features import movement_features
from eai_llm_hf.processing.descriptors.reference import MotionReference, manner_for
from eai_llm_hf.processing.feature_extraction_eai_llm import EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.training.alignment import NEUTRAL, shown_label
from eai_llm_hf.training.crops import Crop, fit_reference
from eai_llm_hf.training.recipe import REFERENCE_CROPS, align, new_model, save_checkpoint
from eai_llm_hf.training.sessions import SessionDataset
from eai_llm_hf.training.settings import DEFAULT_LABELS, Recipe
from eai_llm_hf.training.temperature import fit_temperature

LABELS = DEFAULT_LABELS
NONE, RECORDINGS, PERFORMER, ONE_NEUTRAL = REFERENCES = ("none", "recordings", "performer", "neutral")
"""What a tested clip is compared with: the default; all other clips of its corpus; three others of its performer; one
neutral clip of its performer."""
FEW_CLIPS = 3
BATCH = 32
OURS = "EAI-LLM"
ALONE = {"EAI-LLM, tower alone": 0.0, "EAI-LLM, linear map alone": 1.0}
"""The same model with another `measured_weight`."""

Rows = Sequence[dict]
References = Sequence[MotionReference | None]


# ---- a corpus to test -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """A clip to label, or a part of a long one, and its mirror image.

    Attributes:
        clip: Its number among the tested clips.
        sides: The window and its mirror image.
        vectors: (descriptors,) of each side.
        features: (frames, 13, 6) and (13,) of each side, as `movement_features` gives them.
    """

    clip: int
    sides: tuple[UnifiedClip, UnifiedClip]
    vectors: list[np.ndarray]
    features: list[tuple[np.ndarray, np.ndarray]]


class TestedCorpus:
    """A corpus that a training left out, measured once.

    Args:
        rows: All its clips; those without one of the nine labels are only in references.

    Attributes:
        labels: Candidates, sorted.
        tested: Numbers of the rows that are labelled.
        truth: (tested,) index of each label in `labels`.
        people: Performer of each row; where performers are unknown its content, which stands for one.
        performers_known: Whether performers are known.
        measured: What a reference needs of each row.
        windows: Of the tested clips.
    """

    def __init__(self, rows: Rows):
        self.names = [str(row["clip_id"]) for row in rows]
        given = [str(row["label"]) for row in rows]
        self.tested = [number for number, label in enumerate(given) if label in LABELS]
        self.labels = sorted({given[number] for number in self.tested})
        self.truth = np.array([self.labels.index(given[number]) for number in self.tested])
        self.performers_known = all(row["performer"] for row in rows)
        self.people = [str(row["performer"] if self.performers_known else row["content"]) for row in rows]
        self._neutral = [label == NEUTRAL for label in given]
        self.measured: list[MeasuredClip] = []
        self.windows: list[Window] = []
        places = {number: place for place, number in enumerate(self.tested)}
        cut = EaiSkeletonFeatureExtractor().segments
        for number, row in enumerate(tqdm(rows, desc="measured clips", unit="clip", disable=len(rows) < BATCH)):
            clip = as_clip(row)
            windows = [_window(clip.cut(*part), places.get(number, -1)) for part in cut(len(clip.joints))]
            features = [of_side for window in windows for of_side in window.features]
            self.measured.append(mean_of_windows([window.vectors[0] for window in windows], features))
            self.windows += windows if number in places else []

    def compared(self, kind: str, seed: int) -> list[list[int] | None]:
        """For each tested clip the rows in its reference, never the clip itself; None where it is not tested.

        Args:
            kind: One of `REFERENCES`.
            seed: Of the draws.
        """
        return [self._rows_compared(kind, number, np.random.default_rng([seed, number])) for number in self.tested]

    def _rows_compared(self, kind: str, number: int, rng: np.random.Generator) -> list[int] | None:
        others = [other for other in range(len(self.names)) if other != number]
        own = [other for other in others if self.people[other] == self.people[number]]
        if kind == NONE:
            return []
        if kind == RECORDINGS:
            return others or None
        if kind == PERFORMER:
            return sorted(int(other) for other in rng.choice(own, min(FEW_CLIPS, len(own)), replace=False)) or None
        neutral = [other for other in own if self._neutral[other]]
        if self._neutral[number] or not neutral or not self.performers_known:
            return None
        return [int(rng.choice(neutral))]

    def candidates(self, kind: str) -> list[str]:
        """Labels among which a clip is labelled: neutral is none of them if a neutral clip is known."""
        return [label for label in self.labels if kind != ONE_NEUTRAL or label != NEUTRAL]

    def references(self, kind: str, seed: int, default: MotionReference) -> References:
        """For each tested clip what it is compared with; None for the default, and for clips that are not tested."""
        return [self._reference(kind, rows, default) if rows else None for rows in self.compared(kind, seed)]

    def _reference(self, kind: str, rows: Sequence[int], default: MotionReference) -> MotionReference:
        clips = [self.measured[row] for row in rows]
        if kind == RECORDINGS:
            return calibrated(default, clips)
        if kind == PERFORMER:
            return calibrated(default, clips, ["own"] * len(clips)).of("own")
        return with_baseline(default, clips[0])


def _window(clip: UnifiedClip, number: int) -> Window:
    sides = (clip, clip.mirrored())
    return Window(
        number,
        sides,
        [measure(side.joints, side.joint_mask, side.not_shown) for side in sides],
        [movement_features(side.joints, side.joint_mask, side.not_shown) for side in sides],
    )


# ---- what methods learn from ----------------------------------------------------------------------------------------


class DrawnCrops(Dataset):
    """Crops that were drawn once. Copies are given, so that what is computed from them does not stay in memory."""

    def __init__(self, crops: Sequence[Crop]):
        self.crops = crops

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, index: int) -> Crop:
        return replace(self.crops[index])


@dataclass
class Lesson:
    """What every method learns from, in one training.

    Attributes:
        rows: Clips to train on.
        validation: Clips of other people for the temperature.
        seed: Of weights, crops and references.
        steps: Steps of stage one.
        graph_steps: Steps of the graph networks.
        batch_size: Crops in a step.
        kept: Folder of our model once it is trained; None keeps it in memory only.
    """

    rows: Rows
    validation: Rows
    seed: int
    steps: int
    graph_steps: int
    batch_size: int
    kept: Path | None = None

    @cached_property
    def default(self) -> MotionReference:
        """The default reference, as the recipe fits it."""
        return fit_reference(SessionDataset(self.rows, REFERENCE_CROPS, self.seed))

    @cached_property
    def crops(self) -> DrawnCrops:
        """The crops of all steps of stage one, with their references."""
        drawn = SessionDataset(self.rows, self.steps * self.batch_size, self.seed, self.default)
        numbers = tqdm(range(len(drawn)), desc="crops", unit="crop", mininterval=5)
        return DrawnCrops([replace(drawn[number]) for number in numbers])

    @cached_property
    def labelled(self) -> list[tuple[Crop, str]]:
        """The crops whose label is known, and what they show: an emotion that shows by less than half is neutral."""
        return [(crop, label) for crop in self.crops.crops if (label := shown_label(crop)) is not None]

    @cached_property
    def our_model(self) -> SkeletonEmotionExplanationPipeline:
        """Stage one of the recipe, trained here or by an earlier run that kept it."""
        if self.kept is not None and self.kept.is_dir():
            return load_pipeline(str(self.kept))
        set_seed(self.seed)
        with tempfile.TemporaryDirectory() as folder:
            recipe = Recipe(
                folder,
                labels=list(LABELS),
                stages="one",
                stage_one_steps=self.steps,
                stage_one_batch_size=self.batch_size,
                seed=self.seed,
                save_steps=self.steps,
                num_workers=0,  # the crops are drawn already
            )
            model, processor = new_model(recipe, self.default)
            align(recipe, model, processor, self.default, self.crops)
        if self.kept is not None:
            part = self.kept.with_suffix(".part")
            save_checkpoint(model, processor, part, {"steps": self.steps, "seed": self.seed})
            part.rename(self.kept)
        return SkeletonEmotionExplanationPipeline(model=model.eval(), processor=processor)


# ---- methods --------------------------------------------------------------------------------------------------------

Labeller = Callable[[Sequence[Window], References, Sequence[str]], np.ndarray]
"""From windows, the reference of each and the candidates to (windows, labels) probabilities."""


@dataclass(frozen=True)
class Learner:
    """A method.

    Attributes:
        learn: Trains it.
        relative: Whether it compares clips with their references.
    """

    learn: Callable[[Lesson], Labeller]
    relative: bool = True


def our_model(weight: float | None, lesson: Lesson) -> Labeller:
    """Our model with a weight of the linear map, None for that of the recipe; it is trained once for all weights.

    The temperature is fitted on the validation clips, if there are any.
    """
    pipe = lesson.our_model
    pipe.model.alignment.measured_weight = pipe.model.config.measured_weight if weight is None else weight
    if lesson.validation:
        temperature = fit_temperature(pipe.model, pipe.processor, lesson.validation, LABELS)
        pipe.model.config.label_temperature = temperature
    return labeller_of(pipe)


def labeller_of(pipe: SkeletonEmotionExplanationPipeline) -> Labeller:
    """A checkpoint's answers, as the pipeline gives them, for windows that are measured already."""
    extractor = pipe.processor.feature_extractor
    default = extractor.motion_reference()

    def batches(windows: Sequence[Window], references: References) -> Iterator[Mapping[str, torch.Tensor]]:
        for start in range(0, len(windows), BATCH):
            some, given = windows[start : start + BATCH], references[start : start + BATCH]
            features = [
                (
                    relative_features(*window.features[side], manner_for(reference, default)),
                    window.features[side][1],
                )
                for side in (0, 1)
                for window, reference in zip(some, given, strict=True)
            ]
            vectors = [window.vectors[side] for side in (0, 1) for window in some]
            whole = 2 * [reference or default for reference in given]
            arrays = extractor.pad(features, vectors, whole)
            yield {name: torch.from_numpy(values) for name, values in arrays.items()}

    def label(windows: Sequence[Window], references: References, labels: Sequence[str]) -> np.ndarray:
        pairs = zip(references, windows, strict=True)
        compared = [compared_with(reference, window.vectors[0]) for reference, window in pairs]
        return pipe.scorer.probabilities(batches(windows, references), list(labels), compared)

    return label


def classical(name: str, relative: bool, lesson: Lesson) -> Labeller:
    """A classifier on normal scores of the descriptors; one is fitted for each list of candidates."""
    fitted: dict[tuple[str, ...], Pipeline] = {}

    def scores(vectors: Sequence[np.ndarray], references: References) -> np.ndarray:
        """(clips, descriptors), 0 where one is absent."""
        pairs = zip(vectors, references, strict=True)
        found = [((relative and reference) or lesson.default).normal_scores(vector) for vector, reference in pairs]
        return np.nan_to_num(np.stack(found))

    def classifier(labels: Sequence[str]) -> Pipeline:
        key = tuple(labels)
        if key not in fitted:
            known = [(crop, label) for crop, label in lesson.labelled if label in labels]
            given = scores([crop.vector for crop, _ in known], [crop.reference for crop, _ in known])
            fitted[key] = make_pipeline(StandardScaler(), CLASSIFIERS[name](lesson.seed))
            fitted[key].fit(given, [label for _, label in known])
        return fitted[key]

    def label(windows: Sequence[Window], references: References, labels: Sequence[str]) -> np.ndarray:
        model = classifier(labels)
        columns = [list(labels).index(name) for name in model.classes_]
        probabilities = np.zeros((len(windows), len(labels)))
        for side in (0, 1):
            given = scores([window.vectors[side] for window in windows], references)
            probabilities[:, columns] += model.predict_proba(given) / 2
        return probabilities

    return label


def graph_networks(relative: bool, lesson: Lesson) -> Labeller:
    """ST-GCN++ with fused streams: of the joints, or of the relative features that the tower of our model reads."""
    streams = graph_network.SEGMENT_STREAMS if relative else graph_network.STREAMS
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lesson.seed)
        networks = {
            stream: (
                graph_network.GraphNetwork(len(LABELS), graph_network.SEGMENT_PARENTS)
                if relative
                else graph_network.GraphNetwork(len(LABELS))
            )
            for stream in streams
        }
        graph_network.train(networks, _graph_batches(relative, lesson), lesson.graph_steps)

    def label(windows: Sequence[Window], references: References, labels: Sequence[str]) -> np.ndarray:
        wanted = [LABELS.index(name) for name in labels]
        candidates = torch.zeros(len(LABELS), dtype=torch.bool)
        candidates[wanted] = True
        parts, owners = [], []
        for number, (window, reference) in enumerate(zip(windows, references, strict=True)):
            found = [
                part for side in (0, 1) for part in _graph_parts(relative, window, side, reference, lesson.default)
            ]
            parts += found
            owners += [number] * len(found)
        sums = np.zeros((len(windows), len(LABELS)))
        for start in range(0, len(parts), 2 * BATCH):
            some = torch.from_numpy(np.stack(parts[start : start + 2 * BATCH], axis=1))
            given = dict(zip(streams, some, strict=True))
            found = graph_network.fused(networks, given, candidates.expand(some.shape[1], -1))
            np.add.at(sums, owners[start : start + 2 * BATCH], found)
        return sums[:, wanted] / sums.sum(axis=1, keepdims=True)

    return label


def _graph_batches(
    relative: bool, lesson: Lesson
) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]]:
    """Features of each stream, labels and candidates (crops, labels) bool; the crops are taken in turn."""
    streams = graph_network.SEGMENT_STREAMS if relative else graph_network.STREAMS
    known = lesson.labelled
    for step in range(lesson.graph_steps):
        numbers = [number % len(known) for number in range(step * lesson.batch_size, (step + 1) * lesson.batch_size)]
        read = []
        for crop in (replace(known[number][0]) for number in numbers):
            if relative:
                manner = manner_for(crop.reference, lesson.default)
                read.append(graph_network.segment_streams(relative_features(*crop.features, manner), crop.features[1]))
            else:
                read.append(graph_network.stream_features(crop.clip))
        truth = torch.tensor([[label == known[number][1] for label in LABELS] for number in numbers])
        features = dict(zip(streams, torch.from_numpy(np.stack(read, axis=1)), strict=True))
        yield features, truth, torch.ones_like(truth)


def _graph_parts(
    relative: bool, window: Window, side: int, reference: MotionReference | None, default: MotionReference
) -> list[np.ndarray]:
    """(streams, 60, joints, 4) of each part of at most 4 s."""
    clip, (features, present) = window.sides[side], window.features[side]
    count = -(-len(clip.joints) // graph_network.WINDOW_FRAMES)
    if relative:
        given = relative_features(features, present, manner_for(reference, default))
        return [graph_network.segment_streams(part, present) for part in np.array_split(given, count)]
    parts = np.array_split(clip.joints, count)
    return [graph_network.stream_features(UnifiedClip(part, clip.joint_mask)) for part in parts]


METHODS: dict[str, Learner] = {
    OURS: Learner(partial(our_model, None)),
    **{name: Learner(partial(our_model, weight)) for name, weight in ALONE.items()},
    **{
        f"{name}, {kind}": Learner(partial(classical, name, kind == "relative"), kind == "relative")
        for name in CLASSIFIERS
        for kind in ("absolute", "relative")
    },
    **{
        f"st-gcn++ fused, {kind}": Learner(partial(graph_networks, kind == "relative"), kind == "relative")
        for kind in ("absolute", "relative")
    },
}


def kinds_for(method: str, corpus: TestedCorpus) -> list[str]:
    """The kinds of reference under which a method is tested.

    Absolute methods give the same answers under each, among the candidates; the neutral clip removes one of these.
    """
    kinds = REFERENCES if METHODS[method].relative else (NONE, ONE_NEUTRAL)
    return [kind for kind in kinds if any(rows is not None for rows in corpus.compared(kind, 0))]


def probabilities(
    labeller: Labeller, corpus: TestedCorpus, kind: str, references: References, seed: int, labels: Sequence[str]
) -> list[np.ndarray | None]:
    """What a method says under one kind of reference.

    Args:
        labeller: The trained method.
        corpus: The tested corpus.
        kind: One of `REFERENCES`.
        references: Of each tested clip.
        seed: Of the draws.
        labels: Candidates.

    Returns:
        For each tested clip the (labels,) probabilities, the mean over the windows of a long clip; None where the clip
        is not tested.
    """
    tested = [rows is not None for rows in corpus.compared(kind, seed)]
    windows = [window for window in corpus.windows if tested[window.clip]]
    found = labeller(windows, [references[window.clip] for window in windows], labels)
    sums = np.zeros((len(tested), len(labels)))
    for window, row in zip(windows, found, strict=True):
        sums[window.clip] += row * len(window.sides[0].joints)
    shares = sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-12)
    return [row if there else None for row, there in zip(shares, tested, strict=True)]


def answers(found: Sequence[np.ndarray | None], corpus: TestedCorpus, labels: Sequence[str]) -> dict[str, list]:
    """The index of the most probable label of each clip among `corpus.labels` as `given`, and its `probability`."""
    return {
        "given": [None if row is None else corpus.labels.index(labels[row.argmax()]) for row in found],
        "probability": [None if row is None else round(float(row.max()), 4) for row in found],
    }
