"""Drafted decoding: greedy decoding that checks several guessed tokens in one pass of the language model.

    text so far ── texts that say the same ──> a draft of its next tokens
    draft ── one pass ──> what the model itself would write at each place
    up to the first place that differs ──> kept, with the model's own token in that place

So the text is that of greedy decoding, up to rounding, in fewer passes (Leviathan et al. 2023, "Fast inference from
transformers via speculative decoding"). The drafts come from the frames that the language model has learned, and not
from a second model. `generate` of transformers drafts for one text at a time only; here the texts of a batch go on by
as many tokens as each gets right, and what was wrong stays in the cache behind a mask.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from transformers import EosTokenCriteria, LogitsProcessorList, MaxLengthCriteria, StoppingCriteriaList

from .grounded_decoding import GroundedDecoding

__all__ = ["DRAFTED", "Draft", "drafted_decoding"]

DRAFTED = 8
"""Tokens of a draft, at most."""

PASS = 48
"""Tokens of a pass over the texts of a batch, from which on more of them take longer than they save."""

_CONTEXTS = (6, 4, 3, 2, 1)
"""Numbers of tokens by which a draft goes on, the first that occur in the texts."""

_BEGINNING = -1
"""Stands before the first token of a text."""


class Draft:
    """Guesses how a text goes on, by texts that say the same.

    Args:
        texts: Their tokens, those of the likeliest text first: it counts as much as all others.
    """

    def __init__(self, texts: Sequence[Sequence[int]]):
        found: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for number, text in enumerate(texts):
            tokens = (_BEGINNING, *text)
            for size in _CONTEXTS:
                for end in range(size, len(tokens)):
                    found[tokens[end - size : end]][tokens[end]] += 1 if number else len(texts)
        self._next = {context: following.most_common(1)[0][0] for context, following in found.items()}

    def after(self, said: Sequence[int], count: int) -> list[int]:
        """At most `count` tokens that may follow; fewer where none of the texts goes on."""
        tokens = [_BEGINNING, *said]
        first = len(tokens)
        while len(tokens) < first + count:
            contexts = (tuple(tokens[-size:]) for size in _CONTEXTS if size <= len(tokens))
            following = next((self._next[context] for context in contexts if context in self._next), None)
            if following is None:
                break
            tokens.append(following)
        return tokens[first:]


def drafted_decoding(
    model: Any,
    input_ids: torch.Tensor,
    logits_processor: LogitsProcessorList,
    stopping_criteria: StoppingCriteriaList,
    generation_config: Any,
    drafts: Sequence[Draft],
    grounded: GroundedDecoding,
    **model_kwargs: Any,
) -> torch.Tensor:
    """A decoding loop: `generate(..., custom_generate=drafted_decoding, drafts=..., grounded=...)`.

    Args:
        model: The model.
        input_ids: (rows, tokens) prompts, padded on the left.
        logits_processor: Not used; `grounded` is, for one place of one text at a time.
        stopping_criteria: Asked after each pass. They see texts of unequal length, padded on the right.
        generation_config: Its longest length and special tokens are used.
        drafts: Of each row.
        grounded: What each row may write.
        **model_kwargs: As `generate` prepares them.

    Returns:
        (rows, tokens), prompts and texts, padded on the right.
    """
    room = generation_config.max_length - input_ids.shape[1]
    ends = set(torch.as_tensor(generation_config.eos_token_id).flatten().tolist())
    pad = generation_config.pad_token_id
    criteria = [each for each in stopping_criteria if not isinstance(each, (MaxLengthCriteria, EosTokenCriteria))]
    said: list[list[int]] = [[] for _ in drafts]
    rows = list(range(len(drafts)))  # those that are still written
    guessed: list[list[int]] = [[] for _ in drafts]
    inputs = model.prepare_inputs_for_generation(input_ids, is_first_iteration=True, **model_kwargs)
    reading = _Reading(inputs, model_kwargs.get("attention_mask"), input_ids)
    logits = model(**inputs, return_dict=True).logits
    while True:
        right = []
        for row, guess, of_row in zip(rows, guessed, logits, strict=True):
            before = len(said[row])
            for token, scores in zip([*guess, None], of_row[: len(guess) + 1], strict=True):
                said[row].append(int(grounded.allowed(row, said[row], scores.float()).argmax()))
                if said[row][-1] != token or said[row][-1] in ends or len(said[row]) == room:
                    break
            right.append(len(said[row]) - before)
        reading.keep(right)

        output = _padded(input_ids, said, pad)
        stopped = [bool(ended) for ended in _stopped(criteria, output)]
        going_on = [
            place
            for place, row in enumerate(rows)
            if not stopped[row] and said[row][-1] not in ends and len(said[row]) < room
        ]
        if not going_on:
            return output
        if len(going_on) < len(rows):
            rows = [rows[place] for place in going_on]
            reading.select(going_on)
        count = min(DRAFTED, max(PASS // len(rows) - 1, 1))
        guessed = [drafts[row].after(said[row], min(count, room - len(said[row]) - 1)) for row in rows]
        block = [[said[row][-1], *guess] for row, guess in zip(rows, guessed, strict=True)]
        longest = max(map(len, block))
        tokens = torch.tensor([each + [pad] * (longest - len(each)) for each in block], device=input_ids.device)
        logits = model(input_ids=tokens, **reading.more(longest), return_dict=True).logits


class _Reading:
    """What the language model has read of some texts: its cache, and which places of it count.

    Args:
        inputs: Of the first pass.
        mask: (rows, tokens) the tokens of the prompts that count, None for all.
        input_ids: (rows, tokens) the prompts.
    """

    def __init__(self, inputs: Mapping[str, Any], mask: torch.Tensor | None, input_ids: torch.Tensor):
        self._cache_name = (
            "cache" if "cache" in inputs else "past_key_values"
        )  # another name from transformers 5.24 on
        self._cache = inputs[self._cache_name]
        self._mask = torch.ones_like(input_ids) if mask is None else mask
        self._length = self._mask.sum(dim=1)
        self._new = 0

    def keep(self, right: Sequence[int]) -> None:
        """Of the places read last only the first count, so many of each row; the newest token is still to be read."""
        kept = torch.tensor(right, device=self._mask.device)
        if self._new:
            places = torch.arange(self._new, device=self._mask.device)
            self._mask[:, -self._new :] = (places < kept[:, None]).to(self._mask.dtype)
        self._length = self._length + kept

    def select(self, places: Sequence[int]) -> None:
        """Only some rows go on."""
        chosen = torch.tensor(places, device=self._mask.device)
        self._cache.batch_select_indices(chosen)
        self._mask, self._length = self._mask[chosen], self._length[chosen]

    def more(self, count: int) -> dict[str, Any]:
        """The arguments of a pass over so many more tokens of each row, its newest token first."""
        self._new = count
        new = torch.ones((len(self._mask), count), dtype=self._mask.dtype, device=self._mask.device)
        self._mask = torch.cat([self._mask, new], dim=1)
        positions = self._length[:, None] - 1 + torch.arange(count, device=self._mask.device)
        return {
            self._cache_name: self._cache,
            "attention_mask": self._mask,
            "position_ids": positions,
            "use_cache": True,
        }


def _padded(input_ids: torch.Tensor, said: Sequence[Sequence[int]], pad: int) -> torch.Tensor:
    """(rows, tokens) the prompts with their texts."""
    longest = max(map(len, said))
    texts = [[*text, *[pad] * (longest - len(text))] for text in said]
    return torch.cat([input_ids, torch.tensor(texts, device=input_ids.device, dtype=input_ids.dtype)], dim=1)


def _stopped(criteria: Sequence[Any], output: torch.Tensor) -> torch.Tensor:
    """(rows,) whether a criterion ends a text."""
    stopped = torch.zeros(len(output), dtype=torch.bool, device=output.device)
    for criterion in criteria:
        stopped |= criterion(output, None)
    return stopped
