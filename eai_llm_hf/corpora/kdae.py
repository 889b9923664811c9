"""KDAE, the kinematic dataset of actors expressing emotions (PhysioNet `kinematic-actors-emotions`)."""

import re
from pathlib import Path

from .loader import Corpus, Found, Loader, from_names

_NAME = re.compile(r"(?P<actor>[FM]\d+)(?P<emotion>SA|SU|A|D|F|H|N)(?P<scenario>\d)V(?P<version>\d+)", re.IGNORECASE)
_LABELS = {
    "A": "angry",
    "D": "disgusted",
    "F": "afraid",
    "H": "happy",
    "N": "neutral",
    "SA": "sad",
    "SU": "surprised",
}


def _columns(stem: str) -> dict | None:
    name = _NAME.fullmatch(stem)
    if name is None:
        return None
    emotion = name["emotion"].upper()
    return {
        "label": _LABELS[emotion],
        "performer": name["actor"].upper(),
        "content": f"{_LABELS[emotion]} scenario {name['scenario']}",
    }


def find_kdae(root: Path) -> Found:
    """Finds recordings with names like `F01A0V1.bvh`: actor, letters of the emotion, scenario, V, version.

    Each scenario belongs to one emotion, so a content is the emotion with its scenario: scenario 1 of anger and
    scenario 1 of joy share only the digit. Versions of a scenario are the same content.
    """
    return from_names(root, "kdae", "F01A0V1.bvh", _columns, suffixes=(".bvh",))


KDAE = Loader(
    Corpus(
        name="kdae",
        title="KDAE, kinematic dataset of actors expressing emotions",
        origin="Zhang et al., physionet.org/content/kinematic-actors-emotions",
        licence="other",
        terms="Restricted access: each user signs PhysioNet's agreement. Nothing derived from it may be passed on.",
        rests_on="The published naming: actor (F or M with a number), letters of the emotion (A D F H N SA SU), "
        "digit of the scenario, V with the version, as in `F01A0V1.bvh`; one folder per actor; 125 frames a second.",
        assumes=(
            "Folders are ignored: the file names say everything.",
            "Each scenario was written for one emotion, so a content is the emotion with the scenario's digit. A "
            "content then gives its label away: hold out contents or performers, never clips at random.",
        ),
        tried_on="look-alike trees only",
        citation="M. Zhang et al. (2020), Kinematic dataset of actors expressing emotions, Scientific Data 7, 292.",
        may_be_passed_on=False,
    ),
    find_kdae,
)

__all__ = ["KDAE", "find_kdae"]
