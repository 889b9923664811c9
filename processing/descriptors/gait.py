"""How the body travels: speed, steps and legs, and the swing and sway that go with them."""

import numpy as np

from ..skeleton.tree import FRAME_RATE
from .body_frame import (
    ANKLES,
    LEG_JOINTS,
    LIMB_JOINTS,
    SHOULDERS,
    SINE_RANGE,
    TRUNK_JOINTS,
    WRISTS,
    BodyFrame,
    moving_mean,
    norm,
)
from .entry import Descriptor, Words, entry

__all__ = ["GAIT"]

GAIT: list[Descriptor] = []
"""The descriptors of this file."""

_STANDING_SHARE = 0.75  # of the travel speed: an ankle that is slower belongs to a foot on the ground


def _step_distance(body: BodyFrame) -> float:
    """Metres over the ground from the first to the last passing of the ankles; there must be passings."""
    path = np.cumsum(np.hypot(*body.travel_steps))
    first, last = np.interp(body.passing_times[[0, -1]], np.arange(body.frames), path)
    return float(last - first)


@entry(
    GAIT,
    name="travel_speed",
    place=1,
    unit="leg lengths/s",
    body_part="legs",
    requires=LEG_JOINTS,
    needs=("movement", "travel"),
    definition=(
        "Length of the horizontal path of the hip midpoint, averaged over 0.6 s to remove sway, divided by "
        "the duration."
    ),
    source="Roether et al. 2009, J. Vision 9(6):15 (gait speed)",
    high=Words(
        clauses=(
            "the body is covering a lot of ground",
            "the body travels quickly",
            "the body covers a lot of ground",
        ),
        also_read=(
            "the walk is fast",
            "the pace is fast",
            "fast pace",
            "the gait is fast",
            "the person walks fast",
        ),
        former=(
            "the body is covering much ground",
            "the body covers much ground",
        ),
        comparative="covers more ground",
        predicates={
            "gait": "fast",
            "person body": (
                "walk/stride/run/go/travel/step fast | walk/move/go at/in/with fast pace | cover "
                "much/alot/plenty ground | cover ground fast | travel far"
            ),
        },
        quantity=("gait speed | gait velocity | walking speed | walking velocity | speed of gait | speed of walking"),
    ),
    low=Words(
        clauses=("the body is covering little ground", "the body hardly travels", "the body covers little ground"),
        also_read=("the walk is slow", "the pace is slow", "slow pace", "the gait is slow", "the person walks slowly"),
        comparative="covers less ground",
        predicates={
            "gait": "slow",
            "person body": (
                "walk/stride/go/travel/step slow | walk/move/go at/in/with slow pace | cover little ground | "
                "stay/remain in/at/on place/spot | stay in one place/spot | hardly/never travel | hardly "
                "leave/move spot | hardly move from place/spot"
            ),
        },
    ),
    usual="the body travels at a typical speed",
    former_usual="the ground covered is about as usual",
    near_duplicates=("movement_speed",),
)
def _travel_speed(body: BodyFrame) -> float:
    return body.travel_speed


@entry(
    GAIT,
    name="vertical_bounce",
    place=5,
    unit="leg lengths",
    body_part="whole body",
    requires=LEG_JOINTS,
    needs=("movement", "height", "rhythm"),
    definition="Range sqrt(8) std of the height of the hip midpoint, relative to its one-second moving mean.",
    source="Gross et al. 2012, Hum. Mov. Sci. 31(1); Crane & Gross 2013, J. Nonverbal Behav. 37(2)",
    high=Words(
        clauses=("the body is bouncing up and down", "the body bounces a lot", "the hips rise and fall a lot"),
        also_read=(
            "the body bounces",
            "the steps are springy",
            "springy steps",
            "bouncy steps",
            "the steps are bouncy",
        ),
        former=(
            "the body is bouncing strongly",
            "the body bounces up and down",
            "the hips rise and fall strongly",
        ),
        comparative="bounces more",
        predicates={
            "body person hips": "bounce | bounce/bob/move up and down | bounce alot/strong | rise and fall",
            "steps gait": "springy | bouncy | bounce",
        },
        sentences="spring in step | bounce in step | bounce with each/every/step | up and down bounce",
        quantity="bounce | vertical bounce | vertical movement | up and down movement",
    ),
    low=Words(
        clauses=("the body is staying level", "the body hardly bounces", "the hips hardly rise and fall"),
        also_read=("the body stays level", "the body stays at one height", "there is little bounce"),
        comparative="bounces less",
        predicates={
            "body hips": "level | hardly/never/little bounce | at one height | hardly rise and fall",
            "person": "hardly/never/little bounce",
        },
    ),
    usual="the bounce of the body is typical",
    former_usual="the bounce of the body is about as usual",
)
def _vertical_bounce(body: BodyFrame) -> float:
    height = body.hip_midpoint[1]
    return SINE_RANGE * (height - moving_mean(height, 1.0)).std() / body.leg_length


@entry(
    GAIT,
    name="body_sway",
    place=9,
    unit="deg",
    body_part="trunk",
    requires=TRUNK_JOINTS,
    needs=("movement", "rhythm"),
    definition="Range sqrt(8) std of the sideways angle of the line from hip midpoint to shoulder midpoint.",
    source="Michalak et al. 2009, Psychosom. Med. 71(5) (lateral sway)",
    high=Words(
        clauses=(
            "the trunk is swaying from side to side",
            "the upper body sways from side to side",
            "the torso rocks sideways",
        ),
        also_read=(
            "the body sways",
            "the body is swaying",
            "the trunk sways",
            "the trunk is swaying",
            "swaying trunk",
        ),
        comparative="sways more",
        predicates={
            "trunk body person": (
                "sway | rock | sway/rock/swing/tilt/lean/move sideway/sidetoside/laterally | sway alot/strong | waddle"
            ),
        },
        quantity=(
            "sway | lateral sway | body sway | torso sway | trunk sway | sway of trunk | sway of torso | side sway"
        ),
    ),
    low=Words(
        clauses=("the trunk is steady", "the upper body hardly sways", "the torso is kept steady"),
        also_read=("steady trunk", "the body hardly sways", "the body is steady"),
        comparative="sways less",
        predicates={
            "trunk body person": "hardly/never/little sway/rock | sway/rock hardly/little",
            "trunk": "steady | stable | hold steady",
        },
    ),
    usual="the sway of the trunk is typical",
    former_usual="the sway of the trunk is about as usual",
    secondary=True,
)
def _body_sway(body: BodyFrame) -> float:
    left, up, _ = body.trunk
    return SINE_RANGE * np.degrees(np.arctan2(left, up)).std()


@entry(
    GAIT,
    name="arm_swing",
    place=14,
    unit="leg lengths",
    body_part="arms",
    requires=LIMB_JOINTS,
    needs=("movement",),
    definition="Range sqrt(8) std of the forward component of shoulder to wrist, mean of both sides.",
    source="Montepare et al. 1987, J. Nonverbal Behav. 11(1); Michalak et al. 2009 (arm swing)",
    high=Words(
        clauses=("the arms are swinging widely", "the arms swing widely", "the arm swing is large"),
        also_read=("the arms swing", "the arms swing strongly", "the arms are swinging", "the arm swing is wide"),
        comparative="swings the arms more",
        predicates={
            "arms": (
                "swing | swing wide/strong/alot/free/much/vigorous/energetic/far | swing backandforth | "
                "swing wide/strong/free backandforth | pump"
            ),
        },
        quantity="arm swing | arm swinging | swing of arms | arm swing amplitude",
    ),
    low=Words(
        clauses=("the arms are hardly swinging", "the arms hardly swing", "the arm swing is small"),
        also_read=("the arms swing little", "small arm swing", "the arm swing is reduced", "reduced arm swing"),
        comparative="swings the arms less",
        predicates={
            "arms": "hardly/little/without swing | swing hardly/little | without swing",
        },
    ),
    usual="the arm swing is of typical size",
    former_usual="the arm swing is about as usual",
)
def _arm_swing(body: BodyFrame) -> float:
    _, _, forward = body.split(body.points[WRISTS] - body.points[SHOULDERS])
    return SINE_RANGE * forward.std(axis=-1).mean() / body.leg_length


@entry(
    GAIT,
    name="leg_speed",
    place=17,
    unit="leg lengths/s",
    body_part="legs",
    requires=LEG_JOINTS,
    needs=("movement", "rhythm"),
    definition="Mean speed of both ankles relative to the hip midpoint.",
    source="Roether et al. 2009, J. Vision 9(6):15 (leg movement)",
    high=Words(
        clauses=("the legs are moving quickly", "the legs move fast", "the feet move quickly"),
        also_read=("the legs are fast", "the feet are fast", "fast legs", "fast feet"),
        comparative="moves the legs faster",
        predicates={
            "legs feet": "fast",
        },
        quantity="leg speed | speed of legs | foot speed | speed of feet",
    ),
    low=Words(
        clauses=("the legs are moving slowly", "the legs move slowly", "the feet move slowly"),
        also_read=("the legs are slow", "the feet are slow", "slow legs", "slow feet"),
        comparative="moves the legs more slowly",
        predicates={
            "legs feet": "slow",
        },
    ),
    usual="the legs move at a typical speed",
    former_usual="the speed of the legs is about as usual",
    near_duplicates=("movement_speed", "travel_speed"),
)
def _leg_speed(body: BodyFrame) -> float:
    return norm(body.leg_velocity[2:]).mean() / body.leg_length


@entry(
    GAIT,
    name="step_length",
    place=31,
    unit="leg lengths",
    body_part="legs",
    requires=LEG_JOINTS,
    needs=("movement", "travel", "steps"),
    undefined="no steps were found",
    definition=(
        "Distance that the hip midpoint covers over the ground from one passing of the ankles, in the "
        "direction of travel, to the next, mean of all steps; the flight of a run counts. NaN without "
        "walking (under 0.25 leg lengths/s or fewer than three passings)."
    ),
    source=(
        "Halovic & Kroos 2018, Hum. Mov. Sci. 57 (stride length); Montepare et al. 1987, J. Nonverbal Behav. 11(1)"
    ),
    high=Words(
        clauses=("the steps are long", "the stride is long", "the strides are long"),
        also_read=(
            "long steps",
            "long strides",
            "the steps are large",
            "large steps",
            "big steps",
        ),
        former=("each step reaches far",),
        comparative="takes longer steps",
        predicates={
            "strides": "long | large | big | wide",
        },
        quantity="step length | stride length | length of steps | length of strides",
    ),
    low=Words(
        clauses=("the steps are short", "the stride is short", "the steps are small"),
        also_read=(
            "short steps",
            "short strides",
            "the strides are short",
            "small steps",
        ),
        former=("each step is small",),
        comparative="takes shorter steps",
        predicates={
            "strides": "short | small | tiny | little | mincing",
        },
    ),
    usual="the steps are of typical length",
    former_usual="the steps are about as long as usual",
    near_duplicates=("travel_speed",),
)
def _step_length(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    return _step_distance(body) / ((len(passings) - 1) * body.leg_length)


@entry(
    GAIT,
    name="cadence",
    place=32,
    unit="steps/s",
    body_part="legs",
    requires=LEG_JOINTS,
    needs=("movement", "travel", "steps"),
    undefined="no steps were found",
    definition=(
        "Passings of the ankles in the direction of travel per second, between the first and the last. NaN "
        "without walking."
    ),
    source="Halovic & Kroos 2018, Hum. Mov. Sci. 57 (cadence)",
    high=Words(
        clauses=("the steps are quick", "the steps come in quick succession", "the steps follow each other quickly"),
        also_read=(
            "quick steps",
            "the footsteps are quick",
            "the cadence is high",
            "high cadence",
        ),
        former=("one step follows quickly on the other",),
        comparative="takes quicker steps",
        predicates={
            "steps": "fast",
        },
        quantity="cadence | step rate | step frequency",
    ),
    low=Words(
        clauses=("the steps are slow", "the steps come in slow succession", "the steps follow each other slowly"),
        also_read=(
            "slow steps",
            "the footsteps are slow",
            "the cadence is low",
            "low cadence",
        ),
        former=("one step follows slowly on the other",),
        comparative="takes slower steps",
        predicates={
            "steps": "slow",
        },
    ),
    usual="the steps follow each other at a typical rate",
    former_usual="the steps are following each other about as usual",
    near_duplicates=("tempo", "leg_speed"),
)
def _cadence(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    return FRAME_RATE * (len(passings) - 1) / (passings[-1] - passings[0])


@entry(
    GAIT,
    name="stance_share",
    place=33,
    unit="1",
    body_part="legs",
    requires=LEG_JOINTS,
    needs=("movement", "travel", "steps"),
    undefined="no steps were found",
    definition=(
        "Share of the time from first to last passing of the ankles in which a foot stands, its ankle slower "
        "in space than three quarters of the travel speed; mean of both feet. NaN without walking."
    ),
    source="Perry 1992, Gait Analysis: Normal and Pathological Function (stance phase)",
    high=Words(
        clauses=(
            "the ground contact is long",
            "the feet stay on the ground for a long time",
            "the feet linger on the ground",
        ),
        also_read=(
            "the feet drag",
            "the feet are dragging",
            "dragging feet",
        ),
        former=(
            "the feet are slow to leave the ground",
            "the feet rest long on the ground",
            "each foot stays down for long",
        ),
        comparative="keeps the feet on the ground longer",
        former_comparative="keeps the feet longer on the ground",
        predicates={
            "feet": "drag | on/touch ground/floor for long time | long on ground/floor | drag on floor",
        },
        quantity="stance phase | stance phases | stance time | ground contact | ground contact time",
    ),
    low=Words(
        clauses=(
            "the ground contact is short",
            "the feet leave the ground quickly",
            "the feet hardly touch the ground",
        ),
        also_read=(
            "the feet are soon off the ground",
            "the steps are light",
            "light steps",
        ),
        former=(
            "the feet are quick to leave the ground",
            "the feet hardly rest on the ground",
            "each foot is soon lifted",
        ),
        comparative="keeps the feet on the ground for less time",
        former_comparative="keeps the feet less long on the ground",
        predicates={
            "feet": "soon off ground | hardly touch ground/floor",
        },
    ),
    usual="the feet stay on the ground for a typical length of time",
    former_usual="the feet are on the ground about as long as usual",
    near_duplicates=("travel_speed",),
    secondary=True,
)
def _stance_share(body: BodyFrame) -> float:
    passings = body.passing_times
    if not len(passings):
        return np.nan
    first, last = round(passings[0]), round(passings[-1])
    pace = _step_distance(body) / (passings[-1] - passings[0])
    feet = norm(np.diff(body.points[ANKLES, :, first : last + 1]))
    return float(np.mean(feet < _STANDING_SHARE * pace))
