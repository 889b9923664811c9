"""How head, trunk and the body as a whole are held, averaged over the clip."""

import numpy as np

from .body_frame import (
    HEAD,
    LEG_JOINTS,
    LIMB_JOINTS,
    SHOULDER_JOINTS,
    TRUNK_JOINTS,
    BodyFrame,
    norm,
)
from .entry import Descriptor, Words, entry

__all__ = ["HEAD_AND_TRUNK"]

HEAD_AND_TRUNK: list[Descriptor] = []
"""The descriptors of this file."""

_EXTREMITIES = np.array([0, 3, 4, 5, 6, 9, 10, 11, 12])  # head, elbows, wrists, knees, ankles among the points


@entry(
    HEAD_AND_TRUNK,
    name="head_pitch",
    place=6,
    unit="deg",
    body_part="head",
    rig_offset=14.0,
    requires=("head", *TRUNK_JOINTS),
    needs=("vertical",),
    definition=(
        "Mean angle, in the body's forward plane, of the line from shoulder midpoint to head relative to "
        "the vertical; negative = bowed."
    ),
    source="Roether et al. 2009, J. Vision 9(6):15 (head inclination)",
    high=Words(
        clauses=("the head is held high", "the head is raised", "the head is lifted", "the head is carried high"),
        also_read=("raised head", "lifted head", "the head held high", "the head is up", "the head is high"),
        comparative="holds the head higher",
        former_comparative="has the head higher",
        predicates={
            "head": (
                "up | upward | raise | lift | high | upright | erect | tall | back | "
                "tilt/tip/throw/lean/toss/hold back/backward/up/upward | lift/raise up/high"
            ),
        },
    ),
    low=Words(
        clauses=("the head is bowed", "the head is lowered", "the head hangs down", "the head is bent forward"),
        also_read=(
            "bowed head",
            "lowered head",
            "the head bowed",
            "the head lowered",
            "the head is down",
            "the head is drooping",
            "the head hangs",
            "the head is hanging",
            "the head is low",
            "the head droops",
        ),
        comparative="holds the head lower",
        former_comparative="has the head lower",
        predicates={
            "head": (
                "bow | lower | low | down | downward | drop | droop | hang | hang down/low | sink | sag | "
                "slump | loll | duck | dip | tuck | bend | flex | forward | "
                "bend/tilt/tip/lean/incline/pitch/flex/fall/push/crane/drop/sink/hang/angle "
                "forward/down/downward | tuck/drop/sink to/toward/into/in/onto/on chest | to/toward/on chest "
                "| tuck in"
            ),
        },
        quantity="head inclination | head flexion | neck flexion | inclination of head",
    ),
    usual="the head is held at a typical angle",
    former_usual="the head is about as usual",
)
def _head_pitch(body: BodyFrame) -> float:
    return body.head_angle.mean()


@entry(
    HEAD_AND_TRUNK,
    name="trunk_lean",
    place=8,
    unit="deg",
    body_part="trunk",
    rig_offset=22.0,
    requires=TRUNK_JOINTS,
    needs=("vertical",),
    definition=(
        "Mean angle, in the body's forward plane, of the line from hip midpoint to shoulder midpoint relative to "
        "the vertical; positive = forward."
    ),
    source="Gross et al. 2012, Hum. Mov. Sci. 31(1) (trunk flexion)",
    high=Words(
        clauses=("the trunk is leaning forward", "the upper body leans forward", "the torso is bent forward"),
        also_read=(
            "the body leans forward",
            "the body is leaning forward",
            "the person leans forward",
            "forward lean",
            "the posture is stooped",
            "stooped posture",
            "the trunk is bent",
            "the trunk is stooped",
        ),
        bound=0.0,
        comparative="leans further forward",
        predicates={
            "trunk body person posture": (
                "lean/bend/tilt/incline/tip/flex/slump/curl/fold/stoop/hunch/bow/pitch "
                "forward/over/ahead/down | stoop | hunch | slouch | slump"
            ),
            "trunk posture": "bend | flex | forward | bow | round",
            "gait": "stoop | hunch",
        },
        sentences="forward trunk lean | forward lean of trunk | forward lean",
        quantity=(
            "torso lean | trunk lean | forward trunk lean | torso flexion | trunk flexion | torso "
            "inclination | trunk inclination | forward inclination"
        ),
    ),
    low=Words(
        clauses=("the trunk is upright", "the upper body is upright", "the torso is held upright"),
        also_read=(
            "the posture is upright",
            "upright posture",
            "upright trunk",
            "the body is upright",
            "the body is held upright",
            "the trunk leans back",
            "the trunk is leaning back",
        ),
        bound=25.0,
        comparative="is more upright",
        predicates={
            "trunk posture stance": "upright | erect | straight | vertical | tall",
            "trunk body person posture": (
                "lean/bend/tilt/tip/arch back/backward | upright | erect | stand/hold/sit/carry/walk "
                "upright/erect/tall | stand straight | straighten"
            ),
        },
    ),
    usual="the trunk is at a typical angle",
    former_usual="the lean of the trunk is about as usual",
)
def _trunk_lean(body: BodyFrame) -> float:
    _, up, forward = body.trunk
    return np.degrees(np.arctan2(forward, up)).mean()


@entry(
    HEAD_AND_TRUNK,
    name="shoulder_height",
    place=20,
    unit="leg lengths",
    body_part="trunk",
    rig_offset=0.14,
    requires=("head", *SHOULDER_JOINTS, *LEG_JOINTS),
    definition=(
        "Mean distance from shoulder midpoint to head, negated: raised shoulders are closer to the head, "
        "whatever the lean of the trunk."
    ),
    source="Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (shoulders up)",
    high=Words(
        clauses=(
            "the shoulders are drawn up",
            "the shoulders are hunched up",
            "the shoulders are pulled up to the head",
        ),
        also_read=("the shoulders are raised", "raised shoulders", "hunched shoulders", "the shoulders are up"),
        comparative="holds the shoulders higher",
        former_comparative="has the shoulders higher",
        predicates={
            "shoulders": (
                "up | raise | lift | high | hunch | tense up | draw/pull/hunch/lift/push up | to/toward "
                "ear/head | near ear | pull/draw/raise/lift/hunch to/toward ear/head | "
                "pull/draw/raise/lift/hunch up to/toward ear/head"
            ),
        },
    ),
    low=Words(
        clauses=("the shoulders are hanging low", "the shoulders are dropped", "the shoulders hang low"),
        also_read=(
            "the shoulders are low",
            "the shoulders are down",
            "the shoulders are lowered",
            "dropped shoulders",
            "the shoulders droop",
            "the shoulders are drooping",
            "drooping shoulders",
        ),
        comparative="holds the shoulders lower",
        former_comparative="has the shoulders lower",
        predicates={
            "shoulders": (
                "down | drop | droop | slump | sag | hang | low | lower | slope | sink | "
                "hang/slump/drop/droop/sink down/low"
            ),
        },
    ),
    usual="the shoulders are at a typical height",
    former_usual="the shoulders are about as high as usual",
)
def _shoulder_height(body: BodyFrame) -> float:
    return -norm(body.points[HEAD] - body.shoulder_midpoint).mean() / body.leg_length


@entry(
    HEAD_AND_TRUNK,
    name="shoulder_opening",
    place=21,
    unit="deg",
    body_part="trunk",
    rig_offset=9.0,
    requires=(*TRUNK_JOINTS, "left_collar", "right_collar"),
    definition=(
        "Mean angle, across the trunk, by which the lines from collar joint to shoulder point backward of "
        "straight sideways; negative = rolled forward. Independent of the lean of the trunk and of the head."
    ),
    source="Wallbott 1998, Eur. J. Soc. Psychol. 28(6) (shoulders backward, shoulders forward)",
    high=Words(
        clauses=("the shoulders are drawn back", "the shoulders are held back", "the chest is open"),
        also_read=("the shoulders are pulled back", "open chest", "the shoulders are back", "the chest is held open"),
        comparative="holds the shoulders further back",
        former_comparative="has the shoulders further back",
        predicates={
            "shoulders": "back | open | draw/pull/hold/push/roll/throw/square back | square",
            "chest": "open | out | lift | push/puff/stick/thrust/swell out | push/thrust forward",
        },
    ),
    low=Words(
        clauses=("the shoulders are rolled forward", "the shoulders slump forward", "the chest is sunken"),
        also_read=(
            "rounded shoulders",
            "the shoulders are rounded",
            "the shoulders are pulled forward",
            "the chest is hollow",
        ),
        former=(
            "the shoulders fall forward",
            "the chest is drawn in",
        ),
        comparative="holds the shoulders further forward",
        former_comparative="has the shoulders further forward",
        predicates={
            "shoulders": (
                "forward | round | cave in | roll/round/pull/fall/hunch/curl/cave/slump/draw forward/in/inward"
            ),
            "chest": "sunken | hollow | sink/draw/cave in | closed | collapse",
        },
    ),
    usual="the shoulders are in a typical position",
    former_usual="the shoulders are about as far forward as usual",
)
def _shoulder_opening(body: BodyFrame) -> float:
    outward, _, forward = np.einsum("axt,jxt->ajt", body.chest_axes, body.collars)
    outward[1] *= -1.0
    return -np.degrees(np.arctan2(forward, outward)).mean()


@entry(
    HEAD_AND_TRUNK,
    name="body_expansion",
    place=22,
    unit="leg lengths",
    body_part="whole body",
    rig_offset=0.05,
    requires=("head", *LIMB_JOINTS),
    definition="Mean distance of head, elbows, wrists, knees and ankles from the centroid of these nine points.",
    source=(
        "Camurri et al. 2003, Int. J. Hum.-Comput. Stud. 59(1-2) (contraction index); Larboulette & Gibet 2015, MOCO"
    ),
    high=Words(
        clauses=("the posture is expansive", "the body takes up a lot of space", "the limbs reach far from the body"),
        also_read=(
            "expansive posture",
            "the posture is open",
            "open posture",
        ),
        former=(
            "the body is opened out",
            "the body takes up much space",
            "the limbs reach far out from the body",
        ),
        comparative="takes up more space",
        former_comparative="is more opened out",
        predicates={
            "body posture person": (
                "open out | expand | expansive | take up much/alot/plenty space/room | make big/large/wide | "
                "spread out"
            ),
            "posture": "open | wide",
        },
        quantity="body expansion | expansiveness | expansion of body",
    ),
    low=Words(
        clauses=("the posture is closed", "the body takes up little space", "the limbs are held close to the body"),
        also_read=(
            "closed posture",
            "the posture is contracted",
            "the body is contracted",
            "the body is huddled",
            "the posture is small",
        ),
        former=(
            "the body is drawn in",
            "the limbs are kept close in",
        ),
        comparative="takes up less space",
        former_comparative="is more drawn in",
        predicates={
            "body posture person": (
                "contract | draw in | huddle | curl up/in | shrink | take up little space/room | make small "
                "| contract inward | collapse in/inward"
            ),
            "posture body": "closed | small | compact",
        },
    ),
    usual="the body takes up a typical amount of space",
    former_usual="the body is taking up about as much space as usual",
    near_duplicates=("arm_expansion", "hand_height"),
)
def _body_expansion(body: BodyFrame) -> float:
    points = body.points[_EXTREMITIES]
    return norm(points - points.mean(axis=0)).mean() / body.leg_length
