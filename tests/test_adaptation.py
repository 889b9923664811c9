"""Labels learned from a few clips: what the head learns, how it is tested, and what the pipeline makes of it."""

import json

import numpy as np
import pytest
from conftest import as_input, make_clip, write_bvh
from known_references import fitted
from transformers import pipeline

from eai_llm_hf import (
    TASK,
    EaiLlmForCausalLM,
    EaiSkeletonProcessor,
    SkeletonEmotionExplanationPipeline,
)
from eai_llm_hf.cli.main import main
from eai_llm_hf.processing.adaptation import AdaptedLabels, _steps, score_sentences
from eai_llm_hf.processing.claims.writing import named_label
from eai_llm_hf.processing.descriptors.calibration import calibrated, measured_clip, without_each
from eai_llm_hf.processing.descriptors.reference_state import PERFORMER
from eai_llm_hf.processing.label_head import RIDGES, cross_validated, fit_heads, fold_of, usual_ridge

LABELS = ["tired", "lively"]
EMOTIONS = {"tired": "sad", "lively": "happy"}
PEOPLE = ("A", "B", "C", "D")


def walk(performer: int, label: str, take: int = 0):
    seed = 100 * performer + 10 * LABELS.index(label) + take
    return make_clip(seed, performer=performer, emotion=EMOTIONS[label], action="walk", duration_s=3.0, rig="bandai22")


@pytest.fixture(scope="module")
def pipe(tiny_checkpoint) -> SkeletonEmotionExplanationPipeline:
    processor = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint)
    known = fitted([make_clip(seed, duration_s=3.0, rig="bandai22") for seed in range(30)])
    processor.feature_extractor.reference = known.to_dict()
    return pipeline(TASK, model=EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), processor=processor, device="cpu")


@pytest.fixture(scope="module")
def study() -> tuple[list, list[str], list[str]]:
    """Four people, each tired twice and lively twice: clips, labels, performers."""
    rows = [(walk(number, label, take), label, name)
            for number, name in enumerate(PEOPLE) for label in LABELS for take in (0, 1)]  # fmt: skip
    return tuple(map(list, zip(*rows, strict=True)))


@pytest.fixture(scope="module")
def mine(pipe, study) -> AdaptedLabels:
    return pipe.adapt(*study)


# ---- the head -------------------------------------------------------------------------------------------------------


def of_two_kinds(clips: int = 40, seed: int = 0):
    """Features of which the first of the descriptors tells two labels apart: known logits, features, targets."""
    rng = np.random.default_rng(seed)
    targets = np.arange(clips) % 2
    features = rng.normal(size=(clips, 12))
    features[:, 8] += 4 * targets
    return np.zeros((clips, 2)), features, targets


def test_the_head_finds_what_tells_labels_apart():
    known, features, targets = of_two_kinds()
    (head,) = fit_heads(known, features, 4, targets, True, [2.0])
    new_known, new, right = of_two_kinds(seed=1)
    assert (head.logits(new_known, new).argmax(1) == right).mean() > 0.9
    assert abs(head.weights).argmax() // 2 == 8


def test_with_a_strong_penalty_the_labels_of_the_texts_decide():
    _, features, targets = of_two_kinds()
    known = np.random.default_rng(2).normal(size=(40, 2))
    (head,) = fit_heads(known, features, 4, targets, False, [1e6])
    np.testing.assert_allclose(head.logits(known, features), head.trust * known, atol=1e-3)


def test_the_head_is_the_minimum_of_its_loss():
    known, features, targets = of_two_kinds()
    known = known + np.random.default_rng(3).normal(size=known.shape)
    (head,) = fit_heads(known, features, 4, targets, False, [2.0])
    design = (features - head.centre) / head.scale
    rest = np.exp(head.logits(known, features))
    rest = rest / rest.sum(1, keepdims=True) - np.eye(2)[targets]
    np.testing.assert_allclose(design.T @ rest + 2.0 * head.weights, 0, atol=0.05)
    np.testing.assert_allclose(rest.sum(0) + 2.0 * head.bias, 0, atol=0.05)


def test_a_few_clips_show_how_far_the_texts_are_trusted():
    _, features, targets = of_two_kinds(clips=4)
    right = 3.0 * np.eye(2)[targets]
    trust_of = {
        name: fit_heads(known, features, 4, targets, new, [2.0])[0].trust
        for name, known, new in (
            ("right", right, False),
            ("wrong", -right, False),
            ("nothing", 0 * right, False),
            ("new and nothing", 0 * right, True),
            ("new and right", right, True),
        )
    }
    assert trust_of["right"] > 1.0 > trust_of["wrong"]
    assert trust_of["wrong"] == pytest.approx(0.0, abs=1e-3)
    assert trust_of["nothing"] == pytest.approx(1.0, abs=1e-3), "what is expected of trained labels"
    assert trust_of["new and nothing"] == pytest.approx(0.0, abs=1e-3)
    assert trust_of["new and right"] > 0.3


def test_one_performer_does_not_overrule_texts_that_are_right():
    rng = np.random.default_rng(4)
    right, known = np.arange(200) % 4, 2.0 * np.eye(4)[np.arange(200) % 4] + rng.normal(size=(200, 4))
    features = rng.normal(size=(200, 12))  # they tell nothing
    accuracy = [(known.argmax(1) == right).mean()]
    for start in range(0, 80, 4):
        drawn = slice(start, start + 4)
        (head,) = fit_heads(known[drawn], features[drawn], 4, right[drawn], False, [usual_ridge(new=False)])
        accuracy.append((head.logits(known, features).argmax(1) == right).mean())
    assert np.mean(accuracy[1:]) > accuracy[0] - 0.02


def test_a_label_with_few_clips_counts_as_much_as_one_with_many():
    targets = np.array([0] * 30 + [1] * 3)
    (head,) = fit_heads(np.zeros((33, 2)), np.zeros((33, 5)), 2, targets, False, [2.0])
    assert head.bias[0] == pytest.approx(head.bias[1], abs=1e-3)


def test_labels_of_the_performer_who_is_left_out_are_not_read():
    known, features, targets = of_two_kinds()
    folds = fold_of(["ABCD"[number // 10] for number in range(40)])
    changed = targets.copy()
    changed[folds == 0] = 1 - changed[folds == 0]
    found, other = (cross_validated(known, features, 4, wanted, True, folds, [2.0]) for wanted in (targets, changed))
    np.testing.assert_allclose(found.probabilities[folds == 0], other.probabilities[folds == 0])
    assert not np.allclose(found.probabilities[folds == 1], other.probabilities[folds == 1])


def test_cross_validation_weakens_the_penalty_where_the_clips_teach_more_than_the_texts():
    known, features, targets = of_two_kinds()
    folds = fold_of(list(range(40)))
    assert cross_validated(known, features, 4, targets, False, folds).ridge == min(RIDGES)
    features[:, 8] = 0
    texts = np.eye(2)[targets] + np.random.default_rng(5).normal(size=known.shape)
    assert cross_validated(texts, features, 4, targets, False, folds).ridge == max(RIDGES)


def test_a_performer_is_in_one_fold_and_there_are_not_too_many():
    names = [f"p{number // 2}" for number in range(100)]
    folds = fold_of(names)
    assert len(set(folds)) == 25 and (folds[::2] == folds[1::2]).all()


# ---- learning -------------------------------------------------------------------------------------------------------


def test_a_clip_is_compared_with_the_other_clips_of_its_performer_without_itself(pipe, study):
    clips, _, performers = study
    own = pipe.feature_extractor.motion_reference()
    measured = [measured_clip(clip, [(0, len(clip.joints))]) for clip in clips]
    names = [*performers[:-1], "only here"]
    moved = calibrated(own, measured, names)
    each = without_each(moved, measured, names)
    np.testing.assert_allclose(
        each[0].location, calibrated(own, measured, [None, *names[1:]]).of("A").location, atol=1e-9
    )
    assert not np.allclose(each[0].location, moved.of("A").location)
    assert each[-1] is moved


def test_new_words_are_learned_and_the_score_is_that_of_people_left_out(mine):
    assert mine.labels == LABELS
    assert mine.score["balanced_accuracy"] >= 0.75 and mine.score["why"] is None
    assert {name: mine.score[name] for name in ("chance", "performers", "clips", "left_out")} == {
        "chance": 0.5, "performers": 4, "clips": 16, "left_out": 0,
    }  # fmt: skip
    assert mine.score["relative_to_performer"] and set(mine.reference.performers) == set(PEOPLE)


def test_a_score_from_few_people_has_a_warning():
    score = {"balanced_accuracy": 0.75, "chance": 0.5, "performers": 3, "why": None}
    first, warning = score_sentences(score)
    assert first == "On each of 3 people, learned from the others, the balanced accuracy is 75% (chance 50%)."
    assert warning == "3 people are few, so this is a rough figure: for somebody else it may be far off."
    assert score_sentences(score | {"performers": 10}) == [first.replace("3 people", "10 people")]
    unknown = score | {"balanced_accuracy": None, "why": "all clips are of one performer"}
    assert score_sentences(unknown) == [
        "How often they are right on other people was not measured: all clips are of one performer."
    ]


def test_people_who_were_not_there_are_labelled_too(pipe, mine):
    label_of = {}
    people = range(10, 16)
    clips = {(person, label): walk(person, label) for person in people for label in LABELS}
    for person in people:
        reference = pipe.calibrate([clips[person, label] for label in LABELS], performers=["new"] * 2)
        for label in LABELS:
            record = pipe(clips[person, label], adapted=mine, reference=reference, performer="new", label_only=True)
            label_of[person, label] = record["label"]
    assert np.mean([found == label for (_, label), found in label_of.items()]) >= 0.75


def test_one_performer_or_unknown_ones_give_no_score_and_a_reason(pipe, study):
    clips, labels, performers = study
    alone = pipe.adapt(clips[:4], labels[:4], performers[:4])
    assert alone.score["balanced_accuracy"] is None and alone.score["why"] == "all clips are of one performer"
    unknown = pipe.adapt(clips, labels)
    assert "performers of 16 of the 16 clips are not known" in unknown.score["why"]
    assert unknown.score["accuracy"] is None and not unknown.score["relative_to_performer"]
    assert set(unknown.reference.level) == {"recordings", "default"} or set(unknown.reference.level) == {"recordings"}


def test_a_reference_that_is_given_is_the_one_that_is_used(pipe, study):
    clips, labels, performers = study
    given = pipe.calibrate(clips[:8], performers=performers[:8])
    adapted = pipe.adapt(clips, labels, performers, reference=given)
    assert adapted.reference.to_dict() == given.to_dict()


def test_clips_that_cannot_be_read_are_skipped_and_counted(pipe, study, caplog):
    clips, labels, performers = study
    adapted = pipe.adapt(["absent.bvh", *clips], ["tired", *labels], ["A", *performers])
    assert "absent.bvh is skipped" in caplog.text
    assert (adapted.score["left_out"], adapted.score["clips"]) == (1, 16)


def test_a_label_with_a_single_clip_is_allowed_with_a_warning(pipe, study, caplog):
    clips, labels, performers = study
    adapted = pipe.adapt(clips[:5], ["proud", *labels[1:5]], performers[:5])
    assert "one clip of proud" in caplog.text and set(adapted.labels) == {"proud", *LABELS}


def test_performers_are_read_from_dicts(pipe, study):
    clips, labels, performers = study
    dicts = [as_input(clip, performer=name) for clip, name in zip(clips, performers, strict=True)]
    assert pipe.adapt(dicts, labels).score["performers"] == 4


@pytest.mark.parametrize(
    ("count", "labels", "performers", "words"),
    [
        (2, ["sad"], None, "one label for each clip, found 1 for 2 clips"),
        (2, "sad", None, "one label for each clip, found sad"),
        (2, ["sad", "sad "], None, "two labels or more, found sad"),
        (2, ["sad", "Sad"], None, "more than capitals"),
        (2, ["sad", " "], None, "must be words"),
        (2, ["sad", "<empty_output>"], None, "must be words"),
        (2, ["sad", 3], None, "must be words"),
        (2, ["sad", "happy"], ["A"], "one performer for each clip, found 1 for 2 clips"),
    ],
)
def test_what_cannot_be_learned_is_refused_before_a_clip_is_read(pipe, count, labels, performers, words):
    with pytest.raises(ValueError, match=words):
        pipe.adapt(["absent.bvh"] * count, labels, performers)


def test_two_labels_must_have_a_clip_that_can_be_read(pipe, study):
    with pytest.raises(ValueError, match="two labels or more that can be read, found tired"):
        pipe.adapt([study[0][0], "absent.bvh"], ["tired", "lively"])
    with pytest.raises(ValueError, match="None of the 2 clips could be read"):
        pipe.adapt(["absent.bvh"] * 2, ["tired", "lively"])


def test_the_accuracy_of_a_probability_never_falls_and_few_clips_claim_less_than_many():
    highest = np.linspace(0.5, 0.99, 150)
    probabilities = np.column_stack([highest, 1 - highest])
    place = np.arange(50)
    right = np.concatenate([place % 5 < 3, place % 5 < 4, place >= 1])
    steps = _steps(probabilities, right)
    assert [share for _, share in steps] == pytest.approx([32.5 / 55, 42.5 / 55, 51.5 / 55], abs=1e-4)
    assert [start for start, _ in steps] == pytest.approx([0.0, highest[50], highest[100]], abs=1e-4)
    assert _steps(probabilities[:10], np.ones(10, dtype=bool)) == [[0.0, pytest.approx(12.5 / 15, abs=1e-4)]]
    assert len(_steps(probabilities, right[::-1])) == 1, "where it falls, one step"


# ---- using what was learned -----------------------------------------------------------------------------------------


def test_the_record_has_the_learned_labels_and_the_text_begins_with_one(pipe, mine, study):
    record = pipe(study[0][0], adapted=mine, performer="A", max_new_tokens=4)
    assert set(record["scores"]) == set(LABELS) and record["label"] == "tired"
    assert named_label(record["explanation"], ["tired", record["certainty"]["runner_up"]]) == "tired"
    assert {item["reference"] for item in record["evidence"]} == {"performer"}
    assert record["certainty"]["measured_on"] == "performers left out"
    assert record["certainty"]["accuracy"] in [accuracy for _, accuracy in mine.score["accuracy"]]
    assert record["certainty"]["reference"] == "performer"
    assert json.loads(json.dumps(record)) == record


def test_candidate_labels_choose_among_the_learned_ones(pipe, study):
    clips, labels, performers = study
    three = pipe.adapt(clips, ["proud", *labels[1:]], performers)
    record = pipe(clips[2], adapted=three, candidate_labels="proud, tired", label_only=True)
    assert set(record["scores"]) == {"proud", "tired"} and record["certainty"]["accuracy"] is None
    with pytest.raises(ValueError, match=r"among the adapted labels .*; found happy"):
        pipe("absent.bvh", adapted=three, candidate_labels=["proud", "happy"])


def test_two_forms_of_a_trained_word_can_be_learned_apart(pipe, study):
    clips, labels, performers = study
    words = dict(zip(dict.fromkeys(labels), ("joy", "happiness", "delight"), strict=False))
    forms = pipe.adapt(clips, [words.get(label, label) for label in labels], performers)
    record = pipe(clips[0], adapted=forms, candidate_labels="joy, happiness", label_only=True)
    assert record["label"] == words[labels[0]]


def test_without_the_performer_a_note_says_so_and_no_accuracy_is_claimed(pipe, mine):
    clip = walk(20, "tired")
    record = pipe(clip, adapted=mine, label_only=True)
    assert [note["code"] for note in record["notes"]] == ["performer_unknown"]
    assert record["certainty"]["accuracy"] is None and record["certainty"]["level"] is None
    assert pipe(clip, label_only=True)["notes"] == [], "the clip itself does not change"
    based = pipe(clip, adapted=mine, baseline=walk(20, "lively"), label_only=True)
    assert based["notes"] == [] and PERFORMER in {item["reference"] for item in based["evidence"]}


def test_attribution_is_of_the_learned_label(pipe, mine, study):
    record = pipe(study[0][0], adapted=mine, performer="A", attribution=True, label_only=True)
    assert record["attribution"]["label"] == record["label"]
    assert record["attribution"]["probability"] == pytest.approx(record["score"], abs=1e-3)


def test_a_long_recording_is_labelled_window_by_window(pipe, mine, study):
    long = make_clip(5, emotion="sad", action="walk", rig="bandai22", duration_s=22.0)
    record = pipe(long, adapted=mine, label_only=True)
    assert len(record["segments"]) == 3 and {part["label"] for part in record["segments"]} <= set(LABELS)
    clips, labels, performers = study
    assert pipe.adapt([long, *clips], ["tired", *labels], ["E", *performers]).score["clips"] == 17


# ---- saving ---------------------------------------------------------------------------------------------------------


def test_what_was_saved_gives_the_same_records(pipe, mine, study, tmp_path):
    mine.save(tmp_path / "new" / "mine")
    assert sorted(path.name for path in (tmp_path / "new" / "mine").iterdir()) == [
        "adapted.safetensors",
        "reference.json",
    ]
    given = {"performer": "B", "label_only": True}
    record = pipe(study[0][5], adapted=mine, **given)
    again = AdaptedLabels.load(tmp_path / "new" / "mine")
    assert again.labels == mine.labels and again.score == mine.score
    for form in (again, tmp_path / "new" / "mine", str(tmp_path / "new" / "mine")):
        found = pipe(study[0][5], adapted=form, **given)
        assert found["scores"] == pytest.approx(record["scores"], abs=1e-9) and found["label"] == record["label"]


def test_what_was_saved_in_a_folder_before_is_replaced_whole(pipe, mine, tmp_path):
    mine.save(tmp_path)
    known = (mine.labels, mine.head, mine.text_states)
    AdaptedLabels(*known, None, mine.score, mine.model, mine.tower).save(tmp_path)
    assert AdaptedLabels.load(tmp_path).reference is None


def test_another_checkpoint_refuses_them(pipe, mine, tiny_checkpoint):
    processor = EaiSkeletonProcessor.from_pretrained(tiny_checkpoint)
    processor.feature_extractor.reference = pipe.processor.feature_extractor.reference
    other = pipeline(TASK, model=EaiLlmForCausalLM.from_pretrained(tiny_checkpoint), processor=processor)
    assert other("absent.bvh", adapted=mine)["error"], "the same weights in another object are the same checkpoint"
    other.model.skeleton_tower.feature_mean += 1
    with pytest.raises(ValueError, match=f"learned with the checkpoint {tiny_checkpoint.name}"):
        other("absent.bvh", adapted=mine)


def test_a_folder_without_them_or_with_something_else_is_refused(pipe, mine, tmp_path):
    with pytest.raises(FileNotFoundError, match="has no adapted.safetensors"):
        pipe("absent.bvh", adapted=tmp_path)
    (tmp_path / "adapted.safetensors").write_bytes(b"no tensors at all")
    with pytest.raises(ValueError, match="is not what eai-llm adapt writes"):
        pipe("absent.bvh", adapted=str(tmp_path))
    with pytest.raises(ValueError, match="adapted is what adapt returns, or the folder .*; found list"):
        pipe("absent.bvh", adapted=["mine"])
    mine.save(tmp_path)
    (tmp_path / "reference.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="motion reference"):
        pipe("absent.bvh", adapted=tmp_path)


# ---- the command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, study):
    """The study as label/performer/clip."""
    for number, (clip, label, performer) in enumerate(zip(*study, strict=True)):
        place = tmp_path / "study" / label / performer / f"walk{number}.bvh"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bvh(place, clip.joints, clip.fps)
    return tmp_path / "study"


def test_adapt_and_explain_work_from_the_command_line(folder, tiny_checkpoint, tmp_path, capsys):
    model = ["--model", str(tiny_checkpoint)]
    (folder / "tired" / "A" / "broken.bvh").write_text("HIERARCHY\nROOT", encoding="utf-8")
    assert main(["adapt", str(folder), "-o", str(tmp_path / "mine"), *model]) == 0
    out, err = capsys.readouterr()
    assert out.strip() == str(tmp_path / "mine")
    assert "2 labels (lively, tired) from 16 clips, 1 could not be read" in err and "4 performers: A, B, C, D" in err
    assert "On each of 4 people" in err and "(chance 50%)" in err and "4 people are few" in err
    clip = str(folder / "tired" / "A" / "walk0.bvh")
    asked = ["explain", clip, "--adapted", str(tmp_path / "mine"), "--performer", "A", "--label-only", *model]
    assert main([*asked, "--format", "json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["scores"]) == set(LABELS)
    assert main(asked) == 0
    assert "On performers left out when these labels were learned" in capsys.readouterr().out


def test_adapt_reads_a_table(folder, tiny_checkpoint, tmp_path, capsys):
    paths = sorted(folder.rglob("*.bvh"))
    rows = [f"{path.relative_to(tmp_path).as_posix()},{path.parts[-3]},{path.parts[-2]}" for path in paths]
    rows.append(f"{paths[0].relative_to(tmp_path).as_posix()}x,tired,A")
    rows.append(f"{paths[0].relative_to(tmp_path).as_posix()},,A")
    (tmp_path / "study.csv").write_text("\n".join(["path,label,performer", *rows]), encoding="utf-8")
    model = ["--model", str(tiny_checkpoint)]
    assert main(["adapt", str(tmp_path / "study.csv"), "-o", str(tmp_path / "mine"), *model]) == 0
    err = capsys.readouterr().err
    assert "16 clips" in err and "4 performers" in err and "left out: study.csv line 18" in err


def test_labels_stay_the_words_of_the_user(folder, tiny_checkpoint, tmp_path, capsys):
    (folder / "tired").rename(folder / "Joy")
    (folder / "lively").rename(folder / "elated")  # both are forms of happy
    asked = ["-o", str(tmp_path / "mine"), "--model", str(tiny_checkpoint)]
    assert main(["adapt", str(folder), *asked]) == 0
    assert "2 labels (Joy, elated) from 16 clips" in capsys.readouterr().err
    paths = sorted(folder.rglob("*.bvh"))
    rows = [f"{path.relative_to(tmp_path).as_posix()},{path.parts[-3]}" for path in paths]
    (tmp_path / "study.csv").write_text("\n".join(["path,label", *rows]), encoding="utf-8")
    assert main(["adapt", str(tmp_path / "study.csv"), *asked]) == 0
    assert "2 labels (Joy, elated) from 16 clips" in capsys.readouterr().err


def test_folders_of_people_with_emotions_inside_are_doubted(study, tiny_checkpoint, tmp_path, capsys):
    for number, (clip, label, performer) in enumerate(zip(*study, strict=True)):
        place = tmp_path / "study" / performer / EMOTIONS[label] / f"walk{number}.bvh"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_bvh(place, clip.joints, clip.fps)
    asked = ["adapt", str(tmp_path / "study"), "-o", str(tmp_path / "mine"), "--model", str(tiny_checkpoint)]
    assert main(asked) == 0
    assert "takes happy, sad for performers, and these are words for emotions" in capsys.readouterr().err


def test_performers_come_from_a_pattern_too(folder, tiny_checkpoint, tmp_path, capsys):
    asked = ["adapt", str(folder), "-o", str(tmp_path / "mine"), "--model", str(tiny_checkpoint)]
    assert main([*asked, "--performers-from", r"/(A|B)/"]) == 0
    err = capsys.readouterr().err
    assert (
        "are treated as performers" not in err
        and "2 performers: A, B" in err
        and "not measured: the performers of 8 of the 16 clips are not known" in err
    )


def test_folders_below_the_labels_may_be_no_performers(folder, tiny_checkpoint, tmp_path, capsys):
    asked = ["adapt", str(folder), "-o", str(tmp_path / "mine"), "--model", str(tiny_checkpoint)]
    assert main([*asked, "--performers-from", "none"]) == 0
    assert "not measured: the performers of 16 of the 16 clips are not known" in capsys.readouterr().err


def test_a_place_that_is_not_there_is_refused(tmp_path, capsys):
    assert main(["adapt", str(tmp_path / "absent"), "-o", str(tmp_path / "mine")]) == 1
    assert "no folder or table" in capsys.readouterr().err
