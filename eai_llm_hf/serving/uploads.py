"""From a request to a call of the pipeline: which options it may have, and how its recording is read and forgotten."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from eai_llm_hf.processing.call_clips import Call
from eai_llm_hf.processing.descriptors.reference import MotionReference, as_reference
from eai_llm_hf.processing.reading.formats import VIDEO_SUFFIXES
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE

from .limits import LONGEST_QUESTION, LONGEST_TEXT, MOST_LABELS, MOST_PEOPLE, Limits, Refusal
from .reading import Readers

if TYPE_CHECKING:
    from eai_llm_hf.processing.pipeline_eai_llm import SkeletonEmotionExplanationPipeline

_LONGEST_NAME = 60
"""Characters of a file name that are kept; file systems allow 255 bytes, and a character has up to 4."""

_Word = Annotated[str, Field(max_length=100)]


def _split(value: Any) -> Any:
    """Words that were sent as one text, at their commas."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


class Asked(BaseModel):
    """What a request may say besides its recording; names and meanings are those of the pipeline."""

    model_config = ConfigDict(extra="forbid")

    label_only: bool = Field(False, description="Labels and measurements without text, which is much faster.")
    candidate_labels: Annotated[list[_Word] | None, BeforeValidator(_split), Field(max_length=MOST_LABELS)] = Field(
        None, description="Emotions to choose from, two or more, in any words; in a form separated by commas."
    )
    question: str | None = Field(
        None, max_length=LONGEST_QUESTION, description="A question that is answered in place of the explanation."
    )
    verify: bool = Field(True, description="Whether the text may only say what the measurements support.")
    attribution: bool = Field(False, description="Also measure which body parts and seconds the label depends on.")
    window_s: float | None = Field(None, description="Length of the windows of a long recording, at most 10 s.")
    hop_s: float | None = Field(None, description="Step between the windows in seconds; needs window_s.")
    performer: _Word | None = Field(None, description="Who moves: a performer whom the reference knows.")
    fps: float | None = Field(None, description="Frames a second of a recording that does not say it.")
    layout: _Word | None = Field(None, description="Name of a known rig, of a recording without joint names.")
    joint_names: Annotated[list[_Word] | None, BeforeValidator(_split)] = Field(
        None, description="One name for each joint, where the recording has none."
    )
    max_new_tokens: int | None = Field(None, ge=1, le=LONGEST_TEXT, description="Longest text in tokens.")

    def options(self) -> dict[str, Any]:
        """The arguments of the pipeline that are not at their default.

        Raises:
            Refusal: If some exclude each other.
        """
        if self.label_only and self.question is not None:
            raise Refusal(422, "label_only: expected no question with it, because nothing is written.")
        if self.hop_s is not None and self.window_s is None:
            raise Refusal(422, "hop_s: expected window_s with it, the length of the windows.")
        return self.model_dump(exclude_defaults=True, include=set(Asked.model_fields))


class AskedInForm(Asked):
    """A form (multipart/form-data) with a recording."""

    recording: Any = Field(
        description="The recording: a file of any format that eai-llm explain reads, videos excepted.",
        json_schema_extra={"type": "string", "format": "binary"},
    )
    reference: Any = Field(
        None,
        description="Typical values, a file that eai-llm calibrate wrote, in place of the server's.",
        json_schema_extra={"type": "string", "format": "binary"},
    )
    baseline: Any = Field(
        None,
        description="A neutral recording of the person who moves, in place of performer.",
        json_schema_extra={"type": "string", "format": "binary"},
    )


class AskedInJson(Asked):
    """Joint positions as JSON."""

    joints: Any = Field(
        description="(frames, joints, 3) or (people, frames, joints, 3) numbers; null where a joint was not tracked.",
        json_schema_extra={"type": "array", "items": {"type": "array"}},
    )
    source: _Word = Field("array", description="What the record calls the recording.")
    reference: dict[str, Any] | None = Field(
        None, description="Typical values, the content of a file that eai-llm calibrate wrote."
    )


@dataclass(frozen=True)
class File:
    """A file of a form.

    Attributes:
        name: As the client calls it.
        content: Its bytes, at their beginning.
    """

    name: str
    content: IO[bytes]


class Uploads:
    """Reads requests for one pipeline; each method may run in any thread.

    Args:
        pipe: It makes the calls; its model is not used.
        readers: They read the recordings.
        limits: What the server takes.
        reference: Typical values where a request has none; None for those of the checkpoint.
    """

    def __init__(
        self,
        pipe: "SkeletonEmotionExplanationPipeline",
        readers: Readers,
        limits: Limits,
        reference: MotionReference | None = None,
    ):
        self._pipe, self._readers, self._limits, self._reference = pipe, readers, limits, reference
        self._rigs: Mapping[str, Any] = pipe.processor.feature_extractor.rigs

    def of_form(self, fields: Mapping[str, Any]) -> Call:
        """The call of a form.

        Args:
            fields: Texts, lists of texts, and a `File` for each file.

        Raises:
            Refusal: If it asks for something else, or the recording cannot be read or is too long.
        """
        asked = _checked(AskedInForm, fields)
        files = {name: getattr(asked, name) for name in ("recording", "reference", "baseline")}
        for name, file in files.items():
            if file is not None and not isinstance(file, File):
                raise Refusal(422, f"{name}: expected a file, found a text.")
        options = asked.options()
        if files["reference"] is not None:
            options["reference"] = _parsed(files["reference"].content.read(), "reference")
        with tempfile.TemporaryDirectory(prefix="eai-llm-upload-") as folder:
            if files["baseline"] is not None:
                options["baseline"] = _kept(files["baseline"], Path(folder) / "baseline")
            return self._opened(_kept(files["recording"], Path(folder) / "recording"), options)

    def of_json(self, body: IO[bytes]) -> Call:
        """The call of a JSON document.

        Raises:
            Refusal: As `of_form`.
        """
        asked = _checked(AskedInJson, _parsed(body.read(), "the request"))
        try:
            joints = np.array(asked.joints, dtype=np.float32)  # null becomes NaN
        except (OverflowError, TypeError, ValueError) as error:
            raise Refusal(422, f"joints: expected (frames, joints, 3) numbers or null ({error}).") from None
        options = asked.options()
        if asked.reference is not None:
            options["reference"] = asked.reference
        return self._opened({"joints": joints, "source": asked.source}, options)

    def _opened(self, recording: dict[str, Any], options: dict[str, Any]) -> Call:
        """The call of a recording, read."""
        layout = options.get("layout")
        if layout is not None and layout not in self._rigs:  # the path of a file would be opened
            raise Refusal(422, f"layout: {layout!r} is no known rig; known are {', '.join(self._rigs)}.")
        form = {name: options.get(name) for name in ("fps", "layout", "joint_names")}
        recording = self._read(recording, form)
        people = recording["people"]
        if len(people) > MOST_PEOPLE:
            raise Refusal(413, f"The recording has {len(people)} people; this server takes {MOST_PEOPLE}.")
        seconds = sum(len(person.joints) for person in people) / FRAME_RATE
        if seconds > self._limits.movement_s:
            raise Refusal(
                413,
                f"The recording lasts {seconds:.0f} s, all people together; this server takes "
                f"{self._limits.movement_s:g} s. Cut it, or use eai-llm explain on your machine.",
            )
        if "baseline" in options:
            options["baseline"] = self._read(options["baseline"], form)
        try:
            options["reference"] = as_reference(options.get("reference", self._reference))
            call = self._pipe.opened(recording, **options)
        except (LookupError, OSError, TypeError, ValueError) as error:
            raise Refusal(422, str(error)) from None
        if call.request.error is not None:
            raise Refusal(422, str(call.request.error))
        return call

    def _read(self, recording: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
        """A recording with the movement of its people, as the pipeline takes it too."""
        return {"people": self._readers(recording, form), "source": recording["source"]}


def _checked(form: type[Any], given: Any) -> Any:
    """What a request asks.

    Raises:
        Refusal: If a field is unknown, missing or of another kind.
    """
    try:
        return form.model_validate(given)
    except ValidationError as error:
        found = [f"{'.'.join(map(str, each['loc'])) or 'the request'}: {each['msg']}" for each in error.errors()]
        raise Refusal(422, "; ".join(found[:5])) from None


def _parsed(body: bytes, what: str) -> Any:
    """A JSON object.

    Raises:
        Refusal: If it is none.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(422, f"{what}: expected JSON ({error}).") from None
    if not isinstance(content, dict):
        raise Refusal(422, f"{what}: expected a JSON object, found {type(content).__name__}.")
    return content


def _kept(file: File, folder: Path) -> dict[str, str]:
    """Copies an upload into a new folder, where its reader finds it, and returns it as the pipeline takes it."""
    name = "".join(letter for letter in PurePosixPath(file.name.replace("\\", "/")).name if letter.isprintable())
    suffix = PurePosixPath(name).suffix[:16]
    name = name.removesuffix(suffix)[:_LONGEST_NAME] + suffix
    if suffix.lower() in VIDEO_SUFFIXES:
        raise Refusal(
            422,
            f"{name}: videos take minutes; find the people first, with eai-llm explain VIDEO --save-pose OUT.json.",
        )
    folder.mkdir()
    path = folder / (name.strip(".") and name or "recording")  # "." and ".." are folders
    with path.open("wb") as copy:
        shutil.copyfileobj(file.content, copy)
    return {"path": str(path), "source": name}


__all__ = ["Asked", "AskedInForm", "AskedInJson", "File", "Uploads"]
