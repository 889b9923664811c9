"""Virtual performers, whose bodies and habits differ from each other as much as emotions do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .emotions import STYLE_PARAMETERS

PERFORMER_POOL = 1000
"""Clips without a given performer draw an id from 0 to 999, so that performers recur and can be held out."""

_PERFORMER_STREAM = 0x5045_5246
"""Separates the random streams of performers from those of clips with the same number."""


@dataclass(frozen=True)
class Body:
    """Bone lengths in metres. Limbs have the shares of stature of Winter 2009, adapted to SMPL-like joint centres.

    Attributes:
        stature: Height of the standing performer.
        thigh: Hip to knee.
        shank: Knee to ankle.
        ankle_height: Ankle joint above the sole.
        ball_height: Ball of the foot above the sole.
        foot: Horizontal distance from ankle to ball.
        hip_width: Pelvis centre to hip joint, sideways.
        hip_drop: Pelvis centre to hip joint, downwards.
        spine: Pelvis centre to base of the neck, all four bones.
        neck: Base of the neck to head joint.
        collar_width: Midline to collar joint.
        shoulder_width: Collar joint to shoulder joint, sideways.
        upper_arm: Shoulder to elbow.
        forearm: Elbow to wrist.
    """

    stature: float
    thigh: float
    shank: float
    ankle_height: float
    ball_height: float
    foot: float
    hip_width: float
    hip_drop: float
    spine: float
    neck: float
    collar_width: float
    shoulder_width: float
    upper_arm: float
    forearm: float

    @property
    def leg(self) -> float:
        """Hip to ankle along the straight leg, metres."""
        return self.thigh + self.shank

    def scaled(self, factors: Mapping[str, float]) -> "Body":
        """The body with the named lengths multiplied by the given factors."""
        return replace(self, **{name: getattr(self, name) * factor for name, factor in factors.items()})


SHARES_OF_STATURE: Mapping[str, float] = {
    "thigh": 0.240,
    "shank": 0.241,
    "ankle_height": 0.046,
    "ball_height": 0.012,
    "foot": 0.078,
    "hip_width": 0.052,
    "hip_drop": 0.042,
    "spine": 0.282,
    "neck": 0.058,
    "collar_width": 0.036,
    "shoulder_width": 0.078,
    "upper_arm": 0.172,
    "forearm": 0.150,
}


@dataclass(frozen=True)
class Performer:
    """A virtual performer; the same id is always the same person.

    Attributes:
        performer_id: Number that determines everything else.
        age: Years, 18 to 80. Age slows, shortens steps, bends, and widens the stance (`AGE_EFFECTS`).
        body: Bone lengths, metres.
        habits: For each style parameter the performer's neutral value, in its unit.
        expressivity: For each style parameter the gain with which this performer shows emotions (around 1).
        left_handed: Whether one-handed gestures prefer the left hand.
        arm_asymmetry: Difference between left and right arm swing, log ratio.
        head_tilt: Habitual tilt of the head to the left, degrees.
        liveliness: Size of small involuntary movements (1 is average).
    """

    performer_id: int
    age: float
    body: Body
    habits: Mapping[str, float]
    expressivity: Mapping[str, float]
    left_handed: bool
    arm_asymmetry: float
    head_tilt: float
    liveliness: float

    @property
    def ageing(self) -> float:
        """How far age shows: 0 up to 40 years, 1 at 80."""
        return max(0.0, self.age - OLD_FROM) / OLD_FROM


AGE_EFFECTS: Mapping[str, float] = {
    "tempo": -0.10,
    "step_length": -0.16,
    "trunk_lean": 3.0,
    "trunk_curl": 5.0,
    "head_pitch": 3.0,
    "bounce": -0.25,
    "arm_swing": -0.2,
    "knee_flexion": 4.0,
    "stance_width": 0.25,
    "gesture_size": -0.15,
    "jerkiness": -0.05,
    "hesitation": 0.06,
    "lateral_sway": 0.15,
}
"""Change of habits from 40 to 80 years, in the unit of each style parameter (linear in age from 40).

Older people walk more slowly with shorter steps and stand longer on both feet (Winter et al. 1990, "Biomechanical
walking pattern changes in the fit and healthy elderly", Phys. Ther. 70; attributed from memory). That they stoop,
stand wider and move a little less and more carefully, and all sizes, are this project's choice.
"""

OLD_FROM = 40.0
"""Age in years from which people get slower."""


@lru_cache(maxsize=4096)
def make_performer(performer_id: int) -> Performer:
    """Makes the virtual performer with a number.

    Args:
        performer_id: Any integer from 0.

    Returns:
        The performer, the same for the same number.

    Raises:
        ValueError: If the number is negative or not an integer.
    """
    if isinstance(performer_id, bool) or not isinstance(performer_id, int) or performer_id < 0:
        raise ValueError(f"a performer must be an integer from 0, found {performer_id!r}")
    rng = np.random.default_rng(np.random.SeedSequence([_PERFORMER_STREAM, performer_id]))
    stature = float(np.clip(rng.normal(1.70, 0.09), 1.45, 2.0))
    shares = {name: share * rng.normal(1.0, 0.03) for name, share in SHARES_OF_STATURE.items()}
    body = Body(stature, **{name: float(stature * share) for name, share in shares.items()})

    age = float(rng.choice([rng.uniform(18, 45), rng.uniform(45, 80)], p=[0.7, 0.3]))
    old = max(0.0, age - OLD_FROM) / OLD_FROM
    habits = {}
    for name, parameter in STYLE_PARAMETERS.items():
        habit = parameter.neutral + parameter.habit_sd * rng.standard_normal() + old * AGE_EFFECTS.get(name, 0.0)
        habits[name] = float(habit)
    expressivity = {name: float(gain) for name, gain in zip(STYLE_PARAMETERS, _gains(rng), strict=True)}
    return Performer(
        performer_id=performer_id,
        age=age,
        body=body,
        habits=habits,
        expressivity=expressivity,
        left_handed=bool(rng.random() < 0.1),
        arm_asymmetry=float(rng.normal(0.0, 0.2)),
        head_tilt=float(rng.normal(0.0, 2.5)),
        liveliness=float(rng.lognormal(0.0, 0.3)),
    )


def _gains(rng: np.random.Generator) -> np.ndarray:
    overall = rng.lognormal(0.0, 0.15)
    return overall * rng.lognormal(0.0, 0.25, len(STYLE_PARAMETERS))
