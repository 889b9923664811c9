"""Loaders of published corpora: file names become labels, performers and contents.

No restricted corpus is here: trees that look like them are written with the generator.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import SHARED_DATA
from corpus_files import WRITERS, by_id, load, same_rows, values_of, write_tree

from eai_llm_hf.corpora import LOADERS, as_clip, load_corpus
from eai_llm_hf.corpora.schema import LeftOut
from eai_llm_hf.corpora.splits import split_rows
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX


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
    ("corpus", "example"),
    [("kdae", "F01A0V1"), ("diema", "JP_06"), ("bandai2", "dataset-2_walk"), ("style100", "Angry_FW")],
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


# ---------------------------------------------------------------------------------------------- people telling stories

STORIES = """path,candidates,skeleton_group,story
clips/0.bvh,Amused,S0,"Two fluffy ducklings, and a drake ."
clips/1.bvh,Joyous,S0,two fluffy ducklings
clips/2.bvh,Disgusted|Relieved,S1,it is
clips/3.bvh,,S1,NA
clips/4.bvh,Ashamed,S1,THAT is real!
clips/5.bvh,Afraid,S1,It is  that is real
"""


def write_stories(root: Path, table: str = STORIES, clips: int = 6) -> Path:
    """A folder like the corpus, with made-up stories."""
    write_tree(root, [f"clips/{number}.bvh" for number in range(clips)])
    (root / "manifest.csv").write_text(table, encoding="utf-8")
    return root


def test_one_candidate_of_a_told_story_is_its_label(tmp_path):
    rows = by_id(load(write_stories(tmp_path), "mpi_stories"))
    labels = [values_of(rows[f"clips/{number}.bvh"], "label")[0] for number in range(6)]
    assert labels == ["happy", "happy", None, None, "ashamed", "afraid"]
    assert {values_of(row, "corpus", "performer") for row in rows.values()} == {("mpi_stories", None)}


def test_the_content_of_a_story_is_its_text_and_passages_of_one_text_are_a_family(tmp_path):
    rows = by_id(load(write_stories(tmp_path), "mpi_stories"))
    found = [values_of(rows[f"clips/{number}.bvh"], "content", "family") for number in range(6)]
    assert found == [
        ("two fluffy ducklings and a drake", "two fluffy ducklings"),
        ("two fluffy ducklings", "two fluffy ducklings"),
        ("it is", "it is"),
        ("clips/3.bvh", "clips/3.bvh"),
        ("that is real", "that is real"),
        ("it is that is real", "that is real"),
    ]


def test_told_stories_that_cannot_be_used_are_reported(tmp_path):
    write_stories(tmp_path, STORIES + "clips/gone.bvh,Sad,S0,gone\nclips/1.bvh,Sad\n", clips=7)
    files, left_out = LOADERS["mpi_stories"].find(tmp_path)
    assert [file.source for file in files] == [f"clips/{number}.bvh" for number in range(6)]
    assert list(map(str, left_out)) == [
        "manifest.csv line 8: gone.bvh: there is no such file; paths are relative to the manifest",
        "manifest.csv line 9: expected 4 cells as in the header, found 2",
        "clips/6.bvh: no valid row of manifest.csv lists it",
    ]


def test_stories_without_their_table_are_refused_with_what_is_expected(tmp_path):
    write_tree(tmp_path, ["actor1/natural_001.bvh"])
    with pytest.raises(ValueError, match=r"expected manifest.csv with the columns path, candidates, .* found 1 .bvh"):
        load(tmp_path, "mpi_stories")
    (tmp_path / "manifest.csv").write_text("path,label\nactor1/natural_001.bvh,sad\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 1: expected the columns .*; candidates, skeleton_group, story is"):
        load(tmp_path, "mpi_stories")


def test_a_fourth_of_the_real_stories_has_a_label():
    root = SHARED_DATA / "mpi_stories"
    if not root.is_dir():
        pytest.skip("the clips of the MPI Emotional Body Expressions Database are not next to the repository")
    files, left_out = LOADERS["mpi_stories"].find(root)
    assert len(files) == 100 and not left_out
    counts = {"happy": 7, "surprised": 5, "disgusted": 3, "afraid": 1}
    counts |= dict.fromkeys(("angry", "sad", "proud", "relieved"), 2)
    assert Counter(file.label for file in files) == {None: 76, **counts}
    shared = [count for count in Counter(file.family for file in files if file.family).values() if count > 1]
    assert shared == [2] * 10, "ten texts are told twice, at least in part"


# ---------------------------------------------------------------------------------------------------- a hundred styles


@pytest.fixture(scope="module")
def take(tmp_path_factory) -> bytes:
    """A take of 28.5 s as a BVH file."""
    motion = generate_clip(5, emotion="sad", action="walk", rig="cmu31", performer=3, duration_s=28.5).motion
    motion.joints = np.nan_to_num(motion.joints, nan=0.0)
    path = tmp_path_factory.mktemp("take") / "take.bvh"
    WRITERS.write_bvh(motion, path)
    return path.read_bytes()


@pytest.fixture
def styles(tmp_path, take) -> Path:
    """A folder like 100STYLE: four takes."""
    for name in ("Angry/Angry_FW", "Elated/Elated_TR2", "Rushed/Rushed_ID", "depressed"):
        path = tmp_path / f"{name}.bvh"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(take)
    return tmp_path


def test_names_of_100style_give_style_and_movement(styles):
    rows = by_id(load(styles, "style100"))
    assert set(rows) == {
        f"{name}/{start}s" for name in ("Angry_FW", "Elated_TR2", "Rushed_ID", "depressed") for start in (10, 15)
    }
    found = {
        name: values_of(rows[f"{name}/15s"], "label", "performer", "content", "family")
        for name in ("Angry_FW", "Elated_TR2", "Rushed_ID", "depressed")
    }
    assert found == {
        "Angry_FW": ("angry", "style100", "walk forward", "Angry_FW"),
        "Elated_TR2": ("happy", "style100", "transitions", "Elated_TR2"),
        "Rushed_ID": (None, "style100", "stand", "Rushed_ID"),
        "depressed": ("sad", "style100", "depressed", "depressed"),
    }


def test_a_long_take_becomes_clips_that_are_placed_like_any_other(styles, caplog):
    rows = by_id(load(styles, "style100"))
    assert "Frame_Cuts.csv does not list 4 of 4 takes; their first and last 10 s" in caplog.text
    first, second = (as_clip(rows[f"Angry_FW/{start}s"]) for start in (10, 15))
    assert len(first.joints) == 150 and 60 <= len(second.joints) < 150, "5 s, and the rest of 18.5 s"
    for clip in (first, second):
        assert np.allclose(clip.joints[0, 0, [0, 2]], 0, atol=1e-5)
        heading = facing(clip.joints, clip.joint_mask)[:30].mean(axis=0)
        assert heading[2] > 0.9 * np.linalg.norm(heading)
    step = np.linalg.norm(second.joints[0, :, 1] - first.joints[-1, :, 1])
    assert step < 0.1, "the second goes on where the first ends"


def test_a_table_of_100style_says_which_part_of_a_take_is_used(styles, caplog):
    table = "STYLE_NAME,FW_START,FW_STOP,TR2_START,TR2_STOP\nAngry,300,840,N/A,N/A\nElated,0,60,60,900\n"
    (styles / "Frame_Cuts.csv").write_text(table, encoding="utf-8")
    rows = load(styles, "style100")
    seconds = {str(row["clip_id"]): len(row["joints"]) / 30 for row in rows if "_" in str(row["clip_id"])}
    assert {name: length for name, length in seconds.items() if "Rushed" not in name} == {
        **{"Angry_FW/5s": 5.0, "Angry_FW/10s": 4.0},
        **{"Elated_TR2/1s": 5.0, "Elated_TR2/6s": 5.0, "Elated_TR2/11s": 4.0},
    }
    assert "does not list 2 of 4 takes" in caplog.text
    (styles / "Frame_Cuts.csv").write_text("style;start\nAngry;3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Frame_Cuts.csv: expected rows with the columns STYLE_NAME, FW_START"):
        load(styles, "style100")


def test_takes_of_100style_that_give_no_clip_are_reported(styles, caplog):
    write_tree(styles, ["Proud_FW.bvh", "Seasick_FW.bvh"])
    assert len(load(styles, "style100")) == 8
    assert "Seasick_FW.bvh: its name is not of the form Angry_FW.bvh" in caplog.text
    assert "Proud_FW.bvh: expected at least 2 s of movement, found 0.0 s in the part that is used of" in caplog.text


def test_the_clips_of_a_take_are_on_one_side_and_a_stream_has_them_all(styles):
    rows = load(styles, "style100")
    assert same_rows(rows, load_corpus(f"style100={styles}", streaming=True))
    sides: dict[str, set[str]] = {}
    for row, side in zip(rows, split_rows(rows, ["Rushed_ID"], [])[0], strict=True):
        sides.setdefault(str(row["source"]), set()).add(side)
    assert sides["Rushed/Rushed_ID.bvh"] == {"test"} and all(len(of_take) == 1 for of_take in sides.values())


def test_the_real_takes_of_100style_are_cut_into_clips():
    root = SHARED_DATA / "style100"
    if not root.is_dir():
        pytest.skip("takes of 100STYLE are not next to the repository")
    rows = load(root, "style100")
    assert Counter(values_of(row, "label")[0] for row in rows) == {"happy": 14, "angry": 13, None: 8}
    assert all(60 <= len(row["joints"]) <= 150 for row in rows)
    wrists = [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]
    apart = [np.linalg.norm(np.subtract(*row["joints"][:, wrists].swapaxes(0, 1)), axis=-1).max() for row in rows]
    assert max(apart) < 1.35, "1.37 to 1.48 m in the T-poses at the start and end of the takes"
