"""Labels learned from a few clips: reads them, learns the head, tests it on people left out, saves and applies it.

Each clip is read relative to other clips of its performer where performers are named, else relative to all clips. The
tower does not change; a small head (`label_head.py`) learns from its first token and from the descriptors.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from transformers import PreTrainedModel
from transformers.utils import logging

from .descriptors.calibration import MeasuredClip, calibrated, mean_of_windows, without_each
from .descriptors.kept import features_of, mirrored_features, mirrored_vector, vector_of, windows_of
from .descriptors.manner import relative_features
from .descriptors.measure import DESCRIPTOR_NAMES
from .descriptors.reference import MotionReference, manner_for
from .descriptors.reference_state import PERFORMER
from .feature_extraction_eai_llm import EaiSkeletonFeatureExtractor, named
from .label_head import LabelHead, cross_validated, fit_heads, fold_of, usual_ridge
from .label_scoring import LabelScorer
from .reading.motion import note
from .reference_choice import checked_reference
from .skeleton.clip import UnifiedClip
from .vocabulary import trained_word

logger = logging.get_logger(__name__)

__all__ = [
    "REFERENCE_FILE",
    "WEIGHTS_FILE",
    "AdaptedLabels",
    "AdaptedScorer",
    "as_adapted",
    "learned",
    "score_sentences",
]

WEIGHTS_FILE, REFERENCE_FILE = "adapted.safetensors", "reference.json"
"""What `AdaptedLabels.save` writes."""

FEW_PERFORMERS = 10
"""People below which each of them makes more than a tenth of a score."""

CLIPS_FOR_ACCURACY = 10
"""Clips from which on the share of right labels is taken for an accuracy."""

CHANCE_CLIPS = 5.0
"""Weight of chance in these accuracies, in clips: a few that happen to be right do not make a label certain."""

_CLIPS_OF_A_STEP, _MAX_STEPS = 15, 3
_BATCH = 32
_HEAD = ("centre", "scale", "weights", "bias", "text_states")
_TEXTS = ("labels", "score", "model", "tower", "descriptors")


class AdaptedLabels:
    """Labels that a few clips taught, with the reference that the clips gave.

    Args:
        labels: The labels.
        head: What gives them their probabilities.
        text_states: (labels, phrasings, text width) float32, as [`LabelScorer.text_states`] returns them.
        reference: What clips are compared with, None where the checkpoint has no reference.
        score: How well it did on people left out: `balanced_accuracy` of labels, each performer left out in turn (None
            where it was not measured, and `why`), `chance`, the numbers of `performers` and `clips`, `left_out` (clips
            that could not be read) and `accuracy`, pairs of a probability and the share of right labels from it on.
        model: Name of the checkpoint.
        tower: Fingerprint of its tower; the labels hold for no other one.
    """

    def __init__(
        self,
        labels: Sequence[str],
        head: LabelHead,
        text_states: np.ndarray,
        reference: MotionReference | None,
        score: Mapping[str, Any],
        model: str,
        tower: str,
    ):
        self.labels = list(labels)
        self.head = head
        self.text_states = np.asarray(text_states, dtype=np.float32)
        self.reference = reference
        self.score = dict(score)
        self.model = model
        self.tower = tower
        count, features = len(self.labels), len(head.centre)
        shapes = {
            "centre": (head.centre, (features,)),
            "scale": (head.scale, (features,)),
            "weights": (head.weights, (features, count)),
            "bias": (head.bias, (count,)),
            "text_states": (self.text_states, (count, *self.text_states.shape[1:])),
        }
        for name, (values, expected) in shapes.items():
            if values.shape != expected or not np.isfinite(values).all():
                raise ValueError(f"Expected {name} of shape {expected} and finite, found {values.shape}.")

    def save(self, folder: str | os.PathLike) -> None:
        """Writes `adapted.safetensors` and, beside it, `reference.json` into a folder, which is made if need be."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: np.ascontiguousarray(getattr(self.head, name)) for name in _HEAD[:-1]}
        tensors |= {"text_states": self.text_states, "trust": np.array([self.head.trust])}
        texts = {
            "labels": json.dumps(self.labels),
            "score": json.dumps(self.score),
            "model": self.model,
            "tower": self.tower,
            "descriptors": json.dumps(list(DESCRIPTOR_NAMES)),
        }
        save_file(tensors, folder / WEIGHTS_FILE, metadata=texts)
        (folder / REFERENCE_FILE).unlink(missing_ok=True)  # of labels that were saved there before
        if self.reference is not None:
            self.reference.save(folder / REFERENCE_FILE)

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "AdaptedLabels":
        """Reads what `save` wrote.

        Raises:
            OSError: If the folder has no such files.
            ValueError: If they are not what `save` writes, or were written for other descriptors.
        """
        path = Path(folder) / WEIGHTS_FILE
        if not path.is_file():
            raise FileNotFoundError(f"{folder} has no {WEIGHTS_FILE}: expected a folder that eai-llm adapt wrote.")
        try:
            with safe_open(path, framework="np") as file:
                texts = file.metadata() or {}
                if missing := sorted({*_HEAD, "trust"} - set(file.keys())) + sorted(set(_TEXTS) - set(texts)):
                    raise ValueError(f"it lacks {', '.join(missing)}.")
                values = {name: file.get_tensor(name) for name in (*_HEAD, "trust")}
            labels, score, descriptors = (json.loads(texts[name]) for name in ("labels", "score", "descriptors"))
            if descriptors != list(DESCRIPTOR_NAMES):
                raise ValueError("it was made by a version with other descriptors; adapt again.")
            centre, scale, weights, bias, states = (values[name] for name in _HEAD)
            head = LabelHead(centre, scale, weights, bias, float(values["trust"].item()))
            reference = path.with_name(REFERENCE_FILE)
            known = MotionReference.load(reference) if reference.is_file() else None
            return cls(labels, head, states, known, score, texts["model"], texts["tower"])
        except (SafetensorError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not what eai-llm adapt writes: {error}") from None

    def check(self, model: PreTrainedModel, name: str) -> None:
        """Refuses another checkpoint than the one that read the clips.

        Raises:
            ValueError: If the model has another tower.
        """
        if fingerprint(model) != self.tower:
            raise ValueError(
                f"These labels were learned with the checkpoint {self.model}, whose tower reads movement in another "
                f"way than that of {name}. Load {self.model}, or adapt again with {name}."
            )

    def chosen(self, candidates: Sequence[str] | None) -> list[str]:
        """The candidates if all of them were learned; all labels for None.

        Raises:
            ValueError: If one was not learned.
        """
        if unknown := [label for label in candidates or () if label not in self.labels]:
            raise ValueError(
                f"candidate_labels must be among the adapted labels {', '.join(self.labels)}; "
                f"found {', '.join(unknown)}."
            )
        return list(candidates or self.labels)

    def steps(self, reference: MotionReference | None) -> list[list[float]] | None:
        """`accuracy` of the score; None if it was not measured, or a clip is not compared as the tested clips were."""
        relative = reference is not None and PERFORMER in reference.level
        same = relative or not self.score.get("relative_to_performer")
        return self.score.get("accuracy") if same else None

    def advised(self, reference: MotionReference | None, clip: UnifiedClip) -> UnifiedClip:
        """The clip, with a note if these labels were learned relative to performers and its performer is not known."""
        if not self.score.get("relative_to_performer") or (reference is not None and PERFORMER in reference.level):
            return clip
        notes = clip.report.get("notes", [])
        if any(each["code"] == "performer_unknown" for each in notes):
            return clip
        message = (
            "the labels were learned from movement compared with other movement of the same person, and nothing says "
            "what is usual for this one: a reference that knows the performer, or a baseline, would"
        )
        return replace(clip, report=clip.report | {"notes": [*notes, note("performer_unknown", message)]})


class AdaptedScorer:
    """A [`LabelScorer`] whose probabilities come from the head.

    Args:
        scorer: The label scorer of the pipeline.
        adapted: What was learned.
    """

    def __init__(self, scorer: LabelScorer, adapted: AdaptedLabels):
        self.model, self.processor = scorer.model, scorer.processor
        self._scorer, self._adapted = scorer, adapted

    def probabilities(
        self, batches: Iterable[Mapping[str, torch.Tensor]], labels: Sequence[str], compared: Sequence[str]
    ) -> np.ndarray:
        """As [`LabelScorer.probabilities`]; the labels must be among the learned ones.

        The head learned how sure to be from clips that were compared as these are, so `compared` changes nothing.
        """
        adapted = self._adapted
        places = [adapted.labels.index(label) for label in adapted.chosen(labels)]
        known, features = self._scorer.evidence(batches, torch.from_numpy(adapted.text_states))
        logits = adapted.head.logits(known, features)[:, places]
        return torch.from_numpy(logits).softmax(-1).numpy()


def as_adapted(given: Any) -> AdaptedLabels | None:
    """Adapted labels given as themselves (of any copy of this module), as the folder that has them, or None.

    Raises:
        OSError: If the folder has no such files.
        ValueError: If it is something else.
    """
    if isinstance(given, (str, os.PathLike)):
        return AdaptedLabels.load(given)
    if given is not None and not (hasattr(given, "text_states") and hasattr(given, "head")):
        raise ValueError(
            f"adapted is what adapt returns, or the folder that it was saved to; found {type(given).__name__}."
        )
    return given


def fingerprint(model: Any) -> str:
    """SHA-256 of the weights that turn movement into tokens and logits."""
    digest = hashlib.sha256()
    for part in (model.skeleton_tower, model.alignment):
        for name, tensor in sorted(part.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


# ---- learning -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Example:
    """A person of a labelled clip, read window by window.

    Attributes:
        features: Of each window and then of its mirror image, as `movement_features` returns them.
        vectors: (descriptors,) of the same.
    """

    label: str
    performer: str | None
    features: list[tuple[np.ndarray, np.ndarray]]
    vectors: list[np.ndarray]

    @property
    def measured(self) -> MeasuredClip:
        return mean_of_windows(self.vectors[::2], self.features)


def learned(
    scorer: LabelScorer,
    model_name: str,
    clips: Any,
    labels: Sequence[str],
    performers: Sequence[str | None] | None = None,
    reference: Any = None,
    form: Mapping[str, Any] | None = None,
) -> AdaptedLabels:
    """Learns labels from clips.

    Args:
        scorer: The label scorer of the pipeline.
        model_name: Name of the checkpoint.
        clips, labels, performers, reference: As [`SkeletonEmotionExplanationPipeline.adapt`] takes them.
        form: `fps`, `layout` and `joint_names` of clips that do not state them.

    Raises:
        ValueError: If there are not as many labels as clips, fewer than two labels, no clip that can be read, or a
            reference of another checkpoint.
    """
    clips = clips if hasattr(clips, "__len__") else list(clips)
    processor: Any = scorer.processor
    labels = _checked(labels, len(clips), processor.skeleton_token)
    performers = None if performers is None else named(performers)
    if performers is not None and len(performers) != len(clips):
        raise ValueError(f"Expected one performer for each clip, found {len(performers)} for {len(clips)} clips.")
    extractor = processor.feature_extractor
    given = checked_reference(extractor, reference)
    examples, read = [], set()
    for number, name, person in extractor.read_people(clips, performers, **(form or {})):
        read.add(number)
        examples.append(_example(extractor, person, labels[number], name))
    counts = Counter(example.label for example in examples)
    if len(counts) < 2:
        raise ValueError(
            f"Expected clips of two labels or more that can be read, found {', '.join(counts) or 'none'}."
        )
    if single := [label for label, count in counts.items() if count == 1]:
        logger.warning(f"There is one clip of {', '.join(single)}; the label is learned from it alone.")

    found, compared = _references(extractor.motion_reference(), given, examples)
    words = list(counts)
    states = scorer.text_states(words)
    trained = list(scorer.model.config.labels)
    new = any(trained_word(word, trained) is None for word in words)
    known, features = _evidence(scorer, states, examples, compared)
    targets = np.array([words.index(example.label) for example in examples])
    tokens = features.shape[1] - len(DESCRIPTOR_NAMES)
    names = [example.performer for example in examples]
    people = {name for name in names if name is not None}
    folds = fold_of([place if name is None else name for place, name in enumerate(names)])
    ridge = usual_ridge(new)
    score: dict[str, Any] = {"balanced_accuracy": None, "why": _why_untested(names), "accuracy": None}
    if len(set(folds)) > 1 and len(people) != 1:
        tests = cross_validated(known, features, tokens, targets, new, folds)
        ridge = tests.ridge
        if not score["why"]:
            score |= _measured(tests.probabilities, targets)
    score |= {
        "chance": 1 / len(words),
        "performers": len(people),
        "clips": len(examples),
        "left_out": len(clips) - len(read),
        "relative_to_performer": any(other is not None and PERFORMER in other.level for other in compared),
    }
    head = fit_heads(known, features, tokens, targets, new, [ridge])[0]
    return AdaptedLabels(
        words, head, states.float().cpu().numpy(), found, score, model_name, fingerprint(scorer.model)
    )


def _checked(labels: Sequence[str], clips: int, placeholder: str) -> list[str]:
    """The labels without spaces around them.

    Raises:
        ValueError: If there is not one word for each clip, or fewer than two different ones.
    """
    if isinstance(labels, str) or len(labels) != clips:
        found = labels if isinstance(labels, str) else f"{len(labels)} for {clips} clips"
        raise ValueError(f"Expected one label for each clip, found {found}.")
    if wrong := [label for label in labels if not isinstance(label, str) or not label.strip() or placeholder in label]:
        raise ValueError(f"Labels must be words, found {wrong[0]!r}.")
    words = [label.strip() for label in labels]
    different = list(dict.fromkeys(words))
    if len(different) < 2:
        raise ValueError(f"Expected two labels or more, found {', '.join(different) or 'none'}.")
    if len({word.casefold() for word in different}) < len(different):
        raise ValueError(f"Labels must differ by more than capitals, found {', '.join(different)}.")
    return words


def _example(extractor: EaiSkeletonFeatureExtractor, clip: UnifiedClip, label: str, performer: str | None) -> _Example:
    features, vectors = [], []
    for window in windows_of(clip, extractor.segments(len(clip.joints))):
        seen, vector = features_of(window), vector_of(window)
        features += [seen, mirrored_features(*seen)]
        vectors += [vector, mirrored_vector(vector)]
    return _Example(label, performer, features, vectors)


def _references(
    own: MotionReference | None, given: MotionReference | None, examples: Sequence[_Example]
) -> tuple[MotionReference | None, list[MotionReference | None]]:
    """What other clips will be compared with, and what each of these is compared with."""
    if given is not None:
        known = {name: given.of(name) for name in (None, *given.performers)}
        return given, [known.get(example.performer, given) for example in examples]
    if own is None:
        return None, [None] * len(examples)
    measured, names = [example.measured for example in examples], [example.performer for example in examples]
    moved = calibrated(own, measured, names)
    return moved, [*without_each(moved, measured, names)]


def _evidence(
    scorer: LabelScorer,
    states: torch.Tensor,
    examples: Sequence[_Example],
    compared: Sequence[MotionReference | None],
) -> tuple[np.ndarray, np.ndarray]:
    """What [`LabelScorer.evidence`] returns, the mean over the windows of each example."""
    extractor = scorer.processor.feature_extractor
    own = extractor.motion_reference()
    windows = [(place, 2 * number) for place, each in enumerate(examples) for number in range(len(each.vectors) // 2)]

    def batches() -> Iterator[dict[str, torch.Tensor]]:
        for first in range(0, len(windows), _BATCH):
            features, vectors, references = [], [], []
            for side in (0, 1):
                for place, number in windows[first : first + _BATCH]:
                    values, there = examples[place].features[number + side]
                    reference = compared[place]
                    features.append((relative_features(values, there, manner_for(reference, own)), there))
                    vectors.append(examples[place].vectors[number + side])
                    references.append(reference or own)
            padded = extractor.pad(features, vectors, references)
            yield {name: torch.from_numpy(values) for name, values in padded.items()}

    found = scorer.evidence(batches(), states)
    of = np.array([place for place, _ in windows])
    shares = (of == np.arange(len(examples))[:, None]) / np.bincount(of)[:, None]
    return shares @ found[0], shares @ found[1]


def score_sentences(score: Mapping[str, Any]) -> list[str]:
    """How good learned labels are, in words, with a warning where few people were tested.

    Args:
        score: Of [`AdaptedLabels`].

    Returns:
        For instance "On each of 3 people, learned from the others, the balanced accuracy is 83% (chance 50%)." and
        "3 people are few, so this is a rough figure: ...".
    """
    if score["balanced_accuracy"] is None:
        return [f"How often they are right on other people was not measured: {score['why']}."]
    found = [
        f"On each of {score['performers']} people, learned from the others, the balanced accuracy is "
        f"{score['balanced_accuracy']:.0%} (chance {score['chance']:.0%})."
    ]
    if score["performers"] < FEW_PERFORMERS:
        found.append(
            f"{score['performers']} people are few, so this is a rough figure: for somebody else it may be far off."
        )
    return found


def _why_untested(names: Sequence[str | None]) -> str | None:
    """Why no accuracy on people left out can be measured."""
    unknown = sum(name is None for name in names)
    if unknown:
        return f"the performers of {unknown} of the {len(names)} clips are not known"
    return "all clips are of one performer" if len(set(names)) == 1 else None


def _measured(probabilities: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """`balanced_accuracy` and `accuracy` of predictions for people left out, (clips, labels)."""
    right = probabilities.argmax(axis=1) == targets
    recalls = [right[targets == label].mean() for label in np.unique(targets)]
    return {
        "balanced_accuracy": float(np.mean(recalls)),
        "accuracy": _steps(probabilities, right) if len(right) >= CLIPS_FOR_ACCURACY else None,
    }


def _steps(probabilities: np.ndarray, right: np.ndarray) -> list[list[float]]:
    """Pairs of a probability, from 0 upwards, and the accuracy from it on, which never falls.

    Args:
        probabilities: (clips, labels).
        right: (clips,) bool, whether the label is right.
    """
    highest, chance = probabilities.max(axis=1), 1 / probabilities.shape[1]

    def accuracy(part: np.ndarray) -> float:
        return float((right[part].sum() + CHANCE_CLIPS * chance) / (len(part) + CHANCE_CLIPS))

    order = np.argsort(highest, kind="stable")
    parts: list[np.ndarray] = []
    for part in np.array_split(order, min(max(len(order) // _CLIPS_OF_A_STEP, 1), _MAX_STEPS)):
        parts.append(part)
        while len(parts) > 1 and accuracy(parts[-1]) <= accuracy(parts[-2]):
            parts[-2:] = [np.concatenate(parts[-2:])]
    starts = [0.0, *(float(highest[part].min()) for part in parts[1:])]
    return [[round(start, 4), round(accuracy(part), 4)] for start, part in zip(starts, parts, strict=True)]
