"""Reads the parameters of SMPL body models (SMPL, SMPL-H, SMPL-X): rotations, from which the joints follow.

A body model stores how each joint is rotated against its parent, not where it is. The joints follow by forward
kinematics: from the pelvis outwards, each bone is turned by all rotations above it. How long the bones are is part of
the licensed model and is not needed here: a mean skeleton of published body proportions takes their place, because the
features remove bone lengths anyway. All three models share the tree of the 22 body joints and begin with their
rotations; hands, jaw, eyes, shape and expression are ignored.

The forms in circulation differ in the names of their arrays:

| files of | rotations | translation |
|---|---|---|
| AMASS, BEAT2 | `poses` (frames, 72, 156 or 165) | `trans` |
| AMASS for SMPL-X, SLAHMR | `root_orient` and `pose_body` | `trans` |
| 4D-Humans, GVHMR | `global_orient` and `body_pose` | `transl` |
| WHAM | `pose_world`, else `pose` | `trans_world`, else `trans` |
| TRAM | `pred_rotmat` | `pred_trans` |
| AIST++ | `smpl_poses` | `smpl_trans`, divided by `smpl_scaling` |

Rotations are axis-angle vectors in radians, flat or (joints, 3), or matrices (joints, 3, 3). Before them come an axis
of frames, or of people and frames. An array without such names is read as rotations if its layout is `AXIS_ANGLE`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .motion import MotionError, note
from .recording import Recording

AXIS_ANGLE = "smpl_axis_angle"
"""The layout that declares an array of rotations, as opposed to positions."""

_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
_HEAD = 15
_NUM_JOINTS = len(_PARENTS)

_STATURE_M = 1.70
"""Metres. The translation is taken as it is, so for a child or a giant the steps are long or short for the legs."""

_OFFSETS = {
    1: (0.052, -0.042, 0.0),  # hip
    3: (0.0, 0.060, -0.015),
    4: (0.020, -0.239, 0.0),  # knee: the model rests with the feet a little apart
    6: (0.0, 0.074, 0.0),
    7: (-0.008, -0.239, -0.025),  # ankle
    9: (0.0, 0.030, 0.015),
    10: (0.014, -0.034, 0.077),  # ball of the foot
    12: (0.0, 0.118, -0.025),  # neck
    13: (0.036, 0.068, -0.018),  # collar
    15: (0.0, 0.050, 0.029),  # head
    16: (0.078, 0.015, -0.004),  # shoulder
    18: (0.171, -0.005, -0.015),  # elbow: the arms rest sideways
    20: (0.150, 0.003, 0.0),  # wrist
}
"""Joint of the midline or the left side -> offset from its parent at rest, in shares of stature; +X is left, +Y up, +Z
front.

Limbs and trunk have the lengths of Winter, Biomechanics and Motor Control of Human Movement (2009), adapted to the
joint centres of SMPL as those of the generated performers are.
"""

_WHOLE = (22, 24, 52, 55)
"""Joints of a whole pose: the body alone, SMPL, SMPL-H, SMPL-X."""

_WITHOUT_ROOT = (21, 23)
"""Joints of a body without its root: SMPL-H and SMPL-X, SMPL."""


@dataclass(frozen=True)
class _Form:
    """Names of the arrays of one form: the whole pose, or the root and the rest; and the first translation present."""

    rotations: tuple[str, ...]
    translations: tuple[str, ...]


_FORMS = (
    _Form(("pose_world",), ("trans_world",)),
    _Form(("poses",), ("trans", "transl")),
    _Form(("smpl_poses",), ("smpl_trans",)),
    _Form(("root_orient", "pose_body"), ("trans", "transl")),
    _Form(("global_orient", "body_pose"), ("transl", "trans")),
    _Form(("pred_rotmat",), ("pred_trans",)),
    _Form(("pose",), ("trans", "transl")),
    _Form(("fullpose",), ("trans", "transl")),
)
"""A file may hold several; the first is read. A pose in the world comes before one in the axes of the camera."""

_FPS_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "frame_rate", "framerate")
_SCALING = "smpl_scaling"
_COMPANIONS = frozenset(
    ("betas", "gender", "dmpls", "expressions", "surface_model_type", "mocap_framerate", "mocap_frame_rate")
).union(*(form.translations for form in _FORMS))
"""Arrays that only a body model has: with one of them, poses of a shape that positions could have are rotations."""

_FROM_VIDEO = frozenset(("pose_world", "trans_world", "pred_rotmat", "pred_trans", "pred_cam", "pred_cam_t", "cam_R"))
"""Arrays that only estimates from video have."""

_MOST_TURN = 4 * np.pi
"""Radians. Fits may wind a joint around by a whole turn; more are degrees, or no rotations."""

_MOST_SKEW = 0.05
"""How far a rotation matrix times its transpose may differ from the identity."""

_ENOUGH_FRAMES = 10_000
"""Frames by which the lengths of bones are judged; of longer recordings every second, third, ... frame is taken."""

_ROWS = 4096
"""Frames that are computed at once, which bounds the memory of the rotations."""


def smpl_keys(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Recognises the parameters of a body model by the names and shapes of a file's arrays.

    Args:
        shapes: Name of each array -> its shape.

    Returns:
        The arrays that `recording_of_smpl` needs; empty if the file holds no parameters of a body model.
    """
    form = _form_of(shapes)
    if form is None:
        return []
    translation = [key for key in form.translations if key in shapes][:1]
    return [*form.rotations, *translation, *(key for key in (*_FPS_KEYS, _SCALING) if key in shapes)]


def recording_of_smpl(arrays: Mapping[str, np.ndarray], source: str, names: Collection[str] = ()) -> Recording:
    """Computes the joints of a recording of body-model parameters.

    Args:
        arrays: Those that `smpl_keys` names.
        source: File name, for error messages.
        names: All arrays of the file, by which a body model and an estimate from video are recognised.

    Returns:
        The 22 joints in metres, the direction of the face, and the frame rate if the file states it. Without a
        translation the pelvis stays at the origin.

    Raises:
        MotionError: The arrays do not fit each other or hold no rotations; the message names array, joint and frame.
    """
    form = _form_of({key: array.shape for key, array in arrays.items()}, names)
    if form is None:
        raise MotionError(f"{source}: expected the poses of a body model; found {', '.join(sorted(arrays)) or 'none'}")
    for key, array in arrays.items():
        if array.dtype.kind not in "fiu":
            raise MotionError(f"{source}, array {key!r}: expected real numbers; found values of type {array.dtype}")
    body = form.rotations[-1]
    lead = _leading(arrays[body].shape, _WHOLE if len(form.rotations) == 1 else _WITHOUT_ROOT)
    assert lead is not None  # or the form would not have been recognised
    num_rows = int(np.prod(lead))

    def of_each_frame(key: str, sizes: Collection[int]) -> np.ndarray:
        """Returns an array as (people and frames, numbers), of which there must be as many as one of the sizes."""
        array = arrays[key]
        if array.shape[:1] != lead[:1] or array.size not in [size * num_rows for size in sizes]:
            raise MotionError(
                f"{source}: expected array {key!r} to hold {' or '.join(map(str, sizes))} numbers for each frame of "
                f"{body!r} {arrays[body].shape}; found shape {array.shape}"
            )
        return array.reshape(num_rows, -1)

    parts = [_in_joints(arrays[body], lead)]
    if len(form.rotations) == 2:
        root = of_each_frame(form.rotations[0], (3, 9))
        parts.insert(0, root.reshape(num_rows, 1, 3) if root.shape[1] == 3 else root.reshape(num_rows, 1, 3, 3))
    translation = next((of_each_frame(key, (3,)) for key in form.translations if key in arrays), None)
    if translation is not None and _SCALING in arrays and form.translations == ("smpl_trans",):
        translation = translation / _one_number(arrays, _SCALING, source)
    recording = _recording(parts, translation, lead, source)
    rate = next((key for key in _FPS_KEYS if key in arrays), None)
    recording.fps = None if rate is None else _one_number(arrays, rate, source)
    recording.recording = "video" if _FROM_VIDEO & {*names, *arrays} else None
    return recording


def with_positions(recording: Recording, source: str) -> Recording:
    """Replaces the rotations of a recording whose layout is `AXIS_ANGLE` by the positions of the joints.

    Args:
        recording: `joints` holds axis-angle vectors in radians: (frames, 22, 24, 52 or 55, 3), or flat
            (frames, 66, 72, 156 or 165); with several people an axis of people comes first.
        source: File name or description, for error messages.

    Returns:
        The same recording with the 22 joints in metres and layout "smpl22", the pelvis at the origin.

    Raises:
        MotionError: Another shape, or values that are no angles in radians.
    """
    rotations = np.asarray(recording.joints)
    lead = _leading(rotations.shape, _WHOLE) if rotations.dtype.kind in "fiu" else None
    if lead is None or rotations.shape[-2:] == (3, 3):
        raise MotionError(
            f"{source}: the layout {AXIS_ANGLE} expects axis-angle vectors (frames, joints, 3) of "
            f"{', '.join(map(str, _WHOLE))} joints, or flat (frames, {', '.join(str(3 * n) for n in _WHOLE)}); "
            f"found shape {rotations.shape} of {rotations.dtype}"
        )
    made = _recording([_in_joints(rotations, lead)], None, lead, source)
    return replace(
        recording,
        joints=made.joints,
        layout=made.layout,
        units=made.units,
        face=made.face,
        notes=[*recording.notes, *made.notes],
        joint_names=None,
        parents=None,
        visibility=None,
    )


def rotation_hint(shape: tuple[int, ...]) -> str:
    """Returns what to try with an array of such a shape, which is no array of positions; or an empty string."""
    lead = _leading(shape, _WHOLE)
    return "" if lead is None else f" If these are axis-angle rotations of SMPL, pass layout {AXIS_ANGLE!r}."


# -------------------------------------------------------------------------------------------------------------- shapes


def _form_of(shapes: Mapping[str, tuple[int, ...]], names: Collection[str] = ()) -> _Form | None:
    """Returns the first form of which all rotations are present in a shape that fits; `names` are other arrays."""
    of_a_model = _COMPANIONS & {*shapes, *names}
    for form in _FORMS:
        if not all(key in shapes for key in form.rotations):
            continue
        whole = len(form.rotations) == 1
        shape = shapes[form.rotations[-1]]
        if _leading(shape, _WHOLE if whole else _WITHOUT_ROOT) is None:
            continue
        # Positions of 22 or 24 joints may have these shapes, too.
        if whole and (shape[-1] == 66 or (shape[-1] == 3 and shape[-2] != 3)) and not of_a_model:
            continue
        return form
    return None


def _leading(shape: tuple[int, ...], counts: Collection[int]) -> tuple[int, ...] | None:
    """Returns the axes of people and frames before the rotations of so many joints, or None for another shape."""
    if len(shape) >= 3 and shape[-2:] == (3, 3) and shape[-3] in counts:
        lead = shape[:-3]
    elif len(shape) >= 2 and shape[-1] == 3 and shape[-2] in counts:
        lead = shape[:-2]
    elif len(shape) >= 1 and shape[-1] % 3 == 0 and shape[-1] // 3 in counts:
        lead = shape[:-1]
    else:
        return None
    return lead if len(lead) in (1, 2) and 0 not in lead else None


def _in_joints(rotations: np.ndarray, lead: tuple[int, ...]) -> np.ndarray:
    """Returns rotations as (people and frames, joints, 3) or (people and frames, joints, 3, 3)."""
    ending = rotations.shape[len(lead) + 1 :] or (3,)
    return rotations.reshape(int(np.prod(lead)), -1, *ending)


def _one_number(arrays: Mapping[str, np.ndarray], key: str, source: str) -> float:
    if arrays[key].size != 1:
        raise MotionError(f"{source}: expected {key} to hold one number; found shape {arrays[key].shape}")
    return float(arrays[key].item())


# ---------------------------------------------------------------------------------------------------------- kinematics


def _recording(
    parts: list[np.ndarray], translation: np.ndarray | None, lead: tuple[int, ...], source: str
) -> Recording:
    """Makes the recording of the joints.

    Args:
        parts: (people and frames, joints, 3) or (people and frames, joints, 3, 3) rotations of the root and of the
            joints after it, or of all joints in one array.
        translation: (people and frames, 3) metres, or None.
        lead: Length of the axes of frames, or of people and frames.
        source: For error messages.
    """
    # Estimates of one person frame by frame have an axis of length 1 behind the frames.
    axes = (lead[0],) if len(lead) == 2 and lead[1] == 1 else lead
    num_rows = int(np.prod(lead))
    joints = np.zeros((num_rows, _NUM_JOINTS, 3), np.float32)
    face = np.zeros((num_rows, 3), np.float32)
    given = parts if translation is None else [*parts, translation]
    for start in range(0, num_rows, _ROWS):
        span = slice(start, start + _ROWS)
        used = [part[span].astype(np.float64) for part in given]
        if len(axes) == 2:  # a person whom the video does not show is padded with zeros, which are no pose
            absent = np.all([~part.reshape(len(part), -1).any(axis=1) for part in used], axis=0)
            for part in used:
                part[absent] = np.nan
        matrices = _matrices(used[: len(parts)], start, axes, source)
        positions, face[span] = _forward_kinematics(matrices)
        if translation is not None:
            positions += used[-1][:, None]
        with np.errstate(over="ignore"):  # what is too far away for float32 is refused as such
            joints[span] = positions
    message = "the joints follow from the rotations of a body model on a mean skeleton, not on this person's bones"
    return Recording(
        joints.reshape(*axes, _NUM_JOINTS, 3),
        layout="smpl22",
        units="m",
        face=face.reshape(*axes, 3),
        notes=[note("body_model", message)],
    )


def _matrices(parts: list[np.ndarray], start: int, axes: tuple[int, ...], source: str) -> np.ndarray:
    """Returns the rotations of the body joints as matrices (rows, 22, 3, 3); NaN stays NaN.

    Args:
        parts: As in `_recording`, float64, of some of the frames.
        start: Number of the first of them.
        axes: Length of the axes of frames, or of people and frames.
        source: For error messages.

    Raises:
        MotionError: A value is no rotation; the message names joint and frame.
    """
    made: list[np.ndarray] = []
    first = 0
    for part in parts:
        part = part[:, : _NUM_JOINTS - first]
        if part.ndim == 3:
            size = np.linalg.norm(part, axis=-1)
            wrong = size > _MOST_TURN
            expected, found = f"an axis-angle vector in radians, at most {_MOST_TURN:.3g} long", "one {:.3g} long"
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                size = np.abs(part @ np.swapaxes(part, -1, -2) - np.eye(3)).max(axis=(-1, -2))
                wrong = (size > _MOST_SKEW) | (np.linalg.det(part) < 0)
            expected, found = "a rotation matrix", "one that also stretches or mirrors"
        if wrong.any():
            row, joint = (int(index) for index in np.argwhere(wrong)[0])
            raise MotionError(
                f"{source}: expected the rotation of joint {first + joint} in frame {(start + row) % axes[-1]} to be "
                f"{expected}; found {found.format(size[row, joint])}"
            )
        made.append(_rotations_of(part) if part.ndim == 3 else part)
        first += part.shape[1]
    return np.concatenate(made, axis=1)


def _rotations_of(vectors: np.ndarray) -> np.ndarray:
    """Converts axis-angle vectors (..., 3) in radians to matrices (..., 3, 3) by Rodrigues' formula."""
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    cross = np.zeros((*vectors.shape, 3))
    x, y, z = np.moveaxis(vectors, -1, 0)
    cross[..., 0, 1], cross[..., 0, 2], cross[..., 1, 2] = -z, y, -x
    cross[..., 1, 0], cross[..., 2, 0], cross[..., 2, 1] = z, -y, x
    # np.sinc(a / pi) is sin(a) / a, also at zero; 1 - cos(a) is 2 sin(a / 2)^2, which keeps its digits near zero.
    first, second = np.sinc(angle / np.pi), 0.5 * np.sinc(angle / (2 * np.pi)) ** 2
    return np.asarray(np.eye(3) + first * cross + second * (cross @ cross))


def _forward_kinematics(rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Computes positions from rotations.

    Args:
        rotations: (rows, 22, 3, 3) rotation of each joint against its parent; of the root against the world.

    Returns:
        (rows, 22, 3) metres, the pelvis at the origin; and (rows, 3) direction in which the face looks, which at rest
        is +Z.
    """
    turned = np.empty_like(rotations)
    positions = np.zeros((len(rotations), _NUM_JOINTS, 3))
    turned[:, 0] = rotations[:, 0]
    for joint, parent in enumerate(_PARENTS[1:], start=1):
        mirrored = joint not in _OFFSETS  # the right side follows the left one in SMPL's order
        offset = np.array(_OFFSETS[joint - mirrored]) * [-1 if mirrored else 1, 1, 1] * _STATURE_M
        turned[:, joint] = turned[:, parent] @ rotations[:, joint]
        positions[:, joint] = positions[:, parent] + turned[:, parent] @ offset
    return positions, turned[:, _HEAD, :, 2]


def stretch_of_bones(joints: np.ndarray) -> np.ndarray:
    """Measures by how much bones change their length: hardly, if the positions are a body's and in SMPL's order.

    Args:
        joints: (frames, 22, 3) in any unit; NaN where not tracked.

    Returns:
        (21,) for each bone the change against its median length, as a share of it: the 95th percentile over frames;
        infinite if the bone has no length or no frame is complete.
    """
    some = joints[:: len(joints) // _ENOUGH_FRAMES + 1].astype(np.float64)
    bones = np.linalg.norm(some[:, 1:] - some[:, list(_PARENTS[1:])], axis=-1)
    bones = bones[np.isfinite(bones).all(axis=1)]
    if not len(bones):
        return np.full(_NUM_JOINTS - 1, np.inf)
    typical = np.median(bones, axis=0)
    change = np.percentile(np.abs(bones - typical), 95, axis=0)
    return np.where(typical > 0, change / np.where(typical > 0, typical, 1.0), np.inf)
