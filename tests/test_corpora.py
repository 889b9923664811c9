"""Corpora by name: labels, generated and streamed rows, broken files and corpora that do not exist."""

import json
import re
from pathlib import Path

import pytest
from corpus_files import load, same_rows, values_of, write_tree
from torch.utils.data import DataLoader

from eai_llm_hf.corpora import CORPORA, FEATURES, SYNONYMS, canonical_label, load_corpus
from eai_llm_hf.corpora.dataset_card import COLUMNS
from eai_llm_hf.generator import EMOTIONS, clip_seed, generate_clip
from eai_llm_hf.processing import vocabulary
from eai_llm_hf.processing.vocabulary import trained_word

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (("joy", "Happiness", "HAPPY"), "happy"),
        (("fear", "panic fear", "Panic_Fear", "afraid"), "afraid"),
        (("anger", "angry"), "angry"),
        (("not-confident", "not_confident", " not  confident "), "not confident"),
        (("sadness",), "sad"),
        (("disgust",), "disgusted"),
        (("surprise",), "surprised"),
        (("anxiety",), "anxious"),
        (("shame",), "ashamed"),
        (("guilt",), "guilty"),
        (("contempt",), "contemptuous"),
        (("jealousy",), "jealous"),
        (("gratitude",), "grateful"),
        (("Pride",), "proud"),
        (("neutral",), "neutral"),
    ],
)
def test_all_forms_of_an_emotion_word_give_one_label(words, label):
    assert {canonical_label(word) for word in words} == {label}


LISTS = {
    "KDAE": ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    "Emilya": ("joy", "anger", "panic fear", "anxiety", "sadness", "shame", "pride", "neutral"),
    "EGBM": ("neutral", "sadness", "surprise", "fear", "disgust", "anger", "happiness"),
    "DIEM-A": (
        *("anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise", "jealousy", "shame", "guilt"),
        *("gratitude", "pride"),
    ),
}


@pytest.mark.parametrize("words", LISTS.values(), ids=LISTS.keys())
def test_the_emotions_of_a_corpus_are_words_of_the_vocabulary_and_stay_apart(words):
    assert set(words) <= set(SYNONYMS) and len({canonical_label(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("word", "trained"),
    [("grief", "sad"), ("Rage", "angry"), ("cheerful", "happy"), ("scared", "afraid"), ("sad", "sad")],
)
def test_an_everyday_word_means_a_trained_one(word, trained):
    assert trained_word(word, ["happy", "sad", "angry", "afraid"]) == trained


@pytest.mark.parametrize(
    "word", ["calm", "bored", "tense", "relieved", "irritated", "depressed", "triumphant", "scared"]
)
def test_a_word_without_a_near_trained_one_means_none(word):
    assert trained_word(word, ["happy", "sad", "angry", "proud", "not confident", "neutral"]) is None


def test_a_checkpoint_may_have_been_trained_on_another_form_than_the_vocabulary_has():
    assert trained_word("happy", ["joy", "sadness"]) == "joy"
    assert trained_word("joy", ["happy", "joy"]) == "joy", "a trained word means itself"


def test_no_form_belongs_to_two_words():
    forms = [form for form in SYNONYMS if canonical_label(form) != form]
    listed = [form for pair in vocabulary._FORMS.values() for each in pair for form in each.split(", ") if form]
    assert sorted(forms) == sorted(listed) and "joy" in forms


def test_unknown_words_are_kept_and_tidied():
    assert canonical_label("Sea-Sick_today") == "sea sick today"


def test_the_words_of_the_vocabulary_map_to_themselves():
    assert all(canonical_label(word) == word for word in SYNONYMS.values())


def test_the_emotions_of_the_generator_are_words_of_the_vocabulary():
    assert all(canonical_label(emotion) == emotion for emotion in EMOTIONS)


@pytest.fixture(scope="module")
def calm_and_tense(tmp_path_factory) -> Path:
    """A folder corpus of four clips and a broken one."""
    root = tmp_path_factory.mktemp("corpora") / "mine"
    write_tree(root, ["calm/walk1.bvh", "calm/walk2.npz", "tense/walk1.bvh", "tense/day two/walk1.bvh"])
    (root / "tense" / "broken.bvh").write_text("HIERARCHY\nnonsense\n", encoding="utf-8")
    return root


def test_a_broken_file_is_reported_and_the_others_are_read(calm_and_tense, caplog):
    assert len(load(calm_and_tense, "folder")) == 4
    assert re.search(r"1 left out; 5 recordings found:\s+tense/broken\.bvh: line 2", caplog.text)
    assert str(calm_and_tense) not in caplog.text


def test_an_unexpected_error_in_a_reader_is_reported_and_the_other_files_are_read(calm_and_tense, monkeypatch, caplog):
    from eai_llm_hf.corpora import rows

    read = rows.read_motions

    def fails_once(path, **given):
        if path.name == "walk2.npz":
            raise RecursionError("too deep")
        return read(path, **given)

    monkeypatch.setattr(rows, "read_motions", fails_once)
    assert len(load(calm_and_tense, "folder")) == 3
    assert "calm/walk2.npz: RecursionError: too deep" in caplog.text


def test_generated_rows_state_the_expression_and_its_intensity():
    row = load_corpus("generated:3", seed=4)[2]
    made = generate_clip(clip_seed(4, 2))
    assert float(row["intensity"]) == pytest.approx(made.intensity)
    assert json.loads(str(row["expression"])) == pytest.approx(made.expression, abs=1e-6)
    assert values_of(row, "label", "clip_id", "source") == (made.label, "generated-4-2", "generated")


@pytest.mark.parametrize("seed", [0, 3])
def test_a_stream_of_the_generator_equals_the_corpus_in_memory(seed):
    stream = load_corpus("generated:40", seed, streaming=True)
    assert stream.features == FEATURES
    assert same_rows(load_corpus("generated:40", seed), stream)


def test_a_stream_of_files_equals_the_corpus_in_memory(calm_and_tense, caplog):
    assert same_rows(load(calm_and_tense, "folder"), load_corpus(f"folder={calm_and_tense}", streaming=True))
    assert "left out: tense/broken.bvh: line 2" in caplog.text


def test_the_workers_of_a_data_loader_share_a_stream(calm_and_tense):
    stream = load_corpus("generated:70", streaming=True)
    ids = [str(row["clip_id"]) for batch in DataLoader(stream, 8, num_workers=2, collate_fn=list) for row in batch]
    assert sorted(ids) == sorted(f"generated-0-{number}" for number in range(70))


def test_a_stream_of_a_million_clips_starts_at_once():
    stream = load_corpus("generated:1000000", streaming=True)
    assert stream.num_shards > 1000
    first = next(iter(stream))
    assert str(first["clip_id"]) == "generated-0-0" and first["joints"].shape[1:] == (22, 3)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("emilya", "found 'emilya'"),
        ("unheard=of", "A corpus is generated.*kdae=FOLDER.*found 'unheard=of'"),
        ("generated:many", "found 'many'"),
        ("generated:0", "found '0'"),
        ("kdae=nowhere", "folder of corpus 'kdae' does not exist: nowhere"),
        ("manifest=nowhere.csv", "file of corpus 'manifest' does not exist: nowhere.csv"),
        ("prepared=nowhere", "nowhere was not written by `eai-llm data prepare`"),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_missing_corpus_is_reported_by_name(spec, words, streaming):
    with pytest.raises(ValueError, match=words):
        load_corpus(spec, streaming=streaming)


def test_a_folder_without_a_readable_clip_says_why(tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "broken.bvh").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"No clip of corpus .* could be read.\n  calm/broken.bvh: "):
        load(tmp_path, "folder")


def test_the_page_on_corpora_says_what_the_code_says():
    page = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    table = {row[0].strip("`").partition("=")[0].partition("[")[0]: row[1:] for row in cells}
    for name, about in CORPORA.items():
        assert table[name][1] == about.licence and table[name][-1] == about.tried_on
    assert all(table[column][-1] == meaning for column, meaning in COLUMNS.items())
    assert list(COLUMNS) == list(FEATURES)


def test_named_rigs_of_the_generator_take_turns():
    rows = load_corpus("generated:6:cmu31,smpl22")
    assert [str(corpus) for corpus in rows["corpus"]] == ["generated-cmu31", "generated-smpl22"] * 3
    with pytest.raises(ValueError, match=r"rigs that the generator lacks: \['kinect'\]; it has .*smpl22"):
        load_corpus("generated:6:kinect")
