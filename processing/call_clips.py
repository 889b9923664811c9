"""The clips of one call: what nearly all of them share is no reason for the label of any of them.

Where a rig puts the head low, or a task keeps the hands down, each clip alone would be explained by that. A list, a
column and a dataset of known length are read before the first clip is explained, so what their clips share depends
neither on their order nor on how many go through the model together. The clips of a generator are not known together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
from transformers import Pipeline

from .claims.questions import read_question
from .claims.reasons import FEWEST_COMMON, common_claims, statable
from .descriptors.calibration import mean_of_known
from .descriptors.kept import vector_of
from .descriptors.reference import MotionReference
from .record import Person, Request

__all__ = ["Call", "CallPipeline", "common_by_rig"]

_KEPT_FRAMES = 500_000
"""Frames that are kept after the first reading, about 130 MB; the clips beyond them are read again in their turn."""


Common = Mapping[str, frozenset[tuple[str, str]]]
"""Rig -> descriptor and direction of the claims that are no reason for its clips."""


@dataclass
class Call:
    """One input that was read as a call of its own, with what is asked of it.

    Attributes:
        request: Its people, or the error with which reading it failed.
        asked: What is asked of the model; calls that ask the same can go through it together.
        shown: Arguments of `postprocess`.
        writes: Whether the language model writes a text about it.
    """

    request: Request
    asked: dict[str, Any]
    shown: dict[str, Any]
    writes: bool


class CallPipeline(Pipeline):
    """A pipeline that reads the clips of a call before it explains the first, where their number is known."""

    def read(self, inputs: Any, **params: Any) -> Request:
        """The request of an input, by the arguments of `preprocess`."""
        raise NotImplementedError

    processor: Any
    writer: Any

    def get_iterator(
        self,
        inputs: Any,
        num_workers: int,
        batch_size: int,
        preprocess_params: dict,
        forward_params: dict,
        postprocess_params: dict,
    ) -> Any:
        """As in the base class, with what the clips share."""
        inputs, preprocess_params = self._together(inputs, preprocess_params, forward_params)
        params = (preprocess_params, forward_params, postprocess_params)
        return super().get_iterator(inputs, num_workers, batch_size, *params)

    def run_single(self, inputs: Any, preprocess_params: dict, forward_params: dict, postprocess_params: dict) -> Any:
        """As in the base class, with what the people of the recording share."""
        (one,), preprocess_params = self._together([inputs], preprocess_params, forward_params)
        return super().run_single(one, preprocess_params, forward_params, postprocess_params)

    def preprocess(self, inputs: Any, common: Common | None = None, **params: Any) -> dict:
        """Reads one input, unless it was read, and tells its people what they share with others."""
        request = inputs if hasattr(inputs, "people") else self.read(inputs, **params)
        for person in request.people:
            person.common = (common or {}).get(person.clip.rig, frozenset())
        return {"request": request}

    def opened(self, inputs: Any, **options: Any) -> Call:
        """Reads one input as a call of its own: what it has in common with those of other calls stays a reason.

        Args:
            inputs: One input as the pipeline takes it.
            **options: As for a call, without `batch_size`; arguments of `generate` one by one.

        Returns:
            The call, for `answers`; an input that cannot be read is one whose `request` has an error.

        Raises:
            TypeError: If an argument is unknown.
            ValueError: If the value of an argument is not allowed.
        """
        preprocess_params, asked, shown = self._sanitize_parameters(**options)
        (one,), preprocess_params = self._together([inputs], preprocess_params, asked)
        return Call(self.preprocess(one, **preprocess_params)["request"], asked, shown, self._writes(**asked))

    def answers(self, calls: Sequence[Call], **generate_kwargs: Any) -> list[Any]:
        """What the pipeline returns for each call, as for a call alone; all go through the model together.

        Args:
            calls: Calls that ask the same.
            **generate_kwargs: Further arguments of `generate`.

        Raises:
            ValueError: If they do not ask the same.
        """
        asked = dict(calls[0].asked)
        if any(call.asked != asked for call in calls):
            raise ValueError("Calls that go through the model together must ask the same.")
        if generate_kwargs:
            asked["generate_kwargs"] = (asked.get("generate_kwargs") or {}) | generate_kwargs
        several: Any = {"request": [call.request for call in calls]}
        self.forward(several, **asked)
        each: list[tuple[Any, Call]] = [({"request": call.request}, call) for call in calls]
        return [self.postprocess(one, **call.shown) for one, call in each]

    def _writes(
        self,
        candidate_labels: Sequence[str] | None = None,
        question: str | None = None,
        label_only: bool = False,
        verify: bool = True,
        **_: Any,
    ) -> bool:
        """Whether the language model writes a text, by what is asked of the model."""
        labels = candidate_labels or list(self.model.config.labels)
        asked = None if question is None else read_question(question, labels)
        return not label_only and self.writer.is_needed(asked, verify)

    def _together(self, inputs: Any, preprocess_params: dict, forward_params: dict) -> tuple[Any, dict]:
        """The inputs, read, and the arguments with what they share; both as they are where no reasons are given."""
        if not isinstance(inputs, Sized) or forward_params.get("label_only"):
            return inputs, preprocess_params
        own = self.processor.feature_extractor.motion_reference()
        read = _ReadClips(inputs, lambda each: self.read(each, **preprocess_params), own)
        return read, preprocess_params | {"common": read.common}


class _ReadClips(Sequence):
    """The inputs of a call, read.

    Args:
        inputs: Inputs as the pipeline takes them, with a length.
        read: Reads one of them.
        own: The checkpoint's reference, None if it has none.

    Attributes:
        common: What `common_by_rig` finds among the clips.
    """

    def __init__(self, inputs: Any, read: Callable[[Any], Request], own: MotionReference | None):
        self._inputs = inputs
        self._kept: dict[int, Request] = {}
        clips: list[tuple[str, frozenset[tuple[str, str]]]] = []
        waiting: list[Person] = []
        frames = 0
        for place in range(len(inputs)):
            request = read(inputs[place])
            waiting += request.people
            if len(clips) + len(waiting) >= FEWEST_COMMON:  # fewer need not be measured: they have nothing in common
                clips += [(person.clip.rig, _claims(person, own)) for person in waiting]
                waiting.clear()
            frames += sum(len(person.clip.joints) for person in request.people)
            if frames <= _KEPT_FRAMES:
                self._kept[place] = request
        self.common = common_by_rig(clips)

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, place: Any) -> Any:
        """The request of an input once, so that it does not stay in memory; the input where it was not kept."""
        return self._kept.pop(place) if place in self._kept else self._inputs[place]


def common_by_rig(clips: Iterable[tuple[str, frozenset[tuple[str, str]]]]) -> Common:
    """The claims that nearly all of some clips share, or nearly all of those with one rig.

    Args:
        clips: Rig of each clip, and what is `statable` about it.

    Returns:
        For each rig, descriptor and direction of the claims that are no reason for its clips.
    """
    clips = list(clips)
    of_rig = defaultdict(list)
    for rig, claims in clips:
        of_rig[rig].append(claims)
    everywhere = common_claims([claims for _, claims in clips])
    return {rig: everywhere | common_claims(claims) for rig, claims in of_rig.items()}


def _claims(person: Person, own: MotionReference | None) -> frozenset[tuple[str, str]]:
    """What is statable about a person: of the mean over the windows, as in a calibration."""
    reference = person.reference or own
    if reference is None:
        return frozenset()
    vectors = list(map(vector_of, person.windows))
    return statable(mean_of_known(np.stack(vectors).astype(np.float64)), reference)
