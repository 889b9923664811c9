"""Dynamics against movements whose course is known and against independent computations."""

import numpy as np
import pytest
import scipy.signal
from moving_bodies import LEG, bend_trunk, busy_movement, leg_length, lift_arm, rotation, seconds, standing, value

from eai_llm_hf.processing.descriptors.body_frame import low_pass
from eai_llm_hf.processing.skeleton.tree import JOINT_INDEX

WRISTS = [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]]


@pytest.mark.parametrize("frequency", [0.6, 1.0, 2.0])
def test_tempo_of_a_sine_is_its_frequency_and_its_movement_is_smooth(frequency):
    joints = standing(300)
    swing = np.sin(2 * np.pi * frequency * seconds(300))
    for side, sign in (("left", 1), ("right", -1)):
        joints[:, JOINT_INDEX[f"{side}_wrist"], 2] += 0.2 * sign * swing
    assert value(joints, "tempo") == pytest.approx(frequency, rel=0.05)
    assert value(joints, "smoothness") == pytest.approx(0, abs=0.1)
    assert value(joints, "arm_swing") == pytest.approx(0.4 / LEG, rel=0.06)
    assert value(joints, "hand_speed") == pytest.approx(4 * 0.2 * frequency / LEG, rel=0.06)


def test_jerks_on_top_of_a_swing_lower_smoothness():
    joints = standing(300)
    wrist = JOINT_INDEX["left_wrist"]
    joints[:, wrist, 2] += 0.2 * np.sin(2 * np.pi * 0.8 * seconds(300))
    smooth = value(joints, "smoothness")
    joints[:, wrist, 2] += 0.03 * np.sin(2 * np.pi * 3.5 * seconds(300))
    assert value(joints, "smoothness") < smooth - 0.3


def test_noise_of_some_millimetres_leaves_rhythm_and_smoothness_readable():
    joints = busy_movement(150)
    noisy = joints + np.random.default_rng(0).normal(0, 0.003, joints.shape)
    assert value(noisy, "tempo") == pytest.approx(value(joints, "tempo"), rel=0.05)
    assert value(noisy, "smoothness") == pytest.approx(value(joints, "smoothness"), abs=0.15)


def test_pauses_are_the_share_of_still_time():
    joints = standing(201)
    joints[100:, :, 2] += (np.arange(101) / 30.0)[:, None]
    assert value(joints, "pauses") == pytest.approx(0.5, abs=0.02)


def test_twisting_gives_its_range_in_degrees_and_is_no_sway():
    joints = standing(200)
    for frame, angle in enumerate(8.0 * np.sin(2 * np.pi * 0.6 * seconds(200))):
        bend_trunk(joints[frame : frame + 1], rotation("y", angle))
    assert value(joints, "trunk_twist") == pytest.approx(16, rel=0.03)
    assert value(joints, "body_sway") == pytest.approx(0, abs=0.1)


def test_nodding_gives_its_range_in_degrees():
    frames = 200
    joints = standing(frames)
    angle = np.radians(10.0 * np.sin(2 * np.pi * 0.6 * seconds(frames)))
    joints[:, JOINT_INDEX["head"], 1] = 1.4 + 0.2 * np.cos(angle)
    joints[:, JOINT_INDEX["head"], 2] = 0.2 * np.sin(angle)
    assert value(joints, "head_movement") == pytest.approx(20, rel=0.03)


def test_the_asymmetry_shows_which_arm_moves_more():
    joints = standing()
    swing = np.sin(2 * np.pi * seconds())
    joints[:, JOINT_INDEX["left_wrist"], 2] += 0.3 * swing
    joints[:, JOINT_INDEX["right_wrist"], 2] += 0.1 * swing
    assert value(joints, "left_right_asymmetry") == pytest.approx(0.5, abs=0.01)


def swinging(frequency: float, size: float = 0.2, frames: int = 150) -> np.ndarray:
    """Both wrists swinging to and fro against each other; elbows and all else stand still."""
    joints = standing(frames)
    swing = size * np.sin(2 * np.pi * frequency * seconds(frames))
    joints[:, WRISTS[0], 2] += swing
    joints[:, WRISTS[1], 2] -= swing
    return joints


def wandering(frames: int = 240, seed: int = 0) -> np.ndarray:
    """All limbs on smooth paths that never repeat."""
    rng = np.random.default_rng(seed)
    joints = standing(frames)
    for name in ("elbow", "wrist", "knee", "ankle"):
        for side in ("left", "right"):
            noise = rng.normal(size=(frames + 60, 3))
            smooth = scipy.signal.filtfilt(*scipy.signal.butter(2, 1.2, fs=30.0), noise, axis=0)[30:-30]
            joints[:, JOINT_INDEX[f"{side}_{name}"]] += 0.3 * smooth
    return joints


def calm(path: np.ndarray) -> np.ndarray:
    """(frames, 3) after the three low-passes, by scipy; ignore both ends."""
    for _ in range(3):
        path = scipy.signal.savgol_filter(path, 9, 2, axis=0, mode="nearest")
    return path


def test_the_low_pass_is_that_of_savitzky_and_golay():
    path = np.random.default_rng(0).normal(size=(3, 80))
    expected = scipy.signal.savgol_filter(path, 9, 2, axis=-1)
    np.testing.assert_allclose(low_pass(path)[:, 4:-4], expected[:, 4:-4], atol=1e-12)
    line = np.linspace(0, 5, 40)
    np.testing.assert_allclose(low_pass(line), line, atol=1e-12)


@pytest.mark.parametrize("frequency", [0.5, 0.8, 1.2])
def test_the_acceleration_of_a_swing_is_that_of_its_sine(frequency):
    # mean |sin| is 2 / pi; three low-passes take 3% away at 1.2 Hz
    expected = 0.2 * (2 * np.pi * frequency) ** 2 * 2 / np.pi / LEG
    assert value(swinging(frequency, frames=300), "acceleration") == pytest.approx(expected, rel=0.06)


def test_acceleration_equals_an_independent_computation():
    joints = busy_movement(240)
    shoulders = (joints[:, JOINT_INDEX["left_shoulder"]] + joints[:, JOINT_INDEX["right_shoulder"]]) / 2
    found = []
    for wrist in WRISTS:
        second = np.gradient(np.gradient(calm(joints[:, wrist] - shoulders), axis=0), axis=0) * 900
        found.append(np.linalg.norm(second, axis=1)[15:-15].mean())
    assert value(joints, "acceleration") == pytest.approx(np.mean(found) / leg_length(joints), rel=0.05)


def published_arc_length(speed: np.ndarray) -> float:
    """Spectral arc length as its authors write it, for one window of speeds at 30 frames/s."""
    count = 256
    magnitude = np.abs(np.fft.fft(speed, count))
    magnitude = magnitude / magnitude[0]
    frequency = np.arange(count) * 30.0 / count
    inside = [index for index in range(count // 2) if frequency[index] <= 6.0]
    last = max(index for index in inside if magnitude[index] >= 0.05)
    length = 0.0
    for index in range(1, last + 1):
        rise = magnitude[index] - magnitude[index - 1]
        run = (frequency[index] - frequency[index - 1]) / frequency[last]
        length -= np.sqrt(run**2 + rise**2)
    return length


def test_the_spectral_arc_length_is_the_published_one():
    joints = wandering(61)
    shoulders = (joints[:, JOINT_INDEX["left_shoulder"]] + joints[:, JOINT_INDEX["right_shoulder"]]) / 2
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1, 61) / 61)
    found = []
    for wrist in WRISTS:
        path = (joints[:, wrist] - shoulders).T
        speed = np.linalg.norm(np.diff(low_pass(low_pass(low_pass(path)))), axis=0)
        found.append(published_arc_length(speed * window))
    assert value(joints, "spectral_arc_length") == pytest.approx(np.mean(found), rel=1e-4)


def test_a_movement_in_fits_and_starts_has_a_longer_arc():
    def gesture(way: np.ndarray) -> np.ndarray:
        joints = standing(181)
        joints[:, WRISTS, 2] += 1.2 * way[:, None]
        return joints

    time = seconds(181) / 6
    even = gesture(time)
    halting = gesture(time - np.sin(2 * np.pi * 8 * time) / (2 * np.pi * 8))
    assert value(even, "spectral_arc_length") > value(halting, "spectral_arc_length") + 0.2


def test_the_arc_length_of_a_lasting_movement_does_not_depend_on_the_clip():
    values = [value(swinging(0.9, frames=frames), "spectral_arc_length") for frames in (90, 150, 300)]
    assert max(values) - min(values) < 0.08


def test_hands_at_rest_and_short_clips_have_no_arc_length():
    assert np.isnan(value(standing(150), "spectral_arc_length"))
    noise = np.random.default_rng(0).normal(0, 0.003, (150, 22, 3))
    assert np.isnan(value(standing(150) + noise, "spectral_arc_length"))
    assert np.isnan(value(swinging(0.9, frames=60), "spectral_arc_length"))
    assert np.isfinite(value(swinging(0.9, frames=61), "spectral_arc_length"))


def independent_regularity(joints: np.ndarray) -> float:
    """By sums over frames, for a body that neither turns nor travels."""
    channels = []
    for part, root in (("elbow", "shoulder"), ("wrist", "shoulder"), ("knee", "hip"), ("ankle", "hip")):
        middle = (joints[:, JOINT_INDEX[f"left_{root}"]] + joints[:, JOINT_INDEX[f"right_{root}"]]) / 2
        channels += [joints[:, JOINT_INDEX[f"{side}_{part}"]] - middle for side in ("left", "right")]
    velocity = np.diff(low_pass(np.concatenate(channels, axis=1).T)).T
    likeness = []
    for lag in range(1, min(75, int(0.6 * len(velocity))) + 1):
        early, late = velocity[:-lag], velocity[lag:]
        likeness.append(2 * (early * late).sum() / ((early**2).sum() + (late**2).sum()))
    start = next(index for index, like in enumerate(likeness) if like < 0)
    peaks = [
        likeness[index]
        for index in range(start + 1, len(likeness) - 1)
        if likeness[index - 1] <= likeness[index] >= likeness[index + 1]
    ]
    return max([0.0, *peaks])


@pytest.mark.parametrize("joints", [swinging(0.9), wandering(200, 1), wandering(240, 2)], ids=["swing", "a", "b"])
def test_regularity_equals_an_independent_computation(joints):
    assert value(joints, "regularity") == pytest.approx(independent_regularity(joints), abs=1e-3)


def test_what_repeats_is_regular_and_what_wanders_is_not():
    assert value(swinging(0.9), "regularity") > 0.97
    assert value(busy_movement(200), "regularity") > 0.9
    assert max(value(wandering(240, seed), "regularity") for seed in range(5)) < 0.6


def test_a_single_gesture_does_not_repeat():
    joints = standing(150)
    for frame, lift in enumerate(90 * np.exp(-(((np.arange(150) - 75) / 20) ** 2))):
        lift_arm(joints[frame : frame + 1], "left", lift)
    assert value(joints, "regularity") < 0.1


def test_standing_still_and_short_clips_have_no_regularity():
    assert np.isnan(value(standing(150), "regularity"))
    assert np.isnan(value(swinging(1.5, frames=75), "regularity"))
    assert value(swinging(1.5, frames=76), "regularity") > 0.9


def test_a_straight_path_is_direct():
    joints = standing(100)
    joints[:, WRISTS] += np.linspace(0, 1, 100)[:, None, None] * np.array([0.2, 0.8, 0.5])
    assert value(joints, "directness") == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("period", [1.5, 2.0, 4.0])
def test_directness_on_a_circle_is_chord_over_arc(period):
    joints = standing(240)
    turn = 2 * np.pi * seconds(240) / period
    joints[:, WRISTS] += 0.3 * np.stack([np.cos(turn), np.sin(turn), 0 * turn], 1)[:, None]
    half = np.pi * 0.5 / period
    assert value(joints, "directness") == pytest.approx(np.sin(half) / half, abs=0.01)


def test_turning_with_still_arms_is_no_gesture():
    joints = standing(120)
    for frame in range(120):
        joints[frame] = joints[frame] @ rotation("y", 3.0 * frame).T
    assert np.isnan(value(joints, "directness"))


def waving(strength: np.ndarray, period: float = 0.6) -> np.ndarray:
    """Both arms wave up and down, with a strength for each frame."""
    joints = standing(len(strength))
    joints[:, WRISTS, 1] += (0.3 * strength * np.sin(2 * np.pi * seconds(len(strength)) / period))[:, None]
    return joints


def test_a_movement_that_grows_is_strongest_towards_its_end():
    growing = waving(np.linspace(0.3, 1, 150))
    assert value(growing, "peak_timing") > 0.6
    assert value(growing[::-1], "peak_timing") == pytest.approx(1 - value(growing, "peak_timing"), abs=0.01)


@pytest.mark.parametrize(("before", "after"), [(90, 0), (0, 90), (30, 60)])
@pytest.mark.parametrize("size", [1.0, 0.3])
@pytest.mark.parametrize("metres", [0.0003, 0.002])
def test_standing_before_and_after_a_movement_does_not_change_when_it_is_strongest(before, after, size, metres):
    strength = size * np.linspace(0.4, 1, 120)
    noise = np.random.default_rng(0).normal(0, metres, (120 + before + after, 22, 3))
    alone = value(waving(strength) + noise[:120], "peak_timing")
    padded = waving(np.concatenate([np.zeros(before), strength, np.zeros(after)])) + noise
    assert value(padded, "peak_timing") == pytest.approx(alone, abs=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_noise_does_not_decide_when_a_slow_movement_is_strongest(seed):
    slow = waving(0.4 * np.linspace(0.3, 1, 180), period=3.0)
    noise = np.random.default_rng(seed).normal(0, 0.002, slow.shape)
    assert value(slow + noise, "peak_timing") == pytest.approx(value(slow, "peak_timing"), abs=0.05)


def test_an_even_movement_has_its_peak_in_the_middle_and_rest_has_none():
    assert value(swinging(1.0, frames=151), "peak_timing") == pytest.approx(0.5, abs=0.01)
    assert np.isnan(value(standing(150), "peak_timing"))


def test_rise_is_the_change_of_height():
    joints = standing(120)
    joints[:, :, 1] += np.linspace(0, 0.4, 120)[:, None]
    assert value(joints, "rise") == pytest.approx(0.75 * 0.4 / LEG, rel=0.02)
    assert value(joints[::-1], "rise") == pytest.approx(-0.75 * 0.4 / LEG, rel=0.02)


def test_bouncing_and_getting_up_again_is_no_rise():
    joints = standing(120)
    joints[:, :, 1] += (0.05 * np.sin(2 * np.pi * 2 * seconds()) - 0.3 * np.sin(np.pi * seconds() / seconds()[-1]))[
        :, None
    ]
    assert value(joints, "rise") == pytest.approx(0, abs=0.02)
