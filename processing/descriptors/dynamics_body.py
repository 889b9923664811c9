"""How the whole body moves: speed, rhythm, smoothness, rest, and the course of the movement over the clip."""

import numpy as np

from ..skeleton.tree import FRAME_RATE
from .body_frame import (
    HEAD,
    LEG_JOINTS,
    LIMB_JOINTS,
    MOVING_SPEED,
    RESTING_SPEED,
    RHYTHM_FRAMES,
    TINY,
    BodyFrame,
    norm,
)
from .entry import Descriptor, Words, entry

__all__ = ["WHOLE_BODY"]

WHOLE_BODY: list[Descriptor] = []
"""The descriptors of this file."""

_STILL_SPEED = 0.2  # leg lengths per second, mean of the body

_MEASURED = [HEAD, *range(3, 13)]  # of the points: without the shoulders, which move with head and elbows
_FAINT_SHARE = 0.05  # of the squared speeds: with less at its ends, noise of standing still decides when it starts

_REPEAT_FRAMES = 75  # two and a half seconds: the longest period searched, and the shortest clip
_REPEAT_SHARE = 0.6  # of the clip: the longest period searched


@entry(
    WHOLE_BODY,
    name="movement_speed",
    place=0,
    unit="leg lengths/s",
    body_part="whole body",
    requires=("head", *LIMB_JOINTS),
    needs=("movement", "travel"),
    definition="Mean over time and over head, elbows, wrists, hips, knees and ankles of the speed |dp/dt| in space.",
    source="Wallbott 1998, Eur. J. Soc. Psychol. 28(6); Kleinsmith & Bianchi-Berthouze 2013, IEEE TAC 4(1)",
    high=Words(
        clauses=(
            "the movement is fast",
            "the body moves fast",
            "the whole body moves quickly",
            "the movement is rapid",
        ),
        also_read=("fast movement", "the person moves fast", "the movement is hurried", "the performer moves fast"),
        comparative="is faster",
        predicates={
            "movement body person": "fast | speed up | accelerate | rush | hurry",
        },
        quantity="speed of movement | movement speed | overall speed | speed of motion",
    ),
    low=Words(
        clauses=(
            "the movement is slow",
            "the body moves slowly",
            "the whole body moves slowly",
            "the movement is unhurried",
        ),
        also_read=("slow movement", "the person moves slowly", "the performer moves slowly", "the body is slow"),
        comparative="is slower",
        predicates={
            "movement body person": "slow | slow down | lethargic",
        },
    ),
    usual="the body moves at a typical speed",
    former_usual="the speed of the movement is about as usual",
)
def _movement_speed(body: BodyFrame) -> float:
    return body.body_speed.mean()


@entry(
    WHOLE_BODY,
    name="tempo",
    place=2,
    unit="Hz",
    body_part="whole body",
    requires=LIMB_JOINTS,
    needs=("movement", "rhythm"),
    definition=(
        "RMS frequency rms(v) / (2 pi rms(p - mean p)) of elbows and wrists relative to the shoulder "
        "midpoint and of knees and ankles relative to the hip midpoint, in the body's axes; the frequency "
        "itself for a sine."
    ),
    source="Hjorth 1970, Electroenceph. Clin. Neurophysiol. 29(3) (mobility)",
    high=Words(
        clauses=("the rhythm is quick", "the rhythm of the limbs is quick", "the limbs move in a quick rhythm"),
        also_read=("the tempo is high", "the tempo is fast", "fast rhythm", "high tempo", "fast tempo"),
        comparative="has a quicker rhythm",
        former_comparative="has the quicker rhythm",
        predicates={
            "rhythm": "fast | high",
            "limbs": "move in fast rhythm",
        },
        quantity="tempo | tempo of movement | movement tempo",
    ),
    low=Words(
        clauses=("the rhythm is slow", "the rhythm of the limbs is slow", "the limbs move in a slow rhythm"),
        also_read=("the tempo is low", "the tempo is slow", "slow rhythm", "low tempo", "slow tempo"),
        comparative="has a slower rhythm",
        former_comparative="has the slower rhythm",
        predicates={
            "rhythm": "slow | low",
            "limbs": "move in slow rhythm",
        },
    ),
    usual="the tempo of the limbs is typical",
    former_usual="the rhythm is about as usual",
)
def _tempo(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    energy = np.mean(body.limb_velocity * body.limb_velocity)
    if not energy >= (RESTING_SPEED * body.leg_length) ** 2:  # also where the leg length is NaN
        return np.nan
    return np.sqrt(energy / np.mean(body.limb_paths * body.limb_paths)) / (2.0 * np.pi)


@entry(
    WHOLE_BODY,
    name="smoothness",
    place=3,
    unit="1",
    body_part="whole body",
    requires=LIMB_JOINTS,
    needs=("movement", "fast_changes", "rhythm"),
    definition=(
        "-ln(rms(jerk) rms(v) / rms(a)^2) of the wrists relative to the shoulder midpoint and of the hip "
        "midpoint relative to its mean velocity, below about 3 Hz; 0 for a sine of any speed, size and "
        "length, negative if jerky."
    ),
    source=(
        "Hjorth 1970, Electroenceph. Clin. Neurophysiol. 29(3) (complexity); dimensionless jerk: Hogan & "
        "Sternad 2009, J. Mot. Behav. 41(6)"
    ),
    high=Words(
        clauses=(
            "the movement is smooth",
            "the movement is fluid",
            "the movement flows smoothly",
            "the movement is even",
        ),
        also_read=("smooth movement", "fluid movement", "the movement is flowing", "the body moves smoothly"),
        comparative="is smoother",
        predicates={
            "movement body person gestures hands": "smooth | fluid | graceful | flow smooth/easily",
            "movement": "flow | even | fluent",
        },
        quantity="smoothness | fluency of movement | movement smoothness",
    ),
    low=Words(
        clauses=(
            "the movement is jerky",
            "the movement is abrupt",
            "the movement is choppy",
            "the movement comes in jerks",
        ),
        also_read=("jerky movement", "abrupt movement", "the body moves abruptly", "the body moves jerkily"),
        comparative="is jerkier",
        predicates={
            "movement body person gestures hands": "jerky | abrupt | choppy | jerk | staccato | move/come in jerk",
        },
    ),
    usual="the smoothness of the movement is typical",
    former_usual="the flow of the movement is about as usual",
)
def _smoothness(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES:
        return np.nan
    velocity = np.diff(body.calm_paths) * FRAME_RATE
    velocity[2] -= velocity[2].mean(axis=-1, keepdims=True)
    acceleration = np.diff(velocity)
    jerk = np.diff(acceleration)
    energy = np.mean(velocity * velocity)
    bend = np.mean(acceleration * acceleration)
    resting = (RESTING_SPEED * body.leg_length) ** 2
    if not (energy >= resting and bend * FRAME_RATE**2 >= resting):
        return np.nan
    return -0.5 * float(np.log(np.maximum(energy * np.mean(jerk * jerk) / bend**2, TINY)))


@entry(
    WHOLE_BODY,
    name="pauses",
    place=4,
    unit="1",
    body_part="whole body",
    requires=("head", *LIMB_JOINTS),
    needs=("movement", "fine_movement", "rhythm"),
    definition=(
        "Share of time in which the mean speed of the body (as in movement_speed) is below 0.2 leg lengths/s."
    ),
    source="Camurri et al. 2003, Int. J. Hum.-Comput. Stud. 59(1-2) (pause phases)",
    high=Words(
        clauses=("the body is often still", "the movement often comes to rest", "the body pauses often"),
        also_read=("there are many pauses", "many pauses", "frequent pauses", "the body is mostly still"),
        bound=0.1,
        comparative="pauses more",
        predicates={
            "person body movement": (
                "pause | stop/pause/freeze/hesitate/still often | stop/pause/freeze/hesitate againandagain | "
                "often pause/stop/freeze/still | come to rest/halt often | often come to rest/halt | stand "
                "still | still | pause many times | freeze | motionless"
            ),
        },
        quantity="pauses | pausing | stops | rests | moments of rest",
    ),
    low=Words(
        clauses=("the body is hardly ever still", "the movement hardly ever comes to rest", "the body rarely pauses"),
        also_read=(
            "there are few pauses",
            "few pauses",
            "the body is never still",
            "the body is always in motion",
        ),
        former=("the body hardly pauses",),
        bound=0.5,
        comparative="pauses less",
        predicates={
            "person body movement": (
                "hardly/never/rarely pause/stop/still/rest | hardly/never/rarely stand still | hardly/never "
                "come to rest/halt | without pause/stop/rest | keep/move without pause/stop/rest | keep move "
                "without pause/stop/rest | pause hardly/rarely"
            ),
        },
    ),
    usual="the time spent at rest is typical",
    former_usual="the share of rest is about as usual",
    near_duplicates=("movement_speed",),
)
def _pauses(body: BodyFrame) -> float:
    if np.isnan(body.leg_length):
        return np.nan
    return float(np.mean(body.body_speed < _STILL_SPEED))


@entry(
    WHOLE_BODY,
    name="regularity",
    place=28,
    unit="1",
    body_part="whole body",
    requires=LIMB_JOINTS,
    needs=("movement", "rhythm"),
    definition=(
        "Highest peak, after the first zero crossing, of the autocorrelation of the velocities of elbows, "
        "wrists, knees and ankles in the body's axes, for periods up to 2.5 s and 60% of the clip; 1 = "
        "repeats exactly, 0 = never. NaN for clips under 2.5 s and without movement."
    ),
    source="Moe-Nilssen & Helbostad 2004, J. Biomech. 37(1) (regularity by autocorrelation)",
    high=Words(
        clauses=(
            "the rhythm is regular",
            "the movement repeats itself regularly",
            "the same movement keeps recurring",
        ),
        also_read=(
            "regular rhythm",
            "the rhythm is steady",
            "steady rhythm",
            "the movement is rhythmic",
            "rhythmic movement",
        ),
        former=(
            "the movement is repeating itself evenly",
            "the same movement comes back steadily",
        ),
        bound=0.6,
        comparative="has a more regular rhythm",
        former_comparative="has the more regular rhythm",
        predicates={
            "movement rhythm gait": "regular | rhythmic | repeat | repeat regular/even",
            "rhythm": "steady | even",
        },
        quantity="regularity",
    ),
    low=Words(
        clauses=("the rhythm is irregular", "the movement hardly repeats itself", "hardly any movement is repeated"),
        also_read=(
            "irregular rhythm",
            "the movement is irregular",
            "irregular movement",
            "the rhythm is uneven",
        ),
        former=(
            "the movement is hardly repeating itself",
            "hardly any movement comes back",
        ),
        bound=0.6,
        comparative="has a less regular rhythm",
        former_comparative="has the less regular rhythm",
        predicates={
            "movement rhythm gait": "irregular | erratic | unsteady",
            "rhythm": "uneven",
        },
    ),
    usual="the regularity of the rhythm is typical",
    former_usual="the evenness of the rhythm is about as usual",
    whole_clip_only=True,
    secondary=True,
)
def _regularity(body: BodyFrame) -> float:
    if body.frames <= _REPEAT_FRAMES:
        return np.nan
    velocity = body.limb_velocity
    energy = np.einsum("ct,ct->t", velocity, velocity)
    if not energy.mean() >= 8.0 * (MOVING_SPEED * body.leg_length) ** 2:  # eight joints
        return np.nan
    frames = len(energy)
    lags = 1 + min(_REPEAT_FRAMES, int(_REPEAT_SHARE * frames))
    size = 1 << (frames + lags).bit_length()
    spectrum = np.fft.rfft(velocity, size)
    product = np.fft.irfft((spectrum.real**2 + spectrum.imag**2).sum(axis=0), size)[:lags]
    total = np.concatenate([[0.0], np.cumsum(energy)])
    likeness = 2.0 * product / (total[frames - np.arange(lags)] + total[-1] - total[:lags])
    back = likeness[np.argmax(likeness < 0.0) :]  # from the first reversal of the movement on
    peaks = back[1:-1][(back[1:-1] >= back[:-2]) & (back[1:-1] >= back[2:])]
    return float(np.clip(peaks.max(), 0.0, 1.0)) if len(peaks) else 0.0


@entry(
    WHOLE_BODY,
    name="peak_timing",
    place=30,
    unit="1",
    body_part="whole body",
    requires=("head", *LIMB_JOINTS),
    needs=("movement", "fine_movement", "course"),
    definition=(
        "Centroid over time of the squared speeds of head, elbows, wrists, hips, knees and ankles in space, below "
        "about 3 Hz, from the moment at which they have reached 5% of their sum to that at which they have reached "
        "95%; 0 = all at the start of this stretch, 1 = all at its end. NaN if it is shorter than half a second."
    ),
    source="Castellano et al. 2007, ACII (centroid of the energy of motion)",
    high=Words(
        clauses=(
            "the movement is strongest towards the end",
            "the movement grows stronger towards the end",
            "most of the movement comes late",
        ),
        also_read=(
            "the movement is growing stronger",
            "the movement is strongest at the end",
            "the movement grows stronger",
        ),
        bound=0.52,
        comparative="peaks later",
        former_comparative="is strongest later",
        predicates={
            "movement": "peak late | peak <end> | climax late",
        },
        sentences="fastest/strongest moment/part/movement come late/<end>",
    ),
    low=Words(
        clauses=(
            "the movement is strongest at the start",
            "the movement dies down towards the end",
            "most of the movement comes early",
        ),
        also_read=(
            "the movement is dying down",
            "the movement is strongest at the beginning",
            "the movement dies down",
        ),
        bound=0.48,
        comparative="peaks earlier",
        former_comparative="is strongest earlier",
        predicates={
            "movement": "peak early | peak <beginning> | climax early",
        },
        sentences="fastest/strongest moment/part/movement come early/<beginning>",
    ),
    usual="the movement is strongest at a typical time",
    former_usual="the strongest movement is about where it usually is",
    whole_clip_only=True,
    secondary=True,
)
def _peak_timing(body: BodyFrame) -> float:
    if body.frames < RHYTHM_FRAMES or not body.body_speed.mean() >= RESTING_SPEED:
        return np.nan
    speed = norm(np.diff(body.calm_points[_MEASURED]))
    spent = np.concatenate([[0.0], np.cumsum((speed * speed).sum(axis=0))])
    # Standing still before or after the movement says nothing about its course. A limit of the speed would not find
    # it: noise crosses the limit, and a slow movement falls short of it.
    start, end = np.interp([_FAINT_SHARE, 1.0 - _FAINT_SHARE], spent / spent[-1], np.arange(len(spent)))
    if end - start < RHYTHM_FRAMES:
        return np.nan
    energy = np.diff(np.clip(spent / spent[-1], _FAINT_SHARE, 1.0 - _FAINT_SHARE))
    centroid = (energy * (np.arange(len(energy)) + 0.5)).sum() / energy.sum()
    return float((centroid - start) / (end - start))


@entry(
    WHOLE_BODY,
    name="rise",
    place=34,
    unit="leg lengths",
    body_part="whole body",
    requires=("head", *LEG_JOINTS),
    needs=("movement", "height", "floor", "vertical"),
    definition=(
        "Mean height of head and hip midpoint in the last quarter of the clip minus that in the first quarter."
    ),
    source=("de Meijer 1989, J. Nonverbal Behav. 13(4) (vertical direction); Larboulette & Gibet 2015, MOCO (Shape)"),
    high=Words(
        clauses=("the body is rising", "the body rises over the clip", "the body ends higher than it began"),
        also_read=("the body rises", "the body is straightening up", "the body comes up"),
        bound=0.05,
        predicates={
            "body person": "rise | stand/get/straighten/come/rise up",
        },
    ),
    low=Words(
        clauses=("the body is sinking", "the body sinks over the clip", "the body ends lower than it began"),
        also_read=("the body sinks", "the body is going down", "the body goes down"),
        bound=-0.05,
        predicates={
            "body person": "sink | crouch | squat | lower | sink/go/crouch/sit down | get low/lower | low and low",
        },
    ),
    usual="the body stays at about the same height",
    former_usual="the body is keeping its height about as usual",
    whole_clip_only=True,
    secondary=True,
)
def _rise(body: BodyFrame) -> float:
    height = 0.5 * (body.points[HEAD, 1] + body.hip_midpoint[1])
    part = max(1, body.frames // 4)
    return (height[-part:].mean() - height[:part].mean()) / body.leg_length
