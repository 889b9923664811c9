"""How sure a label is: the accuracy that was measured on recordings of corpora that no training has seen.

A probability says how the label compares with the other candidates, not how often such a label is right. So the record
states the accuracy at such probabilities, measured once for each checkpoint and kept in its configuration
(`label_accuracy`), and gives it a level. What is known to make a label doubtful lowers the level to "low".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .claims.reasons import HIGH_FROM, LOW_BELOW
from .descriptors.kept import vector_of
from .descriptors.reference import MotionReference
from .descriptors.reference_state import DEFAULT, PERFORMER, RECORDINGS
from .skeleton.clip import UnifiedClip
from .vocabulary import trained_word

__all__ = [
    "COMPARED_CLIPS",
    "RECORDED",
    "UNLIKE_TRAINING",
    "VIDEO",
    "certainty",
    "certainty_of",
    "compared_kinds",
    "compared_with",
    "sure_sentences",
]

RECORDED, VIDEO = "recorded", "video"
"""Kinds of recordings that accuracy is measured on: joints that a tracker recorded, or estimated from a video."""

UNLIKE_TRAINING = "this posture and movement are unlike all that the model was trained on"

_HARDLY = 0.5
"""Share of the descriptors below which a recording shows too little of the body for a sure label."""

COMPARED_CLIPS = {
    DEFAULT: "the clips of the training",
    RECORDINGS: "other clips of these recordings",
    PERFORMER: "other clips of this person",
}
"""What a movement is compared with, by the kind of reference."""

_KNOWN_BETTER = (PERFORMER, RECORDINGS, DEFAULT)
"""Kinds of references, the one that says most about what is typical first."""


def certainty_of(
    people: Sequence[Any], labels: Sequence[str], config: Any, own: MotionReference | None, adapted: Any = None
) -> list[dict[str, Any]]:
    """The field `certainty` of the records of people, who were scored.

    Args:
        people: The [`Person`] of each record.
        labels: The candidates.
        config: The configuration of the checkpoint.
        own: The checkpoint's reference, None if it has none.
        adapted: The [`AdaptedLabels`] that the candidates are from, None for other candidates.
    """
    vectors = np.array([person.vector for person in people])
    is_unlike = [False] * len(people) if own is None or adapted is not None else own.is_unlike(vectors).tolist()
    found = []
    for person, vector, unlike in zip(people, vectors, is_unlike, strict=True):
        reference = person.reference or own
        compared = compared_with(reference, vector)
        trained, accuracy = config.labels, config.label_accuracy or {}
        how: dict[str, str] = {}
        if adapted is not None:
            steps = adapted.steps(person.reference)
            accuracy = {kind: {compared: steps} for kind in (RECORDED, VIDEO)} if steps else {}
            trained, how = adapted.labels, {"measured_on": "performers left out"}
        given = (person.clip.report.get("recording"), person.clip.not_shown, float(np.isfinite(vector).mean()))
        found.append(certainty(person.overall(), labels, trained, accuracy, *given, compared, unlike) | how)
    return found


def compared_with(reference: MotionReference | None, vector: np.ndarray) -> str:
    """The kind of reference that most measured descriptors of a clip are compared with.

    Args:
        reference: What the clip is compared with, None for a checkpoint without a reference.
        vector: (descriptors,) values, NaN where not measured; where nothing was measured, all descriptors count.

    Returns:
        `DEFAULT`, `RECORDINGS` or `PERFORMER`; of two that are as frequent, the one that says less.
    """
    if reference is None:
        return DEFAULT
    levels = Counter(level for level, there in zip(reference.level, np.isfinite(vector), strict=True) if there)
    levels = levels or Counter(reference.level)
    return max(reversed(_KNOWN_BETTER), key=lambda kind: levels[kind])


def compared_kinds(clips: Sequence[UnifiedClip], references: Sequence[MotionReference | None]) -> list[str]:
    """[`compared_with`] of each clip and its reference."""
    return [compared_with(reference, vector_of(clip)) for clip, reference in zip(clips, references, strict=True)]


def certainty(
    probabilities: np.ndarray,
    labels: Sequence[str],
    trained: Sequence[str],
    accuracy: Mapping[str, Mapping[str, Sequence[Sequence[float]]]],
    recording: str | None,
    not_shown: Mapping[str, str],
    shown: float = 1.0,
    compared: str = DEFAULT,
    unlike: bool = False,
) -> dict[str, Any]:
    """The field `certainty` of a record.

    Args:
        probabilities: (labels,), one for each candidate.
        labels: The candidates; a word that means the same as a trained label counts as this label.
        trained: Labels that the checkpoint was trained on.
        accuracy: `label_accuracy` of the checkpoint: kind of recording -> kind of reference -> pairs of a probability,
            from 0 upwards, and the accuracy from it on.
        recording: "video" or None.
        not_shown: What the recording cannot show -> why not.
        shown: Share of the descriptors that the recording shows, 0 to 1.
        compared: The kind of reference that the clip is compared with. Where no accuracy was measured with it, that
            of the next kind that says less counts.
        unlike: Whether the clip is unlike all that the checkpoint was trained on.

    Returns:
        `level` ("low", "medium", "high", or None where no accuracy is known and nothing speaks against the label),
        `accuracy` (None where it was not measured: other candidates than the trained ones, or a checkpoint that was
        not tested on other corpora), `reference` (the kind of reference that this accuracy was measured with, None
        without one), `runner_up` (the second candidate) and `why` (what lowers the level, as clauses).
    """
    order = np.argsort(-probabilities, kind="stable")
    meant = [trained_word(label, trained) for label in labels]
    of_kind = accuracy.get(VIDEO if recording == VIDEO else RECORDED, {}) if set(meant) == set(trained) else {}
    less = _KNOWN_BETTER[_KNOWN_BETTER.index(compared) :]
    reference = next((kind for kind in less if of_kind.get(kind)), None)
    measured, level = None, None
    if reference is not None:
        measured = [value for start, value in of_kind[reference] if start <= probabilities[order[0]]][-1]
        level = "low" if measured < LOW_BELOW else "medium" if measured < HIGH_FROM else "high"
    why = []
    if "movement" in not_shown:
        why.append(not_shown["movement"])
    elif shown < _HARDLY:
        why.append("less than half of what is usually measured can be seen in this recording")
    if unlike:
        why.append(UNLIKE_TRAINING)
    if untrained := [label for label, word in zip(labels, meant, strict=True) if word is None]:
        why.append(f"the model was not trained on {', '.join(untrained)}")
    return {
        "level": "low" if why else level,
        "accuracy": measured,
        "reference": reference,
        "runner_up": labels[int(order[1])],
        "why": why,
    }


def sure_sentences(certainty: Mapping[str, Any]) -> list[str]:
    """How sure a label is in words: its level, the accuracy of such labels, and what makes it doubtful.

    Args:
        certainty: The field of a record; of an older checkpoint it may lack some keys or all.

    Returns:
        For instance "Certainty: low.", "On recordings that training never saw, compared with other clips of this
        person, 45% of such labels were right.", "Doubtful, because nothing moves."
    """
    if not certainty:
        return []
    found = [f"Certainty: {certainty.get('level') or 'not measured'}."]
    if certainty.get("accuracy") is not None:
        clips = COMPARED_CLIPS.get(str(certainty.get("reference")))
        where = f"recordings that training never saw{f', compared with {clips}' if clips else ''}"
        if certainty.get("measured_on"):
            where = f"{certainty['measured_on']} when these labels were learned"
        found.append(f"On {where}, {certainty['accuracy']:.0%} of such labels were right.")
    if certainty.get("why"):
        found.append(f"Doubtful, because {'; '.join(certainty['why'])}.")
    return found
