"""The pipeline "skeleton-emotion-explanation": a clip in, a record with emotion, probabilities and reasons out.

input --readers, unified skeleton--> clip of each person --cut--> windows
windows --tower, label texts--> probabilities of each window, their mean over the clip
window that shows the label best --language model--> explanation
explanation, measured descriptors --claims--> evidence
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig, Pipeline
from transformers.utils import logging

from .attribution.attribution import attribute, load_captum
from .attribution.occlusion import reliance
from .claims.claim import notable_claims
from .claims.comparison import COMPARE_QUESTION, find_differences, two_movements
from .claims.guard import (
    difference_entry,
    evidence_entry,
    verified,
    verified_answer,
    verified_comparison,
)
from .claims.parser import find_claims
from .claims.questions import read_question
from .claims.writing import EXPLAIN_QUESTION, label_sentence
from .descriptors.measure import measure, measure_spans
from .descriptors.reference import MotionReference, as_reference
from .feature_extraction_eai_llm import MIN_WINDOW_S, source_of
from .pipeline_arguments import as_labels, refuse_unknown, with_generate_kwargs
from .reading.motion import MotionError
from .skeleton.clip import UnifiedClip
from .skeleton.tree import FRAME_RATE

logger = logging.get_logger(__name__)

SAMPLING = {"temperature": 0.2, "top_p": 0.9}
"""How `do_sample=True` samples unless told otherwise: as the authors of SmolLM2-Instruct recommend."""

EVIDENCE_CLAIMS = 8
"""Claims in a record: those of the explanation first, then what else stands out."""

KEPT_LABEL_LISTS = 32
"""Lists of labels whose text states a pipeline keeps: about 7 KB a label with the default backbone."""

_SKELETON_KEYS = ("layout", "frames", "fps", "matched_joints", "missing_joints", "up_axis", "unit_scale")


@dataclass
class _Person:
    """One performer of one input on the way through the pipeline."""

    clip: UnifiedClip
    windows: list[tuple[int, int]]
    """First frame and frame after the last of each window."""
    probabilities: np.ndarray | None = None
    """(windows, labels)"""
    explained: int = 0
    """The window that the explanation is about."""
    text: str = ""
    attribution: dict | None = None

    def overall(self) -> np.ndarray:
        """Mean of the windows' probabilities, weighted by their length: (labels,)."""
        lengths = np.array([last - first for first, last in self.windows], dtype=np.float64)
        return lengths @ self.probabilities / lengths.sum()


@dataclass
class _Request:
    """One input: its people, or the error that kept it from being read."""

    source: str
    people: list[_Person] = field(default_factory=list)
    error: Exception | None = None


class SkeletonEmotionExplanationPipeline(Pipeline):
    """Emotion, probabilities and explanation of 3-D body movement.

    Example:

    ```python
    >>> import eai_llm_hf
    >>> from transformers import pipeline

    >>> explain = pipeline("skeleton-emotion-explanation")
    >>> explain("walk.bvh")["label"]
    >>> explain(["walk.bvh", "wave.npz"], batch_size=2, candidate_labels=["calm", "tense"])
    >>> explain({"joints": joints, "fps": 30, "layout": "kinect_v2_25"}, question="What do the arms do?")
    ```

    An input is a path, an array `(frames, joints, 3)` or `(people, frames, joints, 3)`, a dict with `joints` or `path`
    and any of `fps`, `layout`, `joint_names`, or a list (or `datasets` column) of these. Each gives one record, a list
    of records where the input holds several people, and a record with `error` where it could not be used.
    """

    _load_processor = True
    _load_tokenizer = False
    _load_feature_extractor = False
    _load_image_processor = False
    _pipeline_calls_generate = True
    _default_generation_config = GenerationConfig(max_new_tokens=96, do_sample=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **with_generate_kwargs(kwargs))
        self._text_states: dict[tuple[str, ...], torch.Tensor] = {}
        self._text_encoder_version: tuple | None = None

    def __call__(self, inputs, **kwargs):
        """Explains one clip or many.

        Args:
            inputs: See the class.
            candidate_labels (`list[str]` or `str`): Emotions to choose from, two or more, in any words; a string is
                split at its commas. The checkpoint's own by default.
            question (`str`): A question about the movement; the explanation is then its answer.
            label_only (`bool`): No explanation; costs no text generation.
            window_s, hop_s (`float`): Length of and step between the windows of a long recording, at most 10 s, which
                is the default for both.
            reference (`str`, `dict` or `MotionReference`): What is ordinary, instead of the checkpoint's reference:
                evidence and explanation are held against it, and what the model reads is brought from it to what the
                checkpoint was trained on. See `calibrate`.
            verify (`bool`, defaults to True): Takes statements that the measured movement does not bear out from the
                explanation.
            attribution (`bool`): Which body parts and seconds the probability of the label rests on, as `attribution`
                of the record: what it falls by when each is hidden, in windows of the default length. Needs captum.
            fps, layout, joint_names: For inputs that do not say.
            batch_size (`int`): Clips that go through the model together.
            max_new_tokens and other arguments of `generate`: For the text, as they are or as a dict `generate_kwargs`.
                With `do_sample=True` the temperature is .2 and `top_p` .9 where they are not given.

        Returns:
            The record, or a list of records for a list of inputs.

        Raises:
            TypeError: If there is no such argument.
            ValueError: If the value of an argument is none that it can have.
            ImportError: If `attribution` is asked for and captum is not installed.
        """
        kwargs = with_generate_kwargs(kwargs)
        if isinstance(inputs, Sequence) and not isinstance(inputs, (str, list)):
            inputs = list(inputs)
        if isinstance(inputs, list) and not inputs:
            return []
        return super().__call__(inputs, **kwargs)

    def calibrate(
        self,
        clips: Any,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> MotionReference:
        """What is ordinary for your own recordings, from some of them; their emotions need not be known.

        ```python
        >>> own = explain.calibrate(["a.bvh", "b.bvh", "c.bvh", "d.bvh", "e.bvh"])
        >>> own.save("own.json")
        >>> explain("new.bvh", reference=own)  # or reference="own.json"
        ```

        Five clips or more, and a mixture of what will be recorded: what they all have in common becomes ordinary. A
        clip that cannot be read is left out with a warning.

        Args:
            clips: Inputs as the pipeline takes them, one or an iterable.
            fps, layout, joint_names: For inputs that do not say.

        Returns:
            The reference. The pipeline itself stays as it is: give it as `reference`.

        Raises:
            ValueError: If the checkpoint has no reference to start from, or no clip could be read.
        """
        return self._feature_extractor.calibrate(clips, fps, layout, joint_names)

    def compare(
        self,
        first: Any,
        second: Any,
        question: str = COMPARE_QUESTION,
        reference: Any = None,
        verify: bool = True,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
        **kwargs,
    ) -> dict:
        """How two movements differ.

        ```python
        >>> explain.compare("before.bvh", "after.bvh", question="Which of the two movements is faster?")["answer"]
        ```

        Args:
            first, second: Inputs as the pipeline takes them, of one person each; of longer recordings the first 10 s.
            question: About the two; "the first movement" and "the second movement" are their names.
            reference: What is ordinary, instead of the checkpoint's.
            verify: Takes differences that the measured movements do not bear out from the answer.
            fps, layout, joint_names: For inputs that do not say.
            **kwargs: Arguments of `generate`, as they are or as a dict `generate_kwargs`.

        Returns:
            `sources`, `question`, `answer`, its `differences` with what was measured, `dropped_differences` where it
            was verified, and `model`.

        Raises:
            MotionError: If an input cannot be read, or holds more than one person.
            TypeError: If there is no such argument.
        """
        kwargs = with_generate_kwargs(kwargs)
        refuse_unknown(kwargs, self.compare, "generate_kwargs")
        reference = as_reference(reference)
        clips = []
        for motion in (first, second):
            found = list(self._feature_extractor.clips(motion, fps=fps, layout=layout, joint_names=joint_names))
            if len(found) != 1:
                raise MotionError(f"{source_of(motion)}: one person is compared with another, found {len(found)}.")
            clips.append(found[0].cut(0, self._feature_extractor.max_frames))
        prompt = self._prompt(two_movements(clips[0], clips[1], question))
        answer = self._write([prompt], clips, reference, kwargs)[0]
        before, after = (measure(clip.joints, clip.joint_mask) for clip in clips)
        reference = reference or self._feature_extractor.motion_reference()
        differences, dropped = find_differences(answer), None
        if verify and reference is not None:
            answer, differences, dropped = verified_comparison(answer, question, before, after, reference)
        record = {
            "sources": [source_of(first), source_of(second)],
            "question": question,
            "answer": answer,
            "differences": [difference_entry(difference, before, after, reference) for difference in differences],
            "model": self._model_name,
        }
        return record if dropped is None else record | {"dropped_differences": dropped}

    def save_pretrained(self, save_directory: str | os.PathLike, **kwargs) -> None:
        """Saves the model, the processor and all code, so that `pipeline(task, model=save_directory)` finds them."""
        if kwargs.get("include_backbone", True):
            self.model.text_backbone()  # it must be loaded, or half a folder would be written
        self.model.save_pretrained(save_directory, **kwargs)
        self.processor.save_pretrained(save_directory, **kwargs)

    def push_to_hub(self, repo_id: str, *, license: str | None = None, **kwargs) -> str:
        """Uploads what `save_pretrained` writes; the licence is that of `EaiLlmForCausalLM.push_to_hub`.

        Args:
            repo_id: The repository, `USER/NAME`.
            license: Licence of the weights, needed where that of a training corpus is unknown.
            **kwargs: As in `PreTrainedModel.push_to_hub`.

        Returns:
            Where the commit is.

        Raises:
            ValueError: If the licence of a training corpus forbids the upload, before anything is uploaded.
        """
        return self.model.push_with_licence(super().push_to_hub, repo_id, license, **kwargs)

    def _sanitize_parameters(
        self,
        candidate_labels: Sequence[str] | None = None,
        question: str | None = None,
        label_only: bool | None = None,
        window_s: float | None = None,
        hop_s: float | None = None,
        reference: Any = None,
        verify: bool | None = None,
        attribution: bool | None = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
        **generate_kwargs,
    ):
        refuse_unknown(generate_kwargs, self._sanitize_parameters, "batch_size", "num_workers", "generate_kwargs")
        longest = self._feature_extractor.max_frames / FRAME_RATE
        for name, value in (("window_s", window_s), ("hop_s", hop_s)):
            if value is not None and not MIN_WINDOW_S <= value <= longest:
                raise ValueError(f"{name} must lie between {MIN_WINDOW_S:g} and {longest:g} seconds, found {value}.")
        if hop_s is not None and hop_s > (window_s or longest):
            raise ValueError(f"hop_s must not exceed window_s, or frames are skipped; found {hop_s} and {window_s}.")
        if candidate_labels is not None:
            candidate_labels = as_labels(candidate_labels)
        for name, texts in (("question", [question or ""]), ("candidate_labels", candidate_labels or [])):
            if any(self.processor.skeleton_token in text for text in texts):
                raise ValueError(f"{name} must not hold {self.processor.skeleton_token}, the place of a clip.")
        if attribution:
            load_captum()  # where it is missing, this is said before any clip is read
        preprocess = {
            "fps": fps,
            "layout": layout,
            "joint_names": joint_names,
            "window_s": window_s,
            "hop_s": hop_s,
        }
        reference = as_reference(reference)
        forward = {
            "candidate_labels": candidate_labels,
            "question": question,
            "label_only": label_only,
            "reference": reference,
            "attribution": attribution,
        }
        forward = {name: value for name, value in forward.items() if value is not None} | (
            {"generate_kwargs": generate_kwargs} if generate_kwargs else {}
        )
        post = {
            "reference": reference,
            "verify": verify,
            "question": question,
            "label_only": label_only,
            "candidate_labels": candidate_labels,
        }
        return (
            {name: value for name, value in preprocess.items() if value is not None},
            forward,
            {name: value for name, value in post.items() if value is not None},
        )

    @property
    def _model_name(self) -> str:
        return Path(self.model.config.name_or_path or self.model.config.model_type).name

    @property
    def _feature_extractor(self):
        return self.processor.feature_extractor

    # ---- reading ------------------------------------------------------------------------------------------------

    def preprocess(self, inputs, window_s: float | None = None, hop_s: float | None = None, **given) -> dict:
        """Reads one input; what is wrong with it becomes part of the request, so that the others go on."""
        request = _Request(source=source_of(inputs))
        try:
            if isinstance(inputs, list):  # a column of a dataset without a format gives nested lists
                inputs = np.asarray(inputs, dtype=np.float32)
            for clip in self._feature_extractor.clips(inputs, **given):
                for note in clip.report.get("notes", []):
                    logger.warning(f"{request.source}: {note}")
                request.people.append(_Person(clip, self._windows(clip, window_s, hop_s)))
        except (OSError, TypeError, ValueError) as error:
            request.error = error
        return {"request": request}

    def _windows(self, clip: UnifiedClip, window_s: float | None, hop_s: float | None) -> list[tuple[int, int]]:
        """First and end frame of each window; one for a clip that fits."""
        frames = [round(seconds * FRAME_RATE) if seconds else None for seconds in (window_s, hop_s)]
        return self._feature_extractor.windows(len(clip.joints), *frames)

    # ---- the model ----------------------------------------------------------------------------------------------

    def _forward(
        self,
        model_inputs,
        candidate_labels: list[str] | None = None,
        question: str | None = None,
        label_only: bool = False,
        reference: MotionReference | None = None,
        attribution: bool = False,
        generate_kwargs: dict | None = None,
    ) -> dict:
        requests = model_inputs["request"]
        single = isinstance(requests, _Request)
        people = [person for request in ([requests] if single else requests) for person in request.people]
        labels = candidate_labels or list(self.model.config.labels)
        if people:
            self._score(people, labels, reference)
            for person in people if attribution else []:
                label = labels[int(person.overall().argmax())]
                person.attribution = attribute(self, person.clip, labels, label, reference).to_dict()
            if not label_only:
                self._explain(people, labels, question, reference, generate_kwargs or {})
        return {"request": requests}

    def _score(
        self, people: list[_Person], labels: list[str], reference: MotionReference | None, batch: int = 32
    ) -> None:
        """Gives every window of every person its probabilities.

        The mean over the window and its mirror image: what the body expresses does not depend on the side.
        """
        windows = [person.clip.cut(*window) for person in people for window in person.windows]
        states = self.text_states(labels)
        logits = []
        for start in range(0, len(windows), batch):
            seen = windows[start : start + batch]
            both = [*seen, *(window.mirrored() for window in seen)]
            features = self._feature_extractor(both, reference=reference, return_tensors="pt").to(self.device)
            scored = self.model.score_labels(**features, text_states=states)[0]
            logits.append(scored.unflatten(0, (2, len(seen))).mean(0))
        probabilities = torch.cat(logits).double().softmax(-1).cpu().numpy()
        for person in people:
            person.probabilities, probabilities = (
                probabilities[: len(person.windows)],
                probabilities[len(person.windows) :],
            )
            best = int(person.overall().argmax())
            person.explained = int(person.probabilities[:, best].argmax())

    def text_states(self, labels: Sequence[str]) -> torch.Tensor:
        """(labels, phrasings, text width), what the text encoder makes of labels.

        Kept for the next call, for the last `KEPT_LABEL_LISTS` lists of labels, as long as the text encoder stays the
        same: an adapter that is loaded, switched or disabled, or any other change of weights, counts.
        """
        if (known := self.model.known_text_states(labels)) is not None:
            return known
        self.model.load_backbone()
        if (version := self.model.text_encoder_version()) != self._text_encoder_version:
            self._text_states.clear()
            self._text_encoder_version = version
        states = self._text_states.pop(tuple(labels), None)
        if states is None:
            inputs = self.processor.label_inputs(labels).to(self.device)
            states = self.model.encode_text(**inputs).unflatten(0, (len(labels), -1))
        self._text_states[tuple(labels)] = states  # at the end; the least recently used are at the start
        if len(self._text_states) > KEPT_LABEL_LISTS:
            del self._text_states[next(iter(self._text_states))]
        return states

    def _explain(
        self,
        people: list[_Person],
        labels: list[str],
        question: str | None,
        reference: MotionReference | None,
        generate_kwargs: dict,
    ) -> None:
        """Lets the language model write, for each person, about the window that shows the label best.

        An explanation gives reasons: what it is written from stands out the more, the more the label rests on it.
        """
        prompts, clips, weights = [], [], []
        for person in people:
            label = labels[int(person.overall().argmax())]
            asked = [{"type": "skeleton"}, {"type": "text", "text": question or EXPLAIN_QUESTION}]
            prompt = self._prompt(asked)
            # The explanation is written for the label that the probabilities chose, so the two always agree.
            prompts.append(prompt if question else prompt + label_sentence(label))
            clips.append(person.clip.cut(*person.windows[person.explained]))
            if not question:
                weights.append(reliance(self, clips[-1], labels, label, reference))
        texts = self._write(prompts, clips, reference, generate_kwargs, np.stack(weights) if weights else None)
        for person, text in zip(people, texts, strict=True):
            person.text = text

    def _prompt(self, content: list[dict]) -> str:
        """The chat up to where the model answers."""
        return self.processor.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}],
            chat_template=self.processor.chat_template,
            tokenize=False,
            add_generation_prompt=True,
        )

    def _write(
        self,
        prompts: list[str],
        clips: list[UnifiedClip],
        reference: MotionReference | None,
        generate_kwargs: dict,
        weights: np.ndarray | None = None,
    ) -> list[str]:
        """What the language model writes after each prompt; `weights`, (clips, descriptors), are of the salience."""
        self.model.load_backbone()  # the first text of a small checkpoint fetches it
        inputs = self.processor(text=prompts, skeletons=clips, reference=reference)
        if weights is not None and "skeleton_salience" in inputs:
            inputs["skeleton_salience"] *= torch.from_numpy(weights)
        inputs = inputs.to(self.device)
        if generate_kwargs.get("do_sample") and "generation_config" not in generate_kwargs:
            generate_kwargs = SAMPLING | generate_kwargs
        output = self.model.generate(**inputs, **self._prepare_generate_kwargs(generate_kwargs))
        texts = self.processor.tokenizer.batch_decode(
            output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
        )
        return [text.strip() for text in texts]

    # ---- the record ---------------------------------------------------------------------------------------------

    def postprocess(
        self,
        model_outputs,
        reference: MotionReference | None = None,
        verify: bool = True,
        question: str | None = None,
        label_only: bool = False,
        candidate_labels: list[str] | None = None,
    ) -> dict | list[dict]:
        """The record of one input, a list where it holds several people."""
        request = model_outputs["request"]
        request = request[0] if isinstance(request, list) else request
        if request.error is not None:
            error = {"type": type(request.error).__name__, "message": str(request.error)}
            return {"source": request.source, "error": error}
        labels = candidate_labels or list(self.model.config.labels)
        reference = reference or self._feature_extractor.motion_reference()
        records = [
            self._record(request.source, person, labels, reference, verify, question, label_only)
            for person in request.people
        ]
        return records[0] if len(records) == 1 else records

    def _record(self, source, person, labels, reference, verify, question, label_only) -> dict:
        overall = person.overall()
        order = np.argsort(-overall, kind="stable")
        label = labels[int(order[0])]
        start, end = person.windows[person.explained]
        window = person.clip.cut(start, end)
        vectors = measure_spans(window.joints, window.joint_mask)

        claims, explanation, dropped = [], "", 0
        if not label_only:
            claims = find_claims(person.text)
            explanation = person.text if question else f"{label_sentence(label)} {person.text}".strip()
            if verify and reference is not None and question:
                asked = read_question(question, labels)
                explanation, claims, dropped = verified_answer(
                    explanation, asked, label, vectors, reference, window.joint_mask
                )
            elif verify and reference is not None:
                explanation, claims, dropped = verified(explanation, claims, label, vectors, reference)
        if reference is not None:
            said = {claim.descriptor for claim in claims}
            others = [claim for claim in notable_claims(vectors, reference) if claim.descriptor not in said]
            claims = [*claims, *others][: max(EVIDENCE_CLAIMS, len(claims))]
        record = {
            "source": source,
            "label": label,
            "score": float(overall[order[0]]),
            "scores": {labels[index]: float(overall[index]) for index in order},
            "explanation": explanation,
            "evidence": [
                evidence_entry(claim, vectors, reference, (start / person.clip.fps, end / person.clip.fps))
                for claim in claims
            ],
            "segments": [
                {
                    "start_s": round(first / person.clip.fps, 3),
                    "end_s": round(last / person.clip.fps, 3),
                    "label": labels[int(scores.argmax())],
                    "score": float(scores.max()),
                }
                for (first, last), scores in zip(person.windows, person.probabilities, strict=True)
            ],
            "skeleton": {key: person.clip.report.get(key) for key in _SKELETON_KEYS},
            "model": self._model_name,
        }
        if question:
            record["question"] = question
        if verify and not label_only:
            record["dropped_claims"] = dropped
        if person.attribution is not None:
            record["attribution"] = person.attribution
        return record


__all__ = ["SkeletonEmotionExplanationPipeline"]
