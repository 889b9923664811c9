"""Overlaps: copies of a take are found after any of these changes, and different takes are not taken for copies."""

import time

import numpy as np
import pytest
from conftest import SHARED_DATA, make_clip

from eai_llm_hf.corpora import load_corpus
from eai_llm_hf.corpora.overlaps import overlapping
from eai_llm_hf.processing.reading.motion import Motion
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES, MIRROR
from eai_llm_hf.processing.skeleton.unify import unify

ALL = np.ones(len(JOINT_NAMES), bool)
ACTIONS = ("walk", "wave", "run", "pick up", "throw", "talk")


def takes(performers: int = 3, each: int = 2) -> list[np.ndarray]:
    """Different takes of the same performers: `each` takes of each action by each of them."""
    return [
        make_clip(100 * performer + 10 * number + take, performer=performer, action=action, duration_s=4.0).joints
        for performer in range(performers)
        for number, action in enumerate(ACTIONS)
        for take in range(each)
    ]


def at_rate(joints: np.ndarray, fps: float, start: float = 0.4) -> np.ndarray:
    """The joints after recording at another frame rate, starting `start` frames later, and unifying."""
    at = np.arange(start, len(joints) - 1, 30 / fps)
    whole = np.minimum(at.astype(int), len(joints) - 2)
    share = (at - whole)[:, None, None]
    seen = (1 - share) * joints[whole] + share * joints[whole + 1]
    return unify(Motion(seen.astype(np.float32), fps, list(JOINT_NAMES), None, "smpl22", "copy", "m")).joints


def turned(joints: np.ndarray) -> np.ndarray:
    """The same movement, turned and moved."""
    return joints @ np.array([[0.6, 0, 0.8], [0, 1, 0], [-0.8, 0, 0.6]], np.float32) + [1.0, 0.0, 2.0]


COPIES = {
    "trimmed": lambda joints: joints[37:90],
    "a second of it": lambda joints: joints[52:83],
    "mirrored": lambda joints: joints[:, list(MIRROR)] * np.array([-1, 1, 1], np.float32),
    "turned and moved": turned,
    "in whole millimetres": lambda joints: joints.round(3),
    "25 frames a second": lambda joints: at_rate(joints, 25),
    "60 frames a second, trimmed": lambda joints: at_rate(joints[20:100], 60),
    "20 frames a second": lambda joints: at_rate(joints, 20, start=0.7),
    "all of it": lambda joints: turned(COPIES["mirrored"](at_rate(joints[15:110], 25))).round(3),
}


@pytest.mark.parametrize("what", COPIES)
def test_a_copy_of_a_take_is_found_among_takes_of_the_same_performers(what):
    made = takes(performers=2)
    copies = [COPIES[what](joints) for joints in made]
    pairs = overlapping([(joints, ALL) for joints in made + copies])
    assert pairs == [(number, number + len(made)) for number in range(len(made))]


def test_cuts_of_one_take_that_overlap_by_a_second_are_found():
    walk = make_clip(1, action="walk", duration_s=6.0).joints
    assert overlapping([(walk[:100], ALL), (walk[65:], ALL)]) == [(0, 1)]
    assert overlapping([(walk[:80], ALL), (walk[80:], ALL)]) == []


def test_different_takes_of_one_performer_are_not_copies():
    assert overlapping([(joints, ALL) for joints in takes(performers=4, each=3)]) == []


def test_clips_that_are_too_short_or_do_not_move_share_nothing():
    walk = make_clip(1, action="walk", duration_s=3.0).joints
    still = np.repeat(walk[:1], 60, axis=0)
    assert overlapping([]) == overlapping([(walk, ALL)]) == overlapping([(walk[:20], ALL), (walk[:25], ALL)]) == []
    assert overlapping([(still, ALL), (still, ALL), (walk, ALL)]) == []


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="needs the recordings of ../shared/data")
def test_no_two_recordings_of_bandai_count_as_copies_and_trimmed_copies_are_found():
    rows = load_corpus(f"bandai1={SHARED_DATA / 'bandai1'}")
    clips = [(row["joints"], row["joint_mask"]) for row in rows]
    assert len(clips) == 174 and overlapping(clips) == []
    long = [number for number, (joints, _) in enumerate(clips) if len(joints) >= 60]
    copies = [(at_rate(clips[number][0][10:-8], 25), clips[number][1]) for number in long]
    found = overlapping(clips + copies)
    assert set(found) <= {(number, len(clips) + place) for place, number in enumerate(long)}
    assert len(found) >= 0.95 * len(long)


def test_frozen_recordings_do_not_count_as_copies_and_cost_no_time():
    still = (np.broadcast_to(make_clip(1, duration_s=5.0).joints[:1], (150, 22, 3)), np.ones(22, bool))
    moving = make_clip(2, duration_s=5.0)
    started = time.process_time()
    assert overlapping([*[still] * 60, (moving.joints, moving.joint_mask)]) == []
    assert time.process_time() - started < 10
