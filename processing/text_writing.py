"""The language model writes: from prompts about clips to texts, free or with the marks that each may have."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessorList

from .claims.drafted_decoding import Draft, drafted_decoding
from .claims.explanation import mark_order, texts_alike
from .claims.grounded_decoding import GroundedDecoding, MarkTokens
from .claims.questions import Question
from .claims.reasons import Argument
from .descriptors.reference import MotionReference
from .skeleton.clip import UnifiedClip

__all__ = ["SAMPLING", "TextWriter"]

SAMPLING = {"temperature": 0.2, "top_p": 0.9}
"""Defaults for `do_sample=True`, as the authors of SmolLM2-Instruct recommend."""

_GREEDY = {
    *("max_new_tokens", "max_length", "stopping_criteria", "use_cache", "transformers_version", "_from_model_config"),
    *("bos_token_id", "eos_token_id", "pad_token_id", "output_attentions", "output_hidden_states"),
    *("do_sample", "temperature", "top_k", "top_p", "min_p"),
}
"""Settings of `generate` with which the most probable token is taken each time, if `do_sample` is false."""


class TextWriter:
    """Writes texts about clips.

    Args:
        model: Of the checkpoint.
        processor: Of the checkpoint.
    """

    def __init__(self, model: Any, processor: Any):
        self.model = model
        self.processor = processor
        self._tokens: MarkTokens | None = None

    def is_needed(self, asked: Question | None, verify: bool) -> bool:
        """Whether the language model writes an answer, or an explanation.

        A fact of the record is the answer as it is, which is faster and cannot be wrong. A language model that has not
        learned to explain writes only where its text is wanted unchecked; otherwise the argument's is used.

        Args:
            asked: The question, None for an explanation.
            verify: Whether the text is checked.
        """
        if not verify:
            return True
        if asked is None:
            return self.model.config.explains
        return asked.needs_text or self.processor.feature_extractor.motion_reference() is None

    def prompt(self, content: Sequence[Mapping[str, Any]]) -> str:
        """The chat up to the model's answer.

        Args:
            content: What the user says, blocks of type "skeleton" and "text".
        """
        return self.processor.tokenizer.apply_chat_template(
            [{"role": "user", "content": list(content)}],
            chat_template=self.processor.chat_template,
            tokenize=False,
            add_generation_prompt=True,
        )

    def write(
        self,
        prompts: Sequence[str],
        clips: Sequence[UnifiedClip],
        references: Sequence[MotionReference | None],
        generate_kwargs: Mapping[str, Any],
        weights: np.ndarray | None = None,
        arguments: Sequence[Argument] | None = None,
    ) -> list[str]:
        """Generates the text after each prompt.

        Args:
            prompts: One for each text.
            clips: Those of the prompts, in order.
            references: What each clip is compared with, None for the checkpoint's reference.
            generate_kwargs: Arguments of `generate`.
            weights: (clips, descriptors), factors on the salience of the measurements.
            arguments: What each text states, each statement once and with its mark; None allows everything.
        """
        self.model.load_backbone()  # a small checkpoint fetches it for its first text
        inputs = self.processor(text=list(prompts), skeletons=list(clips), reference=list(references))
        if weights is not None and "skeleton_salience" in inputs:
            inputs["skeleton_salience"] *= torch.from_numpy(weights)
        inputs = inputs.to(self.model.device)
        start = inputs["input_ids"].shape[1]
        given = dict(generate_kwargs)
        if arguments is not None:
            self._tokens = self._tokens or MarkTokens(self.processor.tokenizer)
            grounded = GroundedDecoding(self._tokens, list(map(mark_order, arguments)), start)
            settings = self.model.generation_config.to_diff_dict() | given
            if settings.keys() <= _GREEDY and not settings.get("do_sample"):
                drafts = list(map(self._draft, arguments))
                given |= {"custom_generate": drafted_decoding, "grounded": grounded, "drafts": drafts}
            else:
                given["logits_processor"] = LogitsProcessorList([*given.get("logits_processor", ()), grounded])
        output = self.model.generate(**inputs, **given)
        texts = self.processor.tokenizer.batch_decode(output[:, start:], skip_special_tokens=True)
        return [text.strip() for text in texts]

    def _draft(self, argument: Argument) -> Draft:
        """What texts of an argument tell about the tokens of another one."""
        tokenizer = self.processor.tokenizer
        tokens = tokenizer(texts_alike(argument), add_special_tokens=False)["input_ids"]
        return Draft([[*text, tokenizer.eos_token_id] for text in tokens])
