"""The processor: turns clips and text into model inputs, with as many placeholders as a clip has tokens."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
import torch
from transformers import BatchFeature, PreTrainedTokenizerBase, ProcessorMixin
from transformers.processing_utils import ProcessingKwargs

from .code_saving import saved_with_code
from .descriptors.reference import MotionReference, as_reference
from .feature_extraction_eai_llm import EaiSkeletonFeatureExtractor

SPARE_TOKENS = ("<empty_output>",)
"""Unused special tokens of known backbones; with one of them the vocabulary needs no new entry."""

LABEL_TEMPLATES = ("{}", "The movement looks {}.", "the emotion of the movement: {}")
"""Phrasings of a label; their mean is compared with a clip."""

_CONTENT = (
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for block in message['content'] %}"
    "{% if block['type'] == 'skeleton' %}SKELETON{% else %}{{ block['text'] }}{% endif %}"
    "{% endfor %}{% endif %}"
)
_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}ASSISTANT{% generation %}CONTENT{{ 'END' }}{% endgeneration %}"
    "{% else %}TURN{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT{% endif %}"
)


def chat_template_for(tokenizer: PreTrainedTokenizerBase, skeleton_token: str) -> str:
    """A chat template with skeletons: ChatML if the tokenizer has its tokens, else plain speaker names."""
    if "<|im_start|>" in tokenizer.get_vocab():
        parts = {
            "TURN": "{{ '<|im_start|>' + message['role'] + '\n' }}CONTENT{{ '<|im_end|>\n' }}",
            "ASSISTANT": "{{ '<|im_start|>assistant\n' }}",
            "END": "<|im_end|>\n",
        }
    else:
        parts = {
            "TURN": "{{ message['role'] | capitalize + ': ' }}CONTENT{{ '\n' }}",
            "ASSISTANT": "{{ 'Assistant: ' }}",
            "END": tokenizer.eos_token,
        }
    template = _TEMPLATE
    for name in ("TURN", "ASSISTANT", "END"):
        template = template.replace(name, parts[name])
    return template.replace("CONTENT", _CONTENT).replace("SKELETON", skeleton_token)


class EaiSkeletonKwargs(TypedDict, total=False):
    """What describes clips that do not state it themselves.

    Attributes:
        fps: Frames per second.
        layout: Known rig.
        joint_names: Joint names.
        reference ([`MotionReference`]): Typical values of these clips, or a list with one for each, as the feature
            extractor takes them.
    """

    fps: float | int | None
    layout: str | None
    joint_names: Any  # a sequence of names, which may come as an array
    reference: Any  # by remote code the class may exist twice


class EaiSkeletonProcessorKwargs(ProcessingKwargs, total=False):
    """Options of [`EaiSkeletonProcessor`]."""

    skeleton_kwargs: EaiSkeletonKwargs


@saved_with_code
class EaiSkeletonProcessor(ProcessorMixin):
    r"""Wraps a skeleton feature extractor and a tokenizer.

    Args:
        feature_extractor ([`EaiSkeletonFeatureExtractor`]): Reads clips.
        tokenizer ([`PreTrainedTokenizerBase`]): The text backbone's tokenizer.
        chat_template (`str`, *optional*): Jinja template; `{"type": "skeleton"}` content becomes `skeleton_token`.
        skeleton_token (`str`, defaults to `"<skeleton>"`): The placeholder; one in the text stands for one clip.

    Example:

    ```python
    >>> conversation = [{"role": "user", "content": [
    ...     {"type": "skeleton", "path": "walk.bvh"},
    ...     {"type": "text", "text": "What emotion does this movement express?"},
    ... ]}]
    >>> inputs = processor.apply_chat_template(
    ...     conversation, add_generation_prompt=True, tokenize=True, return_dict=True
    ... )
    ```
    """

    licence_to_push: Callable[[str, str | None], str | None] = staticmethod(lambda checkpoint, license: license)
    """As in the model: the reference contains measurements of the training clips."""

    valid_processor_kwargs = EaiSkeletonProcessorKwargs
    skip_tensor_conversion = ["text_replacement_offsets", "offset_mapping"]
    text_kwargs = {
        "padding": True,
        "padding_side": "left",
        "return_token_type_ids": False,
        "return_tensors": "pt",
    }
    skeleton_kwargs: EaiSkeletonKwargs = {}

    def __init__(self, feature_extractor, tokenizer, chat_template=None, skeleton_token="<skeleton>"):
        self.skeleton_token = skeleton_token
        self.skeleton_token_id = tokenizer.convert_tokens_to_ids(skeleton_token)
        # `pipeline(dtype=...)` passes it to the tokenizer too, and a torch type cannot be saved as JSON.
        getattr(tokenizer, "init_kwargs", {}).pop("dtype", None)
        super().__init__(feature_extractor, tokenizer, chat_template=chat_template)

    @classmethod
    def from_tokenizer(
        cls, tokenizer: PreTrainedTokenizerBase, feature_extractor: EaiSkeletonFeatureExtractor | None = None
    ) -> "EaiSkeletonProcessor":
        """A processor for a text backbone: finds a spare special token or adds one, and builds the chat template."""
        vocabulary = tokenizer.get_vocab()
        token = next((token for token in SPARE_TOKENS if token in vocabulary), "<skeleton>")
        if token not in vocabulary:
            tokenizer.add_special_tokens({"additional_special_tokens": [token]})
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        return cls(
            feature_extractor or EaiSkeletonFeatureExtractor(),
            tokenizer,
            chat_template=chat_template_for(tokenizer, token),
            skeleton_token=token,
        )

    def push_to_hub(self, repo_id: str, *, license: str | None = None, **kwargs) -> str:
        """Uploads the processor.

        Args:
            repo_id: The repository, `USER/NAME`.
            license: As in [`EaiLlmForCausalLM.push_to_hub`].
            **kwargs: As in `ProcessorMixin.push_to_hub`.

        Returns:
            Where the commit is.

        Raises:
            ValueError: If the licence of a training corpus forbids the upload, before anything is uploaded.
        """
        self.licence_to_push(self.tokenizer.name_or_path, license)
        return super().push_to_hub(repo_id, **kwargs)

    @property
    def model_input_names(self) -> list[str]:
        """Names of what the model takes."""
        names = [*self.tokenizer.model_input_names, *self.feature_extractor.model_input_names]
        return [*names, "skeleton_salience"]

    def __call__(
        self,
        text: str | Sequence[str] | None = None,
        skeletons: Any = None,
        images=None,
        videos=None,
        audio=None,
        **kwargs: Unpack[EaiSkeletonProcessorKwargs],
    ) -> BatchFeature:
        """Prepares prompts and clips.

        Args:
            text: One prompt or several, with one `skeleton_token` for each clip.
            skeletons: One clip or a list of clips for all prompts in reading order, in any form that the feature
                extractor takes.
            images: Not supported; `apply_chat_template` passes it.
            videos: Not supported.
            audio: Not supported.
            **kwargs: Options, each by its name or together as `skeleton_kwargs` and `text_kwargs`.
                fps, layout, joint_names: For clips that do not state them.
                reference: Typical values of these clips, as the feature extractor takes them.
                return_tensors: "pt" (the default), "np", or None for lists.
                return_text_replacement_offsets: Whether to return where placeholders were expanded.
                Any other option is the tokenizer's, which pads on the left by default.

        Returns:
            The outputs of tokenizer and feature extractor. With text and a reference, also skeleton_salience (clips,
            descriptors) float32 from [`MotionReference.salience`]: the most salient descriptor is read first.

        Raises:
            ValueError: If nothing is given, if images, video or audio are, if an option is given twice, or if the
                numbers of placeholders and clips differ.
        """
        if any(other is not None for other in (images, videos, audio)):
            raise ValueError("This processor reads skeletons and text; found images, videos or audio.")
        if text is None and skeletons is None:
            raise ValueError("Give text=, skeletons= or both; found neither.")
        options = self._merge_kwargs(**kwargs)
        given = options["skeleton_kwargs"].get("reference")
        given = list(map(as_reference, given)) if isinstance(given, (list, tuple)) else as_reference(given)
        options["skeleton_kwargs"]["reference"] = given
        text_options = options["text_kwargs"]
        return_tensors = text_options.pop("return_tensors")
        data = {}
        lengths: list[int] = []
        if skeletons is not None:
            features = self.feature_extractor(skeletons, **options["skeleton_kwargs"])
            # The frame mask is whole windows wide, so that counting its frames counts the windows.
            lengths = [self.feature_extractor.num_tokens(int(mask.sum())) for mask in features["skeleton_frame_mask"]]
            data |= dict(features)
            scores, own = features["skeleton_descriptors"], self.feature_extractor.motion_reference()
            references = given if isinstance(given, list) else [given] * len(scores)
            if text is not None and all(each is not None or own is not None for each in references):
                rows = [(each or own).salience(row) for each, row in zip(references, scores, strict=True)]
                data["skeleton_salience"] = np.stack(rows) if rows else np.zeros_like(scores)
        if text is not None:
            prompts = [text] if isinstance(text, str) else list(text)
            prompts, offsets = self._expand_placeholders(prompts, lengths)
            text_options.pop("return_text_replacement_offsets", None)
            data |= self.tokenizer(prompts, **text_options)
            if options["return_text_replacement_offsets"]:
                data["text_replacement_offsets"] = offsets
        return BatchFeature(data, tensor_type=return_tensors, skip_tensor_conversion=self.skip_tensor_conversion)

    def _merge_kwargs(self, ModelProcessorKwargs=None, tokenizer_init_kwargs=None, **kwargs) -> dict[str, dict]:
        # The base class knows the groups of text, images, videos and audio only.
        single = {name: kwargs.pop(name) for name in EaiSkeletonKwargs.__annotations__ if name in kwargs}
        grouped = dict(kwargs.pop("skeleton_kwargs", None) or {})
        if twice := sorted(single.keys() & grouped.keys()):
            raise ValueError(f"{twice[0]} is given twice, by itself and in skeleton_kwargs.")
        return super()._merge_kwargs(
            ModelProcessorKwargs,
            tokenizer_init_kwargs,
            skeleton_kwargs=self.skeleton_kwargs | grouped | single,
            **kwargs,
        )

    def _expand_placeholders(self, prompts: list[str], lengths: list[int]) -> tuple[list[str], list[list[dict]]]:
        """Repeats each placeholder as often as its clip has tokens; also returns the places, in characters."""
        found = sum(prompt.count(self.skeleton_token) for prompt in prompts)
        if found != len(lengths):
            raise ValueError(
                f"The text holds {found} placeholders '{self.skeleton_token}' for {len(lengths)} clips; "
                "each clip (each person of an array with several) needs one."
            )
        remaining = iter(lengths)
        expanded, offsets = [], []
        for prompt in prompts:
            pieces = prompt.split(self.skeleton_token)
            grown, spans = pieces[0], []
            start = len(pieces[0])
            for piece in pieces[1:]:
                replacement = self.skeleton_token * next(remaining)
                spans.append(
                    {
                        "type": "skeleton",
                        "span": (start, start + len(self.skeleton_token)),
                        "new_span": (len(grown), len(grown) + len(replacement)),
                        "text": self.skeleton_token,
                        "replacement": replacement,
                    }
                )
                start += len(self.skeleton_token) + len(piece)
                grown += replacement + piece
            expanded.append(grown)
            offsets.append(spans)
        return expanded, offsets

    def _multimodal_inputs_from_conversations(self, conversations, *args, **kwargs):
        images, videos, audio, others = super()._multimodal_inputs_from_conversations(conversations, *args, **kwargs)
        skeletons = []
        for conversation in conversations:
            for message in conversation:
                if isinstance(message.get("content"), str):
                    continue
                for block in message.get("content") or []:
                    if block["type"] == "skeleton":
                        skeletons.append(self._skeleton_of(block))
        return images, videos, audio, others | ({"skeletons": skeletons} if skeletons else {})

    @staticmethod
    def _skeleton_of(block: dict) -> Any:
        """The clip of a content block: its `skeleton`, or its `path` or `joints` with what describes them."""
        return block["skeleton"] if "skeleton" in block else {k: v for k, v in block.items() if k != "type"}

    def training_inputs(
        self, conversations: list[list[dict]], references: list[MotionReference | None] | None = None
    ) -> BatchFeature:
        """Model inputs whose `labels` are -100 except in the assistant's turns.

        Args:
            conversations: Chats whose assistant turns are learned.
            references: What each clip of the chats, in reading order, is compared with; None for the default.
        """
        inputs = self.apply_chat_template(
            conversations,
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
            processor_kwargs={"padding": True, "reference": references},
        )
        learned = torch.tensor(inputs.pop("assistant_masks"), dtype=torch.bool)
        inputs["labels"] = inputs["input_ids"].masked_fill(~learned, -100)
        return inputs

    def label_inputs(self, labels: Sequence[str]) -> BatchFeature:
        """Tokenized phrasings of labels, label by label: (labels * phrasings, tokens)."""
        texts = [template.format(label) for label in labels for template in LABEL_TEMPLATES]
        return self.tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)


__all__ = ["LABEL_TEMPLATES", "EaiSkeletonProcessor", "chat_template_for"]
