"""Questions about what is measured as people ask them, see `question_bank.py`."""

from .fact_questions import CLIP_LENGTH

__all__ = ["MOVEMENT_WORDINGS", "QUANTITY_WORDINGS", "SIGN_WORDINGS"]

MOVEMENT_WORDINGS: dict[str, str] = {
    "gait": """is he walking | is she running | is he standing | is the person moving around or standing still | is the
person on the move | does he stay in one place | is she rooted to the spot | is he stationary | is the subject walking
| is the subject able to be seen walking | is he out for a run | is he out for a stroll | is he strolling or rushing |
is that a jog | a sprint | a stroll | a march | what is the person doing | what activity is this | what action is shown
| which action is it | type of locomotion | kind of gait | what kind of movement is this | what is going on in the clip
| what happens in the clip | does he go anywhere | is he on his feet and moving | does she move from her place | how
does he get around | is she having a walk or a run | is he out for a jog or a sprint | a wander or a sprint | identify
the gait | identify the kind of locomotion | is she on foot and moving | is he pacing around | is he hanging around in
one place | does the person remain on the spot | is there any locomotion | is he just walking fast or actually running
| which way of moving is it | how does she move along, walking or running | what is she doing in terms of getting about
| in terms of locomotion, what is he doing | how is he getting about | how is she getting around | mode of locomotion |
is he on the go | is he going along or standing | is it a walk or a run | would you call this a run or a walk | would
this count as running | is that walking or running | is he travelling through the room or staying put | does he move
across the room | does she cross the room | does he cross the space or stay | does he change place | does he go from
one place to another | does she stay put | does he stay where he is | does she stay on the spot | moving or staying put
| is she moving at all | is she walking about | does he wander about | is he taking steps | does she take any steps |
is he just standing there | is she simply standing | what is happening in this clip | what is going on here | what is
happening physically | what action is the person performing | what kind of action do we see | describe the activity |
which activity do we see | is it a jog or a stroll | does he walk | does she run | does he run or walk | is the person
in motion or at a standstill | at a standstill or on the move | standing, walking or running | walk or run | is anybody
walking here | is he moving forward or standing on the spot | is this a walking clip | what is he physically doing |
how does the person move through space | does the person get anywhere or stay | is he going for a walk or a run | what
is the gait | which gait is it | what gait is that | would you say walk, run or stand | what locomotion do we see |
what kind of locomotion is it | what is the mode of travel | is the person ambulating | is the subject ambulatory |
does the patient ambulate | is it walking at all | does it count as a walk | does that count as running | is that a
proper run | is he actually running or walking fast | is she hurrying on foot or running | how does the person travel |
is the person travelling | is the person stationary or moving | is she rooted or travelling | does he leave his place |
does she leave the spot | does he remain in the same spot | does the person shift from the spot | is she going
somewhere or staying where she is | did he cover any distance | does the body travel | what movement is being performed
| what sort of movement is he doing | what does the person do in this clip | what does he do here | what is the guy
doing | what is this person doing with the feet, walking or running | on foot and moving, or standing | is there
walking in this clip | is there running in this clip | is he on the run | is he at a walk | is he up and walking | is
she standing around or walking about | walking pace or jogging pace | does he stand all the time | does she stand the
whole time""",
    "hands": """where are the hands | where are his arms | where does he keep his hands | position of the hands | hand
position | hand placement | arm position | how are the hands placed | which hand is higher | which arm is raised |
which hand is lifted | which hand is waving | which hand does he use | is it the left or the right hand | left or right
arm | with which hand does she wave | which side moves more | are the arms raised above the head | are the arms
stretched up | are both arms in the air | is a hand in the air | did he raise a hand | did she lift her arms | does he
reach up | does he reach above his head | does he put his hands up | are the hands above the shoulders | is the left
arm up | is the right hand down | are the arms hanging down | are the arms at his sides | do the arms hang beside the
body | are the hands behind the back | are the hands on the hips | are the hands in front of the body | is one hand
raised | what is he doing with his hands, where are they | report where the hands are | what do the hands do, where
does he leave them | where do the arms rest | arms up or down | are the hands high or low | are the arms stretched to
the ceiling | is an arm lifted | is any hand raised higher than the shoulder | do the hands stay low | are the hands
kept down | which arm is in the air | which of the arms is up | which of the two hands is higher | is it the right one
that he waves | does she wave with the left hand | does he keep his hands down by the hips or up near the chest | are
the hands above the shoulders at any point | do the hands ever go above the head | are the hands up or down | hands at
hip height | are the hands at chest height | are the hands near the chest | where does she hold her hands | in what
position are the hands | how does he hold his hands | are the arms dangling | do the arms dangle at the sides | where
are the wrists | what position are the arms in | does he have his arms up | does she have her hands on her hips | do
the hands come up at any time | does she lift a hand at any time | does either hand go up | is either arm raised | does
an arm ever go up | do the arms go overhead | which hand is up | where are the hands most of the time | where are the
hands in relation to the body | hand position relative to the hips | what height are the hands at | where do the hands
spend most of their time | are the hands held in front or at the sides | are the hands kept high | does he hold his
hands high or low | are his hands by his sides | is one of the hands up | where would I have to put the hands if I drew
this | are the hands anywhere near the face | how are the hands held, high or low | hands high or low | what is the
level of the hands, low or high | are the hands at waist level | are the hands at the waist | at the waist or at the
chest, where are the hands | are his hands held up in front | are they holding their hands up | are her hands lifted |
are the hands lowered | are the arms lowered | are both hands down | are the arms by the side | do the arms hang by the
side | does she hold her arms out in front | where do the hands go | where do the hands end up | tell me the position
of the arms | I need the position of the hands | I want to draw the hands, where do they belong | does the hand ever
rise above the shoulder | does a hand ever reach the head | do the hands stay below the waist | is the right hand
higher than the left | is the left hand higher than the right | which of the hands moves more | does the right hand
move more""",
    "part": """what can you see | what do you see | what does one see | what do the arms do | what about the legs |
tell me about the head | describe the arms | describe the legs | how is the posture | how does she carry her shoulders
| what is going on with the arms | what are the feet doing | say something about the upper body | anything special
about the trunk | what can you say about the hands | what story do the arms tell | describe the movement | what stands
out in the movement | what is special about the movement | what is unusual here | how does he move | describe how she
moves | summarise the movement | what is the movement like | give me an overview of the movement | characterise the
movement | movement quality | what is up with the head | what is he doing with his legs | what happens with the arms |
how are the shoulders | how do the legs behave | comment on the posture | the legs, how do they move | the arms, what
are they doing | anything about the feet | what are the arms up to | describe the way she uses her legs | the way he
uses his arms | the head, anything going on there | is anything going on with the head | anything to say about the legs
| how are the shoulders held | I wonder how she holds her shoulders | how are the arms being used | what does the trunk
do while he moves | what is the torso doing | what happens in the shoulders | what happens below the waist | what
happens above the waist | the upper body please | the lower body please | a word about the arms | a few words about the
legs | a sentence on the head | describe the posture | tell me how she moves her legs |
how does she move her arms | how is the head carried | how is the back held | what is the posture like | what are the
shoulders like | what are the legs like | what can you tell me about the arms | what is notable about the legs | any
observations on the trunk | notes on the posture | how should I animate the legs | I am animating the legs, how do they
move | I have to draw the arms, what do they do | how should I pose the shoulders | what should the head do if I copy
this | what are the legs doing here | what do the knees do | what do the shoulders do | what does the back do | what
does the head do during the walk | how does the head behave | how do the arms behave | what role do the legs play |
give me a description of the arms | put the arm movement into words | what are the legs up to | what is the head up to
| how does she use her arms | how does he use his body | the legs, please describe them | the shoulders, how are they
held | and the arms | and the legs | and the shoulders | and the trunk, anything there | is there anything about the
legs | is there anything worth saying about the arms | anything worth noting about the head | what strikes you about
the legs | what strikes you about the posture | how would you describe the head | how would you describe the legs | how
would you describe the posture | could you describe what the trunk does | could you describe the arms for me | what is
happening with her arms | what is happening with the legs | what is the upper body doing | what is the lower body doing
| tell me something about the arms | tell me something about the legs | I am interested in the legs | I am interested
in the head, what does it do | for my drawing I need to know how the shoulders are held | for a puppet I need the arms,
how do they move | talk about the trunk | talk me through the arms | talk me through the lower body | what can be said
about the upper limbs | what can be said of the lower limbs | look at the legs and tell me what you see | what do you
notice about the head | what do you notice in the shoulders | how does the spine behave | how does the upper body
behave | how does the chest look | how does the neck behave | movement of the legs | movement of the head | movement of
the arms | behaviour of the trunk""",
}
"""What somebody does, where the hands are, and "part", which the language model answers -> wordings."""

QUANTITY_WORDINGS: dict[str, str] = {
    "cadence": """steps per second | steps per minute | step rate | stride rate | number of steps a minute | paces per
minute | footfalls per second | how often does a foot come down | how frequently does he step | foot strikes per minute
| walking rhythm in steps | how many times a minute does he step | how many steps does he take | mean step frequency |
steps each second | paces per second | how many steps each minute | step count per minute | steps taken per second |
how many steps does she take each second | how many steps a second | count the steps per minute | what is the cadence |
how quickly do the feet follow each other | how many footfalls are there per second | what is the number of steps per
second | step tempo | how fast does she step | how quick are the steps | frequency of the footfalls | at what frequency
do the feet land | how many times does a foot land each second | the step rate please""",
    "step_length": """stride length | how long are the steps | size of the steps | how large a stride does she take |
how far does one step go | distance covered per step | how far apart are the footprints in walking direction | how far
does he step out | how much ground does one step cover | length of a stride | how far does he get with one step | how
long is one step | how long is a single step roughly | what is the length of one step | I need the stride data, how
long is a step | how big are the strides | how big a step does he take | average step length | typical stride in leg
lengths | how far does she go with each step | distance from one step to the next | how large is each step | how much
distance does one step cover | how far does each step take him | give me the step length | step size | how long a
stride does he have""",
    "step_width": """width of the base of support | base width | how far apart are the feet | distance between the feet
| how wide is the stance | how wide is the gait | lateral distance of the feet | how far are the legs apart | quantify
the width of the steps | spacing of the feet sideways | how far apart does he put his feet | how far apart does she set
her feet | how wide apart are the feet placed | how wide does he step | width between the feet | gap between the feet |
how wide a base does she walk on | give me the step width | sideways distance between the feet | how wide is the walk |
how much space is there between the feet | how broad is the stance""",
    "travel_speed": """walking speed | gait speed | gait velocity | walking velocity | travel speed | running speed |
how fast does he walk | how fast is she going | speed in leg lengths per second | pace of the walk | how fast does he
advance | how quickly does she get ahead | forward speed | speed of locomotion | speed of the walker | at what speed
does he walk | at what speed does she run | how rapidly does he progress | walking speed in metres per second | how
fast is the person walking | how many metres per second | how fast does she get along | how fast is he travelling | how
fast does he cover the ground | pace in numbers | speed over ground | how fast does she get from one place to the other
| what is the gait velocity | I would like to know the gait velocity | give me the walking speed | locomotion speed |
speed of the subject | how many metres does he cover per second | what is the speed over the ground | how quickly is
she walking | how fast is the walk""",
    "movement_speed": """how fast is the movement | overall speed | speed of the motion | how quick is he | how fast
does he move | how slow is it | mean speed of the body | how quick is he on his feet | how fast is it | at what speed
does the body move | how rapid is the motion | how fast is the whole body moving | how quickly does the body move on
the whole | speed of movement in numbers | how quick are the movements | give me the overall speed | average speed of
the movements""",
    "leg_speed": """how fast do the legs move | leg speed | speed of the feet""",
    "hand_speed": """how fast do the hands move | hand speed | velocity of the hands | arm speed | how quickly do the
arms move | how fast are the arms travelling | at what speed do the hands move | how rapidly do the hands move | how
fast are the hands | how quickly does she move her hands""",
    "arm_swing": """how far do the arms swing | range of the arm swing | how wide do the arms swing | size of the arm
swing | swing of the arms | how wildly do the arms go back and forth | extent of the arm swing | how big is the arm
swing | how much do the arms swing | how far does the arm swing forward and back | arc of the arms | how large is the
swing of the arms | amplitude of the arm swing | give me the arm swing | how wide is the arm swing | how far do the
arms go back and forth | how strongly do the arms swing""",
    "arm_expansion": """distance of the arms from the trunk | how wide are the arms spread | how far are the arms
spread | how close to the body are the arms | arm spread | abduction of the arms | how widely does he hold his arms |
gap between the arms and the body | how far from the body are the arms | how far out does she hold her arms | how far
do the elbows stick out | how far away from the body are the hands held | how wide does she hold her arms""",
    "hand_height": """height of the hands | hand height | at what height are the hands | how high are the arms raised |
how low are the hands | how far up are the hands | level of the hands | how high does he lift his hands | hand height
please | how high are the hands | how high up are the hands held | height of her hands | what height does the hand
reach | how high does the hand get | how high does she hold her hands | at which height are the hands held | give me
the height of the hands | vertical position of the hands as a number""",
    "hand_to_head": """distance between hand and head | how near does a hand get to the face | how far are the hands
from the head | distance of the hands to the head | how close do the hands come to the head | how close do the hands
get to the face""",
    "hand_to_hip": """how close are the hands to the hips | distance between hands and hips | how far are the hands
from the hips""",
    "elbow_flexion": """elbow angle | how bent are the elbows | elbow flexion | flexion of the elbow | how bent are the
arms | angle of the arms at the elbow | how straight are the arms | by how many degrees are the elbows bent | bend of
the elbows in degrees | how much are the elbows bent on average | how much bend is in the arms | average elbow bend |
what is the angle of the elbows | give me the elbow angle | at which angle are the elbows | how sharply are the elbows
bent | elbows in degrees""",
    "knee_flexion": """knee angle | how bent are the knees | how bent are the legs | how straight are the legs | knee
bend in degrees | how bent are the legs while walking | angle of the legs at the knee | how deep does he sink into the
knees | by how many degrees are the knees bent | bend of the knees in degrees | how much do the knees bend | average
knee bend | what is the angle of the knees | give me the knee angle | at which angle are the knees | how deeply are the
knees bent | knees in degrees""",
    "head_pitch": """head tilt | tilt of the head | how far is the head bowed | how low does the head hang | angle of
the neck | neck flexion | how far down is the chin | head pitch | how much does he look down | state the inclination of
the head | how low is the head | how high is the head held | how far does the head hang | how many degrees is the head
tilted | by how many degrees is the head tilted down | how much is the head tilted | how far forward is the head | give
me the angle of the head | how many degrees is the chin down | what is the angle of the head | at which angle is his
head | give me the head angle | how low does she hang her head | how strongly is the head bowed | head angle in degrees
| how many degrees down is the head""",
    "head_movement": """how much does the head move | how much is he nodding | head movement in degrees | range of the
head movement | how much does he move his head | how far does the head turn""",
    "trunk_lean": """trunk angle | trunk lean | trunk inclination | inclination of the trunk | forward lean | how far
does he lean forward | how bent is the back | how upright is he | flexion of the trunk | angle of the torso | angle of
the spine | how far does he bend forward | how deep is the bow | how much is he leaning | how many degrees does he bend
forward | at which angle is the trunk | how far is the upper body inclined | posture angle | forward inclination of the
torso as a figure | how many degrees is the torso tilted | how much does the trunk lean forward | how far forward does
the body lean | give me the lean of the trunk in degrees | how much is the back bent forward | by how many degrees does
he stoop | what is the angle of the trunk | how strongly is the trunk inclined | give me the trunk angle | at what
angle does the body lean | how far is the torso tipped forward | torso angle in degrees | lean of the torso in degrees
| how hunched is he in degrees | how crooked is the back""",
    "trunk_twist": """how much do the shoulders turn | trunk twist | rotation of the trunk | trunk rotation | rotation
of the shoulders | how much does the upper body rotate | how far does the trunk twist | how much twist is there in the
torso | by how many degrees do the shoulders rotate | how many degrees does the trunk rotate | give me the twist of the
trunk | shoulder rotation in degrees""",
    "body_sway": """how much does he sway | sway of the body | lateral sway | amplitude of the sway | how much does she
rock from side to side | how much does the body sway | how far does he sway sideways | sideways movement of the body |
give me the sway | how strong is the sway | how wide is the sway""",
    "shoulder_height": """how high are the shoulders | shoulder height | how far are the shoulders drawn up | how low
do the shoulders hang | how high are the shoulders held | give me the shoulder height | at what height are the
shoulders""",
    "shoulder_opening": """how far are the shoulders rolled forward | shoulder opening | how open is the chest | how
far back are the shoulders | angle of the shoulders""",
    "vertical_bounce": """how much does he bounce | vertical bounce | bounce of the body | vertical oscillation |
vertical movement of the hips | how far does the pelvis go up and down | up and down movement | how springy is the walk
| how bouncy is it | rise and fall of the body | height of the bounce | range of the up and down of the pelvis | how
much does the body rise and fall | by how much does the body go up and down | how much bounce is there | how high does
she bounce | how far does the body bob up and down | give me the bounce | how strong is the bounce | how much does the
body go up and down | how many centimetres does the body rise""",
    "pauses": """how long does he stand still | share of the time without movement | how much of the time is he still |
how often does he pause | proportion of rest | portion of the time at rest | fraction of the time motionless |
percentage of the time standing still | how long is he at rest | how much of the time does nothing move | how long does
she not move | how much of the clip is standing still | for how much of the time is she motionless | what share of the
clip is pause | how many seconds does she pause | how long are the pauses | what percentage of the time is he
motionless | share of standing still | how much of the recording is rest | how many seconds is nothing happening""",
    "tempo": """tempo | rhythm in hertz | frequency of the movement | what frequency does the movement have | beats of
the movement | main frequency | tempo in cycles per second | what is the rhythm in numbers | how quick is the rhythm |
how many beats per second | at which frequency does he move""",
    "regularity": """how regular is the rhythm | regularity of the movement | how steady is the rhythm | how even is
the gait | how constant is the rhythm | variability of the rhythm | how regular is it | how steady is the movement in
numbers | figure for the regularity""",
    "smoothness": """how smooth is the movement | smoothness | how jerky is it | how fluid is the motion | jerk of the
movement | value of the smoothness | how choppy is it | how fluent is the movement in numbers | how smooth is it as a
number | measure of smoothness | put a number on the smoothness | how smooth in numbers | how rough is the movement in
numbers | give me the smoothness | figure for the smoothness""",
    "acceleration": """acceleration | how sudden are the arm movements | how strongly do the arms accelerate | how
forceful is it | acceleration of the hands | how abrupt are the movements in numbers | how hard do the hands
accelerate""",
    "body_expansion": """how much space does he take up | how much room does she take | expansion of the body | how big
does he make himself | how open is the posture | how compact is the posture | how much space does the body take | how
spread out is the body""",
    "stance_share": """how long is a foot on the ground | share of ground contact | stance phase | duration of the
stance phase | percentage of stance | contact time of the feet | how long does each foot stay on the ground""",
    CLIP_LENGTH: """how long is the clip | how long is the recording | length of the recording | duration of the clip |
how many seconds does the clip last | clip length | how many seconds is this | duration | how many seconds long is it |
how long does it go on | total duration | how long does the clip last | running time of the clip | how long was he
recorded | length of the file in seconds | how much footage is there""",
}
"""Descriptor -> wordings of a question for its value, or the length of the clip."""

SIGN_WORDINGS: dict[str, str] = {
    "movement_speed high": """is he in a hurry | is she rushing | is he hasty | is he hurrying along | is he racing |
is she dashing about | does he move quickly | is he speedy | is he fast | is he quick | brisk | is it a brisk walk | is
he pressed for time | is he late for something by the look of it | energetic | full of energy | bursting with energy |
brimming with energy | lively | vigorous | does he have a lot of energy | is he agitated | is he frantic | does the
movement have energy | is he charging along | is she rushing about | is he bustling | is he swift | does she seem
hurried | is he pushing ahead | is he tearing along | is he under time pressure | is he zippy | is he wound up | she
looks in a hurry to me, is that right | does she seem in a hurry | does he look as if he were in a rush | is he moving
fast | is there a sense of urgency | is it an urgent walk | does it look hectic | is the movement brisk or slow | is he
full of beans | does she look energetic | does he look pressed for time | is she moving at speed | would you say he is
in a rush | is it a hurried walk | does it look hurried | seems in a rush, right | looks hurried, does he not | is
there any hurry in it | is he quick on his feet | does she zip along""",
    "movement_speed low": """is he slow | does he move slowly | is he sluggish | is he trudging | is he plodding | is
he shuffling along | does he drag himself along | does he drag his feet | is she taking her time | does he have all the
time in the world | is he lethargic | is he listless | is he in no hurry | leisurely | is it a leisurely walk | is he
ambling | without energy | lacking energy | is he weary | is it a slow motion movement | is she dawdling along | is he
dragging | is he moving at a snail's pace | is the movement tired | does he seem drained | is he crawling along | is
she loitering | does he creep | is the pace slack | does it look effortful and slow | does he move at a slow pace | is
he moving rather slowly | is it slow going | does she look exhausted from the way she moves | is it a weary walk | does
he drag along | is there little energy | does it look tired or lively | does she take it slowly | is he in slow motion
| would you call it slow | is it a slow walk | does she look as if she had no energy | does he move as if he were tired
| is she taking it easy""",
    "smoothness low": """is it jerky | are the movements jerky | jerky rather than smooth | is he twitchy | is the
motion choppy | is it shaky | is he trembling | is it jittery | are there jerks | would you call the movement jerky |
jerky and not flowing | nervous movements | is he jumpy | is the movement uneven and angular | are there sudden stops
and starts | is the movement jerky or smooth | does he move in a jerky way | is it a bit jerky | is it abrupt | does
the movement stutter | is the motion rough | is the movement choppy or fluid | would you call it jerky | are the
movements abrupt or smooth | does it look twitchy | is there any jerkiness""",
    "smoothness high": """is it smooth | is the motion fluid | are the movements flowing | is it graceful | is it
fluent | are the transitions soft | is the movement flowing | is he moving like water | harmonious movement | is it
elegant | does he move smoothly | is it a smooth movement | does it flow | is the movement soft | is the motion smooth
or jerky | would you call it smooth | does it look fluid | does it look graceful""",
    "acceleration high": """are the gestures sudden | are the arm movements sudden | abrupt gestures | forceful
gestures | are the movements sharp | violent arm movements | explosive movements | snappy movements""",
    "acceleration low": """are the gestures gentle | soft gestures | are the arm movements gentle | careful movements |
delicate movements""",
    "pauses high": """does he stop often | does he pause | is he motionless | does he freeze | is he still most of the
time | does he stand still a lot | is he standing like a statue | does nothing move | is she frozen | are there any
noticeable pauses | are there pauses in the movement | does he come to a halt | does he ever stop | does she stop at
any point | is there a break in the movement | does the movement halt at times | any stops in between | does he
hesitate between movements | does the movement pause | is there a moment of stillness | are there moments where nothing
moves | does she freeze at some point | does he take breaks | are there any stops | does the movement ever stop""",
    "pauses low": """is he restless | is she fidgeting | is he never still | does he keep moving all the time | is he
constantly in motion | is the movement continuous | does he move without a break | is she moving the whole time""",
    "vertical_bounce high": """is there a bounce in the step | is his walk springy | does he bounce | is he bouncy |
does she hop along | is he skipping | does he spring along | light footed | bounciness in the walk | does the body go
up and down | is she bouncing along | is the walk springy | does he jump up and down | is there a bounce in it | is
there any bounce | does she bounce when walking | is there a spring in the step | does he bob up and down | is the walk
bouncy | does the step have a spring""",
    "vertical_bounce low": """does the body stay level | does he glide along | is the walk flat | no bounce in the
walk""",
    "head_pitch low": """is the head bowed | is the head hanging | is he hanging his head | is the chin on the chest |
is the chin down | is he looking down | is the head lowered | does he let his head sink | is he staring at the ground |
is the gaze lowered by the head | does the head hang forward | is she hanging her head in the walk | is the head down |
does she keep her head down | is he looking at his feet by the head position | is the head tilted down | is the head
dropped | head down or up | does the head droop | is he holding his head low | does the head hang down | is her head
lowered | does he look down a lot | is the head bowed or raised | looks at the floor, does she not | does the chin
point down | is the head kept low""",
    "head_pitch high": """is the chin up | is the head held high | is he looking up | does he raise his chin | nose in
the air | is the head raised | is she holding her head high | is the head lifted | is the head up | does he hold his
head high | is the head tilted back | is the chin lifted | is her head raised | does she carry her head high | is the
chin held up""",
    "head_movement high": """is he nodding | does he shake his head | is the head moving a lot | does he look around |
wagging head | is the head moving | does he turn his head a lot | does the head move much | is she nodding or shaking
her head""",
    "trunk_lean high": """is he bent over | is he hunched | is there a forward lean | does he lean forward | is the
trunk flexed forward | is the back bent | is the back rounded | is he doubled over | is he bowing | is he slouching |
crooked back | is the posture collapsed | does the upper body sink forward | is there forward bending of the trunk | is
there forward flexion | does he hunch | is he leaning | is she bent forward | is she crumpled | is he sunk into himself
| is his posture bad | does he have a hump | would it be fair to describe the posture as slumped | is the posture
slumped | is he leaning forward | is he bending over | is the upper body tilted forward | does he stoop | does she walk
with a stoop | is the back hunched | is the body bent forward | does he look slumped | is she slumped over | slumped or
upright | is he bent forwards | would you call him hunched | does the back look bent | looks hunched over, right | is
the torso pitched forward | bent or straight back | does he cave in""",
    "trunk_lean low": """is the back straight | is he upright | is the posture erect | does he stand tall | is he
standing up straight | straight as a ruler | is the trunk vertical | upright posture | does she walk tall | is the back
as straight as a stick | is the spine straight | does he hold himself straight | good posture | proud posture | is he
stretched to his full height | is he standing up straight or leaning | does she hold herself upright | is the torso
upright | would you call the posture upright | is the upper body straight | does she hold herself straight | would you
say she stands tall | is the upper body erect | is the back kept straight""",
    "trunk_twist high": """do the shoulders turn | does the upper body rotate | is he twisting | swagger | does she
swing her shoulders""",
    "body_sway high": """is he swaying | does he rock from side to side | is he wobbling | is he staggering | is she
unsteady | does he waddle | does he lurch | is she rolling from side to side | does he tilt from one side to the other
| does she sway | does the body rock sideways | is he wobbly | does he lose his balance | does the body swing from side
to side | does she sway when she walks | is he unsteady on his feet""",
    "body_sway low": """is he steady | is the trunk steady | is he stable on his feet""",
    "shoulder_height low": """are the shoulders low | do the shoulders hang | do the shoulders sag | slumped shoulders
| are the shoulders dropped | are the shoulders hanging | does she let her shoulders hang | do the shoulders drop | are
the shoulders drooping | do the shoulders slump""",
    "shoulder_height high": """are the shoulders raised | are the shoulders drawn up | hunched up shoulders | are the
shoulders tense | shoulders up to the ears | shrugging | are the shoulders up | is she hunching her shoulders up | are
the shoulders pulled up | are the shoulders raised to the ears""",
    "shoulder_opening low": """are the shoulders rolled forward | rounded shoulders | is the chest sunken | is the
chest caved in | shoulders pulled forward | are the shoulders rounded | do the shoulders come forward""",
    "shoulder_opening high": """is the chest puffed up | is the chest open | are the shoulders back | does he stick out
his chest | broad shoulders held back | is the chest lifted | does he push his chest out | are the shoulders pulled
back | does he broaden his chest | are the shoulders pulled back or not | is the chest pushed out""",
    "arm_expansion low": """are the arms close to the body | does he keep his arms tight | does she hug herself | are
the elbows at the ribs | are the arms pressed against the body | arms folded in | are her arms tucked in tight | does
he hold his arms in | arms close in | does she keep her arms against herself | are the elbows tucked in | does she keep
her elbows in | are the arms held tight to the body | does he keep his arms close | are the arms near the body | close
to the body or spread, the arms""",
    "arm_expansion high": """are the arms spread | are the arms wide open | does he spread his arms | arms stretched
out sideways | are the arms away from the body | are the elbows out""",
    "arm_swing high": """do the arms swing a lot | is he swinging his arms | big arm swing | pumping arms | do his arms
swing freely | does she swing her arms widely | do the arms swing much | are the arms swinging | do the arms swing
freely while walking | is there a lot of arm swing | are the arms swinging a lot | do his arms swing | is there much
swing in the arms | do the arms swing or hang""",
    "arm_swing low": """are the arms stiff | do the arms hardly swing | no arm swing | are the arms still while walking
| are the arms held still | are the arms stiff at the sides | do the arms hang without swinging | are the arms kept
still | do the arms stay still | are the arms held stiffly | hardly any arm swing, right""",
    "hand_speed high": """are the hands moving quickly | is he waving his hands about | is he gesticulating | lots of
gestures | does he talk with his hands | wild gestures | busy hands | does he gesture a lot | are the hands busy | do
the hands move fast | is there a lot of gesturing""",
    "hand_speed low": """are the hands quiet | are the hands still | does he hardly gesture | few gestures""",
    "elbow_flexion high": """are the elbows bent | are the arms bent | are her elbows bent | are the elbows bent or
straight | are the arms bent or straight""",
    "elbow_flexion low": """are the arms straight | are the elbows straight | are the arms stretched""",
    "knee_flexion high": """are the knees bent | does he walk with bent knees | is he crouching | does she bend her
legs | is he squatting | is she bending her knees | are the knees soft and bent | are the knees bent or straight | does
he walk with soft knees""",
    "knee_flexion low": """are the knees straight | are the legs stiff | stiff legged walk | are the legs straight""",
    "step_length high": """are the steps long | does he take big steps | large strides | is he striding out | long
strides | does he take giant steps | does she stride | are the steps big | is he taking long steps | does he take long
strides | are they long steps""",
    "step_length low": """are the steps short | does he take small steps | mincing steps | little steps | are the steps
tiny | does she take tiny steps | is he tiptoeing with small steps | are the steps small | is she taking little steps |
does she take short steps | are they short steps | short or long steps""",
    "step_width high": """are the feet far apart | wide stance | legs apart | broad gait | are the legs wide apart |
does he walk with his feet wide apart""",
    "step_width low": """are the feet close together | narrow stance | narrow gait""",
    "cadence high": """are the steps quick | quick steps | is he stepping fast | rapid footfalls | are the steps fast |
does he step quickly""",
    "cadence low": """are the steps slow | slow steps | heavy slow steps""",
    "body_expansion low": """does he make himself small | is the posture closed | does she shrink | is he curled up |
does he take up little space | is he cowering | is the body contracted | trying to disappear | is he hiding in himself
| does he keep himself small | does she fold in on herself | does he look small | is the body closed up | is the person
making himself small | does she shrink into herself | is the posture closed or open | does she make herself small | is
the posture closed off | does he look closed in | trying to take up as little room as possible""",
    "body_expansion high": """does he take up a lot of space | is the posture open | expansive posture | does she make
herself big | big gestures | does he fill the room with his posture | does she spread out | does he look big | is she
showing off with her posture | does he take up space | is she taking up much room | is the posture wide and open | does
he make himself big | is the posture open or closed | does she take up a lot of room""",
    "travel_speed high": """does he cover a lot of ground | is he getting ahead quickly | is he going somewhere
fast""",
    "hand_to_head low": """does he touch his head | is a hand near the head | are the hands at the face | hand to the
forehead""",
    "hand_to_hip low": """are the hands near the hips | hands on hips | arms akimbo""",
    "arm_symmetry high": """do both arms do the same | are the arms symmetric | do both arms move the same way | do the
two arms move alike | is the arm swing the same on both sides | are both arms equally active | is the movement of the
arms symmetrical | do left and right arm match | are the arms mirror images | are the arms in step with each other | do
the arms behave the same | is it the same left and right | is the arm movement even on both sides | do left and right
do the same""",
    "arm_symmetry low": """do the arms do different things | are the arms asymmetric | one arm more than the other | is
one arm doing more than the other | does one arm move more than the other | is one arm lazier than the other | is there
a difference between the arms | is one side swinging less | is the arm swing lopsided | is one arm more active | does
one arm do more | is there an imbalance between the arms | is the swing different on the two sides""",
    "regularity high": """is the rhythm regular | even gait | steady rhythm | is the rhythm steady | does he walk
evenly | is the pace constant | is it an even walk | is the walking rhythm regular""",
    "regularity low": """is the rhythm irregular | uneven gait | is he limping | does she limp | arrhythmic walk | does
the rhythm change | is the gait uneven | is the walk irregular | is the rhythm uneven | does he walk unevenly""",
}
"""Descriptor and direction -> wordings of a question whether it is so."""
