"""Finds a tilted camera from the balance of the people in its picture.

A pose model takes the vertical of the picture for that of the room. A camera that is tilted, or looks down, therefore
makes people lean. Nobody who stands or walks can lean far for long: the trunk stays above the feet. So a body that
leans far on average shows that the camera does not stand upright.
"""

import numpy as np

from .motion import note

_SHOULDERS, _HIPS, _KNEES, _ANKLES = ([left, left + 1] for left in (11, 23, 25, 27))
_UP = np.array([0.0, -1.0, 0.0])  # y points downwards

_TILTED_DEG = 18.0
"""Mean lean of the trunk over the feet. Of 645 real recordings of people on their feet none exceeds 15.4, running
included; the two tilted cameras of a public demo give 20 and 27."""

_UPRIGHT = 0.88
"""Distance from hips to ankles in leg lengths. Below, somebody sits or crouches, with the feet to the front."""


def camera_tilt(world: np.ndarray) -> float:
    """Returns how far a person leans over their feet on average.

    Args:
        world: (frames, 33, 3) MediaPipe's world landmarks in metres, NaN where the person was not found.

    Returns:
        Degrees; 0 for somebody who is not on their feet.
    """
    found = world[~np.isnan(world).any(axis=(1, 2))]
    if not len(found):
        return 0.0
    hips, knees, ankles = found[:, _HIPS], found[:, _KNEES], found[:, _ANKLES]
    leg = (np.linalg.norm(hips - knees, axis=-1) + np.linalg.norm(knees - ankles, axis=-1)).mean(axis=1)
    height = np.linalg.norm(hips.mean(axis=1) - ankles.mean(axis=1), axis=-1)
    if np.median(height) < _UPRIGHT * np.median(leg):
        return 0.0
    trunk = found[:, [*_SHOULDERS, *_HIPS]].mean(axis=1)
    lean = (trunk - ankles.mean(axis=1)).mean(axis=0)
    return float(np.degrees(np.arccos(np.clip(lean @ _UP / max(float(np.linalg.norm(lean)), 1e-9), -1.0, 1.0))))


def tilt_note(people: np.ndarray) -> list[dict[str, str]]:
    """Returns a note if somebody (people, frames, 33, 3) leans further than anybody could."""
    tilt = max((camera_tilt(body) for body in people), default=0.0)
    if tilt < _TILTED_DEG:
        return []
    message = (
        f"the body leans {tilt:.0f} degrees over its feet on average, further than anybody on their feet can, so the "
        "camera was probably tilted or looked down; nothing is said about leaning, bowing and raising"
    )
    return [note("camera_tilted", message)]
