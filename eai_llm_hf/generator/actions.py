"""The actions by name. A new action is a function from a `Scene` to a `PoseTrack`, and an entry here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from . import gait, gestures, reaching, sitting
from .kinematics import PoseTrack
from .scene import Scene


@dataclass(frozen=True)
class Action:
    """Something that a performer does.

    Attributes:
        perform: Makes the movement of one clip.
        weight: How often it is drawn, relative to the other actions.
    """

    perform: Callable[[Scene], PoseTrack]
    weight: float


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "walk": Action(gait.walk, 4.0),
        "run": Action(gait.run, 1.5),
        "idle": Action(gestures.idle, 1.0),
        "wave": Action(gestures.wave, 1.5),
        "point": Action(gestures.point, 1.0),
        "bow": Action(gestures.bow, 1.0),
        "pick up": Action(reaching.pick_up, 1.2),
        "sit down": Action(sitting.sit_down, 1.2),
        "throw": Action(reaching.throw, 1.2),
        "talk": Action(gestures.talk, 2.0),
    }
)
