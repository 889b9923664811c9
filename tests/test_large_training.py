"""Training what is large: a backbone whose activations are not kept, and a corpus that is not held in memory."""

import json
import tracemalloc

import datasets
import numpy as np
import pyarrow
import pytest
import torch
from test_training import few_crops, losses, recipe_of  # noqa: F401  # few_crops is used by pytest

from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.registry import PREPARATION, encode_rows
from eai_llm_hf.corpora.rows import clip_row
from eai_llm_hf.corpora.stored_rows import stored_rows
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.training import recipe as recipe_module
from eai_llm_hf.training.crops import CropDataset
from eai_llm_hf.training.recipe_clips import load_splits
from eai_llm_hf.training.sessions import SessionDataset


def test_gradient_checkpointing_keeps_less_and_changes_no_loss(tiny_checkpoint, tiny_backbone, tmp_path, monkeypatch):
    kept = {}

    class Watched(recipe_module.Trainer):
        def compute_loss(self, *args, **given):
            sizes = {}

            def keep(tensor):
                sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
                return tensor

            with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
                loss = super().compute_loss(*args, **given)
            kept.setdefault(self.args.run_name, sum(sizes.values()))
            return loss

    monkeypatch.setattr(recipe_module, "Trainer", Watched)
    start = {"model": str(tiny_checkpoint), "stages": "two", "logging_steps": 1}
    for name, sparing in (("whole", False), ("sparing", True)):
        recipe_module.train(recipe_of(tmp_path / name, tiny_backbone, gradient_checkpointing=sparing, **start))
    assert kept["sparing stage-two"] < 0.7 * kept["whole stage-two"]
    assert losses(tmp_path / "sparing", "stage-two") == pytest.approx(
        losses(tmp_path / "whole", "stage-two"), rel=1e-5
    )


CLIPS, FRAMES = 2400, 60
"""More clips than those among which copies of parts are searched for, which would take a minute."""


def moving(number: int) -> dict:
    """A clip of joints that move at random, cheap to make."""
    joints = np.random.default_rng(number).normal(size=(FRAMES, 22, 3)).cumsum(0).astype(np.float32)
    about = {"performer": f"P{number % 40}", "content": f"content {number % 7}", "clip_id": f"clip {number}"}
    label = ("sad", "happy", "bored")[number % 3]
    clip = UnifiedClip(joints, np.ones(22, bool))
    return clip_row(clip, label=label, family=about["content"], corpus="made", source="made", **about)


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> str:
    """A prepared corpus of 38 MB."""
    folder = tmp_path_factory.mktemp("stored")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "cache")
        (folder / "data").mkdir()
        for shard in range(3):
            rows = encode_rows([moving(number) for number in range(shard, CLIPS, 3)])
            rows.to_parquet(folder / "data" / f"train-{shard:05d}-of-00003.parquet")
        (folder / PREPARATION).write_text(json.dumps({}))
        yield f"prepared={folder}"


def test_a_corpus_larger_than_memory_stays_on_the_disk_while_it_is_trained_on(stored):
    load_corpus(stored)  # as memory-mapped Arrow, which is made once
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0] + pyarrow.total_allocated_bytes()
    splits = load_splits([stored], ["sad", "happy"], [], [], 0)
    assert sum(map(len, splits.values())) == CLIPS
    sessions, crops = SessionDataset(splits["train"], 240), CropDataset(splits["train"], 240)
    index = tracemalloc.get_traced_memory()[0] + pyarrow.total_allocated_bytes() - before
    movement = CLIPS * FRAMES * 22 * 3 * 4
    assert index < movement / 20, "what is held of a clip is what it is called, not its joints"
    for number in range(4):  # of four sessions, 48 crops
        assert sessions[number].clip.joints.shape[1:] == crops[number].clip.joints.shape[1:] == (22, 3)
    drawn = tracemalloc.get_traced_memory()[0] + pyarrow.total_allocated_bytes() - before
    tracemalloc.stop()
    assert drawn - index < movement / 4, "the crops of the last sessions stay at hand"


def test_a_stored_row_is_the_row_of_the_corpus(stored):
    corpus = load_corpus(stored)
    rows = list(stored_rows(corpus))
    for number in (0, 1, 777):
        plain, row = corpus[number], rows[number]
        assert set(row) == set(plain) and len(row) == len(plain)
        np.testing.assert_array_equal(row["joints"], plain["joints"])
        np.testing.assert_array_equal(row["joint_mask"], plain["joint_mask"])
        assert [row[name] for name in ("label", "performer", "clip_id")] == [
            plain[name] for name in ("label", "performer", "clip_id")
        ]
        other = row.with_label(None)
        assert other["label"] is None and other["clip_id"] == row["clip_id"] and row["label"] is not None
        with pytest.raises(KeyError, match="nothing"):
            row["nothing"]
