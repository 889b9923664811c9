"""A user's folder as a corpus: sub-folders become labels, and performers are found or named by a pattern."""

import json
import os

import numpy as np
import pytest
from corpus_files import by_id, load, values_of, write_tree

from eai_llm_hf.corpora.folders import find_folders
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.strangers import recordings_in


def test_a_sub_folder_is_a_label_in_the_words_of_the_vocabulary(tmp_path):
    write_tree(tmp_path / "mine", ["joy/a.bvh", "Happiness/b.bvh", "very-tense/a.bvh"])
    rows = by_id(load(tmp_path / "mine", "folder"))
    assert {name: values_of(row, "label", "content", "family", "corpus") for name, row in rows.items()} == {
        "joy/a": ("happy", "a", "a", "mine"),
        "Happiness/b": ("happy", "b", "b", "mine"),
        "very-tense/a": ("very tense", "a", "a", "mine"),
    }


def test_files_of_one_name_in_a_folder_are_separate_clips(tmp_path, caplog):
    write_tree(tmp_path, ["calm/walk.bvh", "calm/walk.npz", "calm/again/walk.bvh", "stray.bvh"])
    assert set(by_id(load(tmp_path, "folder"))) == {"calm/walk.bvh", "calm/walk.npz", "calm/again/walk"}
    assert "stray.bvh: lies outside the sub-folders" in caplog.text


def test_what_lies_next_to_the_clips_is_no_broken_clip_and_a_broken_clip_is_one(tmp_path, caplog):
    write_tree(tmp_path, ["calm/walk.bvh", "calm/run.csv"])
    for name, text in {
        "metadata.json": '{"fps": 30, "actors": ["a", "b"]}',
        "LICENSE.json": '{"license": "cc-by-4.0"}',
        "README.csv": "file,what\nwalk.bvh,a walk\n",
        "README.md": "Walks.",
        "LICENSE": "CC BY",
        "calm/metadata.json": '{"fps": 30}',
        "calm/._walk.bvh": "Mac OS X",
        "calm/.cache/walk.bvh": "",
        "calm/walk.fbx": "Kaydara FBX",
        "calm/cut.mvnx": '<mvnx version="4"><subject label="A"',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    files, left_out = find_folders(tmp_path)
    assert [file.source for file in files] == ["calm/cut.mvnx", "calm/run.csv", "calm/walk.bvh"] and left_out == []
    assert [path.relative_to(tmp_path).as_posix() for path in recordings_in(tmp_path)[0]] == [
        file.source for file in files
    ]
    assert caplog.text.count("skipped 7 files that are not recordings") == 1
    assert (
        "metadata.json (JSON without points)" in caplog.text
        and "walk.fbx (the header of an FBX file alone)" in caplog.text
    )


def test_a_folder_of_numbered_frames_is_one_clip(tmp_path):
    (tmp_path / "calm" / "take").mkdir(parents=True)
    for number in range(3):
        frame = {"people": [{"pose_keypoints_3d": [0.5] * 100}]}
        (tmp_path / "calm" / "take" / f"walk_{number:03}.json").write_text(json.dumps(frame), encoding="utf-8")
    assert [file.clip_id for file in find_folders(tmp_path)[0]] == ["calm/take"]


def test_a_file_name_that_is_not_text_does_not_stop_the_others(tmp_path):
    write_tree(tmp_path, ["calm/walk.bvh"])
    try:
        os.rename(tmp_path / "calm" / "walk.bvh", os.fsencode(tmp_path) + b"/calm/w\xe4lk.bvh")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    write_tree(tmp_path, ["calm/run.bvh"])
    assert set(by_id(load(tmp_path, "folder"))) == {"calm/run", "calm/w\\udce4lk"}


def test_the_people_of_one_recording_are_separate_clips(tmp_path):
    joints = generate_clip(5, rig="smpl22", duration_s=1.0).motion.joints
    (tmp_path / "calm").mkdir()
    np.savez(tmp_path / "calm" / "two.npz", joints=np.stack([joints, joints]), fps=30, layout="smpl22")
    assert list(by_id(load(tmp_path, "folder"))) == ["calm/two", "calm/two#1"]


def test_a_number_sign_in_a_name_is_not_the_number_of_a_person(tmp_path):
    for label in ("calm", "tense"):
        for performer in ("p#1", "p#2"):
            (tmp_path / label / performer).mkdir(parents=True)
            (tmp_path / label / performer / "walk#1.npz").touch()
    files, _ = find_folders(tmp_path)
    assert {file.performer for file in files} == {"p%231", "p%232"}
    assert not any("#" in file.clip_id for file in files)


@pytest.fixture
def folder_of(tmp_path):
    """Writes empty files, finds them as a corpus, and returns the performer of each by its path."""

    def find(*files: str, pattern: str | None = None) -> dict[str, str | None]:
        for file in files:
            (tmp_path / "mine" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "mine" / file).touch()
        found, left_out = find_folders(tmp_path / "mine", pattern)
        assert len(found) + len(left_out) == len(files)
        return {file.source: file.performer for file in found}

    return find


def test_sub_folders_that_labels_share_are_treated_as_performers_with_a_warning(folder_of, caplog):
    files = ("calm/anna/a.bvh", "calm/ben/deep/a.bvh", "tense/anna/b.bvh", "tense/ben/a.bvh", "tense/carl/a.bvh")
    assert folder_of(*files) == {file: file.split("/")[1] for file in files}
    assert (
        "mine: the 3 sub-folders below the labels (anna, ben, carl) are treated as performers, because 2 of"
        in caplog.text
    )
    assert "--performer-pattern none" in caplog.text


@pytest.mark.parametrize(
    "files",
    [
        ("calm/anna/a.bvh", "tense/anna/b.bvh"),  # one alone is no evidence
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


def test_a_pattern_names_performers_and_the_pattern_none_names_no_one(folder_of, caplog):
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
