"""The actions by name. A new action is a function of a `Scene` that returns a `PoseTrack`, and one entry here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from . import gait, gestures
from .kinematics import PoseTrack
from .scene import Scene


@dataclass(frozen=True)
class Action:
    """Something that a performer does.

    Attributes:
        perform: Makes the movement of one clip.
        weight: How often clips without a given action show it, relative to the others.
        family: Actions of one family are held out together.
    """

    perform: Callable[[Scene], PoseTrack]
    weight: float
    family: str


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "walk": Action(gait.walk, 4.0, "locomotion"),
        "run": Action(gait.run, 1.5, "locomotion"),
        "idle": Action(gestures.idle, 1.0, "standing"),
        "wave": Action(gestures.wave, 1.5, "greeting"),
        "point": Action(gestures.point, 1.0, "pointing"),
        "bow": Action(gestures.bow, 1.0, "bowing"),
        "talk": Action(gestures.talk, 2.0, "talking"),
    }
)
