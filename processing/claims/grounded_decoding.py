"""Grounded decoding: the language model can only mark statements that an argument holds ready, each of them once.

    text  ── a token with a bracket ──> only as the first of a mark whose turn it is
    mark  ── next token ──> only one that continues an open mark, until the mark is complete
    after ──> only a space and a word, so that each mark has a statement
    end   ──> not before every mark is used; where the model wants to end, it begins the next mark instead

So what a text states is chosen by the argument, which was computed from the movement, and the words are the model's.
The state is read from the tokens themselves, so that it survives the reordering of beam search.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from transformers import LogitsProcessor

__all__ = ["GroundedDecoding", "MarkTokens"]

_SPACES = "Ġ▁ "
"""How vocabularies write a space: byte-level BPE, SentencePiece, and as it is."""

_BRACKET_BYTES = ("<0x5B>", "<0x5D>")
"""Brackets as bytes, in vocabularies that spell unknown characters in bytes."""

_BEFORE = "It looks sad."
"""A text that a mark may follow."""

_LEAST = -1e4
"""Logit of a token that must stay possible, where another processor has excluded it."""


class MarkTokens:
    """What a tokenizer makes of marks.

    Args:
        tokenizer: Of the language model; any BPE.

    Attributes:
        brackets: (tokens,) ids of the tokens that hold a bracket.
        ends: Ids of special tokens: the end of the text is one of them.
        words: (tokens,) ids of the tokens that begin a new word, space included.
        spaces: Ids of a space alone.
        letters: (tokens,) ids of the tokens that begin with a letter.
    """

    def __init__(self, tokenizer: Any):
        self.tokenizer = tokenizer
        special = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
        self.ends = sorted(special | set(tokenizer.all_special_ids))
        brackets, words, spaces, letters = [], [], [], []
        for token, number in tokenizer.get_vocab().items():
            if number in self.ends:
                continue
            if "[" in token or "]" in token or token in _BRACKET_BYTES:
                brackets.append(number)
            elif token[0] in _SPACES:
                if len(token) == 1:
                    spaces.append(number)
                elif _is_letter(token[1]):
                    words.append(number)
            elif _is_letter(token[0]):
                letters.append(number)
        self.brackets, self.words, self.letters = (
            torch.tensor(sorted(ids), dtype=torch.long) for ids in (brackets, words, letters)
        )
        self.spaces = spaces
        self._known: dict[str, tuple[int, ...]] = {}

    def of(self, mark: str) -> tuple[int, ...]:
        """The tokens of a mark that stands within a text.

        Raises:
            ValueError: If the tokenizer joins a mark with what precedes it, so that it has no tokens of its own.
        """
        if mark not in self._known:
            before, whole = self.tokenizer([_BEFORE, f"{_BEFORE}{mark}"], add_special_tokens=False)["input_ids"]
            if whole[: len(before)] != before:
                raise ValueError(f"The tokenizer joins the mark{mark} with the text before it.")
            self._known[mark] = tuple(whole[len(before) :])
        return self._known[mark]


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


class _Open(NamedTuple):
    """Where a text stands.

    Attributes:
        next: The marks of which one may come next: those of the first list that has unused ones.
        begun: The tokens of an unfinished mark, from the first with a bracket on; None outside of marks.
        after: What has been written since the last mark, as far as words are still to come: "" or a space; else None.
    """

    next: list[tuple[int, ...]]
    begun: tuple[int, ...] | None
    after: str | None


class GroundedDecoding(LogitsProcessor):
    """Allows only given marks, each once, each followed by words, and all of them before the text ends.

    Args:
        tokens: Of the tokenizer.
        marks: The marks of each text of the batch, as `mark_order` gives them: those of a list in any order, after
            those of the lists before; none for a text without statements.
        start: Tokens of the prompt, padding included: where the generated text begins.
    """

    def __init__(self, tokens: MarkTokens, marks: Sequence[Sequence[Sequence[str]]], start: int):
        self.tokens = tokens
        self.start = start
        self._brackets = set(tokens.brackets.tolist())
        self._spaces = set(tokens.spaces)
        self._marks = [[[self._split(tokens.of(mark)) for mark in group] for group in own] for own in marks]

    def _split(self, sequence: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The tokens of a mark before the first with a bracket (a space, in some vocabularies), and from it on."""
        first = next(place for place, token in enumerate(sequence) if token in self._brackets)
        return sequence[:first], sequence[first:]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores with -inf for what is not allowed.

        Args:
            input_ids: (rows, tokens); the rows of one text, its beams, follow each other.
            scores: (rows, vocabulary).
        """
        beams = len(input_ids) // len(self._marks)
        said = input_ids[:, self.start :].tolist()
        return torch.stack([self.allowed(row // beams, said[row], scores[row]) for row in range(len(said))])

    def allowed(self, text: int, said: list[int], scores: torch.Tensor) -> torch.Tensor:
        """The (vocabulary,) scores of the next token of one text, with -inf for what is not allowed.

        Args:
            text: Its number.
            said: Its tokens so far.
            scores: (vocabulary,) of the model.
        """
        own = self._marks[text]
        allowed = scores.clone()
        allowed[self.tokens.brackets.to(scores.device)] = -torch.inf
        state = self._read(said, own)
        if state.begun is not None:
            begun = state.begun
            following = {mark[len(begun)] for mark in state.next if mark[: len(begun)] == begun}
            self._only(sorted(following), scores, allowed)
        elif state.after is not None:
            ids = self.tokens.letters if state.after else torch.cat([self.tokens.words, _ids(self.tokens.spaces)])
            self._only(ids, scores, allowed)
        elif state.next:
            leads = [(lead, mark) for group in own for lead, mark in group if mark in state.next]
            self._before_the_end(said, leads, scores, allowed)
        return allowed

    def _read(self, said: list[int], own: list[list[tuple[tuple[int, ...], tuple[int, ...]]]]) -> _Open:
        """Where a text stands, from its tokens."""
        unused = [[mark for _, mark in group] for group in own]
        begun: tuple[int, ...] | None = None
        after: str | None = None
        for token in said:
            if begun is None and token in self._brackets:
                begun = ()
            if begun is not None:
                begun = (*begun, token)
                if group := next((group for group in unused if begun in group), None):
                    group.remove(begun)
                    begun, after = None, ""
            elif after is not None:
                after = " " if after == "" and token in self._spaces else None
        return _Open(next((group for group in unused if group), []), begun, after)

    def _only(self, ids: Sequence[int] | torch.Tensor, given: torch.Tensor, scores: torch.Tensor) -> None:
        """Excludes all tokens but some."""
        ids = _ids(ids).to(scores.device)
        kept = given[ids].clamp(min=_LEAST)
        scores.fill_(-torch.inf)
        scores[ids] = kept

    def _before_the_end(
        self,
        said: list[int],
        leads: list[tuple[tuple[int, ...], tuple[int, ...]]],
        given: torch.Tensor,
        scores: torch.Tensor,
    ) -> None:
        """Allows a mark whose turn it is to begin; it also takes the place of the end."""
        ends = _ids(self.tokens.ends).to(scores.device)
        end = given[ends].max()
        scores[ends] = -torch.inf
        for lead, mark in leads:
            written = max(size for size in range(len(lead) + 1) if not size or tuple(said[-size:]) == lead[:size])
            token = (*lead, mark[0])[written]
            scores[token] = torch.maximum(given[token], end).clamp(min=_LEAST)


def _ids(ids: Sequence[int] | torch.Tensor) -> torch.Tensor:
    return ids if torch.is_tensor(ids) else torch.tensor(ids, dtype=torch.long)
