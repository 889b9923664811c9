"""100STYLE: one performer walks, runs and stands in a hundred styles, in takes of about a minute."""

import csv
import re
from dataclasses import replace
from pathlib import Path

from transformers.utils import logging

from .loader import Corpus, Found, Loader, from_names
from .schema import Cut

logger = logging.get_logger(__name__)

_LABELS = {
    "angry": "angry",  # the word itself
    "depressed": "sad",  # a low mood; of the emotions here, only sadness is one
    "elated": "happy",  # very happy
    "neutral": "neutral",  # no style, so no emotion is expressed
    "proud": "proud",  # the word itself
}
"""The styles that are plainly an emotion. Rushed, Strutting, Stiff and others may come with one, but which is open."""

_STYLES = frozenset(
    """
    Aeroplane Akimbo Angry ArmsAboveHead ArmsBehindBack ArmsBySide ArmsFolded Balance BeatChest BentForward BentKnees
    BigSteps BouncyLeft BouncyRight Cat Chicken CrossOver Crouched CrowdAvoidance Depressed Dinosaur DragLeftLeg
    DragRightLeg Drunk DuckFoot Elated FairySteps Flapping FlickLegs Followed GracefulArms HandsBetweenLegs
    HandsInPockets Heavyset HighKnees InTheDark KarateChop Kick LawnMower LeanBack LeanLeft LeanRight LeftHop LegsApart
    LimpLeft LimpRight LookUp Lunge March Monk Morris Neutral Old OnHeels OnPhoneLeft OnPhoneRight OnToesBentForward
    OnToesCrouched PendulumHands Penguin PigeonToed Proud Punch Quail RaisedLeftArm RaisedRightArm RightHop Roadrunner
    Robot Rocket Rushed ShieldedLeft ShieldedRight Skip SlideFeet SpinAntiClock SpinClock Star StartStop Stiff
    Strutting Superman Swat Sweep Swimming SwingArmsRound SwingShoulders Teapot Tiptoe TogetherStep TwoFootJump
    WalkingStickLeft WalkingStickRight Waving WhirlArms WideLegs WiggleHips WildArms WildLegs Zombie
    """.lower().split()
)
_MOVEMENTS = {
    "FW": "walk forward",
    "BW": "walk backward",
    "SW": "walk sideways",
    "FR": "run forward",
    "BR": "run backward",
    "SR": "run sideways",
    "ID": "stand",
    "TR": "transitions",
}
_NAME = re.compile(rf"(?P<style>[a-z]+)(?:_(?P<movement>{'|'.join(_MOVEMENTS)})\d*)?", re.IGNORECASE)

_CUT = Cut(window_s=5.0, shortest_s=2.0, start_s=10.0, stop_s=-10.0)
"""Clips of a take. In the three takes tried, the performer walks in plainly, holds a T-pose that ends after 5 to 8 s,
and then begins the style. In the last 9 s the style ends, in one take with another T-pose."""

_FRAME_CUTS, _RATE = "Frame_Cuts.csv", 60.0
"""The table of the corpus that says between which frames a take shows its style; frames per second of its takes."""


def find_style100(root: Path) -> Found:
    """Finds takes with names like `Angry_FW.bvh`: style and movement; or `angry.bvh`, the style alone.

    Each take is cut into clips of 5 s: the part that `Frame_Cuts.csv` names, if it is there, otherwise all except the
    first and last 10 s.

    Raises:
        ValueError: If no file has such a name, or `Frame_Cuts.csv` is not the table expected.
    """
    files, left_out = from_names(root, "style100", "Angry_FW.bvh", _columns, suffixes=(".bvh",))
    cuts = _frame_cuts(root)
    files = [replace(file, cut=cuts.get(file.clip_id.lower(), _CUT)) for file in files]
    if without := sum(file.cut is _CUT for file in files):
        logger.warning(
            f"{root.name}: {_FRAME_CUTS} does not list {without} of {len(files)} takes; their first and last "
            f"{_CUT.start_s:g} s, in which the performer gets ready, are left out."
        )
    return files, left_out


def _columns(stem: str) -> dict | None:
    name = _NAME.fullmatch(stem)
    if name is None or name["style"].lower() not in _STYLES:
        return None
    return {
        "label": _LABELS.get(name["style"].lower()),
        "performer": "style100",
        "content": _MOVEMENTS[name["movement"].upper()] if name["movement"] else None,
        "family": stem,
    }


def _frame_cuts(root: Path) -> dict[str, Cut]:
    """How the corpus says that its takes are cut, by their names in lower case; empty if its table is not there."""
    table = next(iter(sorted(root.rglob(_FRAME_CUTS))), None)
    if table is None:
        return {}
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{_FRAME_CUTS} cannot be read as a table ({error}).") from None
    if not rows or "STYLE_NAME" not in rows[0]:
        raise ValueError(f"{_FRAME_CUTS}: expected rows with the columns STYLE_NAME, FW_START, FW_STOP and so on.")
    cuts = {}
    for row in rows:
        for column, cell in row.items():
            movement, is_start, _ = str(column).partition("_START")
            start, stop = str(cell).strip(), str(row.get(f"{movement}_STOP")).strip()
            if is_start and start.isdecimal() and stop.isdecimal():  # N/A if there is no such take
                name = f"{row['STYLE_NAME']}_{movement}".lower()
                cuts[name] = replace(_CUT, start_s=int(start) / _RATE, stop_s=int(stop) / _RATE)
    return cuts


STYLE100 = Loader(
    Corpus(
        name="style100",
        title="100STYLE, locomotion in a hundred styles",
        origin="I. Mason, S. Starke and T. Komura, ianxmason.com/100style",
        licence="cc-by-4.0",
        terms="Credit I. Mason, S. Starke and T. Komura.",
        rests_on="Names like `Angry_FW.bvh`: style and movement (FW, BW, SW: walk forward, backward, sideways; FR, "
        "BR, SR: run; ID: stand; TR1 and so on: transitions); the names of its 100 styles; 60 frames a second; "
        "`Frame_Cuts.csv` with the columns STYLE_NAME, FW_START, FW_STOP and so on, if it is there.",
        assumes=(
            "Angry, Depressed (sad), Elated (happy), Neutral and Proud are labels. Other styles have none.",
            "A take is cut into clips of 5 s; a rest under 2 s is dropped. Without `Frame_Cuts.csv` the first and the "
            "last 10 s are left out: there the performer walks in, holds a T-pose or stops.",
            "There is one performer. A take is a family: its clips are on one side of a split, but the same person in "
            "the same style may be on the other.",
            "`Frame_Cuts.csv` was not available here; its columns are those that public programs read.",
        ),
        tried_on="real files",
        citation="I. Mason, S. Starke and T. Komura (2022), Real-Time Style Modelling of Human Locomotion via "
        "Feature-Wise Transformations and Local Motion Phases, arXiv:2201.04439.",
    ),
    find_style100,
)

__all__ = ["STYLE100", "find_style100"]
