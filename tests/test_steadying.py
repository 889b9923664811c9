"""The shaking of joints from a video is taken out; movement, ends and other recordings stay."""

import numpy as np
import pytest
from moving_bodies import busy_movement

from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.skeleton.steadying import steadied
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.processing.skeleton.unify import unify


def _swinging(per_second: float, frames: int = 240, fps: float = 60.0) -> np.ndarray:
    return np.sin(2 * np.pi * per_second * np.arange(frames) / fps)[:, None, None] * np.ones((1, 22, 3))


@pytest.mark.parametrize(("per_second", "share"), [(0.5, 0.99), (1.0, 0.96), (4.2, 0.5), (12.0, 0.01)])
@pytest.mark.parametrize("fps", [30.0, 60.0])
def test_slow_movement_stays_and_fast_shaking_goes(per_second, share, fps):
    middle = slice(60, -60)
    before = _swinging(per_second, fps=fps)
    after = steadied(before, fps)
    assert np.std(after[middle]) / np.std(before[middle]) == pytest.approx(share, abs=0.02)


def test_a_movement_starts_and_ends_where_it_did_and_a_straight_path_is_kept():
    path = np.linspace(0, 3, 50)[:, None, None] * np.ones((1, 22, 3))
    assert steadied(path, 30.0) == pytest.approx(path)
    body = _swinging(1.3, frames=77) + path[:1]
    assert steadied(body, 60.0)[[0, -1]] == pytest.approx(body[[0, -1]])


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_short_recordings_keep_their_length(frames):
    assert steadied(_swinging(1.0, frames=frames), 60.0).shape == (frames, 22, 3)


def test_only_recordings_from_video_are_steadied():
    joints = busy_movement().astype(np.float32)
    shaking = joints + np.random.default_rng(0).normal(0, 0.01, joints.shape).astype(np.float32)

    def unsteadiness(recording: str | None) -> float:
        clip = unify(Motion(shaking, 30.0, list(JOINT_NAMES), units="m", recording=recording))
        return float(np.diff(clip.joints, n=2, axis=0).std())

    assert unsteadiness("video") < 0.3 * unsteadiness(None)
