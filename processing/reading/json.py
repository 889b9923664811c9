"""Reads JSON files of joint positions, one frame at a time.

The file is a list of frames (`json_frames.py`), or an object with such a list under one of `FRAME_KEYS` and, in any
order, `fps`, `joint_names`, `layout`, `units` or the times of the frames. The frames may also be an object number or
time -> frame, as in files of the ZED SDK. A `.jsonl` file has one frame a line. A folder of numbered files with one
frame each, as OpenPose and EasyMocap write them, is one recording.

Points without names belong to a known rig where the form of the file says which (`json_layouts.py`).
"""

import math
import re
from array import array
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from .json_frames import IMAGE_KEYS, MAX_PEOPLE_IN_A_FRAME, Frames, opened
from .json_layouts import completed, layout_of
from .json_points import IMAGE_POINTS, is_point
from .json_text import MAX_FRAME_TEXT, JsonText, encoding_of
from .keys import FPS_KEYS, IMAGE_ADVICE, NAME_KEYS, POSE_KEYS, UNIT_KEYS, confidence, plain_key
from .limits import MAX_BYTES, MAX_GROWTH, MAX_JOINTS, MAX_NAME_LENGTH, SMALL_CLIP_BYTES
from .motion import MotionError, note
from .recording import Recording, room_for, shown
from .times import TIMES_KEYS, Clock
from .units import known_units

FRAME_KEYS = (
    "frames", "poseworldlandmarks", "worldlandmarks", "posekeypoints3d", "keypoints3d", "joints3d", "pose3d",
    "landmarks", "jointpositions", "positions", "joints", "keypoints", "poses", "instanceinfo", "predictions",
    "results", "sequence", "annotations", "data",
)  # fmt: skip
"""Keys of a list of frames, best first, in lower case and without separators."""

_ABOUT_KEYS = (*FPS_KEYS, *NAME_KEYS, *UNIT_KEYS, "layout", "recording", "notes")
_WRAPPER_KEYS = ("metadata", "meta", "metainfo", "info", "header", "videoinfo")
"""Keys of an object that holds what the file says about the frames."""

_PERSON_LISTS = ("people", "persons", "bodies", "bodylist", "objectlist", "instances", "skeletons")
"""Keys that hold the people of a file's only frame."""

_MAX_KEYS = 100
_LONGEST_NOTE = 500

_FRAME_NUMBER = re.compile(r"(?:frame|image|img|f|t)?[ _-]*(\d{1,20}(?:\.\d{1,12})?)(?:\.(?:png|jpe?g))?", re.I)
_NUMBERED = re.compile(r"(.*?)(\d{1,12})(\D*)\.json", re.I)
_FEW_PEOPLE = 20
"""A list of more people, each with another number, is a list of frames."""

_FOLDER_ADVICE = "Give the folder with the files of all frames, or put the frames into one list."


def read_json(path: Path) -> Recording:
    """Reads one JSON file of joint positions.

    Args:
        path: The file.

    Returns:
        One person, or several.

    Raises:
        MotionError: Not JSON, cut off, nested too deeply, or not of the form above; the message names line or frame.
    """
    return _read(path, lines=False)


def read_json_lines(path: Path) -> Recording:
    """Reads a file with one JSON value a line, each of them a frame, after perhaps an object that describes them.

    Args:
        path: The file.

    Returns:
        One person, or several.

    Raises:
        MotionError: As `read_json`.
    """
    return _read(path, lines=True)


def frame_files(folder: Path) -> list[Path]:
    """Returns the files of a folder that holds one recording as numbered JSON files, one a frame, in their order.

    Args:
        folder: The folder.

    Returns:
        Two files or more whose names differ in a number alone, of which the first holds one frame; an empty list for
        any other folder.
    """
    numbered: dict[int, Path] = {}
    forms = set()
    try:
        files = [file for file in folder.iterdir() if not file.name.startswith(".")]
        are_files = all(_NUMBERED.fullmatch(file.name) and file.is_file() for file in files)
    except OSError:  # a folder may be listed although nothing in it can be looked at
        return []
    for file in files if are_files else []:
        name = _NUMBERED.fullmatch(file.name)
        assert name is not None
        # The number of the frame is the last one: "take2_000000000012_keypoints.json".
        forms.add((name[1], name[3]))
        numbered[int(name[2])] = file
    if len(forms) != 1 or len(numbered) < 2 or len(numbered) != len(files):
        return []
    in_order = [numbered[number] for number in sorted(numbered)]
    try:
        return in_order if _is_one_frame(_only_value(in_order[0], in_order[0].name)) else []
    except MotionError:  # the reader says what is wrong with it
        return in_order


def read_json_frames(folder: Path) -> Recording:
    """Reads a folder of numbered JSON files, one a frame, as OpenPose and EasyMocap write them.

    Args:
        folder: A folder for which `frame_files` returns files. A missing number is a frame without a person.

    Returns:
        One person, or several.

    Raises:
        MotionError: As `read_json`; the message names the file.
    """
    files = frame_files(folder)
    room = min(MAX_BYTES, max(SMALL_CLIP_BYTES, MAX_GROWTH * sum(file.stat().st_size for file in files)))
    document = _Document(room, folder.name)
    numbers = [int(_NUMBERED.fullmatch(file.name)[2]) for file in files]  # type: ignore[index]
    step = int(np.gcd.reduce(np.diff(numbers)))
    for file, number, before in zip(files, numbers, [numbers[0] - step, *numbers], strict=False):
        missing = (number - before) // step - 1
        if missing > len(files):
            raise MotionError(f"{file}: expected files numbered in steps of {step}; found {before}, then {number}")
        for _ in range(missing):
            document.frames.add(None)
        document.frames.source = f"{folder.name}/{file.name}"
        document.whole_is_a_frame(file)
    document.frames.source = folder.name
    return document.recording()


def _read(path: Path, lines: bool) -> Recording:
    """Opens a file and reads it as one document, or as one JSON value a line."""
    document = _Document(room_for(path), path.name)
    try:
        with path.open(encoding=encoding_of(path), errors="replace") as file:
            if lines or _has_a_value_in_each_line(file):
                document.read_lines(file)
            else:
                document.read(file)
    except OSError as error:
        raise MotionError(f"{path.name}: cannot be read ({error.strerror})") from error
    return document.recording()


def _has_a_value_in_each_line(file: TextIO) -> bool:
    """Tells whether the first line is a whole list or object and another one follows; leaves the file at its start."""
    first = file.readline(MAX_FRAME_TEXT).strip()
    second = file.readline(MAX_FRAME_TEXT).strip()
    file.seek(0)
    return first[:1] + first[-1:] in ("{}", "[]") and second[:1] == first[:1]


class _Document:
    """What a file, or a folder of one-frame files, holds: frames, and what is said about them."""

    def __init__(self, room: int, source: str):
        self._room = room
        self._source = source
        self.frames = Frames(room, source)
        self._rank = len(FRAME_KEYS)
        self._keys: list[str] = []  # under which the frames are
        self._about: dict[str, Any] = {}
        self._numbers = array("d")  # of frames that are values of an object
        self._times = array("d")
        self._unit: str | None = None
        self._failure: tuple[int, MotionError] | None = None  # rank of a list that holds something else than frames

    def read(self, file: TextIO) -> None:
        """Reads a whole file."""
        text = JsonText(file, self._source)
        only: dict[str, Any] = {}
        if text.peek() == "[":
            self._read_list(text, self.frames)
            self._rank = 0
        else:
            for name in text.keys():
                self._read_entry(text, name, only)
        if text.peek():
            text.fail("expected the end of the file", text.peek())
        if self._failure is not None and self._failure[0] < self._rank:
            raise self._failure[1]
        if only and not self.frames.count:
            self._add_only_frame(only)
        if self._rank == len(FRAME_KEYS):
            listed = ", ".join(shown(key) for key in list(self._about)[:12]) or "nothing"
            images = IMAGE_KEYS & self._about.keys()
            hint = f" (these are image coordinates: {IMAGE_POINTS}. {IMAGE_ADVICE})" if images else ""
            raise MotionError(f"{self._source}: expected a list of frames, alone or as 'frames'; found {listed}{hint}")

    def read_lines(self, file: TextIO) -> None:
        """Reads one JSON value after the other: frames, after perhaps an object that describes them."""
        text = JsonText(file, self._source)
        while text.peek():
            value = text.value()
            if isinstance(value, dict) and not self.frames.count and self._describes(value):
                continue
            self.frames.add(value)

    def whole_is_a_frame(self, path: Path) -> None:
        """Reads a file that holds a single frame, and adds it to the frames of its folder."""
        value = _only_value(path, self.frames.source)
        if not _is_one_frame(value):
            raise MotionError(
                f"{self.frames.source}: expected one frame in each file of the folder; found many. Give the files one "
                "by one."
            )
        self.frames.add(value)

    def recording(self) -> Recording:
        """Returns the recording that was read."""
        source, frames, about = self._source, self.frames, self._about
        joints, seen, names, people = frames.joined()
        self._refuse_one_frame()
        layout, units = about.get("layout"), next((about[key] for key in UNIT_KEYS if key in about), None)
        if layout is not None and not isinstance(layout, str):
            raise MotionError(f"{source}: expected layout as the name of a rig; found {shown(repr(layout))}")
        if names is None:
            names = next((about[key] for key in (*NAME_KEYS, "joints") if about.get(key)), None)
            if names is not None and not isinstance(names, list):
                raise MotionError(f"{source}: expected joint_names as a list; found {shown(repr(names))}")
        notes = []
        if names is None and layout is None:
            layout = layout_of(joints, self._keys + frames.keys, frames.width)
            if layout is not None:
                joints, seen = completed(joints, seen, layout)
        times, unit = self._frame_times()
        visibility, ignored = confidence(seen)
        if ignored is not None:
            notes.append(note("confidence_ignored", ignored))
        if len(self._numbers) and (np.diff(self._numbers) < 0).any():
            order = np.argsort(self._numbers, kind="stable")
            joints = joints[:, order]
            visibility = None if visibility is None else visibility[:, order]
            times = None if times is None else times[order]
        return Recording(
            joints,
            fps=next((about[key] for key in FPS_KEYS if about.get(key) is not None), None),
            times=times,
            time_unit=unit,
            joint_names=names,
            layout=layout,
            units=known_units(units) if isinstance(units, str) else None,
            visibility=visibility,
            people=people if len(joints) > 1 else None,
            notes=notes + _notes_of(about.get("notes")),
            recording="video" if about.get("recording") == "video" else None,
        )

    def _read_entry(self, text: JsonText, name: str, only: dict[str, Any]) -> None:
        """Reads one value of the object that the file is."""
        key = plain_key(name[:40])
        number = _FRAME_NUMBER.fullmatch(name)
        opening = text.peek()
        if key in _ABOUT_KEYS:
            self._about[key] = text.value()
        elif key in _WRAPPER_KEYS and opening == "{":
            self._describes(text.value())
        elif key in TIMES_KEYS and opening == "[":
            clock = Clock(TIMES_KEYS[key])
            for _ in text.items():
                value = text.value()
                time = clock.read(value)
                self.frames.has_unread_times |= math.isnan(time) and value is not None
                if len(self._times) * 8 < MAX_BYTES:
                    self._times.append(time)
            self._unit = clock.unit
        elif key in FRAME_KEYS[: self._rank] and opening in ("[", "{"):
            found = Frames(self._room, self._source)
            numbers, self._numbers = self._numbers, array("d")
            words = (
                self._read_list(text, found, FRAME_KEYS.index(key))
                if opening == "["
                else self._read_numbered(text, found)
            )
            if found.count:
                self.frames, self._rank, self._keys = found, FRAME_KEYS.index(key), [key]
            else:
                self._numbers = numbers
                self._about[key] = words
        elif number is not None and opening in ("[", "{") and (self._numbers or not self.frames.count):
            self._rank = min(self._rank, len(FRAME_KEYS) - 1)
            self._add_numbered(self.frames, number[1], text.value())
        elif key in _PERSON_LISTS and opening == "[":
            only[name] = []
            for _ in text.items():
                person = text.value()
                if len(only[name]) <= MAX_PEOPLE_IN_A_FRAME:
                    only[name].append(person)
        else:
            words = text.skip()
            if len(self._about) < _MAX_KEYS:
                self._about[key] = words

    def _read_list(self, text: JsonText, frames: Frames, rank: int = 0) -> list[str]:
        """Reads a list of frames, of names or of joints that have names; returns the names.

        What is neither is an error, unless a list of frames under a better key follows or went before.
        """
        names: list[str] = []
        failed = False
        for _ in text.items():
            value = text.value()
            name = _name_of(value)
            if failed:
                continue
            if name is not None and not frames.count:
                if len(names) < MAX_JOINTS:
                    names.append(name[: MAX_NAME_LENGTH + 1])  # a longer one is refused by the checks
                continue
            try:
                frames.add(value)
            except MotionError as error:
                if not rank:
                    raise
                failed, frames.count = True, 0
                if self._failure is None or rank < self._failure[0]:
                    self._failure = rank, error
        return names

    def _read_numbered(self, text: JsonText, frames: Frames) -> list[str]:
        """Reads an object number -> frame; returns the other keys, which such an object does not have."""
        others: list[str] = []
        for name in text.keys():
            number = _FRAME_NUMBER.fullmatch(name)
            if number is not None:
                self._add_numbered(frames, number[1], text.value())
            else:
                text.skip()
                if len(others) < _MAX_KEYS:
                    others.append(name[:MAX_NAME_LENGTH])
        return others

    def _add_numbered(self, frames: Frames, number: str, frame: Any) -> None:
        """Adds a frame that stands under its number or time; a number of many digits is a time."""
        value = float(number)
        frames.add(frame, value if value >= 1e6 or "." in number else math.nan)
        if len(self._numbers) < frames.count:
            self._numbers.append(value)

    def _add_only_frame(self, only: dict[str, Any]) -> None:
        """Takes a file without a list of frames as one frame of people, and refuses it: movement needs more."""
        self.frames.add(only)
        self.frames.joined()  # what is wrong with the points themselves is the better message
        raise MotionError(
            f"{self._source}: expected a list of frames; found a single frame of {', '.join(only)}. {_FOLDER_ADVICE}"
        )

    def _refuse_one_frame(self) -> None:
        """Refuses a file with the people of one frame, each with a number, which looks like frames of one person."""
        frames = self.frames
        ids = set(frames.own_ids)
        people = frames.count if not self._keys and frames.keys[-1:] == ["keypoints3d"] and frames.width == 4 else 1
        if frames.count == people == len(ids) <= _FEW_PEOPLE and None not in ids:
            people_of = f"{people} people" if people > 1 else "one person"
            raise MotionError(
                f"{self._source}: expected a list of frames; found a single frame of {people_of}. {_FOLDER_ADVICE}"
            )

    def _describes(self, value: dict[str, Any]) -> bool:
        """Takes over what an object says about the frames; returns whether it says anything."""
        keys = {plain_key(key): key for key in value if len(key) < 40}
        found = [key for key in _ABOUT_KEYS if key in keys]
        for key in found:
            self._about.setdefault(key, value[keys[key]])
        by_number = value.get(keys.get("keypointid2name", ""))  # MMPose: number of a point -> its name
        if isinstance(by_number, dict) and len(by_number) <= MAX_JOINTS:
            self._about.setdefault("keypointnames", list(by_number.values()))
        return bool(found) and not keys.keys() & set(POSE_KEYS)

    def _frame_times(self) -> tuple[np.ndarray | None, str | None]:
        """Returns the time of each frame and its unit; a frame without a time lies evenly between its neighbours."""
        frames = self.frames
        times, unit = (self._times, self._unit) if len(self._times) == frames.count else (frames.times, frames.unit)
        given = np.array(times)
        known = np.flatnonzero(np.isfinite(given))
        if len(known) < 2:
            is_given = any(self._about.get(key) is not None for key in FPS_KEYS)
            # The checks refuse NaN where nobody gives the frame rate.
            return (given, unit) if frames.has_unread_times and not is_given else (None, None)
        if len(known) < len(given):
            step = (given[known[-1]] - given[known[0]]) / (known[-1] - known[0])
            every = np.arange(len(given))
            between = np.interp(every, known, given[known])
            outside = np.minimum(every - known[0], 0) + np.maximum(every - known[-1], 0)
            given = np.where(np.isfinite(given), given, between + outside * step)
        return given, unit


def _name_of(value: Any) -> str | None:
    """Returns the name that a list of names holds, or a list of joints that says nothing of where they are."""
    if isinstance(value, dict) and not is_point(value) and opened(value).content is value:
        value = value.get("name")
    return value if isinstance(value, str) else None


def _only_value(path: Path, source: str) -> Any:
    """Reads a file of one frame, which is short."""
    try:
        with path.open(encoding=encoding_of(path), errors="replace") as file:
            text = JsonText(file, source)
            value = text.value()
            if text.peek():
                text.fail("expected the end of the file", text.peek())
    except OSError as error:
        raise MotionError(f"{source}: cannot be read ({error.strerror})") from error
    return value


def _is_one_frame(value: Any) -> bool:
    """Tells whether the content of a file can be a single frame: points, or people with numbers or under a key."""
    if isinstance(value, dict):
        return "frames" not in value and not _lists_frames(opened(value).content)
    if isinstance(value, list) and value and isinstance(value[0], dict) and not is_point(value[0]):
        numbered = (opened(item).person is not None for item in value)
        return len(value) == 1 or (len(value) <= MAX_PEOPLE_IN_A_FRAME and all(numbered))
    return not _lists_frames(value)


def _lists_frames(content: Any) -> bool:
    inner = content[0] if isinstance(content, list) and content else None
    return isinstance(inner, list) and bool(inner) and isinstance(inner[0], (list, dict))


def _notes_of(found: Any) -> list[dict[str, str]]:
    """Returns the notes on the video that the joints come from, which `--save-pose` keeps; others are left out."""
    return [
        note(each["code"][:MAX_NAME_LENGTH], each["message"][:_LONGEST_NOTE])
        for each in (found if isinstance(found, list) else [])[:_MAX_KEYS]
        if isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("code", "message"))
    ]
