"""What a visitor can do: read files, explain, ask, compare, choose a reference, teach labels. Nothing here is global.

Each function takes the pipeline, which it only reads, and the visitor's `Session`. None keeps a file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.reading.formats import VIDEO_SUFFIXES
from eai_llm_hf.processing.reading.pose_model import POSE_MODEL_URL, POSE_MODEL_VARIABLE, pose_model
from eai_llm_hf.processing.reading.smpl import AXIS_ANGLE
from eai_llm_hf.processing.reference_choice import chosen_reference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.unify import unify

from .session import NEUTRAL, PERSON, RECORDINGS, Entry, Result, Session, VisitorError

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

LONGEST_VIDEO_S = 120.0
"""Finding the people in a video takes about as long as the video lasts, and other visitors wait meanwhile."""

_NO_POSE_MODEL = (
    "{name} is a video, and the file that finds people in videos could not be fetched: is this machine online? "
    "Connect it and add the video again; the file is fetched once (9 MB). Or download "
    f"{POSE_MODEL_URL}, set the environment variable {POSE_MODEL_VARIABLE} to where it is, and start the app again. "
    "Recordings of joints, such as .bvh, need no network."
)

_OPTIONS = re.compile(
    r"; pass [^.;]* on the command line --[a-z]+(?: and --[a-z]+)?\.|"
    r" \(or give the frames per second: fps, on the command line --fps\)"
)
"""What the readers say of options that a visitor of the page does not have."""

_STATED_BELOW = re.compile(
    rf"frame rate|frames per second|not known\.|unknown layout|\blayout \w+ has|rig {AXIS_ANGLE}", re.IGNORECASE
)
"""What can be put right by the frame rate and the rig that the page asks for."""

LONGEST_QUESTION = 300
"""Characters of a question."""

EXAMPLES: dict[str, tuple[tuple[int, str, str, float], ...]] = {
    "Sad walk": ((3, "sad", "walk", 6.0),),
    "Angry walk": ((4, "angry", "walk", 6.0),),
    "Neutral walk": ((5, "neutral", "walk", 6.0),),
    "Happy wave": ((2, "happy", "wave", 5.0),),
    "Long recording": ((6, "sad", "walk", 10.0), (7, "angry", "walk", 10.0), (8, "happy", "wave", 10.0)),
}
"""Examples, made by the generator: of each part seed, emotion, action and seconds. All are of one person, whom
training never saw, so that one can be compared with the others."""

_PERFORMER = 15
_THIS_PERSON = "this person"


@dataclass
class Change:
    """A recording before and after the reference changed."""

    before: Result
    after: Result


# --------------------------------------------------------------------------------------------------------- recordings


def read_file(
    pipe: "SkeletonEmotionExplanationPipeline",
    session: Session,
    path: str | Path,
    fps: float | None = None,
    layout: str | None = None,
) -> Entry:
    """Reads a recording or a video into the session.

    Args:
        pipe: The pipeline.
        session: The visitor's.
        path: The file, which is only read.
        fps: Frames a second, of a file that does not say it.
        layout: Name of the rig, of a file that does not say it.

    Returns:
        Its first person.

    Raises:
        VisitorError: If it cannot be read, or there is no room for it.
    """
    path = Path(path)
    try:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            _check_video(path)
        people = list(pipe.processor.feature_extractor.clips(path, fps=fps or None, layout=layout or None))
    except VisitorError:
        raise
    except (OSError, TypeError, ValueError) as error:
        why = str(error).removeprefix(path.name).lstrip(":, ")
        raise VisitorError(f"{path.name} could not be read: {_with_hint(why)}") from error
    return session.entries[session.add(path.name, people)]


def _check_video(path: Path) -> None:
    """Refuses a long video, and any without the pose model, at once; what else is wrong with it, its reader says."""
    try:
        import av
    except ImportError:
        return  # the reader of videos says what to install
    try:
        with av.open(str(path)) as video:
            seconds = (video.duration or 0) / av.time_base
    except (OSError, ValueError):
        return
    if seconds > LONGEST_VIDEO_S:
        raise VisitorError(
            f"{path.name} lasts {seconds:.0f} s; here a video may last {LONGEST_VIDEO_S:.0f} s. Cut it, or use the "
            "command eai-llm explain on your machine."
        )
    if find_spec("mediapipe") is None:
        return
    try:
        pose_model()
    except ValueError as error:
        if isinstance(error.__cause__, OSError):
            raise VisitorError(_NO_POSE_MODEL.format(name=path.name)) from error


def _with_hint(message: str) -> str:
    """A message of a reader in words of the page: its options in Python and on the command line are below the file."""
    message = _OPTIONS.sub(".", message).replace(f"pass layout {AXIS_ANGLE!r}", f"choose the rig {AXIS_ANGLE}")
    if _STATED_BELOW.search(message):
        return f"{message.rstrip('.')}. Open “State frame rate and rig” below, and add the file again."
    return message


def add_example(session: Session, name: str) -> Entry:
    """Adds a generated example; one that is there already is taken again.

    Raises:
        KeyError: If there is no such example.
        VisitorError: If there is no room for it.
    """
    parts = EXAMPLES[name]
    if name in session.names():
        return session.entry(name)
    given: dict[str, Any] = {"performer": _PERFORMER, "rig": "smpl22", "intensity": 1.0}
    clips = [
        unify(generate_clip(seed, emotion=emotion, action=action, duration_s=length, **given).motion)
        for seed, emotion, action, length in parts
    ]
    return session.entries[session.add(name, [_in_a_row(clips)])]


def _in_a_row(clips: list[UnifiedClip]) -> UnifiedClip:
    """Clips of one rig as one recording; each begins where the one before ended."""
    joints = [clips[0].joints]
    for clip in clips[1:]:
        joints.append(clip.joints + (joints[-1][-1, 0] - clip.joints[0, 0]) * (1.0, 0.0, 1.0))
    made = np.concatenate(joints).astype(np.float32)
    report = clips[0].report | {"frames": len(made)}
    return UnifiedClip(made, clips[0].joint_mask, report=report, not_shown=dict(clips[0].not_shown))


def remove(session: Session, name: str | None) -> None:
    """Forgets a recording, also as a part of the reference.

    Raises:
        VisitorError: If there is no recording of this name.
    """
    entry = session.entry(name)
    session.entries.remove(entry)
    session.typical = [each for each in session.typical if each is not entry]
    session.shown = None


# ------------------------------------------------------------------------------------------------------- explanations


def explain(
    pipe: "SkeletonEmotionExplanationPipeline", session: Session, name: str | None, question: str | None = None
) -> Result:
    """Explains a recording, once until it is compared with something else, or answers a question about it.

    Raises:
        VisitorError: If the recording is not there or cannot be explained, or the question is empty or too long.
    """
    entry = session.entry(name)
    if question is None and session.shown is not None and session.shown.entry is entry:
        return session.shown
    found = _explained(pipe, entry, _reference_for(pipe, session, entry), session.adapted, question)
    typical = typical_for(session, entry)
    if len(typical) == 1:
        found.alone = pipe.processor.feature_extractor.measured(typical[0].clip).vector
    if question is None:
        session.shown = found
    return found


def _explained(
    pipe: "SkeletonEmotionExplanationPipeline",
    entry: Entry,
    reference: MotionReference | None,
    adapted: Any,
    question: str | None = None,
) -> Result:
    given: dict[str, Any] = {"reference": reference, "adapted": adapted}
    if question is not None:
        given["question"] = _checked_question(question)
    try:
        record = pipe(entry.clip, **{option: value for option, value in given.items() if value is not None})
    except ValueError as error:
        raise VisitorError(str(error)) from error
    assert isinstance(record, dict)  # one person was given
    if "error" in record:
        raise VisitorError(f"{entry.name} could not be explained. {record['error']['message']}")
    record["source"] = entry.name
    compared = reference or (adapted.reference if adapted is not None else None)
    return Result(entry, record, compared or pipe.processor.feature_extractor.motion_reference())


def _checked_question(question: str) -> str:
    question = question.strip()
    if not question:
        raise VisitorError('Write a question first, such as "What do the arms do?"')
    if len(question) > LONGEST_QUESTION:
        raise VisitorError(f"A question may have {LONGEST_QUESTION} characters; this one has {len(question)}.")
    return question


def compare(
    pipe: "SkeletonEmotionExplanationPipeline",
    session: Session,
    first: str | None,
    second: str | None,
    question: str | None = None,
) -> tuple[dict[str, Any], tuple[Entry, Entry]]:
    """Compares two recordings, of which the first seconds are read; a question may say what to compare.

    Returns:
        The record of the comparison, and the two recordings.

    Raises:
        VisitorError: If they are not two recordings of the session, or the question is too long.
    """
    entries = session.entry(first), session.entry(second)
    if entries[0] is entries[1]:
        raise VisitorError("Choose two different recordings to compare; add another one if there is only one.")
    asked: dict[str, Any] = {"question": _checked_question(question)} if question and question.strip() else {}
    try:
        reference = _reference_for(pipe, session, *entries)
        record = pipe.compare(entries[0].clip, entries[1].clip, reference=reference, **asked)
    except ValueError as error:
        raise VisitorError(str(error)) from error
    record["sources"] = [entry.name for entry in entries]
    return record, entries


# --------------------------------------------------------------------------------------- what clips are compared with


def use_reference(
    pipe: "SkeletonEmotionExplanationPipeline", session: Session, name: str | None, clips: Sequence[str], kind: str
) -> Change:
    """Compares the visitor's recordings with some of them from now on; of a person's, only this person's.

    Args:
        pipe: The pipeline.
        session: The visitor's.
        name: The recording that is explained before and after. Where it is chosen too, the others say what is typical
            for it; where it alone is, its own explanation stays.
        clips: Names of the recordings that say what is typical.
        kind: `NEUTRAL`, `PERSON` or `RECORDINGS`.

    Raises:
        VisitorError: If there is no clip, more than one neutral one, or two people of one file where all should be of
            one person.
    """
    entry = session.entry(name)
    chosen = [session.entry(each) for each in clips]
    others = [each for each in chosen if each is not entry]
    if not chosen:
        raise VisitorError("Choose at least one recording that says what is typical.")
    if kind == NEUTRAL and len(others) > 1:
        raise VisitorError(f"A neutral baseline is one recording; {len(others)} are chosen.")
    if kind != RECORDINGS:
        _check_one_person([entry, *others])
    before, used = explain(pipe, session, name), typical_for(session, entry)
    typical = others or chosen
    _reference_of(pipe, typical, kind)  # nothing changes where it cannot be made
    session.typical, session.kind, session.shown = typical if kind == NEUTRAL else chosen, kind, None
    for each in session.entries:
        each.same_person = True if each is entry or each in chosen else None
    if not used and not typical_for(session, entry):
        session.shown = before  # compared with the default, as before
    return Change(before, explain(pipe, session, name))


def _check_one_person(entries: Sequence[Entry]) -> None:
    by_file: dict[str, Entry] = {}
    for entry in entries:
        other = by_file.setdefault(entry.file, entry)
        if other is not entry:
            raise VisitorError(
                f"{other.name} and {entry.name} were recorded together, so they are two people, and what is typical "
                "of one says nothing of the other. Choose those of one person, or “other recordings of this kind”."
            )


def is_same_person(session: Session, entry: Entry) -> bool | None:
    """Whether the person of the reference moves in a recording; None where nobody said."""
    if _moves_beside(session, entry):
        return False
    examples = entry.name in EXAMPLES and any(each.name in EXAMPLES for each in session.typical)
    return True if examples and entry.same_person is None else entry.same_person


def asks_who_moves(session: Session, entry: Entry) -> bool:
    """Whether it matters who moves in a recording and is not known; not where no person says what is typical."""
    known = entry in session.typical or _moves_beside(session, entry)
    return bool(session.typical) and session.kind != RECORDINGS and not known


def _moves_beside(session: Session, entry: Entry) -> bool:
    """Whether somebody moves here who was recorded together with the person of the reference."""
    return any(each is not entry and each.file == entry.file for each in session.typical)


def say_who_moves(session: Session, name: str | None, same: bool) -> None:
    """Notes whether the person of the reference moves in a recording.

    Raises:
        VisitorError: If there is no recording of this name.
    """
    session.entry(name).same_person = same
    session.shown = None


def typical_for(session: Session, *entries: Entry) -> list[Entry]:
    """The recordings that these are compared with; none of them is among its own, nor those of somebody else."""
    if session.kind != RECORDINGS and not all(is_same_person(session, entry) for entry in entries):
        return []
    return [each for each in session.typical if each not in entries]


def _reference_for(
    pipe: "SkeletonEmotionExplanationPipeline", session: Session, *entries: Entry
) -> MotionReference | None:
    """What these recordings are compared with; None for the default of the checkpoint."""
    typical = typical_for(session, *entries)
    return _reference_of(pipe, typical, session.kind) if typical else None


def _reference_of(
    pipe: "SkeletonEmotionExplanationPipeline", typical: Sequence[Entry], kind: str
) -> MotionReference | None:
    """The reference of one recording or more, which takes milliseconds.

    Raises:
        VisitorError: If nothing can be measured in them.
    """
    clips: list[UnifiedClip] = [each.clip for each in typical]
    try:
        if kind == NEUTRAL:
            return chosen_reference(pipe.processor.feature_extractor, None, None, clips[0], {})
        if kind == PERSON:
            return pipe.calibrate(clips, performers=[_THIS_PERSON] * len(clips)).of(_THIS_PERSON)
        return pipe.calibrate(clips)
    except ValueError as error:
        raise VisitorError(str(error)) from error


def whole_reference(pipe: "SkeletonEmotionExplanationPipeline", session: Session) -> MotionReference:
    """The reference of all recordings that say what is typical.

    Raises:
        VisitorError: If there are none.
    """
    found = _reference_for(pipe, session)
    if found is None:
        raise VisitorError("There is no reference of your own yet: choose recordings under Reference first.")
    return found


def forget_reference(session: Session) -> None:
    """Compares with the default of the checkpoint again."""
    session.typical, session.shown = [], None


# ----------------------------------------------------------------------------------------------------- labels to learn


def label_clips(session: Session, names: Sequence[str], label: str, performer: str) -> None:
    """Notes what recordings show, and who moves in them; an empty label takes the note away.

    Raises:
        VisitorError: If no recording is chosen, or a word is too long.
    """
    if not names:
        raise VisitorError("Choose the recordings that show this label.")
    label, performer = label.strip(), performer.strip()
    if max(len(label), len(performer)) > LONGEST_QUESTION // 5:
        raise VisitorError(f"A label and a name may have {LONGEST_QUESTION // 5} characters.")
    for name in names:
        entry = session.entry(name)
        entry.label, entry.performer = label, performer


def learn(pipe: "SkeletonEmotionExplanationPipeline", session: Session) -> None:
    """Learns the labels of the session's recordings; from now on these are chosen from.

    Raises:
        VisitorError: If there are not two labels.
    """
    labelled = [entry for entry in session.entries if entry.label]
    labels = [entry.label for entry in labelled]
    if len(set(labels)) < 2:
        raise VisitorError(f"Two labels are needed, with one recording each or more; found {len(set(labels))}.")
    performers = [entry.performer or None for entry in labelled]
    try:
        session.adapted = pipe.adapt([entry.clip for entry in labelled], labels, performers=performers)
        session.shown = None
    except ValueError as error:
        raise VisitorError(str(error)) from error


def forget_labels(session: Session) -> None:
    """Chooses from the labels of the checkpoint again."""
    session.adapted = session.shown = None
