"""What the clips of a call are compared with: the reference of a performer, of the recordings, or the default."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .descriptors.calibration import with_baseline
from .descriptors.reference import MotionReference, as_reference
from .descriptors.reference_state import DEFAULT, PERFORMER
from .feature_extraction_eai_llm import EaiSkeletonFeatureExtractor, named
from .reading.motion import note
from .skeleton.clip import UnifiedClip

__all__ = ["advice", "checked_reference", "chosen_reference", "of_person"]

_SEVERAL = 4
"""Clips in one call from which on a reference is advised."""


def advice(clips: int) -> str | None:
    """Says that a reference would help, where so many clips come in one call without one."""
    if clips < _SEVERAL:
        return None
    return (
        f"{clips} clips come without a reference, so each is compared with other people on other rigs. What is "
        "typical of these recordings, and of each person in them, can be learned from the clips: see calibrate."
    )


def checked_reference(extractor: EaiSkeletonFeatureExtractor, reference: Any) -> MotionReference | None:
    """A reference in any form that the pipeline takes, None for the default.

    Raises:
        OSError: If a file cannot be opened.
        ValueError: If it is no reference, or was calibrated with another checkpoint.
    """
    own = extractor.motion_reference()
    given: MotionReference | None = as_reference(reference)
    if given is not None and own is not None and not _may_come_from(own, given):
        raise ValueError(
            "The reference was calibrated with another checkpoint, whose typical values are others: calibrate again "
            "with this one, or load that one."
        )
    return given


def chosen_reference(
    extractor: EaiSkeletonFeatureExtractor,
    reference: Any,
    performer: str | None,
    baseline: Any,
    form: Mapping[str, Any],
) -> MotionReference | None:
    """The reference that the arguments of a call ask for, before performers are looked up.

    Args:
        extractor: Of the checkpoint.
        reference: As the pipeline takes it.
        performer: Who moves in all clips.
        baseline: A neutral clip of the person who moves in all clips.
        form: `fps`, `layout` and `joint_names` of the baseline, if it does not state them.

    Raises:
        OSError: If a file cannot be opened.
        ValueError: As `checked_reference`; if the reference does not know the performer, the baseline cannot be read,
            both are given, or several performers are.
    """
    given = checked_reference(extractor, reference)
    if isinstance(performer, (list, tuple)):
        raise ValueError(
            f"performer is one name for all clips, found {len(performer)}; where they differ, each clip is a dict "
            'with its own: {"path": "walk.bvh", "performer": "anna"}.'
        )
    performer = named([performer])[0]
    if performer is not None:
        if given is None or baseline is not None:
            what = "a baseline replaces it" if given is not None else "pass a reference too"
            raise ValueError(f"performer={performer!r} names somebody whom a reference knows; {what}.")
        given.of(performer)  # raises an error for somebody unknown before any clip is read
    if baseline is None:
        return given
    given = given or extractor.motion_reference()
    if given is None:
        raise ValueError("The checkpoint has no reference, so nothing can be compared with a baseline.")
    return with_baseline(given, extractor.measured(baseline, **form))


def of_person(
    reference: MotionReference | None, name: str | None, number: int, clip: UnifiedClip
) -> tuple[MotionReference | None, UnifiedClip]:
    """What one person of an input is compared with.

    Args:
        reference: Of the recordings, None for the default.
        name: The performer of the input, None if unknown.
        number: Which person of the input this is, from 0.
        clip: The person's clip.

    Returns:
        The reference, and the clip; a note says so where nothing is known of the performer.
    """
    of_one_person = reference is not None and PERFORMER in reference.level  # a baseline, or given as one performer's
    if name is None or of_one_person:
        return reference, clip
    name = f"{name}#{number}" if number else name
    if reference is not None and name in reference.performers:
        return reference.of(name), clip
    who = f"{name}, person {number + 1} of this recording" if number else name
    message = f"the reference knows no performer {who}, so the clip is compared with all of its recordings"
    if reference is None:
        message = f"without a reference nothing is known of the performer {who}, so the name changes nothing"
    notes = [*clip.report.get("notes", []), note("performer_unknown", message)]
    return reference, replace(clip, report=clip.report | {"notes": notes})  # the user's own clip stays as it is


def _may_come_from(own: MotionReference, given: MotionReference) -> bool:
    """Whether a calibrated reference may come from this one: calibration keeps the quantiles.

    A reference that is the default of its own recordings may have others.
    """
    return set(given.level) == {DEFAULT} or np.allclose(given.quantiles, own.quantiles, equal_nan=True)
