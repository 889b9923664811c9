"""What the parser understands: how people name a part of the body, and what they say of it.

A claim in free wording is a subject and a predicate: `READINGS` says which pairs of them mean which claim, beside the
phrases of `claims/phrases.py`. All terms are compared by their stems ("bowed" is "bow", "slowly" is "slow", see
`claims/words.py`) and without articles and possessives. In a term, "/" parts alternatives of one word and "|" terms.
"""

from typing import Literal

__all__ = ["AMOUNTS", "MEASURES", "READINGS", "STANDALONE", "SUBJECTS"]

SUBJECTS: dict[str, str] = {
    "head": "head | chin | neck",
    "trunk": "trunk | torso | upper body | spine",
    "posture": "posture | bearing",
    "body": "body | figure | silhouette",
    "person": (
        "he | she | someone | king | queen | child | kid | lady | gentleman | soldier | hero | player | athlete | "
        "mother | father | teacher | doctor | robot | avatar | individual | model | person | performer | actor | "
        "actress | dancer | man | woman | guy | girl | boy | patient | subject | participant | character | walker "
        "| mover | figure"
    ),
    "movement": "movement | movements | motion | motions | movement of body | motion of body",
    "gestures": (
        "gestures | gesture | gesturing | gesticulation | hand movements | arm movements | movements of hands | "
        "movements of arms | gestures of hands | movement of hands | movement of arms"
    ),
    "arms": "arms | forearms",
    "hands": "hands | wrists | fists",
    "hand": "hand",
    "elbows": "elbows | elbow joints",
    "shoulders": "shoulders",
    "chest": "chest",
    "hips": "hips | pelvis",
    "legs": "legs",
    "feet": "feet | ankles",
    "knees": "knees | knee joints",
    "steps": "steps | footsteps",
    "strides": "steps | strides | stride",
    "stance": "stance",
    "gait": "gait | walk | walking | pace",
    "rhythm": "rhythm | tempo | rhythm of limbs",
    "limbs": "limbs",
    "pronoun": "it | they",
    "paths": "paths | path | trajectories | paths of hands | trajectories of hands",
}
"""What a clause can be about, by concept; a form may belong to several. One-sided singulars ("the right hand") are
left out: what is said of one side is not what is measured, but for a hand at the head."""

READINGS: tuple[tuple[str, Literal["high", "low"], str, str], ...] = (
    (
        "head_pitch",
        "low",
        "head",
        "bow | lower | low | down | downward | drop | droop | hang | hang down/low | sink | sag | slump | loll | "
        "duck | dip | tuck | bend | flex | forward | "
        "bend/tilt/tip/lean/incline/pitch/flex/fall/push/crane/drop/sink/hang/angle forward/down/downward | "
        "tuck/drop/sink to/toward/into/in/onto/on chest | to/toward/on chest | tuck in",
    ),
    (
        "head_pitch",
        "high",
        "head",
        "up | upward | raise | lift | high | upright | erect | tall | back | tilt/tip/throw/lean/toss/hold "
        "back/backward/up/upward | lift/raise up/high",
    ),
    ("head_movement", "high", "head", "nod | bob | nod/bob/move up and down | move alot/much/strong | nod alot/often"),
    ("head_movement", "high", "person", "nod"),
    (
        "head_movement",
        "low",
        "head",
        "still | motionless | immobile | fix | steady | rigid | hardly/little/never move/nod | move hardly/little",
    ),
    (
        "trunk_lean",
        "high",
        "trunk body person posture",
        "lean/bend/tilt/incline/tip/flex/slump/curl/fold/stoop/hunch/bow/pitch forward/over/ahead/down | stoop | "
        "hunch | slouch | slump",
    ),
    ("trunk_lean", "high", "trunk posture", "bend | flex | forward | bow | round"),
    ("trunk_lean", "high", "gait", "stoop | hunch"),
    ("trunk_lean", "low", "trunk posture stance", "upright | erect | straight | vertical | tall"),
    (
        "trunk_lean",
        "low",
        "trunk body person posture",
        "lean/bend/tilt/tip/arch back/backward | upright | erect | stand/hold/sit/carry/walk upright/erect/tall | "
        "stand straight | straighten",
    ),
    (
        "body_sway",
        "high",
        "trunk body person",
        "sway | rock | sway/rock/swing/tilt/lean/move sideway/sidetoside/laterally | sway alot/strong | waddle",
    ),
    ("body_sway", "low", "trunk body person", "hardly/never/little sway/rock | sway/rock hardly/little"),
    ("body_sway", "low", "trunk", "steady | stable | hold steady"),
    (
        "trunk_twist",
        "high",
        "trunk shoulders",
        "twist | rotate | turn/twist/rotate alot/strong/wide | turn/rotate/twist against hip | turn/rotate/twist "
        "strong against hip",
    ),
    (
        "trunk_twist",
        "low",
        "trunk shoulders",
        "hardly/never/little turn/rotate/twist | turn/rotate/twist hardly/little | in line with hip",
    ),
    (
        "arm_expansion",
        "high",
        "arms elbows",
        "wide | wide open | open | open wide | spread | spread wide/out/apart | outstretch | out | out to side | "
        "stretch/extend/hold/reach/spread out/outward/sideway | stretch/extend/hold/reach/spread out to side | "
        "away/far/further from body/trunk/side | fling/throw/swing open/wide/out | fling/throw wide open | reach "
        "out | extend to side",
    ),
    ("arm_expansion", "high", "gestures", "wide | expansive | sweeping | large | big | broad"),
    (
        "arm_expansion",
        "low",
        "arms elbows hands",
        "close to body/trunk/side | near body/trunk/side | tight to/against body/trunk/side | "
        "press/pin/hug/glue/clamp/tuck/draw to/against/into/toward/at body/trunk/side | at/by/along side | "
        "alongside body/trunk | against body/trunk/side | hang/dangle/drop at/by/along side | tuck in",
    ),
    ("arm_expansion", "low", "arms elbows", "close | tight | hang close to/by/at body/trunk | close in"),
    (
        "hand_height",
        "high",
        "hands arms",
        "raise | lift | up | high | raise/lift/hold up/high/overhead | above/over head/shoulder | overhead | in "
        "air | raise/lift above/over head/shoulder | upward",
    ),
    (
        "hand_height",
        "low",
        "hands arms",
        "low | down | hang | dangle | drop | lower | hang/dangle/drop/lower down/low/limp | limp",
    ),
    ("elbow_flexion", "high", "elbows arms", "bend | flex | crook"),
    ("elbow_flexion", "low", "elbows arms", "straight | straighten | stretch | straighten out"),
    ("elbow_flexion", "low", "elbows", "extend"),
    (
        "arm_swing",
        "high",
        "arms",
        "swing | swing wide/strong/alot/free/much/vigorous/energetic/far | swing backandforth | swing "
        "wide/strong/free backandforth | pump",
    ),
    ("arm_swing", "low", "arms", "hardly/little/without swing | swing hardly/little | without swing"),
    ("hand_speed", "high", "hands arms gestures", "fast | speed up | accelerate | whirl | flail"),
    ("hand_speed", "low", "hands arms gestures", "slow | slow down"),
    ("hand_speed", "high", "person", "gesture/gesticulate fast"),
    ("hand_speed", "low", "person", "gesture/gesticulate slow"),
    ("leg_speed", "high", "legs feet", "fast"),
    ("leg_speed", "low", "legs feet", "slow"),
    ("cadence", "high", "steps", "fast"),
    ("cadence", "low", "steps", "slow"),
    ("step_length", "high", "strides", "long | large | big | wide"),
    ("step_length", "low", "strides", "short | small | tiny | little | mincing"),
    (
        "stance_share",
        "high",
        "feet",
        "drag | on/touch ground/floor for long time | long on ground/floor | drag on floor",
    ),
    ("stance_share", "low", "feet", "soon off ground | hardly touch ground/floor"),
    ("knee_flexion", "high", "knees legs", "bend | flex | bend at knee"),
    ("elbow_flexion", "high", "arms", "bend at elbow"),
    ("knee_flexion", "low", "knees legs", "straight | straighten | stretch"),
    ("knee_flexion", "low", "knees", "extend | lock"),
    ("step_width", "high", "feet legs", "wide | apart | wide/far apart | spread | spread wide/apart | plant/set wide"),
    ("step_width", "low", "feet legs", "together | close/near together | near/next each other | close to each other"),
    ("step_width", "high", "stance", "wide | broad"),
    ("step_width", "low", "stance", "narrow | tight"),
    ("movement_speed", "high", "movement body person", "fast | speed up | accelerate | rush | hurry"),
    ("movement_speed", "low", "movement body person", "slow | slow down | lethargic"),
    ("travel_speed", "high", "gait", "fast"),
    ("travel_speed", "low", "gait", "slow"),
    ("travel_speed", "high", "person body", "walk/stride/run/go/travel/step fast | walk/move/go at/in/with fast pace"),
    ("travel_speed", "low", "person body", "walk/stride/go/travel/step slow | walk/move/go at/in/with slow pace"),
    ("travel_speed", "high", "person body", "cover much/alot/plenty ground | cover ground fast | travel far"),
    (
        "travel_speed",
        "low",
        "person body",
        "cover little ground | stay/remain in/at/on place/spot | stay in one place/spot | hardly/never travel | "
        "hardly leave/move spot | hardly move from place/spot",
    ),
    ("tempo", "high", "rhythm", "fast | high"),
    ("tempo", "low", "rhythm", "slow | low"),
    ("tempo", "high", "limbs", "move in fast rhythm"),
    ("tempo", "low", "limbs", "move in slow rhythm"),
    ("smoothness", "high", "movement body person gestures hands", "smooth | fluid | graceful | flow smooth/easily"),
    ("smoothness", "high", "movement", "flow | even | fluent"),
    (
        "smoothness",
        "low",
        "movement body person gestures hands",
        "jerky | abrupt | choppy | jerk | staccato | move/come in jerk",
    ),
    (
        "pauses",
        "high",
        "person body movement",
        "pause | stop/pause/freeze/hesitate/still often | stop/pause/freeze/hesitate againandagain | often "
        "pause/stop/freeze/still | come to rest/halt often | often come to rest/halt | stand still | still | pause"
        " many times | freeze | motionless",
    ),
    (
        "pauses",
        "low",
        "person body movement",
        "hardly/never/rarely pause/stop/still/rest | hardly/never/rarely stand still | hardly/never come to "
        "rest/halt | without pause/stop/rest | keep/move without pause/stop/rest | keep move without "
        "pause/stop/rest | pause hardly/rarely",
    ),
    (
        "vertical_bounce",
        "high",
        "body person hips",
        "bounce | bounce/bob/move up and down | bounce alot/strong | rise and fall",
    ),
    ("vertical_bounce", "high", "steps gait", "springy | bouncy | bounce"),
    (
        "vertical_bounce",
        "low",
        "body hips",
        "level | hardly/never/little bounce | at one height | hardly rise and fall",
    ),
    ("vertical_bounce", "low", "person", "hardly/never/little bounce"),
    (
        "shoulder_height",
        "high",
        "shoulders",
        "up | raise | lift | high | hunch | tense up | draw/pull/hunch/lift/push up | to/toward ear/head | near "
        "ear | pull/draw/raise/lift/hunch to/toward ear/head | pull/draw/raise/lift/hunch up to/toward ear/head",
    ),
    (
        "shoulder_height",
        "low",
        "shoulders",
        "down | drop | droop | slump | sag | hang | low | lower | slope | sink | hang/slump/drop/droop/sink down/low",
    ),
    ("shoulder_opening", "high", "shoulders", "back | open | draw/pull/hold/push/roll/throw/square back | square"),
    (
        "shoulder_opening",
        "low",
        "shoulders",
        "forward | round | cave in | roll/round/pull/fall/hunch/curl/cave/slump/draw forward/in/inward",
    ),
    (
        "shoulder_opening",
        "high",
        "chest",
        "open | out | lift | push/puff/stick/thrust/swell out | push/thrust forward",
    ),
    ("shoulder_opening", "low", "chest", "sunken | hollow | sink/draw/cave in | closed | collapse"),
    (
        "body_expansion",
        "high",
        "body posture person",
        "open out | expand | expansive | take up much/alot/plenty space/room | make big/large/wide | spread out",
    ),
    ("body_expansion", "high", "posture", "open | wide"),
    (
        "body_expansion",
        "low",
        "body posture person",
        "contract | draw in | huddle | curl up/in | shrink | take up little space/room | make small | contract "
        "inward | collapse in/inward",
    ),
    ("body_expansion", "low", "posture body", "closed | small | compact"),
    (
        "hand_to_head",
        "low",
        "hands hand",
        "near/touch/by/at/on/to head/face | close to head/face | near to head | clutch head",
    ),
    ("hand_to_head", "high", "hands", "far/away from head/face | far away from head/face"),
    ("hand_to_hip", "low", "hands", "on/at/by/near hip/waist | close to hip/waist | rest on/at hip/waist"),
    ("hand_to_hip", "low", "arms", "akimbo"),
    ("hand_to_hip", "high", "hands", "far/away from hip/waist | far away from hip/waist"),
    (
        "arm_symmetry",
        "high",
        "arms hands gestures",
        "symmetrical | alike | mirror | mirror each other | do same | in unison",
    ),
    ("arm_symmetry", "low", "arms hands gestures", "asymmetrical | unlike | differ | do different things"),
    ("acceleration", "high", "movement gestures gait", "sudden | forceful | vigorous | explosive | powerful"),
    ("acceleration", "low", "movement gestures person", "gentle | sustained"),
    ("acceleration", "low", "gestures", "soft"),
    ("spectral_arc_length", "high", "gestures hands", "flow | fluent"),
    ("spectral_arc_length", "low", "gestures hands", "halting | fragment | break up"),
    ("regularity", "high", "movement rhythm gait", "regular | rhythmic | repeat | repeat regular/even"),
    ("regularity", "high", "rhythm", "steady | even"),
    ("regularity", "low", "movement rhythm gait", "irregular | erratic | unsteady"),
    ("regularity", "low", "rhythm", "uneven"),
    (
        "directness",
        "high",
        "gestures hands",
        "direct | in straight line | along/on/in straight path | take direct path",
    ),
    (
        "directness",
        "low",
        "gestures hands",
        "roundabout | indirect | curve | wander | in/along curve | along/on/in wind/curve/roundabout path",
    ),
    ("directness", "high", "paths", "straight | direct"),
    ("directness", "low", "paths", "wind | curve | roundabout | indirect"),
    ("peak_timing", "high", "movement", "peak late | peak <end> | climax late"),
    ("peak_timing", "low", "movement", "peak early | peak <beginning> | climax early"),
    ("rise", "high", "body person", "rise | stand/get/straighten/come/rise up"),
    (
        "rise",
        "low",
        "body person",
        "sink | crouch | squat | lower | sink/go/crouch/sit down | get low/lower | low and low",
    ),
)
"""Descriptor, direction, concepts of `SUBJECTS` that take them, predicates."""

STANDALONE: tuple[tuple[str, Literal["high", "low"], str], ...] = (
    (
        "left_right_asymmetry",
        "high",
        "left arm/hand do/move/swing/work/gesture more than right | left arm/hand be more active/busy than right |"
        " left arm/hand be more active | left arm/hand dominate/lead | move/use/swing left arm/hand more than "
        "right | come from left arm/hand | mostly left arm/hand move",
    ),
    (
        "left_right_asymmetry",
        "low",
        "right arm/hand do/move/swing/work/gesture more than left | right arm/hand be more active/busy than left |"
        " right arm/hand be more active | right arm/hand dominate/lead | move/use/swing right arm/hand more than "
        "left | come from right arm/hand | mostly right arm/hand move",
    ),
    ("vertical_bounce", "high", "spring in step | bounce in step | bounce with each/every/step | up and down bounce"),
    ("arm_symmetry", "low", "each arm do something/things different | each arm do something else"),
    ("peak_timing", "high", "fastest/strongest moment/part/movement come late/<end>"),
    ("peak_timing", "low", "fastest/strongest moment/part/movement come early/<beginning>"),
    ("trunk_lean", "high", "forward trunk lean | forward lean of trunk | forward lean"),
)
"""Phrases that are claims as a whole."""

MEASURES: tuple[tuple[str, Literal["high", "low"], str], ...] = (
    ("arm_swing", "high", "arm swing | arm swinging | swing of arms | arm swing amplitude"),
    (
        "body_sway",
        "high",
        "sway | lateral sway | body sway | torso sway | trunk sway | sway of trunk | sway of torso | side sway",
    ),
    (
        "trunk_twist",
        "high",
        "torso rotation | trunk rotation | rotation of trunk | rotation of torso | torso twist | trunk twist | "
        "shoulder rotation | axial rotation",
    ),
    ("vertical_bounce", "high", "bounce | vertical bounce | vertical movement | up and down movement"),
    (
        "travel_speed",
        "high",
        "gait speed | gait velocity | walking speed | walking velocity | speed of gait | speed of walking",
    ),
    ("movement_speed", "high", "speed of movement | movement speed | overall speed | speed of motion"),
    ("hand_speed", "high", "hand speed | speed of hands | arm speed | speed of arms | wrist speed | hand velocity"),
    ("leg_speed", "high", "leg speed | speed of legs | foot speed | speed of feet"),
    ("tempo", "high", "tempo | tempo of movement | movement tempo"),
    ("elbow_flexion", "high", "elbow flexion | flexion of elbows | elbow bend"),
    ("knee_flexion", "high", "knee flexion | flexion of knees | knee bend"),
    ("head_pitch", "low", "head inclination | head flexion | neck flexion | inclination of head"),
    ("head_movement", "high", "head movement | head motion | head movements | movement of head"),
    (
        "trunk_lean",
        "high",
        "torso lean | trunk lean | forward trunk lean | torso flexion | trunk flexion | torso inclination | trunk "
        "inclination | forward inclination",
    ),
    ("step_width", "high", "step width | stance width | width of stance | width of steps"),
    ("step_length", "high", "step length | stride length | length of steps | length of strides"),
    ("cadence", "high", "cadence | step rate | step frequency"),
    ("stance_share", "high", "stance phase | stance phases | stance time | ground contact | ground contact time"),
    ("pauses", "high", "pauses | pausing | stops | rests | moments of rest"),
    ("smoothness", "high", "smoothness | fluency of movement | movement smoothness"),
    ("acceleration", "high", "acceleration | accelerations"),
    ("regularity", "high", "regularity"),
    ("arm_symmetry", "high", "symmetry | arm symmetry | symmetry of arms"),
    ("arm_expansion", "high", "arm expansion | expansiveness of gestures"),
    ("body_expansion", "high", "body expansion | expansiveness | expansion of body"),
)
"""Quantities that have a name: descriptor, the direction that much of it means, their names."""

AMOUNTS: dict[Literal["much", "little"], str] = {
    "much": (
        "high | increase | large | great | much | alot | more | big | strong | pronounced | marked | evident | "
        "exaggerate | wide | elevate | many | frequent | excessive | plenty | considerable | ample | long | fast |"
        " lot | numerous | repeated"
    ),
    "little": (
        "low | decrease | reduce | small | little | less | few | hardly ani/any | minimal | limited | diminish | "
        "weak | restrict | absent | rare | infrequent | no | short | slow | lack | hardly exist | negligible"
    ),
}
"""What is said of the quantities of `MEASURES`."""
