"""`prepare_corpus`: Parquet, card, fingerprint; what is broken is listed, and nothing half-written looks finished."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import make_clip
from corpus_files import same_rows, write_tree
from hub_stand_in import TOKEN, HubStandIn, _Handler
from huggingface_hub import DatasetCard

from eai_llm_hf.corpora import FEATURES, load_corpus, preparation, prepare_corpus
from eai_llm_hf.corpora.preparation import fingerprint
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Path:
    """A folder corpus of six clips with as many broken files as there are ways to break one."""
    root = tmp_path_factory.mktemp("mixed")
    for label in ("happy", "sad"):
        (root / label).mkdir()
        for number in range(3):
            clip = make_clip(number, emotion=label, action="walk", duration_s=1.5)
            arrays = {"joints": clip.joints, "fps": clip.fps, "joint_names": np.array(JOINT_NAMES)}
            np.savez(root / label / f"take{number}.npz", **arrays)
    whole = (root / "happy" / "take0.npz").read_bytes()
    (root / "happy" / "cut.npz").write_bytes(whole[: len(whole) // 2])
    (root / "happy" / "empty.bvh").write_bytes(b"")
    (root / "sad" / "noise.bvh").write_bytes(bytes(range(256)) * 40)
    (root / "sad" / "noise.csv").write_bytes(bytes(range(256)) * 40)
    np.save(root / "sad" / "unnamed.npy", np.zeros((40, 7, 3), np.float32))
    np.save(root / "sad" / "pickled.npy", np.array([{"joints": 1}], dtype=object), allow_pickle=True)
    return root


BROKEN = ["happy/cut.npz", "happy/empty.bvh", "sad/noise.bvh", "sad/noise.csv", "sad/pickled.npy", "sad/unnamed.npy"]


@pytest.fixture
def prepared(mixed, tmp_path):
    """The mixed corpus, prepared."""
    return prepare_corpus(f"folder={mixed}", tmp_path / "out")


def test_a_tree_with_broken_files_is_prepared_and_they_are_listed(mixed, prepared):
    assert prepared.rows == 6
    assert sorted(file for file, _ in prepared.broken) == BROKEN
    lines = (prepared.folder / "broken_files.jsonl").read_text(encoding="utf-8").splitlines()
    listed = [json.loads(line) for line in lines]
    assert [(entry["file"], entry["message"]) for entry in listed] == prepared.broken
    assert all(message and "\n" not in message for _, message in prepared.broken)
    files = sum(path.is_file() for path in mixed.rglob("*"))
    assert prepared.rows + len(prepared.broken) == files, "nothing is lost"


def test_the_prepared_rows_equal_the_corpus_bit_for_bit(mixed, prepared):
    read, spec = load_corpus(f"folder={mixed}"), f"prepared={prepared.folder}"
    assert same_rows(read, load_corpus(spec))
    assert same_rows(read, load_corpus(spec, streaming=True))
    assert fingerprint(load_corpus(spec)) == prepared.fingerprint


def test_the_datasets_library_loads_it_with_its_types(prepared):
    files = sorted(str(path) for path in (prepared.folder / "data").iterdir())
    for loaded in (
        datasets.load_dataset("parquet", data_files=files, split="train"),
        datasets.load_dataset(str(prepared.folder), split="train"),
        datasets.load_dataset(str(prepared.folder), split="train", streaming=True),
    ):
        assert loaded.features == FEATURES
        assert len(list(loaded)) == prepared.rows
    assert [Path(file).name for file in files] == ["train-00000-of-00001.parquet"]


def test_generated_clips_keep_their_ground_truth(tmp_path):
    made = prepare_corpus("generated:5", tmp_path / "out", seed=2)
    assert same_rows(load_corpus("generated:5", seed=2), load_corpus(f"prepared={made.folder}"))
    assert json.loads((made.folder / "preparation.json").read_text())["corpus"] == "generated:5"


def test_the_fingerprint_depends_on_the_clips_and_not_on_the_run(mixed, prepared, tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "SHARD_BYTES", 1)
    monkeypatch.setattr(preparation, "GROUP_BYTES", 1)
    again = prepare_corpus(f"folder={mixed}", tmp_path / "again")
    assert again.fingerprint == prepared.fingerprint
    assert len(list((again.folder / "data").iterdir())) == 6, "one shard for each clip"
    assert fingerprint(reversed(list(load_corpus(f"folder={mixed}")))) == prepared.fingerprint


@pytest.mark.parametrize("column", ["joints", "label", "clip_id", "joint_mask"])
def test_the_fingerprint_changes_with_any_clip(mixed, prepared, column):
    rows = [dict(row) for row in load_corpus(f"folder={mixed}")]
    if column == "joints":
        rows[3]["joints"] = rows[3]["joints"].copy()
        rows[3]["joints"][5, 5, 1] = np.nextafter(rows[3]["joints"][5, 5, 1], np.float32(9))
    elif column == "joint_mask":
        rows[3]["joint_mask"] = ~rows[3]["joint_mask"]
    else:
        rows[3][column] = "other"
    assert fingerprint(rows) != prepared.fingerprint


def test_the_same_tree_gives_the_same_files(mixed, prepared, tmp_path):
    again = prepare_corpus(f"folder={mixed}", tmp_path / "again")
    for path in prepared.folder.rglob("*.*"):
        assert (again.folder / path.relative_to(prepared.folder)).read_bytes() == path.read_bytes(), path.name


def test_no_written_file_names_the_folders_of_this_machine(mixed, prepared):
    for path in prepared.folder.rglob("*.*"):
        content = path.read_bytes()
        assert str(mixed).encode() not in content and str(prepared.folder).encode() not in content
    card = (prepared.folder / "README.md").read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w./])/(?:home|root|tmp|work)/", card)


def test_shards_are_numbered_and_have_small_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "SHARD_BYTES", 100_000)
    monkeypatch.setattr(preparation, "GROUP_ROWS", 2)
    made = prepare_corpus("generated:12", tmp_path / "out")
    shards = sorted((made.folder / "data").iterdir())
    assert [path.name for path in shards] == [
        f"train-{number:05d}-of-{len(shards):05d}.parquet" for number in range(len(shards))
    ]
    assert len(shards) > 2
    assert all(pq.ParquetFile(path).metadata.row_group(0).num_rows <= 2 for path in shards)
    assert same_rows(load_corpus("generated:12"), load_corpus(f"prepared={made.folder}", streaming=True))


# ------------------------------------------------------------------------------------------------------------ the card


def test_the_card_states_licence_contents_and_what_was_left_out(prepared):
    card = DatasetCard.load(prepared.folder / "README.md")
    assert card.data.license == "unknown" and "emotion-recognition" in card.data.tags
    assert card.data.configs[0]["data_files"] == [{"split": "train", "path": "data/train-*.parquet"}]
    assert "| happy | 3 |" in card.text and "| sad | 3 |" in card.text
    assert prepared.fingerprint in card.text and "6 files or rows yielded no clip" in card.text
    assert all(f"| {file} |" in card.text for file in BROKEN)


def test_the_card_of_a_non_commercial_corpus_states_its_licence(tmp_path):
    write_tree(tmp_path / "set", ["dataset-1_walk_sad_001.bvh"])
    made = prepare_corpus(f"bandai1={tmp_path / 'set'}", tmp_path / "out")
    card = DatasetCard.load(made.folder / "README.md")
    assert card.data.license == "cc-by-nc-4.0"
    assert "Credit Bandai Namco Research Inc." in card.text and "arXiv:2306.08861" in card.text


def test_the_card_of_a_corpus_that_asks_for_credit_says_whom_to_credit_and_cite(tmp_path):
    write_tree(tmp_path / "set", ["clips/0.bvh"])
    table = "path,candidates,skeleton_group,story\nclips/0.bvh,Sad,S0,once upon a time\n"
    (tmp_path / "set" / "manifest.csv").write_text(table, encoding="utf-8")
    made = prepare_corpus(f"mpi_stories={tmp_path / 'set'}", tmp_path / "out")
    card = DatasetCard.load(made.folder / "README.md")
    assert made.rows == 1 and card.data.license == "cc-by-4.0"
    assert "Credit E. Volkova" in card.text and "PLoS ONE 9(12), e113647" in card.text


def test_file_names_cannot_break_the_tables_of_the_card(tmp_path):
    write_tree(tmp_path / "set", ["a|b/walk.bvh"])
    (tmp_path / "set" / "a|b" / "x\n| y <b>.bvh").write_text("", encoding="utf-8")
    card = prepare_corpus(f"folder={tmp_path / 'set'}", tmp_path / "out").folder / "README.md"
    text = card.read_text(encoding="utf-8")
    assert "| a\\|b | 1 |" in text and "| a\\|b/x \\| y &lt;b>.bvh |" in text


# --------------------------------------------------------------------------------------------------- the folder itself


def test_an_earlier_preparation_is_replaced(mixed, prepared):
    made = prepare_corpus("generated:3", prepared.folder)
    assert made.rows == 3 and not (made.folder / "broken_files.jsonl").exists()
    assert [path.name for path in made.folder.parent.iterdir() if path.name != "cache"] == ["out"]


@pytest.mark.parametrize("file", ["notes.txt", "data/train-00000-of-00001.parquet"])
def test_a_folder_that_holds_something_else_is_refused(tmp_path, file):
    kept = tmp_path / "out" / file
    kept.parent.mkdir(parents=True)
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match=f"or an earlier preparation; .* holds {file.partition('/')[0]}"):
        prepare_corpus("generated:3", tmp_path / "out")
    assert kept.read_text(encoding="utf-8") == "mine"


def test_a_foreign_file_in_a_preparation_is_not_deleted(prepared):
    (prepared.folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="holds notes.txt"):
        prepare_corpus("generated:3", prepared.folder)


def test_a_folder_that_cannot_be_written_is_refused(mixed, tmp_path):
    with pytest.raises(ValueError, match="lies in the corpus"):
        prepare_corpus(f"folder={mixed}", mixed / "prepared")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="file is a file"):
        prepare_corpus("generated:3", tmp_path / "file")


def test_a_corpus_without_a_readable_clip_leaves_no_folder(tmp_path):
    (tmp_path / "set" / "calm").mkdir(parents=True)
    (tmp_path / "set" / "calm" / "broken.bvh").write_text("nonsense", encoding="utf-8")
    with pytest.raises(ValueError, match="No clip of corpus 'folder' could be read"):
        prepare_corpus(f"folder={tmp_path / 'set'}", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_an_interrupted_preparation_leaves_nothing_that_looks_finished(prepared, monkeypatch):
    before = prepared.folder.joinpath("preparation.json").read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(preparation, "dataset_card", interrupted)
    for out in (prepared.folder, prepared.folder.with_name("new")):
        with pytest.raises(KeyboardInterrupt):
            prepare_corpus("generated:3", out)
    assert prepared.folder.joinpath("preparation.json").read_bytes() == before, "the earlier one stays"
    assert [path.name for path in prepared.folder.parent.iterdir() if path.name != "cache"] == ["out"]


def test_the_remains_of_a_killed_preparation_do_not_look_finished(tmp_path, monkeypatch):
    monkeypatch.setattr(preparation.shutil, "rmtree", lambda *_, **__: None)  # a killed process does not clean up
    monkeypatch.setattr(preparation, "dataset_card", lambda *_: exit(9))
    with pytest.raises(SystemExit):
        prepare_corpus("generated:2", tmp_path / "out")
    left = [path.name for path in tmp_path.iterdir()]
    assert left == [f"out.unfinished-{os.getpid()}"]
    with pytest.raises(ValueError, match="was not written by"):
        load_corpus(f"prepared={tmp_path / left[0]}")


def test_of_two_clips_with_one_id_one_is_written_and_the_other_listed(tmp_path, monkeypatch):
    source = preparation.open_corpus("generated:2")
    monkeypatch.setattr(preparation, "open_corpus", lambda *_: source)
    source.parts.append(range(1, 2))
    made = prepare_corpus("generated:2", tmp_path / "out")
    assert made.rows == 2 and made.broken == [("generated", "another clip has the id 'generated-0-1'")]


def test_a_corpus_prepared_before_limitations_were_stored_is_still_read(prepared):
    for shard in (prepared.folder / "data").glob("*.parquet"):
        table = datasets.Dataset.from_parquet(str(shard), cache_dir=str(prepared.folder / "cache"))
        table.remove_columns("not_shown").to_parquet(str(shard))
    rows = load_corpus(f"prepared={prepared.folder}")
    assert len(rows) and as_clip(rows[0]).not_shown == {}


def test_a_foreign_dataset_is_refused_as_a_prepared_corpus(prepared):
    file = next((prepared.folder / "data").iterdir())
    datasets.Dataset.from_dict({"text": ["a"], "label": ["b"]}).to_parquet(file)
    with pytest.raises(ValueError, match="missing or of another type: .*joints"):
        load_corpus(f"prepared={prepared.folder}")


def test_a_prepared_corpus_is_not_prepared_again(prepared, tmp_path):
    with pytest.raises(ValueError, match="is prepared already"):
        prepare_corpus(f"prepared={prepared.folder}", tmp_path / "again")


# ------------------------------------------------------------------------------------------------------------- the Hub


@pytest.mark.parametrize(
    ("corpus", "file"),
    [("kdae", "F01A0V1"), ("emilya", "joy"), ("egbm", "fear"), ("diema", "JP_06_anger_2_M")],
)
def test_a_corpus_that_may_not_be_passed_on_is_not_uploaded(tmp_path, corpus, file):
    write_tree(tmp_path / "set", [f"{file}.bvh"])
    with pytest.raises(ValueError, match=f"'{corpus}' must not be uploaded"):
        prepare_corpus(f"{corpus}={tmp_path / 'set'}", tmp_path / "out", push_to="someone/mine")
    assert not (tmp_path / "out").exists()


def test_clips_of_such_a_corpus_in_a_manifest_are_not_uploaded(tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "push_prepared", lambda *_: pytest.fail("uploaded"))
    write_tree(tmp_path / "set", ["a.bvh"])
    (tmp_path / "set" / "clips.csv").write_text("path,label,corpus\na.bvh,happy,kdae\n", encoding="utf-8")
    with pytest.raises(ValueError, match="'kdae' must not be uploaded"):
        prepare_corpus(f"manifest={tmp_path / 'set' / 'clips.csv'}", tmp_path / "out", push_to="someone/mine")


def test_an_invalid_repository_name_is_refused_before_any_work(tmp_path):
    with pytest.raises(ValueError, match="Expected USER/NAME on the Hub, found 'no/such/name'"):
        prepare_corpus("generated:2", tmp_path / "out", push_to="no/such/name")
    assert not (tmp_path / "out").exists()


class _DatasetHandler(_Handler):
    """Dataset repositories have other addresses than models, and the datasets library also lists their files."""

    def _path(self) -> str:
        return super()._path().replace("/api/datasets/", "/api/models/").replace("/datasets/", "/")

    def do_GET(self):
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/[^/]+(?:/(.*))?", self._path()):
            return self._tree(found[1], found[2] or "")
        return super().do_GET()

    do_HEAD = do_GET

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None):
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if asked and status == 200:  # a reader of Parquet begins at the end
            first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
            headers = {**(headers or {}), "Content-Range": f"bytes {first}-{last}/{len(content)}"}
            status, content = 206, content[first : last + 1]
        super()._answer(status, content, headers)

    def do_POST(self):
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/paths-info/[^/]+", self._path()):
            asked = json.loads(self._body())["paths"]
            return self._json([entry for entry in self._entries(found[1]) if entry["path"] in asked])
        return super().do_POST()

    def _tree(self, name: str, folder: str):
        self._json([entry for entry in self._entries(name) if entry["path"].startswith(folder)])

    def _entries(self, name: str) -> list[dict]:
        files = self.hub.repositories[name]
        folders = sorted({path.rpartition("/")[0] for path in files if "/" in path})
        entries = [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in folders]
        return entries + [
            {"type": "file", "path": path, "oid": "0" * 40, "size": len(content)} for path, content in files.items()
        ]


_PUSH_AND_PULL = """
import json, sys
from eai_llm_hf.corpora import load_corpus, prepare_corpus
from eai_llm_hf.corpora.preparation import fingerprint
from eai_llm_hf.corpora.rows import as_clip
made = prepare_corpus("generated:4", sys.argv[1], push_to="someone/moves")
spec = "hub=someone/moves"
print(json.dumps([made.fingerprint, fingerprint(load_corpus(spec)), fingerprint(load_corpus(spec, streaming=True))]))
"""


def test_a_prepared_corpus_goes_to_the_hub_and_comes_back(tmp_path):
    with HubStandIn() as hub:

        class Handler(_DatasetHandler):
            pass

        Handler.hub = hub
        hub.server.RequestHandlerClass = Handler
        done = subprocess.run(
            [sys.executable, "-c", _PUSH_AND_PULL, str(tmp_path / "out")],
            env={**os.environ, **hub.environment(), "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        files = hub.repositories["someone/moves"]
        private = hub.private
    assert {"README.md", "preparation.json", "data/train-00000-of-00001.parquet"} <= set(files)
    assert private == {"someone/moves"}, "recordings of people are not published by default"
    assert len(set(json.loads(done.stdout.splitlines()[-1]))) == 1
