"""Recipe files: every setting can be in one, options override it, and mistakes are reported in plain words."""

import json
import runpy
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from eai_llm_hf.cli.main import main
from eai_llm_hf.training import recipe as recipe_module
from eai_llm_hf.training.recipe_files import read_settings, shipped_recipes
from eai_llm_hf.training.settings import Recipe

EXAMPLE = Path(__file__).parents[1] / "hub_examples" / "finetune_with_trainer.py"

OTHERS = {
    "output_dir": "runs/mine",
    "corpora": ["generated:5", "folder=clips"],
    "labels": ["calm", "not confident"],
    "performer_pattern": "(?P<performer>S\\d+)_",
    "held_out": [],
    "validation": ["bow"],
    "model": "somewhere",
    "backbone": "some/backbone",
    "stages": "one",
    "mixed_precision": "bf16",
    "report_to": ["tensorboard", "trackio"],
    "dtype": "float32",
    "sessions": False,
    "gradient_checkpointing": True,
    "use_cpu": True,
}
"""A value that is not the default for every setting that is not a number; numbers are raised by one."""


def unusual() -> Recipe:
    """A recipe in which every setting differs from its default."""
    usual = asdict(Recipe(output_dir=""))
    changed = {name: value + 1 for name, value in usual.items() if type(value) in (int, float)}
    assert set(OTHERS) | set(changed) == set(usual)
    return Recipe(**changed | OTHERS)


@pytest.fixture
def trained(monkeypatch):
    """The recipes that were to be trained."""
    seen = []
    monkeypatch.setattr(recipe_module, "train", lambda recipe: seen.append(recipe) or Path("made"))
    return seen


@pytest.mark.parametrize(
    ("name", "dump"), [("r.yaml", yaml.safe_dump), ("r.yml", yaml.safe_dump), ("r.json", json.dumps)]
)
def test_every_setting_can_be_in_a_file(name, dump, write, trained):
    recipe = unusual()
    usual = asdict(Recipe(output_dir=""))
    assert [key for key, value in asdict(recipe).items() if value == usual[key]] == []
    assert main(["train", str(write(dump(asdict(recipe)), name))]) == 0
    assert trained == [recipe]


def test_options_override_the_file_and_the_rest_of_it_stays(write, trained):
    file = write("output_dir: runs/a\nseed: 1\nuse_cpu: true\nlabels: [calm]\nlora_rank: 4\n", "r.yaml")
    assert main(["train", str(file), "--seed", "3", "--no-use-cpu", "--labels", "tense", "bored"]) == 0
    assert trained == [Recipe(output_dir="runs/a", seed=3, use_cpu=False, labels=["tense", "bored"], lora_rank=4)]


def test_options_with_the_default_value_override_the_file(write, trained):
    assert main(["train", str(write("output_dir: a\nseed: 1\n", "r.yaml")), "--seed", "0"]) == 0
    assert trained == [Recipe(output_dir="a")]


@pytest.mark.parametrize("name", shipped_recipes())
def test_the_recipes_of_the_package_are_found_by_name(name, trained):
    assert main(["train", name, "--output-dir", "runs/x", "--lora-rank", "8"]) == 0
    assert trained == [Recipe(output_dir="runs/x", **read_settings(name, Recipe) | {"lora_rank": 8})]


def test_the_recipe_of_the_generator_needs_no_other_data():
    assert {"default", "generator"} <= set(shipped_recipes())
    settings = read_settings("generator", Recipe)
    assert [spec.partition(":")[0] for spec in settings["corpora"]] == ["studies"]
    assert "model" not in settings


def test_the_default_recipe_asks_for_the_folders_that_it_needs_before_it_makes_a_clip(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("eai_llm_hf.corpora.generated.generated_rows", lambda *_, **__: pytest.fail("made a clip"))
    assert main(["train", "default", "--output-dir", str(tmp_path)]) == 1
    assert "FOLDER" in capsys.readouterr().err.splitlines()[-1]


def test_a_recipe_without_a_folder_for_the_result_asks_for_one(capsys, trained):
    assert main(["train", "generator"]) == 1
    assert "--output-dir FOLDER" in capsys.readouterr().err
    assert trained == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("2", 2.0), (".5", 0.5), ("8.0e-4", 8e-4), ("1E+2", 100.0)],
)
def test_numbers_are_read_as_people_write_them(text, value, write):
    found = read_settings(write(f"stage_one_learning_rate: {text}\n", "r.yaml"), Recipe)
    assert found == {"stage_one_learning_rate": value} and type(found["stage_one_learning_rate"]) is float


def test_the_word_no_is_a_word(write):
    assert read_settings(write("mixed_precision: no\n", "r.yaml"), Recipe) == {"mixed_precision": "no"}
    assert read_settings(write("use_cpu: False\nmodel: null\n", "r.yaml"), Recipe) == {"use_cpu": False, "model": None}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stage_one_step: 3", "r.yaml: there is no setting 'stage_one_step'; did you mean 'stage_one_steps'?"),
        ("lora-rank: 3", "there is no setting 'lora-rank'; did you mean 'lora_rank'?"),
        ("zzz: 3", "there is no setting 'zzz'."),
        ("3: 3", "there is no setting '3'."),
        ("seed: many", "r.yaml: seed must be a whole number, found 'many'."),
        ("seed: 1.5", "seed must be a whole number, found 1.5."),
        ("seed: true", "seed must be a whole number, found true."),
        ("seed:", "seed must be a whole number, found nothing."),
        ("stage_two_learning_rate: fast", "stage_two_learning_rate must be a number, found 'fast'."),
        ("use_cpu: yes", "use_cpu must be true or false, found 'yes'."),
        ("backbone: 7", "backbone must be text, found 7."),
        ("model: [a]", "model must be text, found ['a']."),
        ("labels: happy", "labels must be a list of words, found 'happy'."),
        ("labels: [happy, 3]", "labels must be a list of words, found 3 in it."),
        ("seed: 1\nlabels: [happy", "r.yaml, line 2: expected ',' or ']'"),
        ("seed: 1\n  labels: 2", "r.yaml, line 2: "),
        ("- seed", "r.yaml: expected lines 'setting: value', found ['seed']."),
        ("", "expected lines 'setting: value', found nothing."),
        ("seed: !!python/object/apply:os.getcwd []", "r.yaml, line 1: could not determine a constructor"),
        (b"seed: \xff", "r.yaml is not a text file in UTF-8."),
        (b"seed: \x00", "r.yaml: "),
    ],
)
def test_a_mistake_in_a_file_is_reported_in_one_line(text, words, write, capsys, trained):
    assert main(["train", str(write(text, "r.yaml")), "--output-dir", "a"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert trained == []


def test_an_error_in_json_names_the_line(write):
    with pytest.raises(ValueError, match="r.json, line 3: Expecting"):
        read_settings(write('{\n"seed": 1,\n', "r.json"), Recipe)


def test_a_missing_recipe_is_named_with_those_that_exist(capsys):
    assert main(["train", "nowhere.yaml"]) == 1
    assert "The recipe nowhere.yaml does not exist." in capsys.readouterr().err
    assert main(["train", "defalt"]) == 1
    assert f"or one of {', '.join(shipped_recipes())}." in capsys.readouterr().err


def test_the_example_reads_the_same_files_and_where_to_push(write):
    parse = runpy.run_path(str(EXAMPLE))["parse"]
    file = write(yaml.safe_dump(asdict(unusual()) | {"push_to": "me/mine"}), "r.yaml")
    recipe, hub = parse([str(file), "--seed", "7", "--private"])
    assert asdict(recipe) == asdict(unusual()) | {"seed": 7}
    assert (hub.push_to, hub.private) == ("me/mine", True)
    recipe, hub = parse(["generator", "--output_dir", "runs/x"])
    assert recipe == Recipe(output_dir="runs/x", **read_settings("generator", Recipe))
    assert hub.push_to is None
    with pytest.raises(ValueError, match="no setting 'push'; did you mean 'push_to'"):
        parse([str(write("push: me/mine", "s.yaml"))])


def test_a_folder_with_a_run_on_other_clips_or_labels_is_refused(tmp_path):
    def splits(*names):
        return {"train": [{"corpus": "mine", "clip_id": name, "label": "calm"} for name in names], "test": []}

    recipe = Recipe(corpora=["folder=clips"], labels=["calm", "tense"], output_dir=str(tmp_path / "run"))
    refuse = recipe_module._refuse_another_run
    refuse(recipe, splits("a", "b"), None)
    refuse(recipe, splits("b", "a"), None)  # the same run continues
    with pytest.raises(ValueError, match="holds a training with other clips, .* Name another --output-dir"):
        refuse(recipe, splits("a", "b", "c"), None)
    with pytest.raises(ValueError, match="with other labels and model"):
        refuse(replace(recipe, labels=["calm", "angry"]), splits("a", "b"), "start")
