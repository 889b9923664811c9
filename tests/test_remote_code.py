"""Remote code: what is exported, saved or pushed answers alike where this package is not installed."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from door_answers import DOORS, differences
from hub_stand_in import HubStandIn
from hub_subprocess import CHECKS, PRELUDE, REPORT, in_cache_layout, run, value

from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.publish.checkpoints import TRAINING, write_record
from eai_llm_hf.publish.export import export

REPOSITORY = Path(__file__).parents[1]
SOURCES = ("folder", "cache")
"""Where remote code comes from: an exported folder, and the Hub's cache."""
SAVES = [f"{source}-{way}" for source in SOURCES for way in ("pipeline", "parts")]
AFTER_A_SAVE = ("a long clip", "two people", "a comparison", "a chat with clips in each form")
"""The doors that are tried again of what was saved."""

SCRIPT = """
import torch
from door_answers import Doors
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoProcessor

trust, open_doors = {"trust_remote_code": True}, {}

@check
def package():
    try:
        import eai_llm_hf
    except ModuleNotFoundError as error:
        return str(error)

def doors(name):
    if name not in open_doors:
        open_doors[name] = Doors(name, given["files"], given["folder"])
    return open_doors[name]

def classes(name):
    found = doors(name).classes | {
        "own config": type(AutoConfig.from_pretrained(name, **trust)),
        "base model": type(AutoModel.from_pretrained(name, **trust)),
        "causal model": type(AutoModelForCausalLM.from_pretrained(name, **trust)),
    }
    return {door: [made.__module__.partition(".")[0], made.__name__] for door, made in found.items()}

def logits(name):
    processor = doors(name).processor
    inputs = processor(text=processor.skeleton_token + " What emotion?", skeletons=given["files"]["short"])
    with torch.no_grad():
        return doors(name).model(**inputs).logits[0, -1].tolist()

def refusal(name, **options):
    messages = []
    for door in (AutoConfig.from_pretrained, AutoModelForCausalLM.from_pretrained, AutoProcessor.from_pretrained):
        try:
            door(name, **options)
        except ValueError as error:
            messages.append(str(error))
    return messages
"""

OFFLINE = """
@check
def classes_by_source():
    return {source: classes(name) for source, name in given["sources"].items()}

@check
def answers():
    return {source: doors(name).answers() for source, name in given["sources"].items()}

@check
def answers_of_the_small_form():
    return doors(given["small"]).answers(given["after_a_save"])

@check
def copies_of_the_code():
    return {
        source: sorted({made.__module__.rpartition(".")[0] for made in doors(name).classes.values()})
        for source, name in given["sources"].items()
    }

@check
def logits_of_each_form():
    return [logits(name) for name in (*given["sources"].values(), given["small"])]

@check
def refused():
    return refusal(given["sources"]["folder"], trust_remote_code=False) + refusal(given["sources"]["folder"])

@check
def small_form_without_its_backbone():
    AutoModelForCausalLM.from_pretrained(given["lost"], **trust).load_backbone()

@check
def marks_of_two_folders_of_one_name():
    pipes = [doors(given["sources"]["folder"]).pipe, doors(given["namesake"]).pipe]
    return [getattr(sys.modules[type(pipe).__module__], "MARK", None) for pipe in pipes]

@check
def answers_of_a_folder_with_dots_dashes_and_spaces():
    return doors(given["odd"]).answers(given["after_a_save"])

@check
def saves():
    for source, name in given["sources"].items():
        doors(name).pipe.save_pretrained(given["saves"][f"{source}-pipeline"])
        doors(name).model.save_pretrained(given["saves"][f"{source}-parts"])
        doors(name).processor.save_pretrained(given["saves"][f"{source}-parts"])

@check
def package_stayed_away():
    return [name for name in sys.modules if name.partition(".")[0] == "eai_llm_hf"]
"""

ONLINE = """
@check
def answers_of_the_saves():
    return {save: doors(folder).answers(given["after_a_save"]) for save, folder in given["saves"].items()}

@check
def classes_of_the_pushed():
    return classes("someone/pushed")

@check
def logits_of_the_pushed():
    return [logits("someone/pushed"), logits("someone/exported")]

@check
def answers_of_the_exported():
    return doors("someone/exported").answers(given["after_a_save"])

@check
def answers_of_what_remote_code_pushed():
    doors("someone/exported").pipe.push_to_hub("someone/again")
    doors("someone/exported").model.push_to_hub("someone/in-parts")
    doors("someone/exported").processor.push_to_hub("someone/in-parts")
    return {name: doors(name).answers(given["after_a_save"]) for name in ("someone/again", "someone/in-parts")}
"""

PUSH = """
import contextlib, io
from eai_llm_hf import EaiLlmForCausalLM, EaiSkeletonProcessor, load_pipeline
from eai_llm_hf.cli.main import main

def push_by_command(checkpoint, folder, *flags):
    with contextlib.redirect_stderr(io.StringIO()) as said:
        status = main(["export", folder, "--model", checkpoint, "--push", *flags])
    return [status, said.getvalue()]

@check
def push_to_hub():
    model = EaiLlmForCausalLM.from_pretrained(given["checkpoint"])
    model.push_to_hub("someone/pushed", private=True, license="cc-by-4.0")
    EaiSkeletonProcessor.from_pretrained(given["checkpoint"]).push_to_hub("someone/pushed", license="cc-by-4.0")

@check
def export_push():
    return push_by_command(given["checkpoint"], given["folder"], "someone/exported", "--license", "cc-by-4.0")

@check
def refused_pushes():
    return [
        push_by_command(checkpoint, given["refused"], "someone/refused", *flags)
        for checkpoint, flags in (
            (given["diema"], []),
            (given["diema"], ["--license", "cc-by-4.0"]),
            (given["checkpoint"], []),
        )
    ]

@check
def refused_by_the_classes():
    said = []
    for load in (EaiLlmForCausalLM.from_pretrained, EaiSkeletonProcessor.from_pretrained, load_pipeline):
        try:
            load(given["diema"]).push_to_hub("someone/refused", license="cc-by-4.0")
        except ValueError as error:
            said.append(str(error))
    return said
"""


@pytest.fixture(scope="module")
def room(hub_room, exported) -> Path:
    """The folder of all that is written here, with other forms of the exported checkpoint."""
    in_cache_layout(exported, hub_room / "hub", "someone/cached")
    shutil.copytree(exported, hub_room / "my.export-1.2 (final)")
    shutil.copytree(exported, hub_room / "elsewhere" / exported.name)
    with (hub_room / "elsewhere" / exported.name / "pipeline_eai_llm.py").open("a", encoding="utf-8") as file:
        file.write('\nMARK = "the other folder of this name"\n')
    return hub_room


@pytest.fixture(scope="module")
def given(room, hub_checkpoint, exported, recordings, tiny_backbone) -> dict:
    """Arguments of the other Python processes."""
    small = export(hub_checkpoint, room / "small", include_backbone=False)
    rename_backbone(small, "tiny/backbone")
    shutil.copytree(tiny_backbone, room / "cache" / "backbones" / "tiny--backbone")
    shutil.copytree(small, room / "lost")
    rename_backbone(room / "lost", "tiny/missing")
    return {
        "sources": {"folder": str(exported), "cache": "someone/cached"},
        "small": str(small),
        "lost": str(room / "lost"),
        "odd": str(room / "my.export-1.2 (final)"),
        "namesake": str(room / "elsewhere" / exported.name),
        "saves": {save: str(room / "saves" / save) for save in SAVES},
        "files": recordings,
        "folder": str(room),
        "after_a_save": AFTER_A_SAVE,
    }


@pytest.fixture(scope="module")
def without_package(room, given) -> dict:
    """What a Python finds that has transformers but not this package, and no network."""
    (room / "without").mkdir()
    return run(
        PRELUDE + CHECKS + SCRIPT + OFFLINE + REPORT,
        given,
        room / "without",
        HF_HUB_CACHE=str(room / "hub"),
        EAI_LLM_CACHE=str(room / "cache"),
    )


@pytest.fixture(scope="module")
def hub():
    """A Hub on this machine."""
    with HubStandIn() as hub:
        yield hub


@pytest.fixture(scope="module")
def pushed(room, hub, hub_checkpoint) -> dict:
    """What a Python with the package says when it pushes."""
    (room / "push").mkdir()
    shutil.copytree(hub_checkpoint, room / "push" / "diema")
    write_record(room / "push" / "diema", TRAINING, {"corpora": ["generated:20", "diema"]})
    places = {name: str(room / "push" / name) for name in ("exported", "diema", "refused")}
    given = {"checkpoint": str(hub_checkpoint), "folder": places["exported"], **places}
    return run("import json, sys, traceback\n" + CHECKS + PUSH + REPORT, given, room / "push", **hub.environment())


@pytest.fixture(scope="module")
def pulled(room, hub, pushed, given, without_package) -> dict:
    """What another Python without the package pulls from there, and what it finds of what the first one saved."""
    (room / "pull").mkdir()
    return run(PRELUDE + CHECKS + SCRIPT + ONLINE + REPORT, given, room / "pull", **hub.environment())


def rename_backbone(folder: Path, name: str) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"backbone": name}), encoding="utf-8")


def assert_same_answers(found: dict[str, dict], known: dict[str, dict]) -> None:
    for door in found:
        assert differences(value(found, door), value(known, door), door) == []


# ---- package and network away ---------------------------------------------------------------------------------------


def test_the_subprocess_really_lacks_the_package(without_package):
    assert value(without_package, "package") == "No module named 'eai_llm_hf'"
    assert value(without_package, "package_stayed_away") == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_auto_class_finds_its_class_in_the_repository(without_package, source):
    assert value(without_package, "classes_by_source")[source] == {
        "pipeline": ["transformers_modules", "SkeletonEmotionExplanationPipeline"],
        "config": ["transformers_modules", "EaiLlmConfig"],
        "own config": ["transformers_modules", "EaiLlmConfig"],
        "model": ["transformers_modules", "EaiLlmForCausalLM"],
        "base model": ["transformers_modules", "EaiLlmForCausalLM"],
        "causal model": ["transformers_modules", "EaiLlmForCausalLM"],
        "processor": ["transformers_modules", "EaiSkeletonProcessor"],
        "feature_extractor": ["transformers_modules", "EaiSkeletonFeatureExtractor"],
    }


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("source", SOURCES)
def test_every_door_answers_as_the_package_does(without_package, known_answers, source, door):
    found = value(without_package, "answers")[source]
    assert differences(value(found, door), value(known_answers, door)) == []


def test_a_folder_is_loaded_as_several_copies_of_the_code(without_package):
    """Else the test above would show less than it seems to."""
    copies = value(without_package, "copies_of_the_code")
    assert len(copies["folder"]) > 2 and len(copies["cache"]) == 1


def test_the_small_form_answers_as_the_package_does(without_package, known_answers):
    assert_same_answers(value(without_package, "answers_of_the_small_form"), known_answers)


def test_whole_and_small_form_compute_what_the_package_computes(without_package, hub_checkpoint, recordings):
    model = EaiLlmForCausalLM.from_pretrained(hub_checkpoint)
    processor = EaiSkeletonProcessor.from_pretrained(hub_checkpoint)
    inputs = processor(text=f"{processor.skeleton_token} What emotion?", skeletons=recordings["short"])
    with torch.no_grad():
        known = model(**inputs).logits[0, -1]
    for logits in value(without_package, "logits_of_each_form"):
        torch.testing.assert_close(torch.tensor(logits), known, atol=1e-5, rtol=1e-5)


def test_a_folder_may_have_dots_dashes_and_spaces_in_its_name(without_package, known_answers):
    assert_same_answers(value(without_package, "answers_of_a_folder_with_dots_dashes_and_spaces"), known_answers)


def test_two_folders_of_one_name_keep_their_own_code(without_package):
    assert value(without_package, "marks_of_two_folders_of_one_name") == [None, "the other folder of this name"]


def test_nothing_runs_without_trust_remote_code(without_package):
    messages = value(without_package, "refused")
    assert len(messages) == 6
    assert all("trust_remote_code=True" in message for message in messages)


def test_a_small_form_whose_backbone_is_nowhere_says_how_to_get_it(without_package):
    error = without_package["small_form_without_its_backbone"]["error"]
    assert error.startswith("OSError: The text backbone 'tiny/missing' was found neither in ")
    assert "eai-llm backbone fetch tiny/missing" in error


# ---- saved again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", SAVES)
def test_what_remote_code_saves_is_complete(without_package, given, exported, save):
    value(without_package, "saves")
    saved = {path.name: path for path in Path(given["saves"][save]).iterdir()}
    code = {path.name: path.read_bytes() for path in exported.glob("*.py")}
    assert {name: path.read_bytes() for name, path in saved.items() if name.endswith(".py")} == code
    assert {"config.json", "model.safetensors", "processor_config.json", "tokenizer.json"} <= set(saved)
    for path in saved.values():
        if path.suffix == ".json":  # "someone/cached--file.Class" would fetch code from where it was loaded
            assert "someone/cached" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("save", SAVES)
def test_what_remote_code_saves_answers_in_another_process(pulled, known_answers, save):
    assert_same_answers(value(pulled, "answers_of_the_saves")[save], known_answers)


# ---- push and pull --------------------------------------------------------------------------------------------------


def test_push_to_hub_uploads_weights_processor_and_all_code(pushed, hub):
    value(pushed, "push_to_hub")
    files = hub.repositories["someone/pushed"]
    code = {path.name for room in ("modeling", "processing") for path in (REPOSITORY / room).glob("*.py")}
    assert code - {"__init__.py"} <= set(files)
    assert {"config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "README.md"} <= set(files)
    assert "someone/pushed" in hub.private
    assert "model.safetensors" in hub.large


def test_the_export_command_pushes_the_folder_it_wrote(pushed, hub, room):
    status, said = value(pushed, "export_push")
    assert status == 0, said
    assert "pushed to someone/exported" in said
    written = {path.name: path.read_bytes() for path in (room / "push" / "exported").iterdir()}
    assert hub.repositories["someone/exported"] == written


def test_what_was_pushed_comes_back_by_its_name(pulled, known_answers, without_package):
    modules = {module for module, _ in value(pulled, "classes_of_the_pushed").values()}
    assert modules == {"transformers_modules"}
    known = torch.tensor(value(without_package, "logits_of_each_form")[0])
    for logits in value(pulled, "logits_of_the_pushed"):
        torch.testing.assert_close(torch.tensor(logits), known, atol=1e-5, rtol=1e-5)
    assert_same_answers(value(pulled, "answers_of_the_exported"), known_answers)


def test_what_remote_code_pushes_comes_back_too(pulled, known_answers):
    for answers in value(pulled, "answers_of_what_remote_code_pushed").values():
        assert_same_answers(answers, known_answers)


def test_what_may_not_be_shared_or_has_no_licence_yet_is_not_uploaded(pushed, hub, room):
    forbidden, stated, unknown = value(pushed, "refused_pushes")
    assert forbidden[0] == stated[0] == unknown[0] == 1
    assert all("trained on diema" in said for _, said in (forbidden, stated)) and "--license ID" in unknown[1]
    assert len(value(pushed, "refused_by_the_classes")) == 3
    assert "someone/refused" not in hub.repositories
    assert not (room / "push" / "refused").exists()


def test_what_was_pushed_says_its_licence(pushed, hub):
    for name in ("push_to_hub", "export_push"):
        value(pushed, name)
    for files in (hub.repositories["someone/pushed"], hub.repositories["someone/exported"]):
        front = files["README.md"].decode().split("---")[1]
        assert "\nlicense: cc-by-4.0\n" in front and "library_name: transformers" in front
