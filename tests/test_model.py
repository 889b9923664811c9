"""The model: tokens and shapes, batches, attention kernels, generation, and the skeleton side."""

from copy import deepcopy

import pytest
import torch
from chats import alone, asked, prompt, taught
from conftest import make_clip

from eai_llm_hf import (
    EaiLlmConfig,
    EaiLlmForCausalLM,
    EaiSkeletonConfig,
)

TOWER_INPUTS = ("skeleton_features", "skeleton_frame_mask", "skeleton_segment_mask", "skeleton_descriptors")


def test_a_prompt_gives_logits_for_every_token(model, processor, clips):
    inputs = asked(processor, clips)
    output = model(**inputs)
    assert output.logits.shape == (*inputs["input_ids"].shape, model.config.text_config.vocab_size)
    assert output.loss is None
    assert model(**inputs, logits_to_keep=1).logits.shape[:2] == (len(clips), 1)


def test_the_processor_counts_the_tokens_that_the_model_makes(model, processor, clips):
    extractor = processor.feature_extractor
    for clip in clips:
        made = model.get_skeleton_features(**extractor([clip], return_tensors="pt"))
        assert made.shape == (extractor.num_tokens(len(clip.joints)), model.config.text_config.hidden_size)
    together = model.get_skeleton_features(**extractor(clips, return_tensors="pt"))
    assert len(together) == sum(extractor.num_tokens(len(clip.joints)) for clip in clips)


def test_ten_seconds_become_at_most_96_tokens_with_the_default_configuration(processor):
    config = EaiSkeletonConfig(**processor.feature_extractor.skeleton_config)
    assert config.num_semantic_tokens + 10 * config.tokens_per_window <= 96
    assert processor.feature_extractor.num_tokens(300) == config.num_semantic_tokens + 10 * config.tokens_per_window


def test_a_tower_made_for_a_feature_extractor_agrees_with_it(processor):
    extractor = processor.feature_extractor
    config = EaiSkeletonConfig(**extractor.skeleton_config)
    features = extractor([make_clip(1, duration_s=2.0)])
    assert features["skeleton_features"].shape[2:] == (len(config.segment_parts), config.num_channels)
    assert features["skeleton_descriptors"].shape[1] == config.num_descriptors
    for name in ("frames_per_window", "max_windows", "tokens_per_window", "num_semantic_tokens"):
        assert getattr(extractor, name) == getattr(config, name)


def test_a_wrong_number_of_placeholders_is_refused(model, processor, clips):
    inputs = asked(processor, clips)
    inputs["input_ids"][0, inputs["input_ids"][0] == processor.skeleton_token_id] = 5
    with pytest.raises(ValueError, match=r"placeholders, but the clips have \d+ tokens"):
        model(**inputs)


def test_embeddings_in_place_of_ids_give_the_same(model, processor, clips):
    inputs = asked(processor, clips)
    expected = model(**inputs).logits
    embeds = model.get_input_embeddings()(inputs.pop("input_ids"))
    torch.testing.assert_close(model(inputs_embeds=embeds, **inputs).logits, expected)
    with pytest.raises(ValueError, match=r"hold 0 skeleton placeholders, but the clips have \d+ tokens"):
        model(inputs_embeds=torch.ones_like(embeds), **inputs)


def test_labels_that_are_already_shifted_give_the_same_loss(model, processor, clips):
    inputs = asked(processor, clips)
    labels = inputs["input_ids"]
    moved = torch.nn.functional.pad(labels[:, 1:], (0, 1), value=-100)
    expected = model(**inputs, labels=labels).loss
    torch.testing.assert_close(model(**inputs, shift_labels=moved).loss, expected)
    torch.testing.assert_close(model(**inputs, labels=labels.flip(1), shift_labels=moved).loss, expected)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 30, 14, 6), r"13 segments of 6 channels, found shape \(1, 30, 14, 6\)"),
        ((1, 30, 13, 5), r"13 segments of 6 channels, found shape \(1, 30, 13, 5\)"),
        ((1, 29, 13, 6), "whole windows of 30 frames, found 29 frames"),
        ((1, 330, 13, 6), "1 to 10 whole windows of 30 frames, found 330 frames"),
        ((1, 0, 13, 6), "found 0 frames"),
    ],
)
def test_features_of_another_shape_are_refused(model, shape, message):
    with pytest.raises(ValueError, match=message):
        model.skeleton_tower(torch.zeros(shape), torch.ones(shape[:2]), torch.ones(1, shape[2]))


def test_left_padded_batches_give_the_logits_of_single_clips(model, processor, clips):
    batch = asked(processor, clips)
    assert batch["attention_mask"][0, 0] == 0, "the prompts must differ in length for this test to say anything"
    together = model(**batch).logits
    for index in range(len(clips)):
        single = model(**alone(processor, clips, index)).logits[0]
        torch.testing.assert_close(together[index, -len(single) :], single, atol=1e-4, rtol=0)


def test_left_padded_batches_generate_what_single_clips_do(model, processor, clips):
    settings = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None}
    settings |= {"return_dict_in_generate": True, "output_logits": True}
    together = model.generate(**asked(processor, clips), **settings)
    for index in range(len(clips)):
        single = model.generate(**alone(processor, clips, index), **settings)
        assert together.sequences[index, -6:].tolist() == single.sequences[0, -6:].tolist()
        logits = torch.stack(together.logits)[:, index]
        torch.testing.assert_close(logits, torch.stack(single.logits)[:, 0], atol=1e-4, rtol=0)


def test_sdpa_gives_what_eager_attention_gives(model, processor, clips):
    inputs = asked(processor, clips)
    model.set_attn_implementation("sdpa")
    assert model.skeleton_tower.config._attn_implementation == "sdpa"
    sdpa, sdpa_tower = model(**inputs).logits, model.skeleton_tower(*(inputs[name] for name in TOWER_INPUTS))
    model.set_attn_implementation("eager")
    assert model.skeleton_tower.config._attn_implementation == "eager"
    eager, eager_tower = model(**inputs).logits, model.skeleton_tower(*(inputs[name] for name in TOWER_INPUTS))
    torch.testing.assert_close(sdpa_tower.semantic_tokens, eager_tower.semantic_tokens, atol=1e-5, rtol=0)
    mask = inputs["attention_mask"].bool()
    torch.testing.assert_close(sdpa[mask], eager[mask], atol=1e-4, rtol=0)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "small"])
def test_loading_in_bf16_keeps_the_skeleton_side_exact(model, processor, clips, tmp_path, whole):
    model.save_pretrained(tmp_path, include_backbone=whole)
    loaded = EaiLlmForCausalLM.from_pretrained(tmp_path, dtype=torch.bfloat16)
    for name, parameter in loaded.named_parameters():
        expected = torch.bfloat16 if name.startswith("language_model.") else torch.float32
        assert parameter.dtype == expected, name
    features = {name: value for name, value in asked(processor, clips).items() if name in TOWER_INPUTS}
    exact = model.skeleton_tower(**features).semantic_tokens
    torch.testing.assert_close(loaded.skeleton_tower(**features).semantic_tokens, exact, atol=1e-6, rtol=0)
    assert loaded(**asked(processor, clips)).logits.dtype == torch.bfloat16


def test_activation_checkpointing_gives_the_same_gradients(model, processor, clips):
    def gradients():
        model.zero_grad()
        inputs = asked(processor, clips)
        model(**inputs, labels=inputs["input_ids"], use_cache=False).loss.backward()
        return {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}

    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    for layer in model.skeleton_tower.layers:
        layer.self_attn.dropout = 0.0
    model.skeleton_tower.config.descriptor_dropout = 0.0
    model.train()
    plain = gradients()
    calls = []
    model.activation_checkpointing_enable()
    model.skeleton_tower.layers[0].fc1.register_forward_hook(lambda *_: calls.append(1))
    again = gradients()
    assert len(calls) == 2, "a checkpointed layer runs once more on the way back"
    assert plain.keys() == again.keys() and any(name.startswith("skeleton_tower.layers") for name in plain)
    for name, gradient in plain.items():
        torch.testing.assert_close(again[name], gradient, atol=1e-6, rtol=1e-4, msg=name)


def test_greedy_decoding_with_and_without_a_cache_agrees(model, processor, clips):
    inputs = asked(processor, clips)
    settings = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": None}
    settings |= {"return_dict_in_generate": True, "output_logits": True}
    cached = model.generate(**inputs, **settings)
    assert len(cached.logits) == 6
    for other in ({"use_cache": False}, {"cache_implementation": "static"}):
        again = model.generate(**inputs, **other, **settings)
        # Logits, since the words of so small a model hardly depend on the clip.
        torch.testing.assert_close(torch.stack(again.logits), torch.stack(cached.logits), atol=1e-4, rtol=0)
        assert torch.equal(again.sequences, cached.sequences)


def test_greedy_decoding_is_the_argmax_of_forward(model, processor, clips):
    inputs = alone(processor, clips, 0)
    generated = model.generate(**inputs, max_new_tokens=4, do_sample=False, eos_token_id=None)
    whole = {**inputs, "input_ids": generated, "attention_mask": torch.ones_like(generated)}
    logits = model(**whole).logits[0]
    start = inputs["input_ids"].shape[1]
    assert generated[0, start:].tolist() == logits[start - 1 : -1].argmax(-1).tolist()


def test_another_clip_changes_what_the_language_model_says(model, processor, clips):
    inputs = alone(processor, clips, 0)
    changed = {**inputs, "skeleton_features": inputs["skeleton_features"].flip(1)}
    assert (model(**inputs).logits[0, -1] - model(**changed).logits[0, -1]).abs().max() > 1e-4


def test_sampling_depends_on_the_seed_alone(model, processor, clips):
    inputs = asked(processor, clips)
    outputs = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        outputs.append(model.generate(**inputs, max_new_tokens=8, do_sample=True, temperature=2.0, eos_token_id=None))
    assert torch.equal(outputs[0], outputs[1]) and not torch.equal(outputs[0], outputs[2])


def test_several_sequences_keep_each_prompt_with_its_clips(model, processor, clips):
    texts = [prompt(processor, clips=2), prompt(processor, clips=0), prompt(processor, clips=1)]
    inputs = processor(text=texts, skeletons=clips)
    settings = {"max_new_tokens": 5, "eos_token_id": None}
    greedy = model.generate(**inputs, do_sample=False, **settings)
    torch.manual_seed(0)
    # A temperature near zero makes sampling greedy, so that every copy of a prompt must repeat its greedy answer.
    copies = model.generate(**inputs, do_sample=True, temperature=1e-6, num_return_sequences=2, **settings)
    assert torch.equal(copies, greedy.repeat_interleave(2, 0))


@pytest.mark.parametrize("use_cache", [True, False])
def test_beams_of_a_batch_are_those_of_single_prompts(model, processor, clips, use_cache):
    settings = {"max_new_tokens": 5, "num_beams": 3, "do_sample": False, "eos_token_id": None, "use_cache": use_cache}
    texts = [prompt(processor, clips=2), prompt(processor, clips=1)]
    batch = processor(text=texts, skeletons=clips)
    together = model.generate(**batch, **settings)[:, -5:]
    for index, own in enumerate((clips[:2], clips[2:])):
        single = model.generate(**processor(text=[texts[index]], skeletons=own), **settings)[:, -5:]
        assert together[index].tolist() == single[0].tolist()


def test_text_without_clips_is_answered(model, processor):
    inputs = processor(text=[prompt(processor, clips=0)])
    assert model.generate(**inputs, max_new_tokens=3, do_sample=False).shape[1] > inputs["input_ids"].shape[1]


def test_the_loss_is_the_mean_cross_entropy_of_the_next_labelled_token(model, processor, clips):
    inputs = processor.training_inputs(taught(clips, ["sad", "happy and proud", "angry"]))
    output = model(**inputs)
    labels = inputs["labels"][:, 1:]
    by_hand = [
        -output.logits[row, column].log_softmax(-1)[labels[row, column]]
        for row, column in (labels != -100).nonzero().tolist()
    ]
    assert 0 < len(by_hand) < labels.numel()
    torch.testing.assert_close(output.loss, torch.stack(by_hand).mean())
    # As the Trainer calls it when gradients accumulate: the sum over the tokens of all the small batches.
    torch.testing.assert_close(model(**inputs, num_items_in_batch=100).loss, torch.stack(by_hand).sum() / 100)


def test_a_tuple_is_returned_on_request(model, processor, clips):
    inputs = alone(processor, clips, 0)
    output = model(**inputs, return_dict=False)
    assert isinstance(output, tuple)
    torch.testing.assert_close(output[0], model(**inputs).logits)


def test_hidden_states_are_returned_on_request(model, processor, clips):
    output = model(**alone(processor, clips, 0), output_hidden_states=True)
    assert len(output.hidden_states) == model.config.text_config.num_hidden_layers + 1


# ---- skeleton side --------------------------------------------------------------------------------------------------


def test_the_values_of_segments_that_a_rig_lacks_change_nothing(model, processor, clips):
    features = processor.feature_extractor(clips, return_tensors="pt")
    features["skeleton_segment_mask"][:, [2, 6, 11]] = 0
    changed = features["skeleton_features"].clone()
    changed[:, :, [2, 6, 11]] = 1e3
    before = model.skeleton_tower(**features)
    after = model.skeleton_tower(**{**features, "skeleton_features": changed})
    torch.testing.assert_close(after.semantic_tokens, before.semantic_tokens, atol=0, rtol=0)
    torch.testing.assert_close(after.spatio_temporal_tokens, before.spatio_temporal_tokens, atol=0, rtol=0)
    changed[:, :, 3] = 1e3  # this one is there
    assert not torch.allclose(
        model.skeleton_tower(**{**features, "skeleton_features": changed}).semantic_tokens, before.semantic_tokens
    )


def test_the_values_of_padding_frames_change_nothing(model, processor, clips):
    features = processor.feature_extractor(clips, return_tensors="pt")
    padding = features["skeleton_frame_mask"] == 0
    assert padding.any()
    changed = features["skeleton_features"].clone()
    changed[padding] = 1e3
    before = model.skeleton_tower(**features)
    after = model.skeleton_tower(**{**features, "skeleton_features": changed})
    torch.testing.assert_close(after.semantic_tokens, before.semantic_tokens, atol=1e-6, rtol=0)
    torch.testing.assert_close(after.descriptors, before.descriptors, atol=1e-6, rtol=0)


def test_a_clip_gives_the_same_tokens_alone_and_in_a_batch(model, processor, clips):
    together = model.skeleton_tower(**processor.feature_extractor(clips, return_tensors="pt"))
    for index, clip in enumerate(clips):
        single = model.skeleton_tower(**processor.feature_extractor([clip], return_tensors="pt"))
        torch.testing.assert_close(together.semantic_tokens[index], single.semantic_tokens[0], atol=1e-5, rtol=0)
        tokens = single.spatio_temporal_tokens[0]
        torch.testing.assert_close(together.spatio_temporal_tokens[index, : len(tokens)], tokens, atol=1e-5, rtol=0)


def test_each_descriptor_is_read_from_one_token_and_none_from_the_first(model):
    tokens = model.skeleton_tower.descriptor_tokens().tolist()
    config = model.config.skeleton_config
    assert len(tokens) == config.num_descriptors and 0 not in tokens and max(tokens) < config.num_semantic_tokens
    shared = max(config.num_descriptors - (config.num_semantic_tokens - 1), 0)
    assert len(set(tokens)) == len(tokens) - shared, "only descriptors for which no token is left share one"


def projected(model, features):
    tower = model.skeleton_tower(**features)
    return model.projector(tower, features["skeleton_descriptors"], model.skeleton_tower.descriptor_tokens())[0]


def test_the_language_model_reads_the_most_salient_descriptors_first(model, processor, clips):
    features = dict(processor.feature_extractor(clips[:1], return_tensors="pt"))
    salience = torch.linspace(0.0, 0.5, features["skeleton_descriptors"].shape[1])[None]
    salience[0, [4, 9, 7]] = torch.tensor([2.0, 2.5, torch.nan])
    in_place = projected(model, features)
    read = model.get_skeleton_features(**features, skeleton_salience=salience)
    token = model.skeleton_tower.descriptor_tokens().tolist()
    semantic = model.config.skeleton_config.num_semantic_tokens
    torch.testing.assert_close(read[:3], in_place[[0, token[9], token[4]]])
    torch.testing.assert_close(read[semantic - 1], in_place[token[7]])
    assert sorted(map(tuple, read.tolist())) == sorted(map(tuple, in_place[: len(read)].tolist()))
    torch.testing.assert_close(model.get_skeleton_features(**features), in_place[: len(read)])


def test_the_token_of_a_descriptor_is_near_the_words_for_what_was_measured(model, processor, clips):
    features = dict(processor.feature_extractor(clips[:1], return_tensors="pt"))
    scores = features["skeleton_descriptors"].nan_to_num_(0.0)
    scores[0, [4, 9, 7]] = torch.tensor([2.0, -0.5, torch.nan])
    before = projected(model, features)
    words = torch.randn(scores.shape[1], 2, model.config.text_config.hidden_size)
    model.projector.take_words(words)
    added = projected(model, features) - before
    own = words - words.mean(dim=(0, 1))
    token = model.skeleton_tower.descriptor_tokens().tolist()
    torch.testing.assert_close(added[token[4]], 2.0 * own[4, 1], atol=1e-5, rtol=0)
    torch.testing.assert_close(added[token[9]], 0.5 * own[9, 0], atol=1e-5, rtol=0)
    assert not added[token[7]].any() and not added[0].any() and not added[max(token) + 1 :].any()


def test_label_scores_sum_to_one_and_do_not_depend_on_the_order_of_labels(model, processor, clips):
    labels = ["happy", "sad", "angry", "full of quiet joy"]
    features = processor.feature_extractor(clips, return_tensors="pt")

    def scores(names):
        states = model.encode_text(**processor.label_inputs(names)).unflatten(0, (len(names), -1))
        return model.score_labels(**features, text_states=states)[0].softmax(-1)

    forth, back = scores(labels), scores(labels[::-1])
    assert forth.shape == (len(clips), len(labels))
    torch.testing.assert_close(forth.sum(-1), torch.ones(len(clips)))
    torch.testing.assert_close(forth, back.flip(-1), atol=1e-5, rtol=0)
    assert forth.std(-1).min() > 1e-4, "different words must score differently"


def test_temperature_divides_the_label_logits(model, processor, clips):
    features = processor.feature_extractor(clips, return_tensors="pt")
    states = model.encode_text(**processor.label_inputs(["happy", "sad"])).unflatten(0, (2, -1))
    plain = model.score_labels(**features, text_states=states)[0]
    model.config.label_temperature = 2.0
    torch.testing.assert_close(model.score_labels(**features, text_states=states)[0], plain / 2)


def test_the_measurements_have_a_say_of_their_own_with_the_weight_of_the_configuration(model, processor, clips):
    features = processor.feature_extractor(clips, return_tensors="pt")
    features["skeleton_descriptors"] = torch.randn_like(features["skeleton_descriptors"])
    states = model.encode_text(**processor.label_inputs(["happy", "sad"])).unflatten(0, (2, -1))
    config = deepcopy(model.config)
    config.measured_weight = 0.25
    mixed = EaiLlmForCausalLM(config).eval()
    mixed.load_state_dict(model.state_dict(), strict=False)
    assert model.alignment.measured is None and mixed.alignment.measured is not None
    with torch.no_grad():
        tower, _ = model.score_labels(**features, text_states=states)
        scored = mixed.score_labels(**features, text_states=states)[0]
        texts = mixed.alignment.embed_labels(states)
        of_measured = mixed.alignment.measured(features["skeleton_descriptors"]) @ texts.T
    expected = 0.75 * tower + 0.25 * of_measured
    torch.testing.assert_close(scored, expected.detach())
    without = features | {"skeleton_descriptors": None}
    torch.testing.assert_close(
        mixed.score_labels(**without, text_states=states)[0], model.score_labels(**without, text_states=states)[0]
    )
    with pytest.raises(ValueError, match="measured_weight must lie between 0 and 1, found 1.5"):
        EaiLlmConfig(text_config=model.config.text_config, measured_weight=1.5)


def test_a_measurement_that_is_absent_is_estimated_from_those_that_it_goes_along_with(model, processor, clips):
    config = deepcopy(model.config)
    config.measured_weight = 0.5
    alignment = EaiLlmForCausalLM(config).alignment
    scores = torch.randn(3, config.skeleton_config.num_descriptors)
    scores[:, 2:] = 0.0
    scores[0, 1] = scores[1, :] = torch.nan
    assert torch.equal(alignment.completed(scores).nan_to_num(9), scores.nan_to_num(0.0)), "nothing goes together yet"
    correlation = torch.eye(scores.shape[1])
    correlation[0, 1] = correlation[1, 0] = 0.8
    alignment.relate_descriptors(correlation)
    found = alignment.completed(scores)
    torch.testing.assert_close(found[0, 1], 0.8 * scores[0, 0])
    assert not found[1].any(), "of a clip without measurements nothing is known"
    assert torch.equal(found[2], scores[2]), "what was measured stays"


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_does_not_change_the_encoding_of_a_text(model, processor, side):
    texts = ["sad", "The movement looks happy and the arms are held high."]
    settings = {"return_tensors": "pt", "return_token_type_ids": False}
    single = [model.encode_text(**processor.tokenizer(text, **settings)) for text in texts]
    inputs = processor.tokenizer(texts, padding=True, padding_side=side, **settings)
    torch.testing.assert_close(model.encode_text(**inputs), torch.cat(single), atol=1e-5, rtol=0)
