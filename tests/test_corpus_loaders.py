"""Loaders of published corpora: file names become labels, performers and contents.

No restricted corpus is here: trees that look like them are written with the generator.
"""

from collections import Counter

import numpy as np
import pytest
from conftest import SHARED_DATA
from corpus_files import by_id, load, values_of, write_tree

from eai_llm_hf.corpora import LOADERS, load_corpus
from eai_llm_hf.corpora.schema import LeftOut


def test_bandai_names_give_label_content_and_family(tmp_path):
    files = ["walk-back_sad_001", "walk_not-confident_001", "bow_tired_002"]
    write_tree(tmp_path, [f"data/dataset-1_{name}.bvh" for name in files] + ["data/dataset-2_walk_sad_001.bvh"])
    rows = by_id(load_corpus(f"bandai1={tmp_path}"))
    assert values_of(rows["dataset-1_walk-back_sad_001"], "label", "content", "family", "performer", "corpus") == (
        ("sad", "walk-back", "walks", None, "bandai1")
    )
    assert values_of(rows["dataset-1_walk_not-confident_001"], "label", "family") == ("not confident", "walks")
    assert values_of(rows["dataset-1_bow_tired_002"], "label", "family") == (None, "bow")
    assert len(rows) == 3, "the other set is left out"
    assert list(by_id(load_corpus(f"bandai2={tmp_path}"))) == ["dataset-2_walk_sad_001"]


def test_the_real_bandai_set_has_eleven_clips_of_each_fair_style():
    root = SHARED_DATA / "bandai1"
    if not root.is_dir():
        pytest.skip("the Bandai-Namco set 1 is not next to the repository")
    files, left_out = LOADERS["bandai1"].find(root)
    labels = Counter(file.label for file in files)
    assert len(files) == 174 and not left_out
    assert [labels[label] for label in ("happy", "sad", "angry", "proud", "not confident")] == [11] * 5


def test_kdae_names_give_actor_emotion_and_scenario(tmp_path):
    write_tree(tmp_path, ["F01/F01A0V1.bvh", "F01/F01SU3V2.bvh", "M11/M11SA2V1.bvh", "M11/M11F5V1.bvh"], "kdae59")
    rows = by_id(load_corpus(f"kdae={tmp_path}"))
    found = {name: values_of(row, "label", "performer", "content") for name, row in rows.items()}
    assert found == {
        "F01A0V1": ("angry", "F01", "angry scenario 0"),
        "F01SU3V2": ("surprised", "F01", "surprised scenario 3"),
        "M11SA2V1": ("sad", "M11", "sad scenario 2"),
        "M11F5V1": ("afraid", "M11", "afraid scenario 5"),
    }


def test_emilya_is_read_by_the_words_of_its_file_and_folder_names(tmp_path):
    write_tree(
        tmp_path,
        [
            "Actor03/PanicFear/walk_2.bvh",
            "Actor03/anger/MoveBooks.bvh",
            "S7_joy_sit-down_01.bvh",
            "S7/walk_neutral.bvh",
        ],
    )
    found = {
        name: values_of(row, "label", "performer", "content") for name, row in by_id(load(tmp_path, "emilya")).items()
    }
    assert found == {
        "Actor03/PanicFear/walk_2": ("afraid", "actor 3", "walk"),
        "Actor03/anger/MoveBooks": ("angry", "actor 3", "move books"),
        "S7_joy_sit-down_01": ("happy", "s 7", "sit down"),
        "S7/walk_neutral": ("neutral", "s 7", "walk"),
    }


def test_a_name_with_two_emotions_has_no_label(tmp_path):
    write_tree(tmp_path, ["joy_or_shame.bvh", "joy.bvh"])
    assert {name: values_of(row, "label") for name, row in by_id(load(tmp_path, "emilya")).items()} == {
        "joy": ("happy",),
        "joy_or_shame": (None,),
    }


def test_egbm_reads_kinect_tables_in_folders_of_emotions(tmp_path):
    write_tree(tmp_path, ["disgust/actor 12/1.csv", "Surprise/Actor02_5.csv"], "kinect_v2_25")
    found = {
        name: values_of(row, "label", "performer", "content") for name, row in by_id(load(tmp_path, "egbm")).items()
    }
    assert found == {
        "Surprise/Actor02_5": ("surprised", "actor 2", "Surprise/Actor02_5"),
        "disgust/actor 12/1": ("disgusted", "actor 12", "disgust/actor 12/1"),
    }


def test_file_names_without_an_emotion_point_to_the_manifest(tmp_path):
    write_tree(tmp_path, ["01/Jy_1.bvh"])
    with pytest.raises(ValueError, match="has one of the emotion words .*manifest=FILE"):
        load(tmp_path, "emilya")


def test_diema_names_give_performer_emotion_and_intensity(tmp_path):
    files = ["JP_06_anger_2_M", "JP_06_anger_2_L", "TW_11_gratitude_1_H", "TW_11_jealousy_3_L"]
    write_tree(tmp_path, [f"bvh/train/{name}.bvh" for name in files])
    rows = by_id(load(tmp_path, "diema"))
    assert values_of(rows["JP_06_anger_2_M"], "label", "performer", "content") == (
        "angry",
        "JP_06",
        "angry scenario 2",
    )
    assert values_of(rows["TW_11_gratitude_1_H"], "label", "performer") == ("grateful", "TW_11")
    assert values_of(rows["TW_11_jealousy_3_L"], "label") == ("jealous",)
    assert [rows[name]["intensity"] for name in files] == pytest.approx([2 / 3, 1 / 3, 1.0, 1 / 3])


def test_the_test_side_of_diema_gets_no_labels(tmp_path):
    write_tree(
        tmp_path,
        ["bvh/train/JP_06_anger_2_M.bvh", "bvh/test/JP_09_0001.bvh", "bvh/test/TW_11_joy_1_H.bvh"],
        "bandai22",
    )
    rows = by_id(load(tmp_path, "diema"))
    assert values_of(rows["test/JP_09_0001"], "label", "performer") == (None, "JP_09")
    assert values_of(rows["test/TW_11_joy_1_H"], "label", "content") == (None, "test/TW_11_joy_1_H")
    assert np.isnan(rows["test/TW_11_joy_1_H"]["intensity"])
    assert by_id(load(tmp_path / "bvh" / "test", "diema")).keys() == {"test/JP_09_0001", "test/TW_11_joy_1_H"}


def test_missing_clips_that_a_table_of_diema_lists_are_reported(tmp_path):
    write_tree(tmp_path, ["bvh/train/JP_06_anger_2_M.bvh"])
    table = "id,file\n1,bvh/train/JP_06_anger_2_M.bvh\n2,bvh/train/JP_06_joy_1_H.bvh\n"
    (tmp_path / "train_data.csv").write_text(table, encoding="utf-8")
    _, left_out = LOADERS["diema"].find(tmp_path)
    assert left_out == [LeftOut("bvh/train/JP_06_joy_1_H.bvh", "is listed in train_data.csv but missing")]


@pytest.mark.parametrize(
    ("corpus", "example"), [("kdae", "F01A0V1"), ("diema", "JP_06"), ("bandai2", "dataset-2_walk")]
)
def test_a_folder_of_another_corpus_is_refused_with_an_example_name(tmp_path, corpus, example):
    write_tree(tmp_path, ["calm/walk.bvh"])
    with pytest.raises(ValueError, match=rf"a name like those of corpus '{corpus}': {example}"):
        load(tmp_path, corpus)


def test_of_two_files_of_one_take_one_is_read(tmp_path, caplog):
    write_tree(
        tmp_path, ["F01/F01A0V1.bvh", "copy/F01A0V1.bvh", "F01/F01H1V1.bvh", "F01/notes.bvh", "F01/._F01A0V1.bvh"]
    )
    assert list(by_id(load(tmp_path, "kdae"))) == ["F01A0V1", "F01H1V1"]
    assert "copy/F01A0V1.bvh: is another file of the take F01/F01A0V1.bvh" in caplog.text
    assert "F01/notes.bvh: its name is not of the form F01A0V1.bvh" in caplog.text
    assert "2 left out" in caplog.text, "hidden files do not count"


def test_bandai2_styles_labels_the_styles_that_were_recorded_in_one_session(tmp_path):
    files = [f"dataset-2_walk_{style}_001.bvh" for style in ("active", "elderly", "masculine")]
    write_tree(tmp_path, files)
    styles = by_id(load_corpus(f"bandai2_styles={tmp_path}"))
    assert [styles[name]["label"] for name in sorted(styles)] == ["active", "elderly", None]
    assert all(row["label"] is None for row in load_corpus(f"bandai2={tmp_path}"))
