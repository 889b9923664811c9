"""A tilted camera shows in people who lean further than they could."""

import numpy as np
import pytest
from video_files import FRONT, POSE_MODEL, needs_pose_model, skip_without_mediapipe

from eai_llm_hf.processing.reading.video_tilt import camera_tilt, tilt_note


def _standing(bend: float = 0.0) -> np.ndarray:
    """(frames, 33, 3) of somebody on their feet, who bows forward by `bend` metres with the hips behind the feet."""
    body = np.zeros((33, 3))
    for side in (0, 1):
        x = 0.1 - 0.2 * side
        body[11 + side] = [2 * x, -0.5, -bend]
        body[23 + side] = [x, 0.0, 0.1 * (bend > 0)]
        body[25 + side] = [x, 0.42, -0.02]
        body[27 + side] = [x, 0.84, 0.0]
    return np.repeat(body[None], 40, axis=0)


def _seated() -> np.ndarray:
    body = _standing()
    body[:, [25, 26]] = body[:, [23, 24]] + [0, 0.05, -0.42]
    body[:, [27, 28]] = body[:, [25, 26]] + [0, 0.42, -0.05]
    return body


def _turned(body: np.ndarray, degrees: float, axis: int) -> np.ndarray:
    first, second = [each for each in range(3) if each != axis]
    angle = np.radians(degrees)
    turned = body.copy()
    turned[..., first] = np.cos(angle) * body[..., first] - np.sin(angle) * body[..., second]
    turned[..., second] = np.sin(angle) * body[..., first] + np.cos(angle) * body[..., second]
    return turned


@pytest.mark.parametrize("axis", [0, 2])
@pytest.mark.parametrize("degrees", [-25.0, 25.0])
def test_a_camera_that_rolls_or_looks_down_is_noted_with_its_angle(degrees, axis):
    notes = tilt_note(_turned(_standing(), degrees, axis)[None])
    assert [each["code"] for each in notes] == ["camera_tilted"] and "25 degrees" in notes[0]["message"]


def test_an_upright_camera_is_not_noted_whether_people_stand_bow_or_sit():
    people = np.stack([_standing(), _standing(bend=0.3), _seated()])
    assert tilt_note(people) == [] and camera_tilt(people[0]) < 2.0 and camera_tilt(people[2]) == 0.0


def test_frames_without_the_person_are_left_out():
    body = _turned(_standing(), 25.0, 2)
    body[5:30] = np.nan
    assert camera_tilt(body) == pytest.approx(25.0, abs=1.0)
    assert camera_tilt(np.full((4, 33, 3), np.nan)) == 0.0


@needs_pose_model
def test_the_real_video_whose_camera_is_tilted_has_a_note(monkeypatch):
    skip_without_mediapipe()
    from eai_llm_hf.processing.reading.files import read_motions

    monkeypatch.setenv("EAI_LLM_POSE_MODEL", str(POSE_MODEL))
    assert "camera_tilted" in [each["code"] for each in read_motions(FRONT)[0].notes]
