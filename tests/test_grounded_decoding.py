"""Grounded decoding: whatever the language model prefers, it marks only what it may, once, and with words."""

import numpy as np
import pytest
import torch
from conftest import TEXTS, make_tokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, LogitsProcessorList, PreTrainedTokenizerFast

from eai_llm_hf.processing.claims.claim import canonical_claim
from eai_llm_hf.processing.claims.grounded_decoding import GroundedDecoding, MarkTokens
from eai_llm_hf.processing.claims.marks import mark, read_marks
from eai_llm_hf.publish.backbones import find

MARKS = [
    mark("for", canonical_claim("head_pitch", "low")),
    mark("for", canonical_claim("head_movement", "low")),
    mark("against", canonical_claim("arm_swing", "high", "end", "strong")),
    mark("against the runner-up", canonical_claim("tempo", "low", "whole", "slight")),
    mark("other", canonical_claim("left_right_asymmetry", "high")),
]
"""Two of them begin alike."""


def sentencepiece_like() -> PreTrainedTokenizerFast:
    """Spaces are written as in SentencePiece, and a bracket may be one token with the word that follows it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="never")
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>", "<pad>", "<eos>"])
    tokenizer.train_from_iterator(
        [*TEXTS, *(f"It is so,{each} the head; “because”: 5 trunks." for each in MARKS)], trainer
    )
    assert {"▁[for", "▁low]"} <= set(tokenizer.get_vocab())
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")


@pytest.fixture(scope="module", params=["byte-level", "sentencepiece"])
def tokenizer(request):
    """Tokenizers of two kinds."""
    made = make_tokenizer() if request.param == "byte-level" else sentencepiece_like()
    made.padding_side = "left"
    return made


@pytest.fixture(scope="module")
def writer(tokenizer):
    """A random model that prefers nothing: its logits are as far apart as those of a trained one."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        model.lm_head.weight.mul_(60.0)
    return model


def written(writer, tokenizer, marks, tokens=200, ends_early=0.0, **given):
    """What the model writes after prompts of different length, as (texts, whether each came to its end).

    The marks of each text may come in any order, or in that of the groups that they are given in.
    """
    marks = [own if own and isinstance(own[0], list) else [own] for own in marks]
    prompts = ["It looks sad, a [bracket] of the user." * (1 + number % 2) for number in range(len(marks))]
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
    inputs.pop("token_type_ids", None)
    start = inputs["input_ids"].shape[1]
    grounded = GroundedDecoding(MarkTokens(tokenizer), marks, start)

    def wants_to_end(input_ids, scores):
        scores[:, tokenizer.eos_token_id] += ends_early
        return scores

    with torch.no_grad():
        output = writer.generate(
            **inputs, logits_processor=LogitsProcessorList([wants_to_end, grounded]), max_new_tokens=tokens, **given
        )
    ended = [tokenizer.eos_token_id in row.tolist() for row in output[:, start:]]
    return tokenizer.batch_decode(output[:, start:], skip_special_tokens=True), ended


def check(text, own, ended):
    """What holds of every text."""
    plain, statements = read_marks(text)
    used = [mark(each.use, each.claim) for each in statements]
    assert set(used) <= set(own) and len(used) == len(set(used)), text
    assert "[" not in plain and "]" not in plain, text
    for each, following in zip(statements, [*statements, None][1:], strict=True):
        cut_off = following is None and not ended
        assert plain[each.start : each.start + 1].isalpha() or cut_off, text
    assert set(used) == set(own) or not ended, text


@pytest.mark.parametrize("given", [{}, {"do_sample": True, "top_k": 20}, {"num_beams": 2}], ids=str)
def test_no_mark_is_written_that_is_not_allowed_and_none_twice(writer, tokenizer, given):
    torch.manual_seed(0)
    sets = [MARKS, [], MARKS[:1], MARKS[1:4]]
    for ends_early in (0.0, 40.0):
        texts, ended = written(writer, tokenizer, sets, 200 if ends_early else 40, ends_early, **given)
        for text, own, end in zip(texts, sets, ended, strict=True):
            check(text, own, end)
    if "num_beams" not in given:  # a beam that goes on may score better
        assert all(ended), "a model that wants to end marks what is left, and ends"


def test_a_model_that_always_wants_to_end_states_all_that_is_given(writer, tokenizer):
    texts, ended = written(writer, tokenizer, [MARKS, MARKS[:2]], ends_early=1e3)
    for text, own in zip(texts, [MARKS, MARKS[:2]], strict=True):
        assert len(read_marks(text)[1]) == len(own)
    assert ended == [True, True]


@pytest.mark.parametrize("given", [{}, {"do_sample": True, "top_k": 20}, {"num_beams": 2}], ids=str)
def test_a_mark_waits_for_those_of_the_groups_before(writer, tokenizer, given):
    torch.manual_seed(0)
    groups = [[MARKS[2]], MARKS[:2], MARKS[3:]]
    texts, _ = written(writer, tokenizer, [groups, groups[::-1]], ends_early=40.0, **given)
    for text, own in zip(texts, (groups, groups[::-1]), strict=True):
        used = [mark(each.use, each.claim) for each in read_marks(text)[1]]
        places = [next(number for number, group in enumerate(own) if each in group) for each in used]
        assert (used or "num_beams" in given) and places == sorted(places), text


def test_a_text_that_is_cut_off_inside_a_mark_shows_nothing_of_it(writer, tokenizer):
    length = len(MarkTokens(tokenizer).of(MARKS[0]))
    for tokens in range(1, 2 * length + 3):
        (text,), _ = written(writer, tokenizer, [MARKS], tokens, ends_early=1e3)
        assert "[" not in read_marks(text)[0]


def test_the_tokens_of_a_mark_do_not_depend_on_the_text_around_it(tokenizer):
    check_tokens_of_marks(tokenizer)


def test_the_default_backbone_writes_a_mark_with_the_same_tokens_everywhere():
    if (folder := find()) is None:
        pytest.skip("the default backbone is not on this machine")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    check_tokens_of_marks(tokenizer)
    tokens = MarkTokens(tokenizer)
    assert max(len(tokens.of(each)) for each in MARKS) <= 12


def check_tokens_of_marks(tokenizer):
    tokens = MarkTokens(tokenizer)

    def read(text):
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    for before in ("It looks sad.", "so,", "because", "head;", "in 5:", "the “trunk”"):
        for after in (" the head", " The trunk is", " their arms"):
            for each in MARKS:
                whole, first, mark_tokens = read(f"{before}{each}{after}"), read(before), list(tokens.of(each))
                assert whole[: len(first) + len(mark_tokens)] == first + mark_tokens
                following = whole[len(first) + len(mark_tokens)]
                assert following in tokens.words.tolist() or following in tokens.spaces


def test_what_another_processor_excludes_stays_possible_within_a_mark(tokenizer):
    tokens = MarkTokens(tokenizer)
    grounded = GroundedDecoding(tokens, [[MARKS[:1]]], 0)
    said: list[int] = []
    for expected in tokens.of(MARKS[0])[1:]:
        said.append(tokens.of(MARKS[0])[len(said)])
        scores = grounded(torch.tensor([said]), torch.full((1, len(tokenizer)), -torch.inf))
        assert int(scores.argmax()) == expected or said[-1] not in tokens.brackets.tolist()
        assert torch.isfinite(scores).any()


def test_a_batch_is_decoded_as_each_text_alone(writer, tokenizer):
    sets = [MARKS, MARKS[:1], MARKS[2:]]
    together, _ = written(writer, tokenizer, sets, 60, 8.0)
    rng = np.random.default_rng(0)
    for number in rng.permutation(len(sets)):
        alone, _ = written(writer, tokenizer, [[]] * (number % 2) + [sets[number]], 60, 8.0)
        assert alone[-1] == together[number]
