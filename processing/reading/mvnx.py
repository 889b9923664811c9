"""Reads MVNX files, which Xsens MVN exports: XML with the position and orientation of each body segment.

The position of a segment is its origin, the joint at its near end: `RightUpperArm` is the right shoulder,
`RightUpperLeg` the right hip. Metres, Z up. Frames that are no recording (`identity`, `tpose`, `npose`) are left out.
The axes of the head segment are x forward, y left and z up, so its orientation tells where the face is turned.

A suit may be worn on a part of the body only, which `configuration` says. MVN then writes legs that stand still; they
were not measured and are left out.

The file is read with expat, piece by piece: a file of an hour has gigabytes. Document types, with which a few lines of
XML can grow to any size, are refused.
"""

from array import array
from pathlib import Path
from xml.parsers import expat

import numpy as np

from .limits import MAX_JOINTS, MAX_LINE_LENGTH, MAX_NAME_LENGTH, MAX_PEOPLE
from .motion import MotionError, note
from .quaternions import rotation_matrices
from .recording import Recording, room_for, shown

_CHUNK = 2**16
_NO_RECORDING = ("identity", "tpose", "tpose-isb", "npose")
_HEAD = "head"
_LEGS = ("upperleg", "lowerleg", "foot", "toe")


def read_mvnx(path: Path) -> Recording:
    """Reads one MVNX file.

    Args:
        path: The file.

    Returns:
        One person for each subject, with the frame rate of the first and the direction of the face.

    Raises:
        MotionError: Not XML, not MVNX, cut off, or a frame with another number of values than the segments need; the
            message names subject and frame.
    """
    reader = _Reader(path.name, room_for(path))
    given = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                given += len(chunk)
                if given - reader.parser.CurrentByteIndex > MAX_LINE_LENGTH:  # expat keeps a tag until it is complete
                    raise MotionError(f"{path.name}: a tag is longer than {MAX_LINE_LENGTH:,} bytes; not an MVNX file")
        reader.parser.Parse(b"", True)
    except MotionError:
        raise
    except expat.ExpatError as error:
        raise MotionError(f"{path.name}, line {error.lineno}: not XML, or cut off ({error})") from error
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error
    except (LookupError, ValueError) as error:  # of expat
        raise MotionError(f"{path.name}: the encoding that it names does not exist ({shown(str(error))})") from error
    return reader.recording()


class _Subject:
    """What has been read of one subject."""

    def __init__(self, name: str, fps: str | None, configuration: str):
        self.name, self.fps, self.configuration = name, fps, configuration.lower()
        self.segments: list[str] = []
        self.positions, self.orientations = array("f"), array("f")
        self.frames = 0


class _Reader:
    """Handlers of expat that collect the subjects."""

    def __init__(self, source: str, room: int):
        self.source, self._room = source, room
        self.subjects: list[_Subject] = []
        self._is_mvnx = False
        self._wanted: str | None = None  # the element whose text is being collected
        self._text: list[str] = []
        self._length = 0
        self._in_recording = False
        self._frame: dict[str, np.ndarray] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def recording(self) -> Recording:
        people = [subject for subject in self.subjects if subject.frames]
        if not self._is_mvnx:
            raise MotionError(f"{self.source}: expected an MVNX file; found other XML")
        if not people:
            raise MotionError(f"{self.source}: expected frames with positions of segments; found none")
        if any(subject.segments != people[0].segments for subject in people):
            raise MotionError(f"{self.source}: expected the same segments for every subject; found others")
        frames, segments = max(subject.frames for subject in people), len(people[0].segments)
        joints = np.full((len(people), frames, segments, 3), np.nan, np.float32)
        face = np.full((len(people), frames, 3), np.nan, np.float32)
        head = next((index for index, name in enumerate(people[0].segments) if name.lower() == _HEAD), None)
        for person, subject in enumerate(people):
            joints[person, : subject.frames] = np.frombuffer(subject.positions, np.float32).reshape(-1, segments, 3)
            if head is not None and len(subject.orientations) == subject.frames * segments * 4:
                turned = np.frombuffer(subject.orientations, np.float32).reshape(-1, segments, 4)[:, head]
                face[person, : subject.frames] = _forward(turned)
        names = people[0].segments
        legs = [index for index, name in enumerate(names) if name.lower().endswith(_LEGS)]
        without_legs = [place for place, subject in enumerate(people) if subject.configuration.startswith("upperbody")]
        joints[np.ix_(without_legs, range(frames), legs)] = np.nan
        if any(subject.configuration.startswith("lowerbody") for subject in people):
            raise MotionError(
                f"{self.source}: the suit was worn on the lower body only; expected arms and head as well"
            )
        no_legs = note("part_not_recorded", "the suit was worn on the upper body only, so the legs are left out")
        return Recording(
            joints,
            fps=people[0].fps,
            joint_names=names,
            notes_of=[[no_legs] if place in without_legs else [] for place in range(len(people))],
            units="m",
            face=None if np.isnan(face).all() else face,
            people=[subject.name for subject in people],
        )

    # ---- what expat calls ----------------------------------------------------------------------------------------

    def _doctype(self, *_: object) -> None:
        raise MotionError(f"{self.source}: expected XML without a document type; found one")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "mvnx":
            self._is_mvnx = True
        elif tag == "subject":
            if len(self.subjects) >= MAX_PEOPLE:
                raise MotionError(f"{self.source}: expected at most {MAX_PEOPLE} subjects; found more")
            label = attributes.get("label", "")[:MAX_NAME_LENGTH]
            worn = attributes.get("configuration", "")
            self.subjects.append(_Subject(label, attributes.get("frameRate"), worn))
        elif tag == "segment" and self.subjects and not self.subjects[-1].frames:
            if len(self.subjects[-1].segments) >= MAX_JOINTS:
                raise MotionError(f"{self.source}: expected at most {MAX_JOINTS} segments; found more")
            self.subjects[-1].segments.append(attributes.get("label", "")[: MAX_NAME_LENGTH + 1])
        elif tag == "frame":
            self._in_recording = attributes.get("type", "normal").lower() not in _NO_RECORDING
            self._frame = {}
        elif tag in ("position", "orientation") and self._in_recording and self.subjects:
            self._wanted, self._text, self._length = tag, [], 0

    def _characters(self, text: str) -> None:
        if self._wanted is not None:
            self._length += len(text)
            if self._length > MAX_LINE_LENGTH:
                raise MotionError(f"{self.source}, line {self.parser.CurrentLineNumber}: too many values in a frame")
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == self._wanted:
            self._frame[tag] = self._numbers("".join(self._text), tag)
            self._wanted = None
        elif tag == "frame" and self._in_recording and self.subjects:
            self._in_recording = False
            self._add_frame(self.subjects[-1])

    def _numbers(self, text: str, tag: str) -> np.ndarray:
        try:
            with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which the checks refuse
                return np.array(text.split(), dtype=np.float64).astype(np.float32)
        except ValueError:
            subject = self.subjects[-1]
            raise MotionError(
                f"{self.source}, subject {shown(subject.name)}, frame {subject.frames}: expected numbers as {tag}; "
                f"found {shown(text.strip())}"
            ) from None

    def _add_frame(self, subject: _Subject) -> None:
        segments = len(subject.segments)
        position = self._frame.get("position", np.empty(0))
        if not segments or len(position) != 3 * segments:
            raise MotionError(
                f"{self.source}, subject {shown(subject.name)}, frame {subject.frames}: expected {3 * segments} "
                f"numbers as position, three for each of {segments} segments; found {len(position)}"
            )
        subject.positions.frombytes(position.tobytes())
        orientation = self._frame.get("orientation", np.empty(0))
        if len(orientation) == 4 * segments:
            subject.orientations.frombytes(orientation.tobytes())
        subject.frames += 1
        if subject.frames * segments * 28 * len(self.subjects) > self._room:
            raise MotionError(
                f"{self.source}: more than {subject.frames:,} frames of {segments} segments are too many for a file "
                "of its size; split the recording"
            )


def _forward(quaternions: np.ndarray) -> np.ndarray:
    """Turns the x axis by (frames, 4) quaternions w, x, y, z; returns (frames, 3), NaN for one without length."""
    with np.errstate(over="ignore", invalid="ignore"):
        length = np.linalg.norm(quaternions, axis=1, keepdims=True)
        unit = quaternions / np.where((length > 1e-6) & np.isfinite(length), length, np.nan)
    return rotation_matrices(unit[:, [1, 2, 3, 0]])[..., 0]
