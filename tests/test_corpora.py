"""Corpora: names of files become labels, broken files take no other with them, streams give what memory holds.

No restricted corpus is here: trees that look like them are written with the generator.
"""

import csv
import importlib.util
import json
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import SHARED_DATA
from torch.utils.data import DataLoader

from eai_llm_hf.corpora import ADAPTERS, CORPORA, FEATURES, SYNONYMS, canonical_label, load_corpus
from eai_llm_hf.corpora.dataset_card import COLUMNS
from eai_llm_hf.corpora.folders import find_folders
from eai_llm_hf.corpora.schema import LeftOut
from eai_llm_hf.generator import EMOTIONS, clip_seed, generate_clip
from eai_llm_hf.processing.reading.motion import Motion

ROOT = Path(__file__).parents[1]


def _clip_writers():
    spec = importlib.util.spec_from_file_location("make_clips", ROOT / "hub_examples" / "make_clips.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITERS = _clip_writers()


def movement(rig: str = "bandai22") -> Motion:
    """A short recording without gaps."""
    motion = generate_clip(5, emotion="sad", action="walk", rig=rig, performer=3, duration_s=1.0).motion
    motion.joints = np.nan_to_num(motion.joints, nan=0.0)
    return motion


def write_tree(root: Path, files: list[str], rig: str = "bandai22") -> Path:
    """Writes the same recording under many names; the suffix decides the format."""
    made: dict[str, bytes] = {}
    writers = {".bvh": WRITERS.write_bvh, ".csv": WRITERS.write_csv, ".npz": WRITERS.write_npz}
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix not in made:
            writers[path.suffix](movement(rig), path)
            made[path.suffix] = path.read_bytes()
        path.write_bytes(made[path.suffix])
    return root


def by_id(rows) -> dict[str, dict]:
    """Rows by clip id, which is unique."""
    found = {str(row["clip_id"]): row for row in rows}
    assert len(found) == len(list(rows))
    return found


def told(row: dict, *columns: str) -> tuple:
    """Values of some columns of a row, None where there is none."""
    return tuple(None if row[column] is None else str(row[column]) for column in columns)


def same_rows(first, second) -> bool:
    """Whether two corpora are equal bit for bit, values and types, in the same order."""
    first, second = list(first), list(second)
    for one, other in zip(first, second, strict=True):
        if list(one) != list(other):
            return False
        for column in one:
            left, right = np.asarray(one[column]), np.asarray(other[column])
            if type(one[column]) is not type(other[column]) or left.dtype != right.dtype:
                return False
            if not np.array_equal(left, right, equal_nan=left.dtype.kind == "f"):
                return False
    return True


@pytest.fixture(scope="module")
def calm_and_tense(tmp_path_factory) -> Path:
    """A folder corpus of four clips and a broken one."""
    root = tmp_path_factory.mktemp("corpora") / "mine"
    write_tree(root, ["calm/walk1.bvh", "calm/walk2.npz", "tense/walk1.bvh", "tense/day two/walk1.bvh"])
    (root / "tense" / "broken.bvh").write_text("HIERARCHY\nnonsense\n", encoding="utf-8")
    return root


# ---------------------------------------------------------------------------------------------------------- vocabulary


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
def test_forms_of_an_emotion_word_are_one_label(words, label):
    assert {canonical_label(word) for word in words} == {label}


def test_words_that_are_not_known_are_kept_and_tidied():
    assert canonical_label("Sea-Sick_today") == "sea sick today"


def test_the_vocabulary_maps_to_words_that_stand_for_themselves():
    assert all(canonical_label(word) == word for word in SYNONYMS.values())


def test_the_emotions_of_the_generator_are_words_of_the_vocabulary():
    assert all(canonical_label(emotion) == emotion for emotion in EMOTIONS)


# ------------------------------------------------------------------------------------------------------------ adapters


def test_bandai_names_give_label_content_and_family(tmp_path):
    files = ["walk-back_sad_001", "walk_not-confident_001", "bow_tired_002"]
    write_tree(tmp_path, [f"data/dataset-1_{name}.bvh" for name in files] + ["data/dataset-2_walk_sad_001.bvh"])
    rows = by_id(load_corpus(f"bandai1={tmp_path}"))
    assert told(rows["dataset-1_walk-back_sad_001"], "label", "content", "family", "performer", "corpus") == (
        ("sad", "walk-back", "walks", None, "bandai1")
    )
    assert told(rows["dataset-1_walk_not-confident_001"], "label", "family") == ("not confident", "walks")
    assert told(rows["dataset-1_bow_tired_002"], "label", "family") == (None, "bow")
    assert len(rows) == 3, "the other set stays out"
    assert list(by_id(load_corpus(f"bandai2={tmp_path}"))) == ["dataset-2_walk_sad_001"]


def test_the_real_bandai_set_has_eleven_clips_of_each_fair_style():
    root = SHARED_DATA / "bandai1"
    if not root.is_dir():
        pytest.skip("the Bandai-Namco set 1 is not beside the repository")
    recordings, left_out = ADAPTERS["bandai1"].find(root)
    labels = Counter(recording.label for recording in recordings)
    assert len(recordings) == 174 and not left_out
    assert [labels[label] for label in ("happy", "sad", "angry", "proud", "not confident")] == [11] * 5


def test_kdae_names_give_actor_emotion_and_scenario(tmp_path):
    write_tree(tmp_path, ["F01/F01A0V1.bvh", "F01/F01SU3V2.bvh", "M11/M11SA2V1.bvh", "M11/M11F5V1.bvh"], "kdae59")
    rows = by_id(load_corpus(f"kdae={tmp_path}"))
    found = {name: told(row, "label", "performer", "content") for name, row in rows.items()}
    assert found == {
        "F01A0V1": ("angry", "F01", "angry scenario 0"),
        "F01SU3V2": ("surprised", "F01", "surprised scenario 3"),
        "M11SA2V1": ("sad", "M11", "sad scenario 2"),
        "M11F5V1": ("afraid", "M11", "afraid scenario 5"),
    }


def test_emilya_is_read_by_the_words_of_its_names_and_folders(tmp_path):
    write_tree(
        tmp_path,
        [
            "Actor03/PanicFear/walk_2.bvh",
            "Actor03/anger/MoveBooks.bvh",
            "S7_joy_sit-down_01.bvh",
            "S7/walk_neutral.bvh",
        ],
    )
    found = {name: told(row, "label", "performer", "content") for name, row in by_id(load(tmp_path, "emilya")).items()}
    assert found == {
        "Actor03/PanicFear/walk_2": ("afraid", "actor 3", "walk"),
        "Actor03/anger/MoveBooks": ("angry", "actor 3", "move books"),
        "S7_joy_sit-down_01": ("happy", "s 7", "sit down"),
        "S7/walk_neutral": ("neutral", "s 7", "walk"),
    }


def test_a_name_with_two_emotions_has_no_label(tmp_path):
    write_tree(tmp_path, ["joy_or_shame.bvh", "joy.bvh"])
    assert {name: told(row, "label") for name, row in by_id(load(tmp_path, "emilya")).items()} == {
        "joy": ("happy",),
        "joy_or_shame": (None,),
    }


def test_egbm_takes_kinect_tables_in_folders_of_emotions(tmp_path):
    write_tree(tmp_path, ["disgust/actor 12/1.csv", "Surprise/Actor02_5.csv"], "kinect_v2_25")
    found = {name: told(row, "label", "performer", "content") for name, row in by_id(load(tmp_path, "egbm")).items()}
    assert found == {
        "Surprise/Actor02_5": ("surprised", "actor 2", "Surprise/Actor02_5"),
        "disgust/actor 12/1": ("disgusted", "actor 12", "disgust/actor 12/1"),
    }


def test_a_corpus_whose_names_say_no_emotion_points_to_the_manifest(tmp_path):
    write_tree(tmp_path, ["01/Jy_1.bvh"])
    with pytest.raises(ValueError, match="has one of the emotion words .*manifest=FILE"):
        load(tmp_path, "emilya")


def test_diema_names_give_performer_emotion_and_intensity(tmp_path):
    files = ["JP_06_anger_2_M", "JP_06_anger_2_L", "TW_11_gratitude_1_H", "TW_11_jealousy_3_L"]
    write_tree(tmp_path, [f"bvh/train/{name}.bvh" for name in files])
    rows = by_id(load(tmp_path, "diema"))
    assert told(rows["JP_06_anger_2_M"], "label", "performer", "content") == ("angry", "JP_06", "angry scenario 2")
    assert told(rows["TW_11_gratitude_1_H"], "label", "performer") == ("grateful", "TW_11")
    assert told(rows["TW_11_jealousy_3_L"], "label") == ("jealous",)
    assert [rows[name]["intensity"] for name in files] == pytest.approx([2 / 3, 1 / 3, 1.0, 1 / 3])


def test_the_test_side_of_diema_stays_without_labels(tmp_path):
    write_tree(
        tmp_path,
        ["bvh/train/JP_06_anger_2_M.bvh", "bvh/test/JP_09_0001.bvh", "bvh/test/TW_11_joy_1_H.bvh"],
        "bandai22",
    )
    rows = by_id(load(tmp_path, "diema"))
    assert told(rows["test/JP_09_0001"], "label", "performer") == (None, "JP_09")
    assert told(rows["test/TW_11_joy_1_H"], "label", "content") == (None, "test/TW_11_joy_1_H")
    assert np.isnan(rows["test/TW_11_joy_1_H"]["intensity"])
    assert by_id(load(tmp_path / "bvh" / "test", "diema")).keys() == {"test/JP_09_0001", "test/TW_11_joy_1_H"}


def test_clips_that_a_table_of_diema_lists_and_that_are_not_there_are_named(tmp_path):
    write_tree(tmp_path, ["bvh/train/JP_06_anger_2_M.bvh"])
    table = "id,file\n1,bvh/train/JP_06_anger_2_M.bvh\n2,bvh/train/JP_06_joy_1_H.bvh\n"
    (tmp_path / "train_data.csv").write_text(table, encoding="utf-8")
    _, left_out = ADAPTERS["diema"].find(tmp_path)
    assert left_out == [LeftOut("bvh/train/JP_06_joy_1_H.bvh", "is listed in train_data.csv and not there")]


def load(root: Path, corpus: str):
    return load_corpus(f"{corpus}={root}")


@pytest.mark.parametrize(
    ("corpus", "example"), [("kdae", "F01A0V1"), ("diema", "JP_06"), ("bandai2", "dataset-2_walk")]
)
def test_a_folder_of_another_corpus_is_refused_with_an_example_of_the_names(tmp_path, corpus, example):
    write_tree(tmp_path, ["calm/walk.bvh"])
    with pytest.raises(ValueError, match=rf"named as those of corpus '{corpus}' are: {example}"):
        load(tmp_path, corpus)


def test_a_take_that_lies_there_twice_is_taken_once(tmp_path, caplog):
    write_tree(
        tmp_path, ["F01/F01A0V1.bvh", "copy/F01A0V1.bvh", "F01/F01H1V1.bvh", "F01/notes.bvh", "F01/._F01A0V1.bvh"]
    )
    assert list(by_id(load(tmp_path, "kdae"))) == ["F01A0V1", "F01H1V1"]
    assert "copy/F01A0V1.bvh: is the take of F01/F01A0V1.bvh once more" in caplog.text
    assert "F01/notes.bvh: its name is not of the form F01A0V1.bvh" in caplog.text
    assert "2 left out" in caplog.text, "hidden files are none"


# ---------------------------------------------------------------------------------------------- folders and manifests


def test_a_folder_is_a_label_in_the_words_of_the_vocabulary(tmp_path):
    write_tree(tmp_path / "mine", ["joy/a.bvh", "Happiness/b.bvh", "very-tense/a.bvh"])
    rows = by_id(load(tmp_path / "mine", "folder"))
    assert {name: told(row, "label", "content", "family", "corpus") for name, row in rows.items()} == {
        "joy/a": ("happy", "a", "a", "mine"),
        "Happiness/b": ("happy", "b", "b", "mine"),
        "very-tense/a": ("very tense", "a", "a", "mine"),
    }


def test_files_of_one_name_in_a_folder_are_clips_of_their_own(tmp_path, caplog):
    write_tree(tmp_path, ["calm/walk.bvh", "calm/walk.npz", "calm/again/walk.bvh", "stray.bvh"])
    assert set(by_id(load(tmp_path, "folder"))) == {"calm/walk.bvh", "calm/walk.npz", "calm/again/walk"}
    assert "stray.bvh: lies beside the sub-folders" in caplog.text


def test_a_broken_file_is_named_and_takes_no_other_with_it(calm_and_tense, caplog):
    assert len(load(calm_and_tense, "folder")) == 4
    assert re.search(r"1 left out beside 5 recordings:\s+tense/broken\.bvh: line 2", caplog.text)
    assert str(calm_and_tense) not in caplog.text


def test_an_error_that_no_reader_should_raise_takes_no_other_file_with_it(calm_and_tense, monkeypatch, caplog):
    from eai_llm_hf.corpora import schema

    read = schema.read_motions

    def fails_once(path, **given):
        if path.name == "walk2.npz":
            raise RecursionError("too deep")
        return read(path, **given)

    monkeypatch.setattr(schema, "read_motions", fails_once)
    assert len(load(calm_and_tense, "folder")) == 3
    assert "calm/walk2.npz: RecursionError: too deep" in caplog.text


def test_a_file_name_that_is_no_text_does_not_stop_the_others(tmp_path):
    write_tree(tmp_path, ["calm/walk.bvh"])
    try:
        os.rename(tmp_path / "calm" / "walk.bvh", os.fsencode(tmp_path) + b"/calm/w\xe4lk.bvh")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    write_tree(tmp_path, ["calm/run.bvh"])
    assert set(by_id(load(tmp_path, "folder"))) == {"calm/run", "calm/w\\udce4lk"}


def test_people_of_one_recording_are_clips_of_their_own(tmp_path):
    joints = generate_clip(5, rig="smpl22", duration_s=1.0).motion.joints
    (tmp_path / "calm").mkdir()
    np.savez(tmp_path / "calm" / "two.npz", joints=np.stack([joints, joints]), fps=30, layout="smpl22")
    assert list(by_id(load(tmp_path, "folder"))) == ["calm/two", "calm/two#1"]


MANIFEST_ROWS = [
    {"path": "a.bvh", "label": "Joy", "performer": "ann", "content": "walk-back", "clip_id": "first", "corpus": "lab"},
    {"path": "deep/b.npy", "label": "", "fps": "30", "layout": "smpl22"},
]


@pytest.fixture
def recordings(tmp_path) -> Path:
    """A folder with the files that `MANIFEST_ROWS` names."""
    write_tree(tmp_path, ["a.bvh"])
    (tmp_path / "deep").mkdir()
    np.save(tmp_path / "deep" / "b.npy", movement("smpl22").joints)
    return tmp_path


def write_manifest(path: Path, rows: list[dict]) -> Path:
    if path.suffix == ".jsonl":
        lines = [json.dumps({key: value or None for key, value in row.items()}) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, restval="")
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.mark.parametrize("name", ["clips.csv", "clips.jsonl"])
def test_a_manifest_says_what_names_do_not(recordings, name):
    rows = by_id(load(write_manifest(recordings / name, MANIFEST_ROWS), "manifest"))
    assert told(rows["first"], "label", "performer", "content", "family", "corpus", "source") == (
        ("happy", "ann", "walk-back", "walks", "lab", "a.bvh")
    )
    assert told(rows["deep/b.npy"], "label", "performer", "content", "corpus") == (None, None, "deep/b.npy", "clips")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"path": "gone.bvh", "label": "calm"}, "gone.bvh: there is no such file"),
        ({"path": "../x/notes.txt", "label": "calm"}, "notes.txt: expected a file .bvh"),
        ({"path": "", "label": "calm"}, "has an empty path"),
        ({"path": "deep/b.npy", "label": "calm", "fps": "often"}, "expected frames per second as fps, found 'often'"),
        ({"path": "deep/b.npy", "label": "calm", "fps": "-5"}, "expected frames per second as fps, found '-5'"),
        ({"path": "a.bvh", "label": "calm", "clip_id": "first"}, "clip 'first' stands in line"),
        ({"path": "a\0.bvh", "label": "calm"}, "there is no such file"),
    ],
)
@pytest.mark.parametrize("name", ["clips.csv", "clips.jsonl"])
def test_a_wrong_row_is_named_by_its_line_and_the_others_are_read(recordings, name, row, words, caplog):
    assert len(load(write_manifest(recordings / name, [*MANIFEST_ROWS, row]), "manifest")) == 2
    line = 4 if name == "clips.csv" else 3
    assert f"{name} line {line}: " in caplog.text and words in caplog.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "is no JSON"),
        ("[" * 20_000, "is no JSON"),
        ("[1, 2]", "expected a JSON object, found [1, 2]"),
        ('{"path": "a.bvh"}', "has no 'label'"),
        ('{"path": ["a.bvh"], "label": "calm"}', "expected text as path, found ['a.bvh']"),
        ('{"path": "deep/b.npy", "label": "calm", "fps": true}', "as fps, found True"),
        ('{"path": "deep/b.npy", "label": "calm", "fps": NaN}', "as fps, found nan"),
    ],
)
def test_a_wrong_line_of_json_is_named(recordings, line, words, caplog):
    manifest = recordings / "clips.jsonl"
    manifest.write_text('{"path": "a.bvh", "label": "calm"}\n\n' + line + "\n", encoding="utf-8")
    assert len(load(manifest, "manifest")) == 1
    assert "clips.jsonl line 3: " in caplog.text and words in caplog.text


def test_rows_of_a_table_with_other_cells_than_the_header_are_named(recordings, caplog):
    manifest = recordings / "clips.csv"
    manifest.write_bytes(b'\xef\xbb\xbfpath,label\r\na.bvh,calm\r\na.bvh\r\n\r\n"a.bvh,calm\r\nb.bvh,calm\r\n')
    assert len(load(manifest, "manifest")) == 1
    assert "line 3: expected 2 cells as in the header, found 1" in caplog.text
    assert "clips.csv line 5: " in caplog.text, "a quotation mark that is not closed"


def test_columns_that_a_manifest_has_beside_the_known_ones_are_noted(recordings, caplog):
    rows = [{**row, "mood": "?"} for row in MANIFEST_ROWS]
    load(write_manifest(recordings / "clips.csv", rows), "manifest")
    assert "clips.csv: not used are the columns mood; known are path, label, performer" in caplog.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "clips.csv",
            b"file,label\na.bvh,calm\n",
            "clips.csv line 1: expected the columns path, label; path is missing",
        ),
        ("clips.csv", b"", "path, label is missing"),
        ("clips.csv", b"path,label\n\xff\xfe,calm\n", "expected text in UTF-8"),
        ("clips.csv", b"path,label\n" + b"x" * 200_000, "clips.csv line 2: .* over 100000 characters"),
        ("clips.jsonl", b'"' * 200_000, "clips.jsonl line 1: .* over 100000 characters"),
        ("clips.txt", b"path,label\n", "A manifest is a file .csv or .jsonl"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=words):
        load(tmp_path / name, "manifest")


# --------------------------------------------------------------------------------------------- generator and streaming


def test_generated_rows_hold_what_was_expressed_and_how_strongly():
    row = load_corpus("generated:3", seed=4)[2]
    made = generate_clip(clip_seed(4, 2))
    assert float(row["intensity"]) == pytest.approx(made.intensity)
    assert json.loads(str(row["expression"])) == pytest.approx(made.expression, abs=1e-6)
    assert told(row, "label", "clip_id", "source") == (made.label, "generated-4-2", "generated")


@pytest.mark.parametrize("seed", [0, 3])
def test_a_stream_of_the_generator_gives_what_memory_holds(seed):
    stream = load_corpus("generated:40", seed, streaming=True)
    assert stream.features == FEATURES
    assert same_rows(load_corpus("generated:40", seed), stream)


def test_a_stream_of_files_gives_what_memory_holds(calm_and_tense, caplog):
    assert same_rows(load(calm_and_tense, "folder"), load_corpus(f"folder={calm_and_tense}", streaming=True))
    assert "left out: tense/broken.bvh: line 2" in caplog.text


def test_the_workers_of_a_loader_share_a_stream(calm_and_tense):
    stream = load_corpus("generated:70", streaming=True)
    ids = [str(row["clip_id"]) for batch in DataLoader(stream, 8, num_workers=2, collate_fn=list) for row in batch]
    assert sorted(ids) == sorted(f"generated-0-{number}" for number in range(70))


def test_a_million_clips_begin_at_once():
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
def test_a_corpus_that_is_not_there_is_named(spec, words, streaming):
    with pytest.raises(ValueError, match=words):
        load_corpus(spec, streaming=streaming)


def test_a_folder_without_a_readable_clip_says_why(tmp_path):
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "broken.bvh").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"No clip of corpus .* could be read.\n  calm/broken.bvh: "):
        load(tmp_path, "folder")


# ---------------------------------------------------------------------------------------------------------------- page


def test_the_page_on_corpora_says_what_the_code_says():
    page = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    table = {row[0].strip("`").partition("=")[0].partition("[")[0]: row[1:] for row in cells}
    for name, about in CORPORA.items():
        assert table[name][1] == about.licence and table[name][-1] == about.tried_on
    assert all(table[column][-1] == meaning for column, meaning in COLUMNS.items())
    assert list(COLUMNS) == list(FEATURES)


def test_rigs_of_the_generator_take_turns_where_they_are_named():
    rows = load_corpus("generated:6:cmu31,smpl22")
    assert [str(corpus) for corpus in rows["corpus"]] == ["generated-cmu31", "generated-smpl22"] * 3
    with pytest.raises(ValueError, match=r"rigs that the generator lacks: \['kinect'\]; it has .*smpl22"):
        load_corpus("generated:6:kinect")


def test_the_styles_of_bandai_2_that_were_recorded_together_are_labels_on_request(tmp_path):
    files = [f"dataset-2_walk_{style}_001.bvh" for style in ("active", "elderly", "masculine")]
    write_tree(tmp_path, files)
    styles = by_id(load_corpus(f"bandai2_styles={tmp_path}"))
    assert [styles[name]["label"] for name in sorted(styles)] == ["active", "elderly", None]
    assert all(row["label"] is None for row in load_corpus(f"bandai2={tmp_path}"))


# ---------------------------------------------------------------------------------------- the performers of a folder


@pytest.fixture
def folder_of(tmp_path):
    """Writes files, each of its own, and finds the recordings; gives performer by path."""

    def find(*files: str, pattern: str | None = None) -> dict[str, str | None]:
        for file in files:
            (tmp_path / "mine" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "mine" / file).touch()
        recordings, left_out = find_folders(tmp_path / "mine", pattern)
        assert len(recordings) + len(left_out) == len(files)
        return {recording.source: recording.performer for recording in recordings}

    return find


def test_sub_folders_that_labels_share_are_performers_and_that_is_said(folder_of, caplog):
    files = ("calm/anna/a.bvh", "calm/ben/deep/a.bvh", "tense/anna/b.bvh", "tense/ben/a.bvh", "tense/carl/a.bvh")
    assert folder_of(*files) == {file: file.split("/")[1] for file in files}
    assert (
        "mine: the 3 sub-folders below the labels (anna, ben, carl) are taken for performers, since 2 of"
        in caplog.text
    )
    assert "--performer-pattern none" in caplog.text


@pytest.mark.parametrize(
    "files",
    [
        ("calm/anna/a.bvh", "tense/anna/b.bvh"),  # one alone tells no one apart
        (
            "calm/anna/a.bvh",
            "calm/ben/a.bvh",
            "tense/anna/b.bvh",
            "tense/ben/b.bvh",
            "tense/c.bvh",
        ),  # not all lie in one
        ("calm/day1/a.bvh", "calm/day2/a.bvh", "tense/day3/a.bvh", "tense/day4/a.bvh"),  # labels share none
        ("joy/anna/a.bvh", "happiness/anna/b.bvh", "joy/ben/a.bvh", "happiness/ben/b.bvh"),  # these are one label
    ],
)
def test_other_sub_folders_are_not_taken_for_performers(folder_of, caplog, files):
    assert set(folder_of(*files).values()) == {None}
    assert caplog.text == ""


def test_a_pattern_names_performers_and_none_says_that_they_are_not_known(folder_of, caplog):
    files = ("calm/S01_walk.bvh", "tense/S02_walk.bvh", "tense/test.bvh", "S03_stray.bvh")
    assert folder_of(*files, pattern=r"(?P<performer>S\d+)_") == {files[0]: "S01", files[1]: "S02"}
    assert folder_of("calm/anna/a.bvh", "tense/anna/a.bvh", *files, pattern="none")["calm/anna/a.bvh"] is None
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"S\d+", r"pattern 'S\\d\+' has no group 'performer'; expected for example '\(\?P<performer>S"),
        ("(?P<performer>", "is not a regular expression"),
        (r"(?P<performer>T\d+)", "matches none of the 2 files below .*mine; the first is calm/S01_walk.bvh"),
    ],
)
def test_a_wrong_pattern_is_refused(folder_of, pattern, words):
    with pytest.raises(ValueError, match=words):
        folder_of("calm/S01_walk.bvh", "tense/S02_walk.bvh", pattern=pattern)


def test_a_number_sign_in_a_name_is_not_the_number_of_a_person(tmp_path):
    for label in ("calm", "tense"):
        for performer in ("p#1", "p#2"):
            (tmp_path / label / performer).mkdir(parents=True)
            (tmp_path / label / performer / "walk#1.npz").touch()
    recordings, _ = find_folders(tmp_path)
    assert {recording.performer for recording in recordings} == {"p%231", "p%232"}
    assert not any("#" in recording.clip_id for recording in recordings)
