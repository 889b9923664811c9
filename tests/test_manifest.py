"""A table of clips as a corpus: its columns, and how wrong rows and files are reported."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from corpus_files import by_id, load, movement, values_of, write_tree

from eai_llm_hf.corpora.manifest import find_manifest

MANIFEST_ROWS = [
    {"path": "a.bvh", "label": "Joy", "performer": "ann", "content": "walk-back", "clip_id": "first", "corpus": "lab"},
    {"path": "deep/b.npy", "label": "", "fps": "30", "layout": "smpl22"},
]


@pytest.fixture
def clips(tmp_path) -> Path:
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
def test_a_manifest_gives_what_file_names_do_not(clips, name):
    rows = by_id(load(write_manifest(clips / name, MANIFEST_ROWS), "manifest"))
    assert values_of(rows["first"], "label", "performer", "content", "family", "corpus", "source") == (
        ("happy", "ann", "walk-back", "walks", "lab", "a.bvh")
    )
    assert values_of(rows["deep/b.npy"], "label", "performer", "content", "corpus") == (
        None,
        None,
        "deep/b.npy",
        "clips",
    )


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"path": "gone.bvh", "label": "calm"}, "gone.bvh: there is no such file"),
        ({"path": "../x/notes.txt", "label": "calm"}, "notes.txt: expected a file ending in .bvh"),
        ({"path": "", "label": "calm"}, "has an empty path"),
        ({"path": "deep/b.npy", "label": "calm", "fps": "often"}, "expected frames per second as fps, found 'often'"),
        ({"path": "deep/b.npy", "label": "calm", "fps": "-5"}, "expected frames per second as fps, found '-5'"),
        ({"path": "a.bvh", "label": "calm", "clip_id": "first"}, "clip 'first' is in line"),
        ({"path": "a\0.bvh", "label": "calm"}, "there is no such file"),
    ],
)
@pytest.mark.parametrize("name", ["clips.csv", "clips.jsonl"])
def test_a_wrong_row_is_reported_with_its_line_and_the_others_are_read(clips, name, row, words, caplog):
    assert len(load(write_manifest(clips / name, [*MANIFEST_ROWS, row]), "manifest")) == 2
    line = 4 if name == "clips.csv" else 3
    assert f"{name} line {line}: " in caplog.text and words in caplog.text


def test_a_row_that_names_metadata_is_skipped_and_is_no_broken_clip(clips, caplog):
    (clips / "metadata.json").write_text('{"name": "x", "actors": [1, 2, 3]}', encoding="utf-8")
    (clips / "cut.json").write_text('[{"Hips": [0.1, 1.0, 0', encoding="utf-8")
    rows = [*MANIFEST_ROWS, *({"path": name, "label": "calm"} for name in ("metadata.json", "cut.json"))]
    files, left_out = find_manifest(write_manifest(clips / "clips.csv", rows))
    assert [file.path.name for file in files] == ["a.bvh", "b.npy", "cut.json"] and left_out == []
    assert "clips.csv: skipped 1 file that is not a recording: metadata.json (JSON without points)" in caplog.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "is not JSON"),
        ("[" * 20_000, "is not JSON"),
        ("[1, 2]", "expected a JSON object, found [1, 2]"),
        ('{"path": "a.bvh"}', "has no 'label'"),
        ('{"path": ["a.bvh"], "label": "calm"}', "expected text as path, found ['a.bvh']"),
        ('{"path": "deep/b.npy", "label": "calm", "fps": true}', "as fps, found True"),
        ('{"path": "deep/b.npy", "label": "calm", "fps": NaN}', "as fps, found nan"),
    ],
)
def test_a_wrong_line_of_json_is_reported(clips, line, words, caplog):
    manifest = clips / "clips.jsonl"
    manifest.write_text('{"path": "a.bvh", "label": "calm"}\n\n' + line + "\n", encoding="utf-8")
    assert len(load(manifest, "manifest")) == 1
    assert "clips.jsonl line 3: " in caplog.text and words in caplog.text


def test_rows_with_more_or_fewer_cells_than_the_header_are_reported(clips, caplog):
    manifest = clips / "clips.csv"
    manifest.write_bytes(b'\xef\xbb\xbfpath,label\r\na.bvh,calm\r\na.bvh\r\n\r\n"a.bvh,calm\r\nb.bvh,calm\r\n')
    assert len(load(manifest, "manifest")) == 1
    assert "line 3: expected 2 cells as in the header, found 1" in caplog.text
    assert "clips.csv line 5: " in caplog.text, "a quotation mark that is not closed"


def test_unknown_columns_of_a_manifest_are_reported(clips, caplog):
    rows = [{**row, "mood": "?"} for row in MANIFEST_ROWS]
    load(write_manifest(clips / "clips.csv", rows), "manifest")
    assert "clips.csv: the columns mood are not used; known columns are path, label, performer" in caplog.text


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
        ("clips.txt", b"path,label\n", "A manifest is a .csv or .jsonl file"),
    ],
)
def test_a_file_that_is_not_a_manifest_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=words):
        load(tmp_path / name, "manifest")
