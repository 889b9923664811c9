"""Markers on the skin become joint centres.

The body of these tests has known joint centres. Its markers are put on it where anatomy puts them, by measures other
than those of the estimate: the hips by Bell et al. 1990 (J. Biomech. 23, 617-621), widths as on a tape.
"""

from pathlib import Path

import numpy as np
import pytest
from moving_bodies import rotation

from eai_llm_hf.processing.reading.files import read_motions
from eai_llm_hf.processing.reading.motion import Motion, MotionError
from eai_llm_hf.processing.skeleton.joint_centres import chord, complete_cluster, estimate_joint_centres
from eai_llm_hf.processing.skeleton.unify import unify

FRAMES = 90
HARD_INPUTS = Path(__file__).parents[2] / "shared" / "data" / "hard_inputs"
HELEN_HAYES = {
    "ASI": "ASIS", "THI": "Thigh", "KNE": "Knee", "TIB": "Shank", "ANK": "Ankle", "TOE": "Toe", "HEE": "Heel",
    "SHO": "Shoulder", "ELB": "Elbow", "WRA": "Wrist",
}  # fmt: skip
WORST_CM = {"pelvis": 0.1, "hip": 2.0, "knee": 1.6, "ankle": 2.0, "foot": 0.1, "shoulder": 2.0, "elbow": 1.6}
"""Largest mean error of a joint of an adult; the wrist and the head are the middle of their markers."""


def turns(axis: str, degrees: np.ndarray) -> np.ndarray:
    """(frames, 3, 3) rotations about an axis of X forward, Y up, Z to the right."""
    return np.stack([rotation(axis, float(angle)) for angle in degrees])


def place(where: np.ndarray, turn: np.ndarray, offset: tuple[float, float, float], size: float) -> np.ndarray:
    return where + np.einsum("fij,j->fi", turn, np.array(offset) * size)


def markers_and_joints(size: float = 1.0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A body that walks in a curve and swings its arms, in millimetres, X forward at first, Y up, Z to the right.

    Returns:
        Marker -> (frames, 3), by the names of Plug-in Gait and "KNM", "MED" and "ELBM" for inner markers; and joint ->
        (frames, 3).
    """
    time = np.arange(FRAMES) / 30
    swing = np.sin(2 * np.pi * 0.9 * time)
    pelvis = turns("y", 40 * time / 3) @ turns("z", np.full(FRAMES, -8.0)) @ turns("x", 4 * swing)
    root = np.stack([900 * time, size * (950 + 15 * np.cos(4 * np.pi * 0.9 * time)), 150 * time**2], axis=1)
    trunk = turns("y", 40 * time / 3) @ turns("z", -6 + 3 * swing)
    marks, joints = {}, {}
    width = 240.0  # ASIS to ASIS; Bell: hips 30% below, 19% behind and 36% beside the middle between them
    joints["pelvis"] = place(root, pelvis, (0, 0, 0), size)
    marks["SACR"] = place(root, pelvis, (-80, 0, 0), size)
    for initial, side, way in (("L", "left", -1), ("R", "right", 1)):
        marks[f"{initial}ASI"] = place(root, pelvis, (80, 0, way * width / 2), size)
        marks[f"{initial}PSI"] = place(root, pelvis, (-80, 0, way * 45), size)
        hip = place(root, pelvis, (80 - 0.19 * width, -0.30 * width, way * 0.36 * width), size)
        thigh = pelvis @ turns("z", 12 - way * 28 * swing) @ turns("y", np.full(FRAMES, way * -5.0))
        knee = place(hip, thigh, (0, -420, 0), size)
        shank = thigh @ turns("z", -28 + way * 24 * swing)
        ankle = place(knee, shank, (0, -400, 0), size)
        foot = shank @ turns("y", np.full(FRAMES, way * -12.0))
        joints |= {f"{side}_hip": hip, f"{side}_knee": knee, f"{side}_ankle": ankle}
        marks[f"{initial}THI"] = place(hip, thigh, (5, -220, way * 105), size)
        marks[f"{initial}KNE"] = place(knee, thigh, (-6, 4, way * 58), size)
        marks[f"{initial}KNM"] = place(knee, thigh, (-6, 4, way * -58), size)
        marks[f"{initial}TIB"] = place(knee, foot, (0, -200, way * 95), size)
        marks[f"{initial}ANK"] = place(ankle, foot, (-4, -2, way * 42), size)
        marks[f"{initial}MED"] = place(ankle, foot, (6, 4, way * -42), size)
        marks[f"{initial}HEE"] = place(ankle, foot, (-60, -55, 0), size)
        joints[f"{side}_foot"] = marks[f"{initial}TOE"] = place(ankle, foot, (130, -55, way * 5), size)

        shoulder = place(root, trunk, (0, 430, way * 175), size)
        upper = trunk @ turns("z", way * 25 * swing) @ turns("x", np.full(FRAMES, way * -12.0))
        elbow = place(shoulder, upper, (0, -290, 0), size)
        lower = upper @ turns("z", 35 + way * 15 * swing)
        wrist = place(elbow, lower, (0, -255, 0), size)
        joints |= {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow, f"{side}_wrist": wrist}
        marks[f"{initial}SHO"] = place(shoulder, trunk, (-8, 55, way * 5), size)
        marks[f"{initial}ELB"] = place(elbow, upper, (-4, 3, way * 38), size)
        marks[f"{initial}ELBM"] = place(elbow, upper, (-4, 3, way * -38), size)
        marks[f"{initial}WRA"] = place(wrist, lower, (33, 0, way * 8), size)
        marks[f"{initial}WRB"] = place(wrist, lower, (-33, 0, way * -8), size)
        head = trunk @ turns("y", 25 * swing)
        marks[f"{initial}FHD"] = place(root, head, (95, 690, way * 70), size)
        marks[f"{initial}BHD"] = place(root, head, (-85, 690, way * 65), size)
    joints["head"] = place(root, head, (5, 690, 0), size)
    marks |= {"C7": place(root, trunk, (-75, 520, 0), size), "CLAV": place(root, trunk, (60, 440, 0), size)}
    marks |= {"T10": place(root, trunk, (-110, 270, 0), size), "STRN": place(root, trunk, (100, 290, 0), size)}
    return marks, joints


ALL_MARKS, JOINTS = markers_and_joints()
INNER = ("KNM", "MED", "ELBM")
MARKS = {name: points for name, points in ALL_MARKS.items() if name[1:] not in INNER and name != "SACR"}


def recording(marks: dict[str, np.ndarray], units: str | None = "mm") -> Motion:
    joints = np.stack(list(marks.values()), axis=1).astype(np.float32)
    return Motion(joints, 30.0, list(marks), source="gait.c3d", units=units)


def estimate(marks: dict[str, np.ndarray], units: str | None = "mm") -> Motion:
    given = recording(marks, units)
    found = estimate_joint_centres(given, given.joints)
    assert found is not None
    return found[0]


def errors_cm(found: Motion, joints: dict[str, np.ndarray]) -> dict[str, float]:
    return {
        name: float(np.linalg.norm(found.joints[:, column] - joints[name], axis=-1).mean()) / 10
        for column, name in enumerate(found.joint_names)
        if name in joints
    }


def without(*names: str) -> dict[str, np.ndarray]:
    return {name: points for name, points in MARKS.items() if name not in names}


@pytest.mark.parametrize("left_out", [(), ("LTHI", "RTHI", "LTIB", "RTIB")], ids=["with wands", "without wands"])
def test_joint_centres_are_estimated_to_two_centimetres(left_out):
    errors = errors_cm(estimate(without(*left_out)), JOINTS)
    assert set(JOINTS) <= errors.keys()
    for name, error in errors.items():
        assert error < WORST_CM.get(name.split("_")[-1], 0.8), (name, error)


def test_a_centre_is_nearer_to_the_joint_than_its_marker():
    found = errors_cm(estimate(MARKS), JOINTS)
    for joint, marker in (("knee", "KNE"), ("ankle", "ANK"), ("shoulder", "SHO"), ("elbow", "ELB"), ("hip", "ASI")):
        for side in ("left", "right"):
            name = f"{side}_{joint}"
            on_skin = np.linalg.norm(MARKS[side[0].upper() + marker] - JOINTS[name], axis=-1).mean() / 10
            assert found[name] < 0.5 * on_skin, name


@pytest.mark.parametrize("size", [0.6, 1.15])
def test_a_child_and_a_giant_have_joints_of_their_size(size):
    marks, joints = markers_and_joints(size)
    marks = {name: marks[name] for name in MARKS}
    for name, error in errors_cm(estimate(marks), joints).items():
        assert error < 1.25 * WORST_CM.get(name.split("_")[-1], 0.8), (name, error)


def test_with_markers_on_both_sides_a_joint_is_in_their_middle():
    found = estimate(ALL_MARKS)
    for name, error in errors_cm(found, JOINTS).items():
        assert error < 0.8 or name.endswith(("hip", "shoulder")), (name, error)
    assert "knees" not in found.notes[0]["message"]


def test_the_thigh_wand_is_never_the_hip():
    for names in (MARKS, without("LTIB", "RTIB")):
        assert errors_cm(estimate(names), JOINTS)["left_hip"] < 2.0
    with pytest.raises(MotionError, match=r"gait\.c3d: these are markers on the skin .* LASI, RASI, SACR"):
        unify(recording(without("LASI", "RASI", "LPSI", "RPSI") | {}))
    with pytest.raises(MotionError, match="on the pelvis or the shoulders: RSHO"):
        unify(recording(without("RSHO")))


def test_helen_hayes_markers_become_the_same_joints():
    marks = {}
    for name, points in (MARKS | {"SACR": ALL_MARKS["SACR"]}).items():
        if name[1:] in HELEN_HAYES:
            marks[f"{name[0]}.{HELEN_HAYES[name[1:]]}"] = points
    marks |= {"V.Sacral": ALL_MARKS["SACR"], "Top.Head": JOINTS["head"] + [0, 100, 0]}
    marks["Front.Head"] = (MARKS["LFHD"] + MARKS["RFHD"]) / 2
    marks["Rear.Head"] = (MARKS["LBHD"] + MARKS["RBHD"]) / 2
    found = estimate(marks)
    for name, error in errors_cm(found, JOINTS).items():
        assert error < WORST_CM.get(name.split("_")[-1], 3.5), (name, error)
    assert found.face is not None and "head" in found.joint_names


def test_the_names_of_a_subject_before_the_markers_do_not_matter():
    plain = estimate(MARKS).joints
    for prefix in ("Anna:", "Anna_", "S01 "):
        assert np.array_equal(estimate({f"{prefix}{name}": points for name, points in MARKS.items()}).joints, plain)


@pytest.mark.parametrize(("units", "scale"), [("mm", 1.0), ("m", 0.001), (None, 0.1), ("m", 1.0), (None, 0.01)])
def test_the_unit_may_be_missing_or_wrong(units, scale):
    scaled = estimate({name: points * scale for name, points in MARKS.items()}, units)
    assert np.abs(scaled.joints / scale - estimate(MARKS).joints).max() < 0.5


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 2, 1)], ids=["Z up", "left-handed axes"])
def test_other_axes_give_the_same_body(order):
    turned = estimate({name: points[:, order] for name, points in MARKS.items()})
    assert np.abs(turned.joints - estimate(MARKS).joints[..., order]).max() < 0.01


def test_the_headband_gives_the_direction_of_the_face():
    face = estimate(MARKS).face
    heading = np.degrees(np.arctan2(-face[:, 2], face[:, 0]))
    time = np.arange(FRAMES) / 30
    assert np.abs(heading - (40 * time / 3 + 25 * np.sin(2 * np.pi * 0.9 * time))).max() < 3
    assert estimate(without("LBHD")).face is None
    clip = unify(recording(MARKS))
    assert clip.face is not None and "head_rotation" not in clip.not_shown


def test_a_joint_whose_markers_are_missing_is_absent():
    clip = unify(recording(without("LELB", "C7", "T10", "LFHD", "RWRB")))
    assert {"left_elbow", "head", "spine3", "right_wrist"} <= set(clip.report["missing_joints"])
    assert clip.report["layout"] == "skin-markers"
    assert [entry["code"] for entry in clip.report["notes"]][0] == "estimated_joint_centres"
    assert clip.report["how"]["left_hip"].endswith("(Harrington et al. 2007)")
    assert {"LWRB", "LHEE"} & set(clip.report["unused_joints"]) == {"LHEE"}


def test_joint_centres_of_the_capture_software_are_used_as_they_are():
    solved = {"LFEP": "left_hip", "RFEO": "right_knee", "LTIO": "left_ankle", "RHUO": "right_elbow"}
    found = estimate(MARKS | {label: JOINTS[joint] + 1 for label, joint in solved.items()})
    for joint in solved.values():
        assert np.allclose(found.joints[:, found.joint_names.index(joint)], JOINTS[joint] + 1, atol=0.01)


def test_a_file_with_joints_next_to_its_markers_keeps_its_joints():
    both = MARKS | {"LHip": JOINTS["left_hip"], "RHip": JOINTS["right_hip"]}
    given = recording(both)
    assert estimate_joint_centres(given, given.joints) is None
    assert estimate_joint_centres(recording(JOINTS), given.joints) is None


def test_a_lost_marker_of_the_pelvis_is_placed_by_the_other_three():
    gaps = {name: points.copy() for name, points in MARKS.items()}
    gaps["RASI"][10:60] = np.nan
    gaps["LBHD"][40:] = 0.0
    found, whole = estimate(gaps), estimate(MARKS)
    assert np.abs(found.joints - whole.joints).max() < 0.5


def test_a_cluster_with_two_markers_left_stays_a_gap():
    points = np.random.default_rng(0).normal(size=(6, 4, 3))
    points[2, :2] = np.nan
    assert np.array_equal(complete_cluster(points), points, equal_nan=True)
    assert complete_cluster(np.full((3, 4, 3), np.nan)).shape == (3, 4, 3)


def test_the_centre_is_at_right_angles_to_its_marker_and_the_joint_above():
    rng = np.random.default_rng(1)
    bone = rng.normal(size=(20, 3)) * 400
    inward = np.cross(bone, rng.normal(size=(20, 3)))
    way = chord(bone, inward, 55.0)
    assert np.allclose(np.linalg.norm(way, axis=-1), 55.0)
    assert np.allclose(np.einsum("fi,fi->f", way, way - bone), 0.0, atol=1e-6)


def test_markers_that_are_mixed_up_are_noted():
    noise = np.random.default_rng(2)
    clip = estimate({name: points + noise.normal(0, 60, points.shape) for name, points in MARKS.items()})
    assert "loose_markers" in [entry["code"] for entry in clip.notes]
    with pytest.raises(MotionError, match="markers on the pelvis coincide"):
        estimate(dict.fromkeys(MARKS, np.ones((9, 3))))


@pytest.mark.skipif(not HARD_INPUTS.is_dir(), reason="../shared/data/hard_inputs is absent")
@pytest.mark.parametrize("name", ["32-helen-hayes-markers-trc/walk.trc", "33-opencap-augmented-trc/study_only.trc"])
def test_exports_of_markers_become_bodies(name):
    (motion,) = read_motions(HARD_INPUTS / name)
    clip = unify(motion)
    thigh = np.linalg.norm(clip.joints[:, 1] - clip.joints[:, 4], axis=-1)
    assert clip.report["matched_joints"] >= 16 and 0.3 < np.median(thigh) < 0.5
    assert np.std(thigh) < 0.01


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(60))
def test_any_markers_are_a_body_or_a_motion_error(seed):
    rng = np.random.default_rng(seed)
    marks = {
        name: points.copy()
        for name, points in ALL_MARKS.items()
        if rng.random() < 0.9 or name in ("LASI", "RASI", "SACR", "LSHO", "RSHO")
    }
    worst = (np.nan, 0.0, np.inf, 1e7, -1e7, 1e-30)
    for name in rng.choice(list(marks), 6):
        frames = slice(rng.integers(FRAMES), rng.integers(1, 2 * FRAMES))
        marks[name][frames if rng.random() < 0.7 else slice(None)] = worst[rng.integers(len(worst))]
    if rng.random() < 0.2:
        marks["LASI"] = marks["RASI"]
    given = recording(marks)
    try:
        found = estimate_joint_centres(given, given.joints)
    except MotionError as error:
        assert "gait.c3d" in str(error)
        return
    assert found is not None and not np.isinf(found[0].joints).any()
