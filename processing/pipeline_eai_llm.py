"""The pipeline "skeleton-emotion-explanation": from a clip to a record with emotion, probabilities and reasons.

input --reading, skeleton--> clip of each person --cut--> segments
segments --label scorer--> probabilities of each segment, and their mean over the clip
segment with the highest probability of the label --claims, reasons--> argument
argument and segment --language model--> explanation with marks --record--> text, reasons, evidence
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import GenerationConfig
from transformers.utils import logging

from .adaptation import AdaptedLabels, AdaptedScorer, as_adapted, learned
from .attribution.attribution import attribute, load_captum
from .attribution.occlusion import reliance
from .call_clips import CallPipeline
from .certainty import certainty_of, compared_kinds
from .claims.comparison import COMPARE_QUESTION, two_movements
from .claims.explanation import explanation_prompt
from .claims.marks import without_marks
from .claims.pair_answers import read_pair_question
from .claims.questions import read_question
from .descriptors.reference import MotionReference
from .feature_extraction_eai_llm import frames_in, named, performer_of, source_of
from .label_scoring import LabelScorer
from .pipeline_arguments import as_labels, check_windows, refuse_unknown, with_generate_kwargs
from .reading.motion import MotionError
from .record import Person, Request, comparison_record, error_record, person_argument, person_record
from .record_html import displayed
from .reference_choice import advice, checked_reference, chosen_reference, of_person
from .skeleton.tree import FRAME_RATE
from .text_writing import SAMPLING, TextWriter

logger = logging.get_logger(__name__)

_PREPROCESS = ("fps", "layout", "joint_names", "window_s", "hop_s", "reference", "performer", "adapted")
_FORWARD = ("candidate_labels", "question", "label_only", "verify", "attribution", "adapted", "generate_kwargs")
_POSTPROCESS = ("candidate_labels", "verify")


class SkeletonEmotionExplanationPipeline(CallPipeline):
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
    and any of `fps`, `layout`, `joint_names`, or a list (or `datasets` column) of these. Each input gives one record,
    a list of records if it holds several people, and a record with `error` if it cannot be read. What nearly all clips
    of one list share is a reason for none of them.
    """

    _load_processor = True
    _load_tokenizer = False
    _load_feature_extractor = False
    _load_image_processor = False
    _pipeline_calls_generate = True
    _default_generation_config = GenerationConfig(max_new_tokens=256, do_sample=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **with_generate_kwargs(kwargs))
        self._scorer = LabelScorer(self.model, self.processor)
        self._writer = TextWriter(self.model, self.processor)
        self._warned: set[str] = set()

    @property
    def scorer(self) -> LabelScorer:
        """Label probabilities of the present model, which may have been wrapped or replaced since."""
        if self._scorer.model is not self.model:
            self._scorer = LabelScorer(self.model, self.processor)
        return self._scorer

    @property
    def writer(self) -> TextWriter:
        """The language model of the present model and processor."""
        if self._writer.model is not self.model or self._writer.processor is not self.processor:
            self._writer = TextWriter(self.model, self.processor)
        return self._writer

    def __call__(self, inputs, **kwargs):
        """Explains one clip or many.

        Args:
            inputs: See the class.
            candidate_labels (`list[str]` or `str`): Emotions to choose from, two or more, in any words; a string is
                split at its commas. Another form of a trained word counts as this word ("joy" as "happy").
                Default: the labels of the checkpoint.
            question (`str`): A question about the movement, answered in place of the explanation.
            label_only (`bool`): Labels and measurements without text, which is much faster.
            window_s, hop_s (`float`): Length of and step between the segments of a long recording in seconds, at most
                10, the default of both.
            reference (`str`, `dict` or `MotionReference`): Typical values of these recordings, in place of the
                checkpoint's reference. Claims are checked against it, and the model's inputs are mapped from it to
                the reference of training. See `calibrate`.
            performer (`str`): Who moves, a performer whom the reference knows. The movement is then compared with
                other movements of the same person. In a list, each dict may have its own `performer`.
            baseline: A neutral clip of the person who moves, in any form of an input, in place of `performer`.
            adapted (`str` or `AdaptedLabels`): Labels that a few clips taught, or the folder with them, see
                `adapt`. Their reference is used where no other is given, and `candidate_labels` chooses among them.
            verify (`bool`, defaults to True): Whether an explanation makes only statements that the measurements
                support, and an answer is checked. Without it the text is what the language model writes.
            attribution (`bool`): Whether to measure which body parts and seconds the label depends on, by occlusion in
                segments of the default length. Needs captum.
            fps, layout, joint_names: For inputs that do not state them.
            batch_size (`int`): Clips that go through the model together.
            max_new_tokens and other arguments of `generate`: For the text, as they are or as a dict `generate_kwargs`.
                With `do_sample=True`, temperature is 0.2 and `top_p` 0.9 by default.

        Returns:
            The record, or a list of records for a list of inputs. They display themselves in a notebook.

        Raises:
            TypeError: If an argument is unknown.
            ValueError: If the value of an argument is not allowed.
            ImportError: If `attribution` is True and captum is not installed.
        """
        kwargs = with_generate_kwargs(kwargs)
        if isinstance(inputs, Sequence) and not isinstance(inputs, (str, list)):
            inputs = list(inputs)
        if isinstance(inputs, list) and not inputs:
            return []
        if isinstance(inputs, list) and not {"reference", "baseline", "adapted"} & set(kwargs):
            if (text := advice(len(inputs))) is not None and "no_reference" not in self._warned:
                self._warned.add("no_reference")
                logger.warning(text)
        return displayed(super().__call__(inputs, **kwargs))

    def calibrate(
        self,
        clips: Any,
        performers: Sequence[str | None] | None = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> MotionReference:
        """Estimates the typical values of your own recordings from some of them; no labels are needed.

        ```python
        >>> own = explain.calibrate(["a1.bvh", "a2.bvh", "b1.bvh", "b2.bvh"], performers=["A", "A", "B", "B"])
        >>> own.save("own.json")
        >>> explain("new.bvh", reference=own, performer="A")  # or reference="own.json"
        ```

        Give clips that are as varied as the recordings that follow: what all of them share becomes typical. Two or
        three other clips of the same performer help most; without performers, give five clips or more. A clip that
        cannot be read is skipped with a warning.

        Args:
            clips: Inputs as the pipeline takes them, one or an iterable.
            performers: Who moves in each clip, None for unknown people; by default the `performer` of dicts.
            fps, layout, joint_names: For inputs that do not state them.

        Returns:
            The reference, to be passed as `reference`. The pipeline itself does not change.

        Raises:
            ValueError: If the checkpoint has no reference to start from, or no clip could be read.
        """
        return self._feature_extractor.calibrate(clips, performers, fps, layout, joint_names)

    def adapt(
        self,
        clips: Any,
        labels: Sequence[str],
        performers: Sequence[str | None] | None = None,
        reference: Any = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
    ) -> AdaptedLabels:
        """Learns labels from a few clips, in seconds and without training the model.

        ```python
        >>> mine = explain.adapt(clips, ["tired", "alert", ...], performers=["A", "A", "B", ...])
        >>> mine.score["balanced_accuracy"]  # on people left out
        >>> mine.save("mine")
        >>> explain("new.bvh", adapted=mine, performer="A")  # or adapted="mine"
        ```

        Args:
            clips: Inputs as the pipeline takes them. One that cannot be read is skipped with a warning.
            labels: One for each clip, any words.
            performers: Who moves in each clip, None for unknown people; by default the `performer` of dicts. With
                them, clips are compared with others of the same person, and the accuracy on people left out is known.
            reference: What the clips are compared with, in place of what they have in common.
            fps, layout, joint_names: For inputs that do not state them.

        Returns:
            The labels, to be passed as `adapted`, with their `score`. The pipeline itself does not change.

        Raises:
            ValueError: If there is not one label for each clip, or fewer than two labels, or no clip can be read.
        """
        form = {"fps": fps, "layout": layout, "joint_names": joint_names}
        return learned(self.scorer, self._model_name, clips, labels, performers, reference, form)

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
        """Describes how two movements differ.

        ```python
        >>> explain.compare("before.bvh", "after.bvh", question="Which of the two movements is faster?")["answer"]
        ```

        Args:
            first, second: Inputs as the pipeline takes them, of one person each; only the first 10 s are used.
            question: About the two, which are called "the first movement" and "the second movement".
            reference: Typical values of these recordings, in place of the checkpoint's reference.
            verify: Whether to remove differences that the measurements do not support.
            fps, layout, joint_names: For inputs that do not state them.
            **kwargs: Arguments of `generate`, as they are or as a dict `generate_kwargs`.

        Returns:
            `sources`, `question`, `answer`, its `differences` with what was measured, `dropped_differences` if it was
            verified, and `model`.

        Raises:
            MotionError: If an input cannot be read or holds more than one person.
            TypeError: If an argument is unknown.
        """
        kwargs = with_generate_kwargs(kwargs)
        refuse_unknown(kwargs, self.compare, "generate_kwargs")
        reference = checked_reference(self._feature_extractor, reference)
        clips = []
        for motion in (first, second):
            found = list(self._feature_extractor.clips(motion, fps=fps, layout=layout, joint_names=joint_names))
            if len(found) != 1:
                raise MotionError(f"{source_of(motion)}: one person is compared with another, found {len(found)}.")
            clips.append(found[0].cut(0, self._feature_extractor.max_frames))
        labels = list(self.model.config.labels)
        asked, scores, answer = read_pair_question(question, labels), [], ""
        sources, own = [source_of(first), source_of(second)], self._feature_extractor.motion_reference()
        if asked.needs_text or not verify or (reference or own) is None:
            prompt = self.writer.prompt(two_movements(clips[0], clips[1], question))
            (answer,) = self.writer.write([prompt], clips, [reference] * 2, self._for_generate(kwargs))
            answer = without_marks(answer)
        elif asked.emotion is not None:
            people = [Person(clip, [(0, len(clip.joints))], reference) for clip in clips]
            self._score(people, labels, self.scorer)
            scores = [dict(zip(labels, person.overall().tolist(), strict=True)) for person in people]
        given = (asked, scores, answer, reference or own, verify)
        return comparison_record(sources, self._model_name, clips, question, *given)

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
        performer: str | None = None,
        baseline: Any = None,
        adapted: Any = None,
        verify: bool | None = None,
        attribution: bool | None = None,
        fps: float | None = None,
        layout: str | None = None,
        joint_names: Sequence[str] | None = None,
        **generate_kwargs,
    ):
        refuse_unknown(generate_kwargs, self._sanitize_parameters, "batch_size", "num_workers", "generate_kwargs")
        check_windows(window_s, hop_s, longest_s=self._feature_extractor.max_frames / FRAME_RATE)
        if candidate_labels is not None:
            # Labels that clips taught may be two forms of one word: the clips say what sets them apart.
            candidate_labels = as_labels(candidate_labels, self.model.config.labels if adapted is None else ())
        if question is not None and not question.strip():
            raise ValueError("question must have words; leave it out for an explanation.")
        token = self.processor.skeleton_token
        for name, texts in (("question", [question or ""]), ("candidate_labels", candidate_labels or [])):
            if any(token in text for text in texts):
                raise ValueError(f"{name} must not contain {token}, the placeholder of a clip.")
        if attribution:
            load_captum()  # raises before any clip is read
        own = {"fps": fps, "layout": layout, "joint_names": joint_names}
        if (adapted := as_adapted(adapted)) is not None:
            adapted.check(self.model, self._model_name)
            candidate_labels = adapted.chosen(candidate_labels)
            reference = adapted.reference if reference is None else reference
        reference = chosen_reference(self._feature_extractor, reference, performer, baseline, own)
        given = {
            "candidate_labels": candidate_labels,
            "question": question,
            "label_only": label_only,
            "window_s": window_s,
            "hop_s": hop_s,
            "reference": reference,
            "performer": performer,
            "adapted": adapted,
            "verify": verify,
            "attribution": attribution,
            "generate_kwargs": generate_kwargs or None,
            **own,
        }
        preprocess, forward, post = (
            {name: given[name] for name in names if given[name] is not None}
            for names in (_PREPROCESS, _FORWARD, _POSTPROCESS)
        )
        return preprocess, forward, post

    @property
    def _model_name(self) -> str:
        return Path(self.model.config.name_or_path or self.model.config.model_type).name

    @property
    def _feature_extractor(self):
        return self.processor.feature_extractor

    # ---- reading ------------------------------------------------------------------------------------------------

    def read(
        self,
        inputs,
        window_s: float | None = None,
        hop_s: float | None = None,
        reference: MotionReference | None = None,
        performer: str | None = None,
        adapted: AdaptedLabels | None = None,
        **given,
    ) -> Request:
        """Reads one input. An error becomes part of the request, so that the other inputs are processed."""
        request = Request(source=source_of(inputs))
        try:
            if isinstance(inputs, list):  # a column of a dataset without a format gives nested lists
                inputs = np.asarray(inputs, dtype=np.float32)
            for clip in self._feature_extractor.clips(inputs, **given):
                segments = self._feature_extractor.segments(len(clip.joints), frames_in(window_s), frames_in(hop_s))
                name = named([performer])[0] or performer_of(inputs)
                compared, clip = of_person(reference, name, len(request.people), clip)
                clip = clip if adapted is None else adapted.advised(compared, clip)
                request.people.append(Person(clip, segments, compared))
        except (OSError, TypeError, ValueError) as error:
            request.error = error
        return request

    def _warn_once(self, source: str, notes: Sequence[dict[str, str]]) -> None:
        """Logs the first note of each kind; the records have them all."""
        for note in notes:
            if note["code"] not in self._warned:
                self._warned.add(note["code"])
                logger.warning(f"{source}: {note['message']}")

    # ---- the model ----------------------------------------------------------------------------------------------

    def _forward(
        self,
        model_inputs,
        candidate_labels: list[str] | None = None,
        question: str | None = None,
        label_only: bool = False,
        verify: bool = True,
        attribution: bool = False,
        adapted: AdaptedLabels | None = None,
        generate_kwargs: dict | None = None,
    ) -> dict:
        requests = model_inputs["request"]
        several = requests if isinstance(requests, list) else [requests]
        people = [person for request in several for person in request.people]
        labels = candidate_labels or list(self.model.config.labels)
        scorer = self.scorer if adapted is None else AdaptedScorer(self.scorer, adapted)
        if people:
            self._score(people, labels, scorer)
            config, own = self.model.config, self._feature_extractor.motion_reference()
            for person, sure in zip(people, certainty_of(people, labels, config, own, adapted), strict=True):
                person.certainty = sure
            for person in people if attribution else []:
                label = labels[int(person.overall().argmax())]
                found = attribute(scorer, person.clip, labels, label, person.reference)
                person.attribution = found.to_dict()
            if question is None and not label_only:
                self._explain(people, labels, scorer, verify, generate_kwargs or {})
            elif question is not None and not label_only:
                asked = read_question(question, labels)
                for person in people:
                    person.ask(asked)
                if self.writer.is_needed(asked, verify):
                    self._answer(people, question, generate_kwargs or {})
        return {"request": requests}

    def _score(self, people: list[Person], labels: list[str], scorer: Any) -> None:
        """Sets the probabilities of every segment of every person."""
        given = [(window, person.reference) for person in people for window in person.windows]
        # Windows of like length go through the tower together, since each is padded to the longest of its batch.
        order = sorted(range(len(given)), key=lambda place: len(given[place][0].joints))
        windows, references = zip(*(given[place] for place in order), strict=True)
        inputs = self._feature_extractor.with_mirror_images(windows, references)
        scored = scorer.probabilities(inputs, labels, compared_kinds(windows, references))[np.argsort(order)]
        for person in people:
            person.probabilities, scored = np.split(scored, [len(person.segments)])
            best = int(person.overall().argmax())
            person.explained = int(person.probabilities[:, best].argmax())

    def _explain(
        self, people: list[Person], labels: list[str], scorer: Any, verify: bool, generate_kwargs: dict
    ) -> None:
        """Chooses an argument for each person and generates its text, about the segment with the clearest label.

        The salience of a measurement is weighted by how much the label depends on its body part.
        """
        own = self._feature_extractor.motion_reference()
        prompts, weights = [], []
        for person in people:
            label = labels[int(person.overall().argmax())]
            weights.append(reliance(scorer, person.segment(), labels, label, person.reference))
            person.argument = person_argument(person, label, person.reference or own, weights[-1])
            asked = [{"type": "skeleton"}, {"type": "text", "text": explanation_prompt(person.argument)}]
            prompts.append(self.writer.prompt(asked))
        if self.writer.is_needed(None, verify):
            arguments = [person.argument for person in people if person.argument] if verify else None
            self._write(people, prompts, generate_kwargs, np.stack(weights), arguments)

    def _answer(self, people: list[Person], question: str, generate_kwargs: dict) -> None:
        """Generates an answer for each person, about the segment with the clearest label."""
        prompt = self.writer.prompt([{"type": "skeleton"}, {"type": "text", "text": question}])
        self._write(people, [prompt] * len(people), generate_kwargs)

    def _write(self, people: list[Person], prompts: list[str], generate_kwargs: dict, *given: Any) -> None:
        """Generates the text of each person, see `TextWriter.write`."""
        clips, references = [person.segment() for person in people], [person.reference for person in people]
        texts = self.writer.write(prompts, clips, references, self._for_generate(generate_kwargs), *given)
        for person, text in zip(people, texts, strict=True):
            person.text = text

    def _for_generate(self, generate_kwargs: dict) -> dict:
        """Arguments of `generate`, with the defaults of the pipeline."""
        if generate_kwargs.get("do_sample") and "generation_config" not in generate_kwargs:
            generate_kwargs = SAMPLING | generate_kwargs
        return self._prepare_generate_kwargs(generate_kwargs)

    # ---- the record ---------------------------------------------------------------------------------------------

    def postprocess(
        self,
        model_outputs,
        verify: bool = True,
        candidate_labels: list[str] | None = None,
    ) -> dict | list[dict]:
        """The record of one input, a list where it holds several people."""
        request = model_outputs["request"]
        request = request[0] if isinstance(request, list) else request
        if request.error is not None:
            return error_record(request.source, request.error)
        labels = candidate_labels or list(self.model.config.labels)
        own = self._feature_extractor.motion_reference()
        records = [
            person_record(request.source, self._model_name, person, labels, person.reference or own, verify)
            for person in request.people
        ]
        self._warn_once(request.source, [each for record in records for each in record["notes"]])
        return records[0] if len(records) == 1 else records


__all__ = ["SkeletonEmotionExplanationPipeline"]
