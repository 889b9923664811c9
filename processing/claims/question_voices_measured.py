"""Questions about what is measured in the words of people of many kinds, see `question_bank.py`."""

__all__ = ["MOVEMENT_VOICES", "QUANTITY_VOICES", "SIGN_VOICES"]

MOVEMENT_VOICES: dict[str, str] = {
    "gait": """what's the guy up to | what is the person busy with | what is the lady doing in the clip | what is the
boy doing there | what is my avatar doing | whats happening in this clip | whats going on in the video | what do we
see the person do | what do we see him do | describe what the person does, walk, run, stand | what activity did you
detect | which activity is recorded | activity label | activity | action class | action | what action is he performing
| type of action | which type of movement is it, walking or something else | type of gait | mode of locomotion please
| locomotion type | locomotion or not | is it locomotion | is this locomotion or standing | is there locomotion in the
clip | walk cycle or idle | is it a walk cycle or a run cycle | walk, run, idle, which is it | idle or walking | idle
animation or not | is the character idle | is he idle | is she just standing | is she just standing around | is he
standing around | is he standing or walking | standing or walking | stands or walks | walks or runs | walk or stand |
does he walk or stand | does she walk or does she run | does she jog | does he jog | is it jogging | jogging or
walking | is this a jog | running or not | is he running or not | is somebody running here | is he really running | is
she already running or still walking | is he walking at all | is he walking or just shifting weight | is he strolling
| is she strolling | is this a stroll | a stroll or a march | is he marching | is he pacing | pacing up and down or
standing | is she moving along or staying in place | is he moving along | is he going forward | does he go forward or
stay | does he get anywhere | does she go anywhere | does she travel or stay in place | does the person change
position | does the person stay in place | does he stay on one spot | is he staying on the spot | does she remain
where she is | is she in place | walking in place or walking forward | is this person on the move or not | is he on
the move | in motion or standing | moving or standing still | does he move from the spot | does she actually move
through the room | does the patient walk | can the patient walk in this recording | is the patient walking or standing
| is the subject walking, running or standing | was the subject in motion | was he walking | was she running when this
was recorded | was it a walking trial | is it a walking trial or a static trial | static or dynamic trial | static
trial | are they walking | are they running | he's walking, right | he is walking, isn't he | she is running, right |
she stands, doesn't she | it is a walk, right | looks like a run | looks like walking to me | I think she is running |
I think he is just standing there | tell me if he is walking | tell me whether she runs or walks | please say whether
the person is walking or running | I want to know if it is walking or running | I'd like to know whether he moves or
stands | can you tell if he is walking | can you tell whether this is running | for the database I need the activity |
for tagging, which action is it | what should I tag as the action | how does he move, walking or running | how is he
moving around, on foot, running | how would you describe the locomotion | is that walking | you call that running | is
it more of a walk or more of a run | faster than a walk or not""",
    "hands": """where does he hold the hands | where does she have her hands | where has he got his hands | where did
she put her hands | where are her arms during the clip | where do the hands stay most of the time | where would I find
the hands | whereabouts are the hands | location of the hands | placement of the hands | position of her arms | how
high does he hold his hands | at which height does she keep her hands | at what height are his hands | at what level
are the arms | at shoulder level or lower, the hands | are the hands at waist level | are her hands at waist height |
are her hands down | are his hands up | are his hands raised | are his hands above his head | are both hands up | are
both arms down | are both hands at the sides | are the arms down by the sides | are the arms hanging | are the arms
just hanging there | are the arms hanging loosely | do the arms dangle | do his arms hang down | do her hands hang at
her sides | does she let her arms hang | does he keep the arms at his side | does he hold his arms up | does she hold
her hands in front of her | does she hold her hands high or low | does he lift his hands at all | does he ever lift
his hands above the shoulders | does he ever raise a hand | does she put a hand up | does she raise her arms at some
point | does one hand go up | do the hands go above the shoulders | do the hands reach the head | do the hands reach
shoulder height | do the hands come up to the chest | do her hands get above the waist | do his hands ever leave his
sides | do the hands stay below the waist | did he throw up his arms | did she throw her hands in the air | hands up
or hands down | hands up | hands down | hands at the sides | hands near the hips or up | hands high or low | arms up |
arms down | arms in the air or not | arms overhead | one hand up or both | one arm raised or both | which arm does he
lift | which arm goes up | which hand goes higher | which hand is up | which hand is used | which hand does she wave
with | which of his hands is raised | which side is the raised hand | left or right hand | left hand or right hand,
which one is higher | is it her left hand that is up | is his right hand raised | is the left arm lifted | is the
right arm lower than the left | is one arm higher than the other | is one hand higher than the other | is she holding
her hands low | is he holding his hands up | is he reaching up | is she reaching for the ceiling | is he keeping his
hands low | are her hands in front of the body or behind it | are the hands in front or at the side | are the hands on
the hips or hanging | are his hands on his hips | are her hands near her face | are the hands close to the head | what
about the position of the hands | what height are the hands at | what is the position of his arms | what are the hands
doing, up or down | tell me where the hands are | tell me how high the hands are held | tell me about the position of
the arms | say where her hands are please | please describe the position of the hands | describe where the arms are |
I can not see it well, where are the hands | I want to know whether the hands are up | I'd like to know where he keeps
his arms | can you tell me where the hands are located | can you see where the hands are | for posing my model I need
the hand position | for my drawing, where do the arms go""",
    "part": """what about the arms | what about his legs | what about her head | and the arms | and the legs | and the
head | and the feet | and the shoulders | the arms | the legs please | arms please | legs | shoulders | what do the
legs do | what do the feet do | what do the shoulders do | what does the head do | what does the torso do | what does
her back do | what does the trunk do during the clip | what are the legs doing | what is the head doing | what are his
feet doing | what is her upper body doing | what is going on with the arms | what is going on in the legs | what is
going on with the shoulders | what happens in the torso | what happens with the knees | what is happening at the hips
| what is up with the arms | whats up with his legs | how are the arms | how are the legs moving | how do the arms
move | how do the legs move | how do the feet move | how do the shoulders move | how does the head move | how does he
move his arms | how does he hold his shoulders | how does she hold her trunk | how does
she use her arms | how does she use her hands | how does she place her feet | how does he set his feet | how are the
shoulders held | how is the head held | how is the head carried | how is the trunk held | how is her posture | how is
the posture | how would you describe the posture | how would you describe the arm movements | how would you describe
the leg movements | how do the elbows look | how do the knees look | describe the arms | describe the legs | describe
the head | describe the trunk | describe the posture | describe the arm movement | describe the leg action | describe
the movement of the hands | describe the feet | describe his shoulders | describe her steps | describe the footwork |
describe the gait for me | describe the gait of the patient | describe the upper body | describe the lower body |
describe the lower limbs | describe what the arms do | tell me about the arms | tell me about the legs | tell me about
the head | tell me about his posture | tell me about the shoulders | tell me something about the feet | tell me more
about the arms | tell me what the arms do | talk about the arms | talk about the legs | say something about the
shoulders | say something about the gait | give me details on the arms | give me details on the legs | give me a
summary of the arm movement | details of the arm movement | details about the trunk | anything about the legs |
anything to report on the arms | anything special about the arms | anything noticeable about the head | anything
unusual about the legs | anything odd in the arms | is there anything special about the legs | is something unusual
about the shoulders | is there something to say about the feet | what can you say about the arms | what can you tell
me about the legs | what can you tell about her head | what do you see in the legs | what do you notice about the arms
| what do you notice in the trunk | what do you observe in the shoulders | what should I know about the legs | what
stands out about the arms | what stands out in the lower body | what is special about the legs | what is remarkable
about the arms | characterise the arm movement | characterise the leg movement | summarise the arms | summarise the
leg movement | comment on the arms | comment on the shoulders | comment on the leg work | analyse the arms | analyse
the legs | analyse the footwork | analyse the trunk movement | break down the arms | break down the arm movement |
break down the leg movement | assessment of the legs | assessment of the trunk | findings for the legs | findings in
the upper limbs | report on the upper limbs | report on the lower extremities | examine the arms | please comment on
the knees | please tell about the elbows | I am interested in the legs | I am interested in what the arms do | I want
to hear about the shoulders | I'd like a description of the arm movements | my coach asks about the arms | my student
wants to know about the legs | the physio asks what the trunk does | the animator needs to know what the legs do | for
rigging I need to know how the shoulders behave | how do the arms behave | how do the shoulders behave | how do the
legs behave in the recording | behaviour of the arms | arm behaviour | leg behaviour | arm action | footwork |
movement of the head | movement of the arms | movement of the trunk | motion of the legs""",
}
"""Kind -> wordings."""

QUANTITY_VOICES: dict[str, str] = {
    "cadence": """what is the step rate of the person | number of steps in a second | steps a minute | how many steps
does he make per second | how many steps are there in a minute | how many steps a minute does she take | footfalls per
second | give me the cadence in steps per minute | cadence please | I need the cadence | cadence value for the patient
| what cadence does the walk have | how frequent are the steps | step frequency please | how fast does she step | pace
in steps per second""",
    "step_length": """what is the step length | give me the stride length | how big are his steps | how long are her
strides | how far does he get with one step | step size | size of his stride | I need the step length | measure the
step length | average step length | length of a step | length of one stride | how much distance does one step cover |
stride length of the patient please""",
    "step_width": """what is the step width | how wide is the stance | how wide does he stand | how wide apart are her
feet | stance width please | I need the width of the stance | distance between the feet | lateral distance of the feet
| base of support, how wide | how far from each other are the feet | width between the feet | measure the stance width
| foot spacing""",
    "travel_speed": """what is the walking speed | how fast is he walking | how fast is she running | how fast does
the person travel | how fast does he get along | how fast is he moving forward | walking velocity please | gait speed
of the patient | I need the gait speed | at what speed does she walk | at which speed is he going | what pace is he
going at | what is his pace | speed over ground | forward speed | how quickly does he get from one side to the other |
how much ground does he cover per second | what speed did you measure for the walk | locomotion speed""",
    "movement_speed": """how fast is the movement overall | how fast is the body moving | what is the overall speed of
the motion | average speed of the movement | speed of movement | give me the movement speed | how quick is the whole
movement | how fast does everything move""",
    "leg_speed": """how fast do her legs go | speed of the legs please | how quickly do the feet move | leg velocity
""",
    "hand_speed": """how fast are the hands | how quick are his hands | how fast does she move her hands | speed of
the hands please | hand velocity | what speed do the hands reach | measure the hand speed | how quickly do her hands
move | how fast are the gestures""",
    "arm_swing": """how much arm swing is there | how much do his arms swing | how wide is the arm swing | amplitude
of the arm swing | arm swing amplitude please | give me a value for the arm swing | put a number on the arm swing |
measure the arm swing | how far does she swing her arms | how big is the swing of the arms | extent of the arm swing |
arm swing in numbers | swing of the arms, how large""",
    "arm_expansion": """how far are the arms from the body | how far away from the trunk are the hands | how widely
are the arms spread | arm spread please | how open are the arms | how far out do the arms go | distance between arms
and body""",
    "hand_height": """how high are the hands | how high does she lift her hands | how high do his hands get | hand
height as a number | give me the height of the hands | what height do the hands have | average height of the hands |
measure the height of the hands | how high up do the arms go""",
    "hand_to_head": """how close do the hands come to the head | distance from hand to head | how far from the face
are the hands | hand to head distance""",
    "hand_to_hip": """how far are the hands from the hips | distance from the hands to the hips | hand to hip distance
| how near are the hands to the waist""",
    "elbow_flexion": """what is the elbow angle | how much are the elbows bent | how many degrees are the elbows bent
| angle of the elbow in degrees | elbow angle please | how strongly bent are her arms | measure the elbow bend |
degree of elbow flexion | how straight are the arms""",
    "knee_flexion": """what is the knee angle | how much does he bend his knees | how many degrees are the knees bent
| angle of the knee in degrees | knee angle please | measure the knee bend | how deep does she bend her knees | degree
of knee flexion | how straight are the legs | knee flexion in degrees for my report""",
    "head_pitch": """how far down is the head | how much is the head tilted | what is the angle of the head | angle at
which the head is held | head angle please | how many degrees is the head bowed | how low does he hold his head | how
far does she bow her head | head inclination | pitch of the head in degrees | by how many degrees is her chin down |
how strongly is the neck bent | measure the head tilt""",
    "head_movement": """how much head movement is there | amount of head movement | how strongly does he nod | how far
does the head move | how much does her head bob""",
    "trunk_lean": """how far does he lean forward | how many degrees does she lean | how much is he leaning | angle of
the trunk in degrees | angle of the back | trunk angle please | how far is the torso tilted | how strongly is the
upper body inclined | forward inclination in degrees | how bent is his back | how upright is she in degrees | measure
the lean | degree of forward lean | inclination of the upper body please""",
    "trunk_twist": """how much does the trunk twist | how far does the upper body rotate | trunk rotation in degrees |
how much torso rotation is there | amount of twist | shoulder rotation against the hips""",
    "body_sway": """how much sway is there | how much does the body sway | how strongly does she sway from side to
side | amount of sway | sway amplitude | measure the sway | side to side sway, how much | how much lateral movement is
there""",
    "shoulder_height": """how high are his shoulders | height of the shoulders | how far up are the shoulders pulled |
shoulder height please | how low do the shoulders hang""",
    "shoulder_opening": """how open are the shoulders | how far back are the shoulders | how rounded are the shoulders
| how much are the shoulders rolled in | how far forward are her shoulders""",
    "vertical_bounce": """how much bounce is there | how bouncy is the walk | how much does the body go up and down |
amount of bounce | vertical movement of the body, how much | up and down movement in numbers | how high does he bounce
| measure the bounce | how springy is the gait""",
    "pauses": """how long does she stand still | how often does he stop | how many breaks does she make | share of
pauses | how much of the clip is he motionless | what part of the time is she still | how much time is spent resting |
percentage of time without motion | how long are the pauses | how much idle time is there""",
    "tempo": """what is the tempo | what tempo does the movement have | give me the tempo | how fast is the rhythm |
rhythm in hz | beats of the movement per second | movement frequency""",
    "regularity": """how regular is the movement | how even is the rhythm | how steady are the steps | how constant is
the rhythm | regularity as a number | how rhythmic is it | how evenly does he step""",
    "smoothness": """how smooth is the motion | how jerky is the motion | smoothness as a number | give me the
smoothness | degree of jerkiness | how fluid are the movements | measure the smoothness | how flowing is it |
jerkiness value""",
    "acceleration": """how much acceleration is there | how abrupt are the movements | how strong is the acceleration
| how forceful are the gestures | acceleration of the hands""",
    "body_expansion": """how much space does the body take | how big does he make himself | how expanded is the
posture | how open is the posture | openness as a number | how much room does the posture take up | how compact is the
posture | degree of openness""",
    "stance_share": """how long are the feet on the floor | what share of the time is a foot on the ground | ground
contact time | how much of the step is stance | duration of the stance phase""",
    "length of the clip": """how many seconds is the clip | how long does the video run | how long is this take | clip
length | duration please | how much time does the recording cover | how many seconds did you read | length of the
sequence in seconds""",
}
"""Quantity -> wordings."""

SIGN_VOICES: dict[str, str] = {
    "movement_speed high": """is he hurrying | is she in a rush | is the guy in a hurry or not | does it look rushed |
is the pace quick | does he move fast | is she quick | is he energetic | is there a lot of energy in it | is the
movement lively | are the movements brisk | would you call that hasty | would you call this fast | is she going
quickly | fast or slow | quick or slow movement | is the tempo high | high energy or low energy | is he agitated in
his movements | does she move with vigour | he's hurrying, right | looks rushed to me, true | is it a fast movement |
is it vigorous""",
    "movement_speed low": """is he slow | is she dragging herself | does he drag himself along | does it look
lethargic | is the pace slow | is she moving slowly | is he plodding | is she shuffling along | is he trudging | does
he look tired in the way he moves | does she seem exhausted by the way she moves | does he move without energy | is
there little energy in it | low energy | sluggish or not | would you call that slow | would you call this sluggish |
is she taking her time | is he dawdling | is the movement languid | is it a slow movement | he's rather slow, isn't he
| she moves slowly, true""",
    "smoothness low": """is it jerky | are the movements choppy | is the motion shaky | is he trembling | is she
shaking | are there jerks | is it stuttering | is the motion abrupt | are the movements uneven and jerky | would you
call it jerky | would you describe the movements as jerky | is the movement angular | is he twitching | smooth or
jerky | jerky or fluid | is it rough rather than smooth | is there tremor in the movement""",
    "smoothness high": """is it smooth | is the movement fluid | does she move gracefully | is it graceful | are the
movements flowing | does it flow | is the motion smooth or not | would you call it smooth | would you say the motion
is fluid | does he move smoothly | is it an elegant movement | fluid or jerky | soft flowing movements or not""",
    "acceleration high": """are the gestures forceful | are the arm movements abrupt | does he move with force | is
she hitting the air | is there force in the movement | are the movements powerful | are the arms flung around |
explosive movements | strong sudden moves | would you call the gestures sudden""",
    "acceleration low": """are the gestures soft | are the movements gentle | is he moving gently | does she move
delicately | careful movements | are the arms moved gently""",
    "pauses high": """does he stop in between | does she pause | are there pauses | are there breaks in the movement |
does she freeze | is he mostly still | is she motionless most of the time | does he hold still | does he hesitate in
the movement | is there any standing still | does it come to a halt | frozen posture or not""",
    "pauses low": """is he restless | is she fidgety | does he fidget | is she constantly moving | is he always in
motion | can he not keep still | does he never pause | nonstop movement""",
    "vertical_bounce high": """is there bounce in the walk | is the walk bouncy | is his step springy | does she
bounce | does she bounce when she walks | does he hop | does he bob up and down | are
the steps bouncy | is the body going up and down a lot | lots of bounce | a lot of up and down, isn't there""",
    "vertical_bounce low": """is the walk flat | is she gliding | is there hardly any bounce | does the body stay on
one level | does he move without bounce""",
    "head_pitch low": """is the head down | is her head lowered | does he lower his head | does she hang her head | is
he hanging his head | is the head drooping | is the head tilted down | is the head dropped | is his chin on his chest
| is the chin tucked | does she keep her head down | head down | head bowed | head down or up | is the head bent
forward | would you say the head is bowed | her head is lowered, right | his head hangs, doesn't it | is the neck bent
down""",
    "head_pitch high": """is the head up | is his head raised | does she hold her head high | is the chin lifted |
does he lift his chin | is the head held up | is the head tilted back | is the head thrown back | head up | head high
| does she carry her head high | is the head lifted | her head is up, right""",
    "head_movement high": """does the head move a lot | is she shaking her head | does he nod | is there nodding |
does the head bob | is her head moving around | does he turn his head a lot | is the head busy""",
    "trunk_lean high": """is he leaning forward | does she lean forward | is he bent forward | is she bending over |
is her back bent | is he hunched over | is she hunched | is he slouching | does he slouch | is she slumped | is he
stooped | does he stoop | is the trunk bent | is the trunk inclined | is the upper body tilted forward | is there a
lean in the trunk | is the back rounded | bad posture or not | would you call him hunched | would you say she leans
forward | slouchy posture | he leans, doesn't he | she is bent over, right | is the torso pitched forward""",
    "trunk_lean low": """is he upright | is she standing straight | is her back straight | is the posture upright |
does he hold himself upright | does he stand tall | is she sitting or standing straight | is the trunk vertical | is
the trunk erect | is the spine straight | upright or bent | straight back | good posture | would you call the posture
upright | he walks upright, right | does she lean back""",
    "trunk_twist high": """does the trunk rotate | is there a twist in the upper body | does she twist her torso | do
the shoulders rotate | does the upper body turn from side to side | is he turning his torso""",
    "body_sway high": """does he sway | is she swaying | does the body sway from side to side | is he wobbling | does
he stagger | is the balance poor | is he unsteady | is she unsteady on her feet | does she rock back and forth | is
there a lot of swaying | does he waddle""",
    "body_sway low": """is he steady on his feet | is the body stable | does she keep her balance | is the trunk quiet
| no swaying""",
    "shoulder_height low": """are the shoulders hanging | do the shoulders droop | are her shoulders dropped | droopy
shoulders | sagging shoulders | does he let his shoulders hang | are the shoulders relaxed and low | shoulders down
""",
    "shoulder_height high": """are the shoulders pulled up | are his shoulders up | shoulders up to the ears | is she
shrugging | does he shrug | are the shoulders tensed up | does she pull up her shoulders | raised shoulders | are the
shoulders hunched up""",
    "shoulder_opening low": """are the shoulders rounded | are the shoulders rolled in | are her shoulders pulled
forward | is the chest caved in | is the chest hollow | shoulders forward | closed chest""",
    "shoulder_opening high": """is the chest out | does he stick out his chest | is the chest pushed out | are the
shoulders pulled back | are his shoulders back | open chest | shoulders back | puffed chest | does she present her
chest""",
    "arm_expansion low": """are the arms close to the body | does she keep her arms close | are the arms pressed
against the body | are the arms tight to the sides | are the elbows tucked in | does he keep his arms to himself |
arms close or spread | arms held tight | is he hugging himself | are the arms wrapped around the body""",
    "arm_expansion high": """are the arms spread | does she spread her arms | are the arms held wide | are the arms
away from the body | does he open his arms | wide open arms | arms spread out""",
    "arm_swing high": """do the arms swing | does he swing his arms | is she swinging her arms much | are the arms
swinging widely | is there a big arm swing | lots of arm swing | strong arm swing | do his arms swing a lot when
walking | would you call the arm swing large""",
    "arm_swing low": """are the arms still while walking | do the arms hardly move | does he keep his arms still | is
there little arm swing | reduced arm swing | is the arm swing reduced | are the arms rigid | stiff arms | do the arms
not swing""",
    "hand_speed high": """are the hands fast | are the hands busy | does he gesture a lot | does she gesticulate | is
he waving his arms around | are the hands moving a lot | wild gestures | is there much gesturing | are the hands
active | does she talk with her hands""",
    "hand_speed low": """are the hands calm | are the hands at rest | are the hands hardly moving | does he keep his
hands still | no gestures | few gestures""",
    "elbow_flexion high": """are the elbows bent | are his arms bent | does she bend her arms | are the elbows flexed
| bent arms""",
    "elbow_flexion low": """are the arms straight | are the elbows stretched | does he keep his arms straight |
straight arms""",
    "knee_flexion high": """are the knees bent | does he bend his knees | is she walking with bent knees | does he
crouch | is she squatting | are the knees flexed a lot | bent knees | are the legs bent""",
    "knee_flexion low": """are the knees straight | are the legs straight | are the legs stiff | does he walk stiff
legged | straight legs | are the knees locked""",
    "step_length high": """are the steps long | does she take long strides | is he taking big steps | big steps |
large strides | is the stride long | are the strides long | wide steps forward""",
    "step_length low": """are the steps short | does he take tiny steps | is she taking small steps | small steps |
short strides | is the stride short | is he shuffling | shuffling gait | does the patient shuffle""",
    "step_width high": """is the stance wide | are the legs apart | are his feet wide apart | is it a wide stance |
broad stance | does he walk with legs apart | wide based gait""",
    "step_width low": """is the stance narrow | are the feet close together | are the legs together | narrow stance |
does he place one foot in front of the other""",
    "cadence high": """are the steps quick | is the cadence high | does he make many steps | quick little steps |
rapid steps | is she stepping quickly""",
    "cadence low": """are the steps slow | is the cadence low | slow steps | does she step slowly | few steps""",
    "body_expansion low": """is he making himself small | does she make herself small | is the posture closed | is she
curled up | is he huddled | is he shrinking | does he shrink | does she withdraw into herself | is the body contracted
| closed posture | compact posture | closed or open posture | is he cowering | defensive posture | is she folding in
on herself""",
    "body_expansion high": """is he making himself big | does she take up much space | is the posture open | open
posture | expansive posture | does he take a lot of room | is the body spread out | does he show dominance by size |
does she make herself big | does he fill the space""",
    "travel_speed high": """does he cover ground quickly | is she getting along fast | is he walking fast | does she
walk quickly | brisk walk or not | fast walker | is he going fast""",
    "hand_to_head low": """does he touch his face | is a hand at the head | does she hold her head in her hands | are
the hands near the face | does he cover his face with his hands | is she scratching her head""",
    "hand_to_hip low": """hands on the hips | does he put his hands on his hips | are the hands close to the hips
""",
    "arm_symmetry high": """do both arms move alike | are both arms doing the same thing | are the arms in sync | do
the arms mirror each other | is the arm movement symmetrical | symmetric arms""",
    "arm_symmetry low": """do the arms move differently | is one arm doing more than the other | is the arm movement
one-sided | are the arms out of sync | asymmetric arm swing | does one arm move more""",
    "regularity high": """is the rhythm steady | is the walk regular | are the steps even | does he keep a steady
rhythm | is it rhythmic | is the gait even""",
    "regularity low": """is the rhythm uneven | are the steps irregular | does he limp | is she limping | is there a
limp | is the gait uneven | is it unrhythmic | does he stumble""",
}
"""Descriptor and direction -> wordings."""
