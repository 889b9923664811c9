"""Where checkpoints are found, their metadata, and the card that is written from it."""

import json
import re
from dataclasses import asdict

import numpy as np
import pytest
from moving_bodies import busy_movement

from eai_llm_hf import DEFAULT_CHECKPOINT, EaiLlmConfig, EaiSkeletonFeatureExtractor
from eai_llm_hf.processing.skeleton.rig_files import as_list, load_rigs
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX
from eai_llm_hf.publish.checkpoints import (
    EMBEDDED_CHECKPOINTS,
    EVALUATION,
    TRAINING,
    find_checkpoint,
    has_seen,
    read_metadata,
    trained_on,
    write_metadata,
)
from eai_llm_hf.publish.export import export
from eai_llm_hf.publish.licences import licence_of_training
from eai_llm_hf.publish.model_card import model_card
from eai_llm_hf.training.recipe_files import read_settings
from eai_llm_hf.training.settings import Recipe


def made_with(**changes) -> dict:
    recipe = asdict(Recipe(output_dir="runs/x")) | changes
    return recipe | {
        "backbone_form": "tiny, as published",
        "clips": {"train": 3, "validation": 1, "test": 1},
        "seconds": {"stage one": 60.0},
    }


@pytest.fixture(scope="module")
def config(tiny_checkpoint):
    return EaiLlmConfig.from_pretrained(tiny_checkpoint)


def card_of(config, training, evaluation=None) -> str:
    return model_card(config, training, evaluation, licence_of_training(training))


def test_a_checkpoint_inherits_the_licence_of_the_one_it_started_from(config):
    training = made_with(corpora=["generated:5"], before=made_with(corpora=["generated:20", "bandai1"]))
    assert trained_on(training) == ["generated:20", "bandai1", "generated:5"]
    card = card_of(config, training)
    assert "license: cc-by-nc-4.0" in card and "non-commercial" in card


def test_weights_from_generated_movement_only_have_no_conditions(config):
    card = card_of(config, made_with(corpora=["generated:20"]))
    assert "license: apache-2.0" in card and "non-commercial" not in card


def test_the_recipe_on_the_card_repeats_the_training(config, tmp_path):
    changes = {"seed": 5, "labels": ["calm", "very tense"], "stage_one_learning_rate": 1e-5, "mixed_precision": "no"}
    training = made_with(corpora=["studies:96", "folder"], **changes, before=made_with(corpora=["generated:20"]))
    recipes = re.findall(r"```yaml\n(.*?)```", card_of(config, training), re.DOTALL)
    assert len(recipes) == 2, "one for each round"
    file = tmp_path / "recipe.yaml"
    file.write_text(recipes[1], encoding="utf-8")
    read = Recipe(output_dir="runs/x", **read_settings(file, Recipe))
    expected = Recipe("runs/x", ["studies:96", "folder=FOLDER"], model="CHECKPOINT_OF_THE_ROUND_BEFORE", **changes)
    assert read == expected


def test_the_card_says_how_clips_of_other_recordings_were_held_out(config):
    words = "Of mpi_stories, style100: about a fifth of the performers"
    corpora = ["studies:96", "bandai1", "bandai2"]
    assert words not in card_of(config, made_with(corpora=corpora))
    assert words in card_of(config, made_with(corpora=[*corpora, "mpi_stories", "style100"]))


def test_the_card_says_which_tested_corpora_were_not_trained_on(config):
    whole = read_metadata(DEFAULT_CHECKPOINT, EVALUATION)
    evaluation = {corpus: whole[corpus] for corpus in ("generated", "bandai1")}
    card = card_of(config, made_with(corpora=["generated:20"]), evaluation)
    assert "evaluate --corpora generated:20 bandai1=FOLDER\n" in card and "Training used no clip of bandai1" in card
    for training in (made_with(corpora=["generated:20", "bandai1"]), None):
        assert "Training used no clip" not in card_of(config, training, evaluation)


def test_the_card_of_a_checkpoint_without_metadata_says_that_it_was_not_evaluated(config, tiny_checkpoint):
    assert read_metadata(tiny_checkpoint, TRAINING) is None
    assert "Not evaluated." in card_of(config, None)


def test_an_export_carries_the_metadata(tiny_checkpoint, tmp_path):
    source = tmp_path / "source"
    export(tiny_checkpoint, source, include_backbone=False)
    write_metadata(source, TRAINING, made_with(corpora=["bandai1"]))
    folder = export(source, tmp_path / "out")
    assert read_metadata(folder, TRAINING)["corpora"] == ["bandai1"]
    assert "license: cc-by-nc-4.0" in (folder / "README.md").read_text(encoding="utf-8")


def test_checkpoints_are_found_by_name_folder_or_hub_id(tmp_path):
    assert find_checkpoint() == find_checkpoint("default") == str(DEFAULT_CHECKPOINT)
    assert find_checkpoint("me/my-model") == "me/my-model" and find_checkpoint(tmp_path) == str(tmp_path)
    with pytest.raises(ValueError, match="no checkpoint folder ./generator"):
        find_checkpoint("./generator")


@pytest.mark.parametrize(("name", "licence"), [("default", "cc-by-nc-4.0"), ("generator", "apache-2.0")])
def test_the_card_of_an_embedded_checkpoint_is_up_to_date_and_the_model_beats_chance(name, licence):
    folder = EMBEDDED_CHECKPOINTS[name]
    training, evaluation = read_metadata(folder, TRAINING), read_metadata(folder, EVALUATION)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert card_of(EaiLlmConfig.from_pretrained(folder), training, evaluation) == card
    assert f"license: {licence}\n" in card
    # 15 recorded clips of a corpus are held out: enough to beat chance, too few to say by how much. Fewer say nothing.
    # A corpus that the training left out may be beyond the model; the card has its figures.
    for corpus, scores in ((corpus, of_corpus["model"]) for corpus, of_corpus in evaluation.items()):
        learned = has_seen(training, corpus) and scores["clips"] >= 15
        assert scores["accuracy"]["value"] > scores["chance"] or not learned
    # The generated ones suffice. Checkpoints are calibrated on recordings of corpora left out of training, which are
    # harder than generated movement, so there they are too cautious.
    generated = evaluation["generated"]["model"]
    assert generated["accuracy"]["interval"][0] > generated["chance"] and generated["ece"]["value"] < 0.2
    assert sum(file.stat().st_size for file in folder.iterdir()) < 30e6
    assert '"/' not in json.dumps(training["corpora"]), "no folder of the machine that trained it"


@pytest.mark.parametrize("checkpoint", sorted(EMBEDDED_CHECKPOINTS))
@pytest.mark.parametrize("name", sorted(load_rigs()))
def test_an_embedded_checkpoint_knows_every_rig_of_the_package(checkpoint, name):
    folder, rig = EMBEDDED_CHECKPOINTS[checkpoint], load_rigs()[name]
    saved = json.loads((folder / "processor_config.json").read_text(encoding="utf-8"))
    assert saved["feature_extractor"]["rigs"][name] == rig, "a copy on the Hub has no rig files"
    body = busy_movement()
    joints = np.repeat(body[:, :1], len(rig["joints"]), axis=1)
    for joint, sources in rig["map"].items():
        joints[:, [rig["joints"].index(source) for source in as_list(sources)]] = body[:, [JOINT_INDEX[joint]]]
    extractor = EaiSkeletonFeatureExtractor.from_pretrained(folder)
    [clip] = extractor.clips({"joints": joints, "fps": 30, "layout": name, "joint_names": rig["joints"]})
    assert clip.report["layout"] == name


def test_a_checkpoint_older_than_a_rig_of_the_package_knows_it_and_keeps_its_own(tmp_path):
    own = {**load_rigs()["smpl22"], "description": "as this checkpoint was trained"}
    EaiSkeletonFeatureExtractor().save_pretrained(tmp_path)
    config = json.loads((tmp_path / "preprocessor_config.json").read_text(encoding="utf-8"))
    config["rigs"] = {"smpl22": own}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(config), encoding="utf-8")
    rigs = EaiSkeletonFeatureExtractor.from_pretrained(tmp_path).rigs
    assert set(rigs) == set(load_rigs()) and rigs["smpl22"] == own
    assert load_rigs()["smpl22"] != own, "the rigs of the package stay as they are"


def test_a_missing_checkpoint_is_reported_with_a_suggestion(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no checkpoint 'generatr'.* Did you mean generator"):
        find_checkpoint("generatr")
    (tmp_path / "mine" / "checkpoint").mkdir(parents=True)
    (tmp_path / "mine" / "checkpoint" / "config.json").touch()
    with pytest.raises(ValueError, match="Did you mean mine/checkpoint"):
        find_checkpoint("mine")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_checkpoint("~/mine/checkpoint") == str(tmp_path / "mine" / "checkpoint")
    assert find_checkpoint("someone/model") == "someone/model"
