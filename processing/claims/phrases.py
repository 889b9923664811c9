"""The words of the claims: what each descriptor is called when it is high and when it is low.

The first clause of each entry is canonical and has its verb "is" or "are" right after the subject, so that a question
can be made from it ("Is the head bowed?"). `also_read` holds phrases that the parser understands and the verbaliser
does not write, since they suppose something (steps, a walk) that need not be there.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["NEAR_DUPLICATES", "PHRASES", "USUAL", "Phrases"]


@dataclass(frozen=True)
class Phrases:
    """The wordings of one claim.

    Attributes:
        clauses: Full clauses, the canonical one first, then paraphrases.
        also_read: Further phrases that are read but not written.
        bound: Value that "high" must reach (or "low" not exceed) besides its percentile, None without one.
    """

    clauses: tuple[str, ...]
    also_read: tuple[str, ...] = ()
    bound: float | None = None


PHRASES: dict[tuple[str, Literal["high", "low"]], Phrases] = {
    ("movement_speed", "high"): Phrases(
        ("the movement is fast", "the body moves fast", "the whole body moves quickly", "the movement is rapid"),
        ("fast movement", "the person moves fast", "the movement is hurried", "the performer moves fast"),
    ),
    ("movement_speed", "low"): Phrases(
        ("the movement is slow", "the body moves slowly", "the whole body moves slowly", "the movement is unhurried"),
        ("slow movement", "the person moves slowly", "the performer moves slowly", "the body is slow"),
    ),
    ("travel_speed", "high"): Phrases(
        ("the body is covering much ground", "the body travels quickly", "the body covers much ground"),
        ("the walk is fast", "the pace is fast", "fast pace", "the gait is fast", "the person walks fast"),
    ),
    ("travel_speed", "low"): Phrases(
        ("the body is covering little ground", "the body hardly travels", "the body covers little ground"),
        ("the walk is slow", "the pace is slow", "slow pace", "the gait is slow", "the person walks slowly"),
    ),
    ("tempo", "high"): Phrases(
        ("the rhythm is quick", "the rhythm of the limbs is quick", "the limbs move in a quick rhythm"),
        ("the tempo is high", "the tempo is fast", "fast rhythm", "high tempo", "fast tempo"),
    ),
    ("tempo", "low"): Phrases(
        ("the rhythm is slow", "the rhythm of the limbs is slow", "the limbs move in a slow rhythm"),
        ("the tempo is low", "the tempo is slow", "slow rhythm", "low tempo", "slow tempo"),
    ),
    ("smoothness", "high"): Phrases(
        ("the movement is smooth", "the movement is fluid", "the movement flows smoothly", "the movement is even"),
        ("smooth movement", "fluid movement", "the movement is flowing", "the body moves smoothly"),
    ),
    ("smoothness", "low"): Phrases(
        ("the movement is jerky", "the movement is abrupt", "the movement is choppy", "the movement comes in jerks"),
        ("jerky movement", "abrupt movement", "the body moves abruptly", "the body moves jerkily"),
    ),
    ("pauses", "high"): Phrases(
        ("the body is often still", "the movement often comes to rest", "the body pauses often"),
        ("there are many pauses", "many pauses", "frequent pauses", "the body is mostly still"),
        bound=0.1,
    ),
    ("pauses", "low"): Phrases(
        ("the body is hardly ever still", "the movement hardly ever comes to rest", "the body hardly pauses"),
        ("there are few pauses", "few pauses", "the body is never still", "the body is always in motion"),
        bound=0.5,
    ),
    ("vertical_bounce", "high"): Phrases(
        ("the body is bouncing strongly", "the body bounces up and down", "the hips rise and fall strongly"),
        ("the body bounces", "the steps are springy", "springy steps", "bouncy steps", "the steps are bouncy"),
    ),
    ("vertical_bounce", "low"): Phrases(
        ("the body is staying level", "the body hardly bounces", "the hips hardly rise and fall"),
        ("the body stays level", "the body stays at one height", "there is little bounce"),
    ),
    ("head_pitch", "high"): Phrases(
        ("the head is held high", "the head is raised", "the head is lifted", "the head is carried high"),
        ("raised head", "lifted head", "the head held high", "the head is up", "the head is high"),
    ),
    ("head_pitch", "low"): Phrases(
        ("the head is bowed", "the head is lowered", "the head hangs down", "the head is bent forward"),
        (
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
    ),
    ("head_movement", "high"): Phrases(
        ("the head is moving a lot", "the head moves a lot", "the head nods up and down"),
        ("the head is nodding", "the head nods"),
    ),
    ("head_movement", "low"): Phrases(
        ("the head is held still", "the head hardly moves", "the head stays still"),
        ("the head is hardly moving", "the head held still"),
    ),
    ("trunk_lean", "high"): Phrases(
        ("the trunk is leaning forward", "the upper body leans forward", "the torso is bent forward"),
        (
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
    ),
    ("trunk_lean", "low"): Phrases(
        ("the trunk is upright", "the upper body is upright", "the torso is held upright"),
        (
            "the posture is upright",
            "upright posture",
            "upright trunk",
            "the body is upright",
            "the body is held upright",
            "the trunk leans back",
            "the trunk is leaning back",
        ),
        bound=25.0,
    ),
    ("body_sway", "high"): Phrases(
        (
            "the trunk is swaying from side to side",
            "the upper body sways from side to side",
            "the torso rocks sideways",
        ),
        ("the body sways", "the body is swaying", "the trunk sways", "the trunk is swaying", "swaying trunk"),
    ),
    ("body_sway", "low"): Phrases(
        ("the trunk is steady", "the upper body hardly sways", "the torso is kept steady"),
        ("steady trunk", "the body hardly sways", "the body is steady"),
    ),
    ("trunk_twist", "high"): Phrases(
        ("the shoulders are turning strongly", "the trunk twists strongly", "the shoulders turn against the hips"),
        ("the trunk is twisting", "the trunk twists", "the shoulders rotate strongly"),
    ),
    ("trunk_twist", "low"): Phrases(
        ("the shoulders are hardly turning", "the trunk hardly twists", "the shoulders stay in line with the hips"),
        ("the shoulders hardly turn", "the trunk is hardly twisting"),
    ),
    ("arm_expansion", "high"): Phrases(
        ("the arms are spread wide", "the arms are held away from the body", "the arms reach out"),
        (
            "the arms are wide open",
            "the arms are open",
            "the arms are spread",
            "the arms are outstretched",
            "outstretched arms",
            "the arms are extended outward",
            "the gestures are expansive",
            "the arms are far from the body",
        ),
    ),
    ("arm_expansion", "low"): Phrases(
        ("the arms are held close to the body", "the arms stay near the body", "the arms hang close to the body"),
        (
            "the arms are close to the body",
            "the arms are kept close to the body",
            "the arms are kept near the body",
            "the arms are held near the body",
            "the arms are held close",
            "the arms are close to the trunk",
            "the arms are held close to the trunk",
        ),
    ),
    ("hand_height", "high"): Phrases(
        ("the hands are held high", "the hands are raised", "the hands are lifted"),
        ("raised hands", "the hands are up", "the hands are high", "the arms are raised", "raised arms"),
    ),
    ("hand_height", "low"): Phrases(
        ("the hands are held low", "the hands hang low", "the hands are kept low"),
        ("the hands hang down", "the hands are low", "the arms hang down", "the hands are down"),
    ),
    ("elbow_flexion", "high"): Phrases(
        ("the elbows are bent", "the arms are bent", "the elbows are flexed"),
        ("bent elbows", "bent arms", "flexed elbows"),
    ),
    ("elbow_flexion", "low"): Phrases(
        ("the elbows are straight", "the arms are straight", "the elbows are extended"),
        ("straight arms", "straight elbows", "the arms are stretched"),
    ),
    ("arm_swing", "high"): Phrases(
        ("the arms are swinging widely", "the arms swing widely", "the arm swing is large"),
        ("the arms swing", "the arms swing strongly", "the arms are swinging", "the arm swing is wide"),
    ),
    ("arm_swing", "low"): Phrases(
        ("the arms are hardly swinging", "the arms hardly swing", "the arm swing is small"),
        ("the arms swing little", "small arm swing", "the arm swing is reduced", "reduced arm swing"),
    ),
    ("hand_speed", "high"): Phrases(
        ("the hands are moving quickly", "the hands move fast", "the arms move quickly"),
        ("the hands are fast", "the arms are fast", "the arms are moving fast", "the gestures are fast"),
    ),
    ("hand_speed", "low"): Phrases(
        ("the hands are moving slowly", "the hands move slowly", "the arms move slowly"),
        ("the hands are slow", "the arms are slow", "the arms are moving slowly", "the gestures are slow"),
    ),
    ("left_right_asymmetry", "high"): Phrases(
        (
            "the left arm is doing more than the right",
            "the left arm does more than the right",
            "the left hand moves more than the right",
        ),
        ("the left arm moves more than the right", "the left arm is more active", "the left hand does more"),
        bound=0.1,
    ),
    ("left_right_asymmetry", "low"): Phrases(
        (
            "the right arm is doing more than the left",
            "the right arm does more than the left",
            "the right hand moves more than the left",
        ),
        ("the right arm moves more than the left", "the right arm is more active", "the right hand does more"),
        bound=-0.1,
    ),
    ("leg_speed", "high"): Phrases(
        ("the legs are moving quickly", "the legs move fast", "the feet move quickly"),
        ("the legs are fast", "the feet are fast", "fast legs", "fast feet"),
    ),
    ("leg_speed", "low"): Phrases(
        ("the legs are moving slowly", "the legs move slowly", "the feet move slowly"),
        ("the legs are slow", "the feet are slow", "slow legs", "slow feet"),
    ),
    ("knee_flexion", "high"): Phrases(
        ("the knees are bent", "the legs are bent", "the knees are flexed"),
        ("bent knees", "bent legs", "flexed knees"),
    ),
    ("knee_flexion", "low"): Phrases(
        ("the knees are straight", "the legs are straight", "the knees are extended"),
        ("straight knees", "straight legs", "the legs are stretched"),
    ),
    ("step_width", "high"): Phrases(
        ("the feet are far apart", "the stance is wide", "the feet are set wide apart"),
        ("wide stance", "the feet are wide apart", "the legs are wide apart", "the legs are far apart"),
    ),
    ("step_width", "low"): Phrases(
        ("the feet are close together", "the stance is narrow", "the feet are kept close together"),
        ("narrow stance", "the legs are close together", "the feet are set close together"),
    ),
    ("shoulder_height", "high"): Phrases(
        ("the shoulders are drawn up", "the shoulders are hunched up", "the shoulders are pulled up to the head"),
        ("the shoulders are raised", "raised shoulders", "hunched shoulders", "the shoulders are up"),
    ),
    ("shoulder_height", "low"): Phrases(
        ("the shoulders are hanging low", "the shoulders are dropped", "the shoulders hang low"),
        (
            "the shoulders are low",
            "the shoulders are down",
            "the shoulders are lowered",
            "dropped shoulders",
            "the shoulders droop",
            "the shoulders are drooping",
            "drooping shoulders",
        ),
    ),
    ("shoulder_opening", "high"): Phrases(
        ("the shoulders are drawn back", "the shoulders are held back", "the chest is open"),
        ("the shoulders are pulled back", "open chest", "the shoulders are back", "the chest is held open"),
    ),
    ("shoulder_opening", "low"): Phrases(
        ("the shoulders are rolled forward", "the shoulders fall forward", "the chest is drawn in"),
        (
            "rounded shoulders",
            "the shoulders are rounded",
            "the shoulders are pulled forward",
            "the chest is sunken",
            "the chest is hollow",
        ),
    ),
    ("body_expansion", "high"): Phrases(
        ("the body is opened out", "the body takes up much space", "the limbs reach far out from the body"),
        ("the posture is expansive", "expansive posture", "the posture is open", "open posture"),
    ),
    ("body_expansion", "low"): Phrases(
        ("the body is drawn in", "the body takes up little space", "the limbs are kept close in"),
        (
            "the posture is closed",
            "closed posture",
            "the posture is contracted",
            "the body is contracted",
            "the body is huddled",
            "the posture is small",
        ),
    ),
    ("hand_to_head", "high"): Phrases(
        ("the hands are far from the head", "the hands stay away from the head", "no hand comes near the head"),
        ("the hands are kept away from the head",),
    ),
    ("hand_to_head", "low"): Phrases(
        ("a hand is kept near the head", "a hand stays near the head", "a hand is held close to the head"),
        (
            "the hands are kept near the head",
            "the hands are near the head",
            "the hands are close to the head",
            "the hand is near the head",
            "a hand is near the head",
        ),
        bound=0.7,
    ),
    ("hand_to_hip", "high"): Phrases(
        ("the hands are far from the hips", "the hands stay away from the hips", "the hands keep off the hips"),
        ("the hands are kept away from the hips",),
    ),
    ("hand_to_hip", "low"): Phrases(
        ("the hands are kept near the hips", "the hands stay near the hips", "the hands are held close to the hips"),
        ("the hands are near the hips", "the hands are close to the hips", "the hands are at the hips"),
        bound=0.4,
    ),
    ("arm_symmetry", "high"): Phrases(
        ("the arms are held alike", "the arms mirror each other", "the arms are held symmetrically"),
        ("the arms are symmetrical", "the posture is symmetrical", "symmetrical posture", "symmetrical arms"),
        bound=-0.25,
    ),
    ("arm_symmetry", "low"): Phrases(
        ("the arms are held differently", "one arm is held differently from the other", "the arms are held unevenly"),
        (
            "the arms differ",
            "the arms are asymmetrical",
            "the posture is asymmetrical",
            "asymmetrical posture",
            "asymmetrical arms",
        ),
        bound=-0.25,
    ),
    ("acceleration", "high"): Phrases(
        ("the arm movements are sudden", "the hands speed up and stop suddenly", "the arms move with vigour"),
        (
            "the movements are sudden",
            "sudden movement",
            "the gestures are sudden",
            "sudden gestures",
            "the gestures are forceful",
            "the gestures are vigorous",
        ),
    ),
    ("acceleration", "low"): Phrases(
        ("the arm movements are gentle", "the hands speed up and stop softly", "the arms move without vigour"),
        (
            "the movements are sustained",
            "sustained movement",
            "the gestures are sustained",
            "the gestures are gentle",
            "gentle gestures",
            "the gestures are soft",
        ),
    ),
    ("spectral_arc_length", "high"): Phrases(
        ("the gestures are flowing", "the hands move in one flow", "the gestures are of one piece"),
        ("flowing gestures", "the gestures flow", "the gestures are fluent"),
    ),
    ("spectral_arc_length", "low"): Phrases(
        ("the gestures are broken up", "the hands move by fits and starts", "the gestures are fragmented"),
        ("fragmented gestures", "the gestures are halting", "halting gestures"),
    ),
    ("regularity", "high"): Phrases(
        ("the rhythm is regular", "the movement is repeating itself evenly", "the same movement comes back steadily"),
        ("regular rhythm", "the rhythm is steady", "steady rhythm", "the movement is rhythmic", "rhythmic movement"),
        bound=0.6,
    ),
    ("regularity", "low"): Phrases(
        ("the rhythm is irregular", "the movement is hardly repeating itself", "hardly any movement comes back"),
        ("irregular rhythm", "the movement is irregular", "irregular movement", "the rhythm is uneven"),
        bound=0.6,
    ),
    ("directness", "high"): Phrases(
        ("the hands are moving in straight lines", "the gestures are direct", "the hands go straight where they go"),
        (
            "the hands move in straight lines",
            "direct gestures",
            "the hands move straight",
            "the gestures are straight",
        ),
        bound=0.7,
    ),
    ("directness", "low"): Phrases(
        ("the hands are moving in curves", "the gestures are roundabout", "the hands often turn round on their way"),
        ("the hands move in curves", "the gestures are indirect", "indirect gestures", "roundabout gestures"),
        bound=0.7,
    ),
    ("peak_timing", "high"): Phrases(
        (
            "the movement is strongest towards the end",
            "the movement grows stronger towards the end",
            "most of the movement comes late",
        ),
        ("the movement is growing stronger", "the movement is strongest at the end", "the movement grows stronger"),
        bound=0.52,
    ),
    ("peak_timing", "low"): Phrases(
        (
            "the movement is strongest at the start",
            "the movement dies down towards the end",
            "most of the movement comes early",
        ),
        ("the movement is dying down", "the movement is strongest at the beginning", "the movement dies down"),
        bound=0.48,
    ),
    ("step_length", "high"): Phrases(
        ("the steps are long", "the stride is long", "each step reaches far"),
        ("long steps", "long strides", "the strides are long", "the steps are large", "large steps", "big steps"),
    ),
    ("step_length", "low"): Phrases(
        ("the steps are short", "the stride is short", "each step is small"),
        ("short steps", "short strides", "the strides are short", "the steps are small", "small steps"),
    ),
    ("cadence", "high"): Phrases(
        ("the steps are quick", "the steps come in quick succession", "one step follows quickly on the other"),
        ("quick steps", "the footsteps are quick", "the cadence is high", "high cadence"),
    ),
    ("cadence", "low"): Phrases(
        ("the steps are slow", "the steps come in slow succession", "one step follows slowly on the other"),
        ("slow steps", "the footsteps are slow", "the cadence is low", "low cadence"),
    ),
    ("stance_share", "high"): Phrases(
        ("the feet are slow to leave the ground", "the feet rest long on the ground", "each foot stays down for long"),
        ("the feet linger on the ground", "the feet drag", "the feet are dragging", "dragging feet"),
    ),
    ("stance_share", "low"): Phrases(
        ("the feet are quick to leave the ground", "the feet hardly rest on the ground", "each foot is soon lifted"),
        ("the feet are soon off the ground", "the steps are light", "light steps"),
    ),
    ("rise", "high"): Phrases(
        ("the body is rising", "the body rises over the clip", "the body ends higher than it began"),
        ("the body rises", "the body is straightening up", "the body comes up"),
        bound=0.05,
    ),
    ("rise", "low"): Phrases(
        ("the body is sinking", "the body sinks over the clip", "the body ends lower than it began"),
        ("the body sinks", "the body is going down", "the body goes down"),
        bound=-0.05,
    ),
}
"""The wordings of every claim, by descriptor and direction."""

USUAL: dict[str, str] = {
    "movement_speed": "the speed of the movement is about as usual",
    "travel_speed": "the ground covered is about as usual",
    "tempo": "the rhythm is about as usual",
    "smoothness": "the flow of the movement is about as usual",
    "pauses": "the share of rest is about as usual",
    "vertical_bounce": "the bounce of the body is about as usual",
    "head_pitch": "the head is about as usual",
    "head_movement": "the head is moving about as much as usual",
    "trunk_lean": "the lean of the trunk is about as usual",
    "body_sway": "the sway of the trunk is about as usual",
    "trunk_twist": "the turn of the shoulders is about as usual",
    "arm_expansion": "the arms are about as far from the body as usual",
    "hand_height": "the hands are about as high as usual",
    "elbow_flexion": "the elbows are about as usual",
    "arm_swing": "the arm swing is about as usual",
    "hand_speed": "the speed of the hands is about as usual",
    "left_right_asymmetry": "the two arms are doing about the same",
    "leg_speed": "the speed of the legs is about as usual",
    "knee_flexion": "the knees are about as usual",
    "step_width": "the feet are about as far apart as usual",
    "shoulder_height": "the shoulders are about as high as usual",
    "shoulder_opening": "the shoulders are about as far forward as usual",
    "body_expansion": "the body is taking up about as much space as usual",
    "hand_to_head": "the hands are about as far from the head as usual",
    "hand_to_hip": "the hands are about as far from the hips as usual",
    "arm_symmetry": "the arms are about as much alike as usual",
    "acceleration": "the force of the gestures is about as usual",
    "spectral_arc_length": "the flow of the gestures is about as usual",
    "regularity": "the evenness of the rhythm is about as usual",
    "directness": "the gestures are about as straight as usual",
    "peak_timing": "the strongest movement is about where it usually is",
    "step_length": "the steps are about as long as usual",
    "cadence": "the steps are following each other about as usual",
    "stance_share": "the feet are on the ground about as long as usual",
    "rise": "the body is keeping its height about as usual",
}
"""What is said of a descriptor that is neither high nor low; no claim is read from it."""

NEAR_DUPLICATES: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        ("movement_speed", "hand_speed"),
        ("movement_speed", "leg_speed"),
        ("movement_speed", "travel_speed"),
        ("movement_speed", "pauses"),
        ("leg_speed", "travel_speed"),
        ("hand_speed", "arm_swing"),
        ("hand_speed", "acceleration"),
        ("movement_speed", "acceleration"),
        ("leg_speed", "cadence"),
        ("tempo", "cadence"),
        ("travel_speed", "step_length"),
        ("travel_speed", "stance_share"),
        ("smoothness", "spectral_arc_length"),
        ("arm_expansion", "body_expansion"),
        ("arm_expansion", "hand_to_hip"),
        ("hand_height", "body_expansion"),
        ("hand_height", "hand_to_head"),
        ("hand_height", "hand_to_hip"),
        ("hand_to_hip", "hand_to_head"),
        ("hand_to_hip", "body_expansion"),
    )
)
"""Pairs of descriptors of which one text names only one: they would repeat or contradict each other."""
