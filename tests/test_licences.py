"""The licence under which weights may be shared: what each corpus requires, how licences add up, what is refused."""

import shutil
from dataclasses import asdict

import pytest
from corpus_files import write_tree
from test_checkpoints import made_with

from eai_llm_hf import EaiLlmConfig, EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.cli.main import main
from eai_llm_hf.corpora import CORPORA, load_corpus, prepare_corpus
from eai_llm_hf.publish.checkpoints import EMBEDDED_CHECKPOINTS, TRAINING, read_metadata, write_metadata
from eai_llm_hf.publish.export import export
from eai_llm_hf.publish.licences import (
    LICENCES,
    CorpusLicence,
    LicenceError,
    licence_of_checkpoint,
    licence_of_recipe,
    licence_of_training,
    licences_of_corpora,
)
from eai_llm_hf.publish.model_card import model_card

FORBIDDEN = ("kdae", "emilya", "egbm", "diema")


def trained_under(*licences: str, **more) -> dict:
    """The metadata of a training on corpora with some licences."""
    entries = [asdict(CorpusLicence(f"corpus {number}", licence)) for number, licence in enumerate(licences)]
    return made_with(corpora=["hub"] * len(licences), licences=entries, **more)


def found_in(specs: list[str]) -> dict[str, str]:
    clips_of = {str(row["corpus"]) for spec in specs for row in load_corpus(spec)}
    return {entry.corpus: entry.licence for entry in licences_of_corpora(specs, clips_of)}


# ---- how licences add up --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CORPORA)
def test_every_loader_names_a_licence_that_the_hub_knows_or_says_that_it_cannot(name):
    assert CORPORA[name].licence in {*LICENCES, "other", "unknown"}
    if not CORPORA[name].may_be_passed_on:
        assert name in FORBIDDEN


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["apache-2.0"], ("apache-2.0", None)),
        (["mit"], ("mit", None)),
        (["cc0-1.0", "mit", "apache-2.0"], ("apache-2.0", None)),
        (["apache-2.0", "cc-by-4.0", "cc0-1.0"], ("cc-by-4.0", None)),
        (["cc-by-sa-4.0", "cc-by-4.0", "mit"], ("cc-by-sa-4.0", None)),
        (["apache-2.0", "cc-by-nc-4.0", "cc-by-4.0"], ("cc-by-nc-4.0", None)),
        (["cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-sa-4.0"], ("cc-by-nc-sa-4.0", None)),
        (["cc-by-nc-4.0", "cc-by-sa-4.0"], ("other", "several-licences")),
        (["cc-by-nc-4.0", "unknown"], ("other", "unknown-terms")),
        (["apache-2.0", "my-own-terms"], ("other", "unknown-terms")),
        (["unknown", "cc-by-nd-4.0"], ("other", "not-to-be-shared")),
    ],
)
def test_the_most_restrictive_licence_wins_in_any_order(licences, expected):
    for order in (licences, licences[::-1]):
        licence = licence_of_training(trained_under(*order))
        assert (licence.licence, licence.name) == expected


def test_weights_from_corpora_that_ask_for_credit_give_it_and_stay_non_commercial_with_one_that_is():
    corpora = ["generated:20", "mpi_stories", "style100"]
    card = card_of(made_with(corpora=corpora))
    assert card.startswith("---\nlicense: cc-by-4.0\nlibrary_name")
    assert "| cc-by-4.0 | Credit E. Volkova, S. de la Rosa, H. H. Bülthoff and B. Mohler. |" in card
    assert "| cc-by-4.0 | Credit I. Mason, S. Starke and T. Komura. |" in card
    card = card_of(made_with(corpora=[*corpora, "bandai1"]))
    assert card.startswith("---\nlicense: cc-by-nc-4.0\n") and "Credit E. Volkova" in card


def test_rounds_add_up():
    training = trained_under("mit", before=trained_under("cc-by-nc-4.0", before=trained_under("apache-2.0")))
    licence = licence_of_training(training)
    assert licence.licence == "cc-by-nc-4.0"
    assert [part.licence for part in licence.corpora] == ["apache-2.0", "cc-by-nc-4.0", "mit"]
    assert licence_of_training(trained_under("mit", before=made_with(corpora=["diema"]))).name == "not-to-be-shared"
    assert licence_of_training(trained_under("mit", before=made_with(corpora=["folder"]))).name == "unknown-terms"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"corpora": ["generated:20"]}, ("apache-2.0", None)),
        ({"corpora": ["generated:20"], "clips_of": ["generated-cmu31"]}, ("apache-2.0", None)),
        ({"corpora": ["generated:20", "bandai2_styles"]}, ("cc-by-nc-4.0", None)),
        ({"corpora": ["prepared"], "clips_of": ["bandai1"]}, ("cc-by-nc-4.0", None)),
        ({"corpora": ["prepared"], "clips_of": ["generated-cmu31"]}, ("apache-2.0", None)),
        ({"corpora": ["prepared"]}, ("other", "unknown-terms")),
        ({"corpora": ["hub"], "clips_of": ["clips"]}, ("other", "unknown-terms")),
        ({"corpora": ["generated:20", "folder"], "clips_of": ["clips"]}, ("other", "unknown-terms")),
        ({"corpora": ["manifest"], "clips_of": ["kdae"]}, ("other", "not-to-be-shared")),
        *(({"corpora": ["bandai1", name]}, ("other", "not-to-be-shared")) for name in FORBIDDEN),
    ],
)
def test_metadata_without_licences_is_judged_by_the_names_of_its_corpora(metadata, expected):
    licence = licence_of_training(made_with(**metadata))
    assert (licence.licence, licence.name) == expected


def test_weights_without_metadata_have_an_unknown_licence():
    assert licence_of_training(None).name == "unknown-terms"
    assert licence_of_checkpoint("").name == "unknown-terms"  # not loaded from a checkpoint


# ---- the licence that the user states -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("licences", "stated"),
    [
        (["cc-by-nc-4.0", "unknown"], "apache-2.0"),
        (["cc-by-nc-4.0"], "cc-by-sa-4.0"),
        (["cc-by-4.0"], "mit"),
        (["apache-2.0"], "cc0-1.0"),
        (["cc-by-nc-4.0", "cc-by-sa-4.0"], "cc-by-nc-4.0"),
    ],
)
def test_a_stated_licence_cannot_drop_a_known_condition(licences, stated):
    with pytest.raises(LicenceError, match=f"{stated} drops a condition of corpus "):
        licence_of_training(trained_under(*licences), stated)


@pytest.mark.parametrize(
    ("licences", "stated"),
    [
        (["unknown"], "cc-by-4.0"),
        (["apache-2.0"], "cc-by-nc-4.0"),
        (["cc-by-nc-4.0", "unknown"], "cc-by-nc-4.0"),
        (["cc-by-nc-4.0", "cc-by-sa-4.0"], "cc-by-nc-sa-4.0"),
    ],
)
def test_a_stated_licence_fills_in_what_is_unknown_and_may_ask_for_more(licences, stated):
    assert licence_of_training(trained_under(*licences), stated).to_push() == stated


@pytest.mark.parametrize(
    ("licences", "example"),
    [
        (["unknown"], "apache-2.0"),
        (["unknown", "cc-by-nc-4.0"], "cc-by-nc-4.0"),
        (["cc-by-nc-4.0", "cc-by-sa-4.0"], "cc-by-nc-sa-4.0"),
    ],
)
def test_weights_without_a_derived_licence_name_an_example_that_is_accepted(licences, example):
    training = trained_under(*licences)
    with pytest.raises(LicenceError, match=f"--license ID .* for example {example}. Nothing was uploaded."):
        licence_of_training(training).to_push()
    assert licence_of_training(training, example).to_push() == example


def test_a_licence_with_unknown_conditions_is_refused():
    with pytest.raises(LicenceError, match=r"Expected one of the licences cc0-1.0, .*; found 'mine'"):
        licence_of_training(trained_under("unknown"), "mine")


@pytest.mark.parametrize("stated", [None, "apache-2.0", "cc-by-nc-nd-4.0"])
def test_no_stated_licence_overrules_a_corpus_that_forbids_sharing(stated):
    training = made_with(corpora=["generated:20", "diema"])
    with pytest.raises(LicenceError, match=r"may not be shared: they were trained on diema \(Gated; nothing derived"):
        licence_of_training(training, stated).to_push()


def test_further_training_keeps_the_licence_that_was_stated_for_the_start():
    shared = made_with(corpora=["folder"], stated_licence="cc-by-nc-4.0")
    assert licence_of_training(shared).to_push() == "cc-by-nc-4.0"
    later = made_with(corpora=["generated:20"], before=shared)
    assert licence_of_training(later).to_push() == "cc-by-nc-4.0"
    for training in (shared, later):
        with pytest.raises(LicenceError, match="apache-2.0 drops a condition"):
            licence_of_training(training, "apache-2.0")
    stricter = made_with(corpora=["generated:20"], before=made_with(corpora=["generated:20"], stated_licence="odbl"))
    assert licence_of_training(stricter).licence == "odbl"


# ---- where the licence of a corpus comes from -----------------------------------------------------------------------


def test_the_licence_of_each_corpus_is_found(tmp_path):
    write_tree(tmp_path / "clips", ["calm/a.bvh"])
    write_tree(tmp_path / "table", ["a.bvh", "b.bvh"])
    (tmp_path / "table" / "t.csv").write_text("path,label,corpus\na.bvh,happy,kdae\nb.bvh,sad,\n", encoding="utf-8")
    write_tree(tmp_path / "bandai", ["dataset-1_walk_sad_001.bvh"])
    assert found_in(["generated:2", f"bandai1={tmp_path / 'bandai'}"]) == {
        "generated": "apache-2.0",
        "bandai1": "cc-by-nc-4.0",
    }
    assert found_in([f"folder={tmp_path / 'clips'}"]) == {"folder": "unknown"}
    assert found_in([f"manifest={tmp_path / 'table' / 't.csv'}"]) == {"manifest": "unknown", "kdae": "other"}


def test_a_prepared_corpus_has_the_licence_of_its_card_or_of_its_preparation(tmp_path):
    prepare_corpus("generated:2", tmp_path / "out")
    spec, card = f"prepared={tmp_path / 'out'}", tmp_path / "out" / "README.md"
    assert found_in([spec])["prepared"] == "apache-2.0"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("license: apache-2.0", "license: CC-BY-SA-4.0"), encoding="utf-8")
    assert found_in([spec])["prepared"] == "cc-by-sa-4.0"
    several = text.replace("license: apache-2.0", "license: [mit, cc-by-nc-4.0]")
    card.write_text(several, encoding="utf-8")
    assert [entry.licence for entry in licences_of_corpora([spec])] == ["mit", "cc-by-nc-4.0"]
    for nothing in ("no front matter\n", "---\n{: no yaml\n---\n"):
        card.write_text(nothing, encoding="utf-8")
        assert found_in([spec])["prepared"] == "apache-2.0"
    card.unlink()
    (tmp_path / "out" / "preparation.json").write_text("{}", encoding="utf-8")
    assert found_in([spec])["prepared"] == "unknown"


def test_a_start_without_metadata_counts_by_its_card(tiny_checkpoint, tmp_path):
    assert licence_of_recipe(["generated:20"], str(tiny_checkpoint)).name == "unknown-terms"
    assert licence_of_recipe(["generated:20"], None).licence == "apache-2.0"
    assert licence_of_recipe(["generated:20"], "default").licence == "cc-by-nc-4.0"
    folder = tmp_path / "start"
    shutil.copytree(tiny_checkpoint, folder)
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n", encoding="utf-8")
    assert licence_of_recipe(["generated:20"], str(folder)).licence == "cc-by-nc-4.0"
    assert licence_of_checkpoint(folder).licence == "cc-by-nc-4.0"


# ---- the card -------------------------------------------------------------------------------------------------------


def card_of(training: dict | None, license: str | None = None) -> str:
    config = EaiLlmConfig.from_pretrained(EMBEDDED_CHECKPOINTS["default"])
    return model_card(config, training, None, licence_of_training(training, license))


def test_the_card_says_who_chose_its_licence():
    derived = card_of(made_with(corpora=["generated:20"]))
    assert derived.startswith("---\nlicense: apache-2.0\nlibrary_name") and "The person who shares" not in derived
    stated = card_of(made_with(corpora=["folder"]), "cc-by-4.0")
    assert stated.startswith("---\nlicense: cc-by-4.0\nlibrary_name")
    assert "under cc-by-4.0. The person who shares them chose this licence." in stated
    assert "| folder | unknown | Unknown. |" in stated


@pytest.mark.parametrize(
    ("training", "name", "words"),
    [
        (made_with(corpora=["generated:20", "folder"]), "unknown-terms", "Ask its owner before you share them."),
        (made_with(corpora=["diema"]), "not-to-be-shared", "These weights may not be shared"),
        (trained_under("cc-by-nc-4.0", "cc-by-sa-4.0"), "several-licences", "They are for non-commercial use."),
        (None, "unknown-terms", "| unrecorded corpora | unknown |"),
    ],
)
def test_a_card_without_a_licence_of_the_hub_says_other_and_why(training, name, words):
    card = card_of(training)
    assert card.startswith(f"---\nlicense: other\nlicense_name: {name}\n") and words in card


@pytest.mark.parametrize("name", EMBEDDED_CHECKPOINTS)
def test_the_embedded_checkpoints_name_the_licences_that_their_corpora_have(name):
    training = read_metadata(EMBEDDED_CHECKPOINTS[name], TRAINING)
    named = dict.fromkeys(CORPORA[spec.partition(":")[0]].name for spec in training["corpora"])  # studies: generated
    expected = [CorpusLicence(corpus, CORPORA[corpus].licence) for corpus in named]
    assert [CorpusLicence(**entry) for entry in training["licences"]] == expected
    without = {key: value for key, value in training.items() if key != "licences"}
    assert licence_of_training(without) == licence_of_training(training)


# ---- exporting and pushing ------------------------------------------------------------------------------------------


@pytest.fixture
def checkpoint(tiny_checkpoint, tmp_path):
    """Makes a tiny checkpoint with metadata of its training."""

    def make(**changes):
        folder = tmp_path / "checkpoint"
        shutil.copytree(tiny_checkpoint, folder)
        write_metadata(folder, TRAINING, made_with(**changes))
        return folder

    return make


def test_weights_that_may_not_be_shared_are_exported_locally_and_never_pushed(checkpoint, tmp_path, capsys):
    source, out = checkpoint(corpora=["diema"]), tmp_path / "out"
    for flags in (["--push", "someone/mine"], ["--push", "someone/mine", "--license", "mit"], ["--license", "mit"]):
        assert main(["export", str(out), "--model", str(source), *flags]) == 1
        assert "may not be shared: they were trained on diema" in capsys.readouterr().err
        assert not out.exists()
    assert main(["export", str(out), "--model", str(source), "--small"]) == 0
    assert "license_name: not-to-be-shared" in (out / "README.md").read_text(encoding="utf-8")


def test_bandai_with_a_folder_is_not_exported_as_apache_and_keeps_the_stated_licence(checkpoint, tmp_path):
    source = checkpoint(corpora=["bandai1", "folder"])
    with pytest.raises(LicenceError, match=r"apache-2.0 drops a condition of bandai1 \(cc-by-nc-4.0\): .*non-commerc"):
        export(source, tmp_path / "out", license="apache-2.0")
    assert not (tmp_path / "out").exists()
    folder = export(source, tmp_path / "out", include_backbone=False, license="cc-by-nc-4.0")
    assert "The person who shares them chose" in (folder / "README.md").read_text(encoding="utf-8")
    again = export(folder, tmp_path / "again", include_backbone=False)
    assert (again / "README.md").read_bytes() == (folder / "README.md").read_bytes()
    assert "stated_licence" not in read_metadata(source, TRAINING)


def test_push_to_hub_asks_for_the_licence_before_it_contacts_the_hub(checkpoint):
    folder = checkpoint(corpora=["folder"])
    loaded = EaiLlmForCausalLM.from_pretrained(folder), EaiSkeletonProcessor.from_pretrained(folder)
    for part in loaded:
        with pytest.raises(LicenceError, match="The licence of these corpora is unknown: folder. .* license='ID'"):
            part.push_to_hub("someone/mine")
    write_metadata(folder, TRAINING, made_with(corpora=["kdae"]))
    for part in loaded:
        with pytest.raises(LicenceError, match="may not be shared: they were trained on kdae"):
            part.push_to_hub("someone/mine", license="cc-by-4.0")


def test_a_card_that_names_a_prohibition_forbids_sharing_without_metadata(tmp_path):
    (tmp_path / "README.md").write_text("---\nlicense: other\nlicense_name: not-to-be-shared\n---\n")
    with pytest.raises(LicenceError):
        licence_of_checkpoint(tmp_path, "apache-2.0").to_push()
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    assert licence_of_checkpoint(tmp_path, " Apache-2.0 ").to_push() == "apache-2.0"
