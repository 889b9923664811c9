"""Any recording becomes the unified skeleton: 22 joints, metres, Y up, 30 frames/s, facing +Z, with a joint mask.

The steps, each in its own file: check the recording (`checks.py`), estimate joint centres where it holds markers on
the skin (`joint_centres.py`), find its joints and fill gaps in their tracking (`selection.py`), find the up axis and
the unit of length (`axes_and_units.py`), take the shaking out of joints from a video (`steadying.py`), resample to 30
frames/s (`resampling.py`), turn the body to face +Z and put it on the floor at the origin (`placement.py`,
`floor.py`), find what the recording cannot show (`limitations.py`). The proportions of the rig are kept; the features
remove them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..reading.motion import Motion, MotionError
from ..reading.units import UNIT_SCALES
from .axes_and_units import TO_Y_UP, to_metres_y_up, to_y_up
from .checks import checked_recording
from .clip import UnifiedClip
from .face_direction import directions, unit_vectors
from .joint_centres import estimate_joint_centres
from .limitations import find_limitations
from .placement import place
from .plausibility import check_body, check_space
from .resampling import resample
from .rig_files import Rigs, load_rigs
from .selection import mask_coincident, match_recording, select_joints
from .steadying import steadied
from .tree import FRAME_RATE, JOINT_NAMES


def unify(
    motion: Motion, rigs: Rigs | None = None, up_axis: str | None = None, units: str | None = None
) -> UnifiedClip:
    """Converts a recording to the unified skeleton.

    Args:
        motion: Joint positions (frames, joints, 3) in any unit and axes, with `joint_names` or a known `layout`.
        rigs: Rig name -> rig; `load_rigs()` when None.
        up_axis: "x", "y", "z", "-x", "-y" or "-z" where known; found from the body when None.
        units: "m", "cm", "mm" or "inch" where known; found from the legs when None.

    Returns:
        The movement at 30 frames/s with its joint mask and a report.

    Raises:
        MotionError: The recording has no usable frames, frame rate, joints or body; the message names the file, the
            joint or the frame.
    """
    rigs = load_rigs() if rigs is None else rigs
    _check_choice("up_axis", up_axis, TO_Y_UP)
    _check_choice("units", units, UNIT_SCALES)
    joints, fps = checked_recording(motion, rigs)
    markers = estimate_joint_centres(motion, joints)
    if markers is None:
        match, rig = match_recording(motion, joints.shape[1], rigs)
    else:
        (motion, match), rig = markers, {}
        joints = motion.joints
    notes = list(motion.notes)
    body, mask, guessed, gaps = select_joints(joints, match, motion, fps, notes)
    is_stated = bool(up_axis or units or motion.units)
    check_space(body, mask, is_stated, motion.source)
    of_rig = (rig.get("up_axis"), rig.get("units"))
    body, found = to_metres_y_up(body, mask, (up_axis, units), motion.units, of_rig, motion.source, notes)
    mask_coincident(body, mask, notes)
    if motion.recording == "video":
        body = steadied(body, fps)
    face = directions(motion.face, len(joints), motion.source)
    if face is not None:
        face = unit_vectors(resample(to_y_up(face, found.up_axis)[:, None], fps)[:, 0])
    body = resample(body, fps)
    nearest = np.rint(np.arange(len(body)) * fps / FRAME_RATE).astype(int)
    guessed = guessed[np.minimum(nearest, len(guessed) - 1)]
    body, face = place(body, mask, guessed, face, motion.source, notes)
    check_body(body, mask, motion.source, notes)
    not_shown = find_limitations(body, mask, fps, face is not None, found.fits_a_person, motion.recording, notes)
    report = {
        "layout": match.layout,
        "frames": int(joints.shape[0]),
        "fps": round(float(fps), 4),
        "matched_joints": int(mask.sum()),
        "missing_joints": [name for name, present in zip(JOINT_NAMES, mask, strict=True) if not present],
        "up_axis": found.up_axis,
        "unit_scale": float(f"{found.unit_scale:.6g}"),
        "notes": notes,
        "how": match.how,
        "unused_joints": match.unused,
        "gaps": gaps,
        "reasons": {"up_axis": found.why_up_axis, "unit": found.why_unit},
        "recording": motion.recording,
        "start_s": motion.start_s,
    }
    clip = UnifiedClip(np.ascontiguousarray(body), mask, FRAME_RATE, report, face, not_shown)
    return clip.with_gaps(guessed) if guessed.any() else clip


def _check_choice(name: str, value: str | None, choices: Mapping[str, Any]) -> None:
    if value is not None and value not in choices:
        raise MotionError(f"{name} is {value!r}, expected one of {', '.join(choices)}.")
