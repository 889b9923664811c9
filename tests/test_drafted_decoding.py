"""Drafted decoding: the same text as greedy decoding in fewer passes, whatever the drafts say."""

import copy

import numpy as np
import pytest
import torch
from test_grounded_decoding import MARKS, check, tokenizer, writer  # noqa: F401  # fixtures
from transformers import LogitsProcessorList, MaxTimeCriteria, StoppingCriteria, StoppingCriteriaList

from eai_llm_hf.processing import text_writing
from eai_llm_hf.processing.claims.drafted_decoding import DRAFTED, Draft, drafted_decoding
from eai_llm_hf.processing.claims.grounded_decoding import GroundedDecoding, MarkTokens

SETS = [MARKS, [], MARKS[:1], MARKS[1:4], MARKS[:2]]
"""The marks of each text."""


class Counted(StoppingCriteria):
    """Counts the passes, and ends a row once it has a number of tokens."""

    def __init__(self, row=None, tokens=0):
        self.row, self.tokens, self.passes, self.first = row, tokens, 0, None

    def __call__(self, input_ids, scores, **kwargs):
        self.passes += 1
        self.first = self.first or input_ids.shape[1]
        ended = torch.zeros(len(input_ids), dtype=torch.bool)
        if self.row is not None and input_ids.shape[1] >= self.first + self.tokens:
            ended[self.row] = True
        return ended


@pytest.fixture
def ending(writer, tokenizer):  # noqa: F811
    """The writer, which now often wants to end its texts, so that they have different lengths."""
    made = copy.deepcopy(writer)
    with torch.no_grad():
        made.lm_head.weight[tokenizer.eos_token_id] *= 6.0
    return made


def written(writer, tokenizer, drafts=None, criteria=(), tokens=60):  # noqa: F811
    """(texts, tokens of each) that the model writes, with drafts or without."""
    prompts = ["It looks sad, because of the user." * (1 + number % 3) for number in range(len(SETS))]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
    inputs.pop("token_type_ids", None)
    start = inputs["input_ids"].shape[1]
    grounded = GroundedDecoding(MarkTokens(tokenizer), [[own] for own in SETS], start)
    given = {"logits_processor": LogitsProcessorList([grounded])}
    if drafts is not None:
        given = {"custom_generate": drafted_decoding, "grounded": grounded, "drafts": drafts}
    output = writer.generate(
        **inputs, **given, stopping_criteria=StoppingCriteriaList(criteria), max_new_tokens=tokens, do_sample=False
    )
    said = []
    for row in output[:, start:].tolist():
        end = row.index(tokenizer.eos_token_id) if tokenizer.eos_token_id in row else len(row)
        said.append([token for token in row[:end] if token != tokenizer.pad_token_id])
    return tokenizer.batch_decode(said), said


def test_drafts_change_nothing_of_what_is_written(ending, tokenizer):  # noqa: F811
    expected, said = written(ending, tokenizer)
    assert len({len(tokens) for tokens in said}) > 1, "texts of different length"
    rng = np.random.default_rng(0)
    random = [[rng.integers(3, len(tokenizer), 50).tolist() for _ in range(3)] for _ in said]
    spoilt = [[[token if rng.random() < 0.8 else 5 for token in tokens]] for tokens in said]
    for texts in (
        [[]] * len(said),
        [[tokens] for tokens in said],
        spoilt,
        random,
        [[tokens] for tokens in said[::-1]],
    ):
        found, _ = written(ending, tokenizer, [Draft(each) for each in texts])
        assert found == expected
    for text, own in zip(expected, SETS, strict=True):
        check(text, own, ended=False)


def test_right_drafts_take_fewer_passes_and_wrong_ones_no_more(writer, tokenizer):  # noqa: F811
    counts = {}
    _, said = written(writer, tokenizer, criteria=[plain := Counted()])
    rests = [tokens[:-1] for tokens in said]
    for name, drafts in {"right": [[tokens] for tokens in rests], "none": [[] for _ in said]}.items():
        written(writer, tokenizer, [Draft(each) for each in drafts], [counted := Counted()])
        counts[name] = counted.passes
    assert counts["none"] == plain.passes
    assert counts["right"] <= plain.passes / DRAFTED + 4


def test_a_text_ends_where_a_criterion_ends_it_and_the_others_go_on(writer, tokenizer):  # noqa: F811
    expected, said = written(writer, tokenizer)
    found, now = written(writer, tokenizer, [Draft([tokens]) for tokens in said], [Counted(row=1, tokens=9)])
    assert len(now[1]) < len(said[1]) and expected[1].startswith(found[1])
    assert [*found[:1], *found[2:]] == [*expected[:1], *expected[2:]]
    _, short = written(writer, tokenizer, [Draft([tokens]) for tokens in said], tokens=7)
    assert [len(tokens) for tokens in short] == [min(len(tokens), 7) for tokens in said]
    _, none = written(writer, tokenizer, [Draft([tokens]) for tokens in said], [MaxTimeCriteria(max_time=0.0)])
    assert all(len(tokens) <= 1 for tokens in none)


def test_a_draft_goes_on_as_the_likeliest_text_does_after_the_longest_known_context_or_as_most_others_do():
    draft = Draft([[1, 2, 3, 4], [1, 2, 3, 5], [9, 2, 3, 5], [7, 3, 6]])
    assert draft.after([], 2) == [1, 2]
    assert draft.after([1, 2, 3], 1) == [4], "the first text counts as much as all others"
    assert draft.after([9, 2, 3], 3) == [5], "the text ends there"
    assert draft.after([7, 3], 1) == [6]
    assert draft.after([8, 8, 2], 2) == [3, 4], "by its last token"
    assert draft.after([8, 7], 1) == [3]
    assert draft.after([42], 3) == [] and Draft([]).after([], 3) == []


def test_the_pipeline_drafts_greedy_texts_and_writes_the_same_without(pipe, clips, monkeypatch):
    given = []
    generate = type(pipe.model).generate

    def watched(self, **kwargs):
        given.append("custom_generate" in kwargs)
        return generate(self, **kwargs)

    monkeypatch.setattr(type(pipe.model), "generate", watched)
    drafted = pipe(list(clips[:3]), batch_size=3, max_new_tokens=60)
    pipe(clips[0], max_new_tokens=8, do_sample=True)
    with monkeypatch.context() as backbone:
        backbone.setattr(pipe.model.generation_config, "repetition_penalty", 1.5)  # some backbones have it
        pipe(clips[0], max_new_tokens=8)
    monkeypatch.setattr(text_writing, "_GREEDY", set())
    assert pipe(list(clips[:3]), batch_size=3, max_new_tokens=60) == drafted
    assert given == [True, False, False, False]
