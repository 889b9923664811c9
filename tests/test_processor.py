"""The feature extractor and the processor: the forms of clips, batches, and how prompts are made."""

import importlib.util
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from conftest import make_clip, make_tokenizer
from transformers import AutoFeatureExtractor, AutoProcessor

from eai_llm_hf import EaiSkeletonFeatureExtractor, EaiSkeletonProcessor
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.descriptors.movement_features import NUM_CHANNELS, SEGMENTS, movement_features
from eai_llm_hf.processing.feature_extraction_eai_llm import NUM_SEMANTIC_TOKENS
from eai_llm_hf.processing.processing_eai_llm import LABEL_TEMPLATES
from eai_llm_hf.processing.reading.motion import Motion, MotionError, as_motion
from eai_llm_hf.processing.skeleton.clip import UnifiedClip, as_unified_clip
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES, PARENTS
from eai_llm_hf.processing.skeleton.unify import unify

SEGMENT_INDEX = {name: index for index, (name, _, _) in enumerate(SEGMENTS)}


@pytest.fixture(scope="module")
def walk() -> UnifiedClip:
    return make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=4.0)


def features_of(joints, clip):
    return movement_features(joints.astype(np.float32), clip.joint_mask)[0]


# ---- feature extractor ----------------------------------------------------------------------------------------------


def test_clips_of_different_length_and_rig_are_padded_to_the_longest(clips):
    extractor = EaiSkeletonFeatureExtractor()
    batch = extractor(clips, return_tensors="pt")
    assert batch["skeleton_features"].dtype == torch.float32
    assert batch["skeleton_features"].shape == (3, 180, len(SEGMENTS), NUM_CHANNELS)
    assert batch["skeleton_frame_mask"].shape == (3, 180)
    assert batch["skeleton_segment_mask"].shape == (3, len(SEGMENTS))
    for index, clip in enumerate(clips):
        single = extractor(clip)
        kept = int(single["skeleton_frame_mask"].sum())
        assert int(batch["skeleton_frame_mask"][index].sum()) == kept
        np.testing.assert_array_equal(batch["skeleton_features"][index, :kept], single["skeleton_features"][0, :kept])
        assert not batch["skeleton_features"][index, kept:].any()


@pytest.mark.parametrize(
    ("frames", "windows"), [(7, 1), (30, 1), (39, 1), (40, 2), (60, 2), (299, 10), (300, 10), (2000, 10)]
)
def test_a_rest_of_a_third_of_a_window_gets_a_window(frames, windows):
    extractor = EaiSkeletonFeatureExtractor()
    assert extractor.num_windows(frames) == windows
    assert extractor.num_tokens(frames) == NUM_SEMANTIC_TOKENS + 6 * windows


@pytest.mark.parametrize("frames", [7, 39, 40, 75, 299, 301, 330])
def test_the_mask_says_as_many_windows_as_the_count(walk, frames):
    extractor = EaiSkeletonFeatureExtractor()
    joints = np.resize(walk.joints, (frames, 22, 3))
    mask = extractor(replace(walk, joints=joints))["skeleton_frame_mask"][0]
    assert mask.reshape(-1, 30).any(axis=1).sum() == extractor.num_windows(frames)
    # The processor counts tokens from the mask.
    assert extractor.num_tokens(int(mask.sum())) == extractor.num_tokens(frames)


def test_a_clip_may_come_as_file_array_dict_motion_or_unified(tmp_path, walk):
    extractor = EaiSkeletonFeatureExtractor()
    np.savez(tmp_path / "walk.npz", joints=walk.joints, fps=30.0, layout="smpl22")
    ways = {
        "file": str(tmp_path / "walk.npz"),
        "path": tmp_path / "walk.npz",
        "dict of a path": {"path": str(tmp_path / "walk.npz")},
        "dict of joints": {"joints": walk.joints, "fps": 30.0, "layout": "smpl22"},
        "nested lists": {"joints": walk.joints.tolist(), "fps": 30, "joint_names": list(JOINT_NAMES)},
        "tensor": {"joints": torch.from_numpy(walk.joints), "fps": 30, "layout": "smpl22"},
        "motion": Motion(walk.joints, fps=30, layout="smpl22"),
        "motion as a dict": asdict(Motion(walk.joints, fps=30, layout="smpl22")),
        "unified as a dict": asdict(unify(Motion(walk.joints, fps=30, layout="smpl22"))),
    }
    expected = extractor(unify(Motion(walk.joints, fps=30, layout="smpl22")))["skeleton_features"]
    for way, clip in ways.items():
        np.testing.assert_allclose(extractor([clip])["skeleton_features"], expected, atol=1e-6, err_msg=way)
    for bare in (walk.joints, torch.from_numpy(walk.joints)):
        np.testing.assert_allclose(extractor(bare, fps=30, layout="smpl22")["skeleton_features"], expected, atol=1e-6)


def test_clips_of_another_copy_of_the_code_are_clips(walk):
    """As transformers makes it of a folder: the same files, run again under other names."""
    others = []
    for known in (Motion, UnifiedClip):
        name = f"{known.__module__}_of_another_copy"
        spec = importlib.util.spec_from_file_location(name, sys.modules[known.__module__].__file__)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        others.append(getattr(sys.modules[name], known.__name__))
    other_motion, other_clip = others
    extractor = EaiSkeletonFeatureExtractor()
    motion = Motion(walk.joints, 30, list(JOINT_NAMES), list(PARENTS), None, "walk.bvh", "m")
    clip = unify(motion)
    for given in (other_motion(**vars(motion)), asdict(motion), other_clip(**vars(clip)), asdict(clip)):
        assert not isinstance(given, (Motion, UnifiedClip))
        (found,) = extractor.clips(given)
        np.testing.assert_array_equal(found.joints, clip.joints)
        assert type(found) is UnifiedClip and found.report == clip.report
    assert replace(as_motion(asdict(motion)), joints=None) == replace(motion, joints=None)
    assert as_unified_clip(clip) is clip and as_motion(motion) is motion
    assert as_unified_clip(walk.joints) is as_motion({"joints": walk.joints, "fps": 30}) is as_motion(Motion) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"joints": np.zeros((5, 21, 3))}, r"\(frames, 22, 3\) .* found \(5, 21, 3\) and \(22,\)"),
        ({"joints": np.zeros((0, 22, 3))}, r"found \(0, 22, 3\)"),
        ({"joint_mask": [True]}, r"found .* and \(1,\)"),
        ({"joints": "walk.bvh"}, "as arrays"),
        ({"fps": 60.0}, "30 frames per second, found 60"),
        ({"fps": None}, "30 frames per second, found None"),
        ({"report": None}, "report .* found NoneType"),
    ],
)
def test_a_dict_with_the_fields_of_a_clip_must_hold_a_clip(walk, changes, message):
    with pytest.raises(MotionError, match=message):
        EaiSkeletonFeatureExtractor().clips(asdict(walk) | changes)


def test_several_people_in_an_array_are_several_clips(walk):
    extractor = EaiSkeletonFeatureExtractor()
    people = np.stack([walk.joints, walk.joints[::-1]])
    assert len(extractor.clips(people, fps=30, layout="smpl22")) == 2
    assert extractor(people, fps=30, layout="smpl22")["skeleton_features"].shape[0] == 2


@pytest.mark.parametrize(
    ("clip", "error", "message"),
    [
        (3, TypeError, "found int"),
        (None, TypeError, "found NoneType"),
        ({"fps": 30}, TypeError, r"needs 'joints' or 'path', found the keys \['fps'\]"),
        (np.zeros((5, 22)), MotionError, r"expected shape .* found \(5, 22\)"),
        ("absent.bvh", MotionError, "absent.bvh"),
    ],
)
def test_what_is_no_clip_is_refused(clip, error, message):
    with pytest.raises(error, match=message):
        EaiSkeletonFeatureExtractor()([clip])


def test_a_reference_and_a_rig_of_ones_own_travel_with_the_extractor(processor, tmp_path, walk):
    extractor = processor.feature_extractor
    own = {**extractor.rigs["smpl22"], "name": "my_rig"}
    made = EaiSkeletonFeatureExtractor(rigs={**extractor.rigs, "my_rig": own}, reference=extractor.reference)
    made.save_pretrained(tmp_path)
    for cls in (EaiSkeletonFeatureExtractor, AutoFeatureExtractor):
        loaded = cls.from_pretrained(tmp_path)
        assert loaded.to_dict() == made.to_dict()
        np.testing.assert_array_equal(loaded.motion_reference().quantiles, extractor.motion_reference().quantiles)
        clip = loaded.clips({"joints": walk.joints, "fps": 30, "layout": "my_rig"})[0]
        assert clip.report["layout"] == "my_rig"
    assert EaiSkeletonFeatureExtractor().motion_reference() is None


# ---- processor ------------------------------------------------------------------------------------------------------


def chat(block, question="Why?", answer=None):
    turns = [{"role": "user", "content": [block, {"type": "text", "text": question}]}]
    return turns if answer is None else [*turns, {"role": "assistant", "content": answer}]


def test_one_placeholder_grows_to_the_tokens_of_its_clip(processor, clips):
    token = processor.skeleton_token
    texts = [f"a {token} b", f"{token}{token} c", "d"]
    inputs = processor(text=texts, skeletons=clips)
    tokens = [processor.feature_extractor.num_tokens(len(clip.joints)) for clip in clips]
    found = (inputs["input_ids"] == processor.skeleton_token_id).sum(1).tolist()
    assert found == [tokens[0], tokens[1] + tokens[2], 0]
    names = {"input_ids", "attention_mask", "skeleton_salience", *processor.feature_extractor.model_input_names}
    assert set(inputs) == names <= set(processor.model_input_names)
    reference = processor.feature_extractor.motion_reference()
    expected = reference.salience(inputs["skeleton_descriptors"].numpy())
    np.testing.assert_array_equal(inputs["skeleton_salience"].numpy(), expected)
    assert inputs["attention_mask"][2, 0] == 0 and inputs["attention_mask"][:, -1].all(), "padding stands on the left"
    assert len(inputs["skeleton_features"]) == 3


def test_text_and_clips_may_come_alone(processor, clips):
    assert set(processor(text="hello")) == {"input_ids", "attention_mask"}
    assert set(processor(skeletons=clips)) == set(processor.feature_extractor.model_input_names)
    with pytest.raises(ValueError, match="found neither"):
        processor()


@pytest.mark.parametrize(("text", "found"), [("no place", 0), ("SS", 2)])
def test_placeholders_and_clips_must_be_as_many(processor, walk, text, found):
    with pytest.raises(ValueError, match=rf"holds {found} placeholders .* for 1 clips"):
        processor(text=text.replace("S", processor.skeleton_token), skeletons=[walk])


@pytest.mark.parametrize("other", ["images", "videos", "audio"])
def test_pictures_and_sound_are_refused(processor, walk, other):
    with pytest.raises(ValueError, match="found images, videos or audio"):
        processor(text=processor.skeleton_token, skeletons=[walk], **{other: [np.zeros((2, 2, 3))]})


def test_a_chat_holds_its_clip_as_path_joints_or_skeleton(processor, tmp_path, walk):
    np.savez(tmp_path / "walk.npz", joints=walk.joints, fps=30.0, layout="smpl22")
    blocks = [
        {"type": "skeleton", "path": str(tmp_path / "walk.npz")},
        {"type": "skeleton", "joints": walk.joints, "fps": 30, "layout": "smpl22"},
        {"type": "skeleton", "skeleton": {"joints": walk.joints, "fps": 30, "layout": "smpl22"}},
        {"type": "skeleton", "skeleton": str(tmp_path / "walk.npz")},
        {"type": "skeleton", "skeleton": unify(Motion(walk.joints, fps=30, layout="smpl22"))},
        {"type": "skeleton", "skeleton": Motion(walk.joints, fps=30, layout="smpl22")},
        {"type": "skeleton", **asdict(unify(Motion(walk.joints, fps=30, layout="smpl22")))},
    ]
    made = [
        processor.apply_chat_template(
            chat(block), add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        )
        for block in blocks
    ]
    for inputs in made[1:]:
        assert torch.equal(inputs["input_ids"], made[0]["input_ids"])
        torch.testing.assert_close(inputs["skeleton_features"], made[0]["skeleton_features"])
    ids = made[0]["input_ids"][0]
    assert int((ids == processor.skeleton_token_id).sum()) == processor.feature_extractor.num_tokens(len(walk.joints))
    words = processor.tokenizer.decode(ids[ids != processor.skeleton_token_id])
    assert words == "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"


def test_chats_of_different_lengths_and_rigs_make_a_batch(processor, clips):
    chats = [chat({"type": "skeleton", "skeleton": clip}, "Why? " * (1 + i)) for i, clip in enumerate(clips)]
    inputs = processor.apply_chat_template(
        chats, add_generation_prompt=True, tokenize=True, return_dict=True, processor_kwargs={"padding": True}
    )
    counts = [processor.feature_extractor.num_tokens(len(clip.joints)) for clip in clips]
    assert (torch.as_tensor(inputs["input_ids"]) == processor.skeleton_token_id).sum(1).tolist() == counts
    assert len(inputs["skeleton_features"]) == len(clips)


def test_a_chat_may_be_text_alone_and_content_may_be_a_string(processor):
    inputs = processor.apply_chat_template(
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
    )
    assert "skeleton_features" not in inputs
    assert processor.tokenizer.decode(torch.as_tensor(inputs["input_ids"])[0]) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    )


def test_the_assistant_mask_covers_the_answers_and_their_end(processor, clips):
    blocks = [{"type": "skeleton", "skeleton": clip} for clip in clips]
    answers = ("The movement looks sad.", "Happy, for the arms swing widely.", "Oh")
    chats = [
        [*chat(block, answer=answer), *chat(block, "And?", "No.")]
        for block, answer in zip(blocks, answers, strict=True)
    ]
    inputs = processor.apply_chat_template(
        chats,
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
        processor_kwargs={"padding": True},
    )
    ids, masks = torch.as_tensor(inputs["input_ids"]), torch.as_tensor(inputs["assistant_masks"]).bool()
    for turns, row, mask in zip(chats, ids, masks, strict=True):
        answers = [turn["content"] for turn in turns if turn["role"] == "assistant"]
        assert processor.tokenizer.decode(row[mask]) == "".join(f"{answer}<|im_end|>\n" for answer in answers)


def test_training_inputs_learn_the_answer_alone(processor, clips):
    answers = ("sad", "happy and proud", "angry")
    inputs = processor.training_inputs(
        [chat({"type": "skeleton", "skeleton": c}, answer=a) for c, a in zip(clips, answers, strict=True)]
    )
    assert "assistant_masks" not in inputs and inputs["labels"].shape == inputs["input_ids"].shape
    for row, labels, answer in zip(inputs["input_ids"], inputs["labels"], answers, strict=True):
        learned = labels != -100
        assert torch.equal(labels[learned], row[learned])
        assert processor.tokenizer.decode(labels[learned]) == f"{answer}<|im_end|>\n"
    assert not (inputs["labels"] == processor.skeleton_token_id).any()


@pytest.mark.parametrize("chat_ml", [True, False], ids=["ChatML", "plain"])
def test_a_processor_fits_any_tokenizer(walk, chat_ml):
    tokenizer = make_tokenizer(chat_ml)
    words = len(tokenizer)
    made = EaiSkeletonProcessor.from_tokenizer(tokenizer)
    assert made.skeleton_token == ("<empty_output>" if chat_ml else "<skeleton>")
    assert len(tokenizer) == words + (not chat_ml), "a spare token needs no new word"
    assert made.skeleton_token_id == tokenizer.convert_tokens_to_ids(made.skeleton_token)
    inputs = made.training_inputs([chat({"type": "skeleton", "skeleton": walk}, answer="Sad.")])
    assert int((inputs["input_ids"] == made.skeleton_token_id).sum()) == made.feature_extractor.num_tokens(120)
    learned = made.tokenizer.decode(inputs["labels"][inputs["labels"] != -100])
    assert learned == ("Sad.<|im_end|>\n" if chat_ml else "Sad.<eos>")


def test_a_tokenizer_without_padding_pads_with_its_end(walk):
    tokenizer = make_tokenizer(chat_ml=False)
    tokenizer.pad_token = None
    made = EaiSkeletonProcessor.from_tokenizer(tokenizer)
    inputs = made(text=["a", "a longer text"])
    assert inputs["input_ids"][0, 0] == tokenizer.eos_token_id and inputs["attention_mask"][0, 0] == 0


def test_label_inputs_hold_every_phrasing_label_by_label(processor):
    ids = processor.label_inputs(["sad", "not confident"])["input_ids"]
    texts = processor.tokenizer.batch_decode(ids, skip_special_tokens=True)
    assert texts == [template.format(label) for label in ("sad", "not confident") for template in LABEL_TEMPLATES]


def test_a_saved_processor_is_read_back_equal(processor, tmp_path, clips):
    processor.save_pretrained(tmp_path)
    conversation = chat({"type": "skeleton", "skeleton": clips[0]}, answer="Sad.")
    expected = processor.training_inputs([conversation])
    for cls in (EaiSkeletonProcessor, AutoProcessor):
        loaded = cls.from_pretrained(tmp_path)
        assert type(loaded) is EaiSkeletonProcessor
        assert loaded.skeleton_token == processor.skeleton_token and loaded.chat_template == processor.chat_template
        assert loaded.feature_extractor.to_dict() == processor.feature_extractor.to_dict()
        inputs = loaded.training_inputs([conversation])
        assert inputs.keys() == expected.keys()
        for name, value in expected.items():
            torch.testing.assert_close(inputs[name], value, atol=0, rtol=0, equal_nan=True, msg=name)


def test_a_processor_with_an_added_token_is_read_back_equal(tmp_path, walk):
    made = EaiSkeletonProcessor.from_tokenizer(make_tokenizer(chat_ml=False))
    made.save_pretrained(tmp_path)
    loaded = EaiSkeletonProcessor.from_pretrained(tmp_path)
    assert (loaded.skeleton_token, loaded.skeleton_token_id) == ("<skeleton>", made.skeleton_token_id)
    text = f"{loaded.skeleton_token} What?"
    assert torch.equal(loaded(text=text, skeletons=walk)["input_ids"], made(text=text, skeletons=walk)["input_ids"])


def test_the_rate_and_rig_of_arrays_reach_the_reader(processor):
    motion = generate_clip(5, rig="kinect_v2_25", duration_s=3.0).motion
    inputs = processor(text=processor.skeleton_token, skeletons=[motion.joints], fps=motion.fps, layout="kinect_v2_25")
    expected = processor(text=processor.skeleton_token, skeletons=[motion])
    torch.testing.assert_close(inputs["skeleton_features"], expected["skeleton_features"])


# ---- options as in transformers -------------------------------------------------------------------------------------


def test_options_come_by_name_or_in_groups(processor, walk):
    given = {"fps": 25, "layout": "smpl22"}
    text = f"{processor.skeleton_token} Why?"
    by_name = processor(text=text, skeletons=walk.joints, **given, padding="max_length", max_length=90)
    grouped = processor(
        text=text,
        skeletons=walk.joints,
        skeleton_kwargs=given,
        text_kwargs={"padding": "max_length", "max_length": 90},
    )
    assert by_name["input_ids"].shape == (1, 90) and by_name["attention_mask"][0, 0] == 0, "padding stays on the left"
    assert by_name.keys() == grouped.keys()
    for name, value in by_name.items():
        torch.testing.assert_close(grouped[name], value, equal_nan=True)


@pytest.mark.parametrize("twice", [{"skeleton_kwargs": {"fps": 25}}, {"text_kwargs": {"padding": True}}])
def test_an_option_given_twice_is_refused(processor, walk, twice):
    with pytest.raises(ValueError, match=r"fps is given twice|padding was passed two times"):
        processor(text=processor.skeleton_token, skeletons=walk.joints, layout="smpl22", fps=25, padding=True, **twice)


def test_an_unknown_option_of_a_clip_is_refused(processor, walk):
    with pytest.raises(Exception, match="frames_per_second"):
        processor(skeletons=walk.joints, skeleton_kwargs={"frames_per_second": 25})


@pytest.mark.parametrize(("wanted", "kind"), [(None, list), ("np", np.ndarray), ("pt", torch.Tensor)])
def test_inputs_come_as_lists_arrays_or_tensors(processor, walk, wanted, kind):
    inputs = processor(text="hello", return_tensors=wanted)
    assert isinstance(inputs["input_ids"], kind)


def test_a_batch_ends_where_the_number_of_windows_changes_and_it_is_half_full(processor):
    extractor = processor.feature_extractor
    lengths = [30, 30, 30, 60, 60, 90, 90, 90, 90]
    whole = make_clip(3, duration_s=4.0)
    clips = [whole.cut(0, length) for length in lengths]
    batches = list(extractor.with_mirror_images(clips, [None] * len(clips), batch=4))
    shapes = [tuple(batch["skeleton_frame_mask"].shape) for batch in batches]
    assert shapes == [(6, 30), (4, 60), (8, 90)]
    ones = extractor.with_mirror_images(clips, [None] * len(clips), batch=1)
    assert [len(batch["skeleton_frame_mask"]) for batch in ones] == [2] * len(clips)
