"""Reads the motion features of HumanML3D, 263 numbers a frame, and joint positions in flat rows.

HumanML3D (Guo et al., Generating Diverse and Natural 3D Human Motions from Text, CVPR 2022) describes each frame of
its files `new_joint_vecs`, and motion generators that are trained on them write the same:

| columns | content |
|---|---|
| 0 | turn of the root about Y until the next frame, as half the angle in radians |
| 1, 2 | step of the root along X and Z until the next frame, seen from the body |
| 3 | height of the root |
| 4 to 66 | positions of the other 21 joints: turned with the body, X and Z from the root, Y from the floor |
| 67 to 192 | their rotations, six numbers each, which are computed from the positions |
| 193 to 258 | velocities of all 22 joints |
| 259 to 262 | contact of heels and toes with the floor |

The first 67 determine where the joints are; the rest is not read. The files `new_joints` hold positions, in some
copies as flat rows of 66 numbers.
"""

import numpy as np

from .motion import MotionError
from .recording import Recording
from .smpl import stretch_of_bones

FPS = 20.0
"""Frames per second of HumanML3D."""

_FEATURES, _KIT_FEATURES, _FLAT = 263, 251, 66
_READ = 67
_NUM_JOINTS = 22
_RIGID, _GENERATED = 0.1, 0.3
"""Share by which bones may change their length: each of a tracked body; on average those of a motion generator."""

_LEG_M = (0.3, 1.3)
"""Metres from the hip by the knee to the ankle: all bodies of HumanML3D have the bones of one person."""


def is_rows(shape: tuple[int, ...]) -> bool:
    """Tells whether an array of this shape holds the features of HumanML3D or KIT-ML."""
    return len(shape) in (2, 3) and shape[-1] in (_FEATURES, _KIT_FEATURES) and 0 not in shape


def recording_of_rows(array: np.ndarray, source: str) -> Recording:
    """Makes a recording of an array without names, whose rows may be something else than positions of joints.

    Args:
        array: (frames, 263) or (people, frames, 263) features of HumanML3D; (frames, 66) positions of 22 joints; any
            other array is taken as it is.
        source: File name, for error messages.

    Returns:
        The recording; of features with the layout, unit and frame rate of HumanML3D.

    Raises:
        MotionError: The features are normalised or damaged, or those of KIT-ML.
    """
    if array.dtype.kind not in "fiu":
        return Recording(array)
    if array.ndim == 2 and array.shape[1] == _FLAT and len(array):
        joints = array.reshape(len(array), _NUM_JOINTS, 3)
        # Nothing names the joints, but only in the right order do bones keep their lengths.
        in_order = stretch_of_bones(joints).max() < _RIGID
        return Recording(joints, layout="smpl22" if in_order else None)
    if not is_rows(array.shape):
        return Recording(array)
    if array.shape[-1] == _KIT_FEATURES:
        raise MotionError(
            f"{source}: {_KIT_FEATURES} numbers a frame are the features of KIT-ML, which are not read; recover the "
            "21 joint positions with the code of that dataset and pass them with joint_names and fps"
        )
    people = array if array.ndim == 3 else array[None]
    joints = np.stack([_positions(person[:, :_READ].astype(np.float64)) for person in people]).astype(np.float32)
    for number, person in enumerate(joints, start=1):
        who = source if len(joints) == 1 else f"{source}, person {number} of {len(joints)}"
        _refuse_what_is_no_body(person, who)
    return Recording(joints if array.ndim == 3 else joints[0], FPS, layout="smpl22", units="m")


def _positions(features: np.ndarray) -> np.ndarray:
    """Recovers joint positions.

    Args:
        features: (frames, 67), the columns that are read.

    Returns:
        (frames, 22, 3) metres, Y up; the root starts at x = z = 0, and the body faces +Z.
    """
    # A step is seen from the body after its turn, so turns are summed up first; both begin at zero.
    heading = 2 * np.concatenate([[0.0], np.cumsum(features[:-1, 0])])
    steps = np.zeros((len(features), 1, 3))
    steps[1:, 0, 0], steps[1:, 0, 2] = features[:-1, 1], features[:-1, 2]
    root = np.cumsum(_turned(steps, -heading), axis=0)
    joints = np.concatenate([np.zeros((len(features), 1, 3)), features[:, 4:].reshape(-1, 21, 3)], axis=1)
    joints[:, 0, 1] = features[:, 3]
    return _turned(joints, -heading) + root


def _turned(points: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Turns points (frames, points, 3) about Y by an angle (frames,), from Z towards X."""
    sine, cosine = np.sin(angle)[:, None], np.cos(angle)[:, None]
    x, y, z = np.moveaxis(points, -1, 0)
    return np.stack([cosine * x + sine * z, y, cosine * z - sine * x], axis=-1)


def _refuse_what_is_no_body(joints: np.ndarray, source: str) -> None:
    """Raises an error unless bones keep their lengths and legs are as long as legs: features are often normalised."""
    leg = sum(np.linalg.norm(joints[:, joint] - joints[:, parent], axis=-1) for joint, parent in ((4, 1), (7, 4)))
    length = float(np.median(leg))
    shortest, longest = _LEG_M
    if stretch_of_bones(joints).mean() < _GENERATED and shortest <= length <= longest:
        return
    raise MotionError(
        f"{source}: expected {_FEATURES} features of HumanML3D a frame whose bones keep their lengths; found legs of "
        f"{length:.3g} m. Normalised features must be multiplied by Std.npy and added to Mean.npy of the dataset"
    )
