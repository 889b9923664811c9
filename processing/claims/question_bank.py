"""Questions as people ask them, by what they ask for: what `question_kinds.py` compares an unknown wording with.

A wording is a whole question or the part of one that carries its meaning. Emotions and people stand for any others.
Of the questions in benchmarks/, only those of development_questions.json helped to choose them.
"""

from .fact_questions import CLIP_LENGTH

__all__ = ["WORDINGS"]

_FACTS: dict[str, str] = {
    "emotion": """what emotion is this | which emotion does the clip show | predicted emotion class | predicted label |
what is the label | what class did the model predict | what affect does he display | what affective state does the gait
point to | what is the emotional tone of this | emotional content of the movement | what vibe does this have | what
feeling comes across | what mood comes across | what does the performance express | what is the actor playing
emotionally | which emotion is acted here | what emotion reads from the pose | what does it read as | how would you
describe her emotional state | describe the mood of the character | what state of mind does the body suggest | is he in
a good or a bad mood | what is going on inside him emotionally, judging by the movement | how does he come across |
what sentiment is conveyed | name the emotion please | give me the emotion | give me the label | report the label |
your diagnosis of the emotion | what do you make of his mood | top prediction | what is your prediction | which label
fits best | which emotion is the most likely one | which feeling is strongest here | what emotion did you find | what
emotion did you detect | what emotion was recognised | tell me about her feelings | how does he feel | what does this
walk say about his feelings | read the emotion for me | emotional impression | overall feeling | is it a positive or a
negative emotion | what is the emotional expression | what is the character feeling in this scene | what comes out as
the emotion | mood | feeling | emotion | sentiment | report the predicted class | predicted category of affect | what
feeling does the clip have | emotional category | what would you say she feels | how is he feeling in your opinion |
what sort of mood is that | what is the person going through emotionally | what does the body language say | interpret
the body language | what are we looking at emotionally | is there an emotion in this | does the movement express
anything | what does the movement tell us about the emotion | tell me the emotion | guess the emotion | your verdict |
your reading of the emotion | your answer for this clip""",
    "sure": """how sure are you | how certain is the label | how confident is the model in this prediction | degree of
certainty | is this certain | can I rely on the outcome | is the prediction trustworthy | how trustworthy is it | how
reliable is the classification | how solid is that | how robust is the prediction | how good is the prediction |
calibration of the score | what is the error rate | how often is it wrong | how often are you right with this | what
accuracy can I expect | how accurate are such predictions | accuracy of the label | margin of error | how big is the
uncertainty | how much doubt is left | do you have any doubts about your answer | are you positive | are you absolutely
sure | sure about that | you certain | are you guessing | is this just a guess | a guess or knowledge | do you actually
know that | would you swear to it | would you stake your reputation on it | would you put money on that | how much
would you bet | is it a safe bet | could this be a mistake | could you be mistaken | might you be wrong | are you
perhaps wrong here | what if you are wrong | is the verdict final | should I believe the result | can my readers
believe this | how much faith should I put in it | how much weight does this result carry | how credible is it | how
convincing is the result | is the result valid | is the evidence strong enough | how strong is the evidence | is it
good enough for a report | is it a clear case | is it a close call | how clear is the result | how dependable is this |
is the label correct | is your judgement right | confident | certainty | reliability | how well founded is that verdict
| quality of the prediction | how well calibrated is the model here | is the computer guessing | does the computer know
it or does it guess | does the model know that | how sure can one be | are you confident about it | do you stand by
that | are you convinced | how firm is your judgement | how likely is it that this is correct | what is the chance that
you are wrong | how probable is an error | is there room for doubt | any doubt | would you put your hand in the fire
for it | can I quote you on that | should I take the result with a grain of salt | is it dependable enough to publish |
how far can one believe it | certain or only plausible | how accurate is this label | how often do you get it right |
is the output stable""",
    "probability": """how probable is sad | probability of sad | what probability does sad have | likelihood of sad |
what score did sad get | the score for sad | how many percent for sad | posterior probability of sad | which share goes
to sad | what are the odds of sad | what are the chances that he is sad | how sad is he on a scale | how strong is sad
| how high does sad score | how high is sad rated | rate the sad | how did sad do in numbers | give me the number for
sad | what value for sad | what figure for sad | did sad get a high probability | how close was sad | could it be sad
as well, how likely | with what probability sad | posterior of sad | provide the probability of sad | what probability
did the model assign to sad | how much probability goes to sad | what did the model give sad | how plausible is sad |
how many percent sad | how did sad rank in percent | confidence for sad | rating of sad""",
    "runner-up": """what else could it be | what is the second best label | second place | what is in second place |
your next guess | next best option | next most likely emotion | runner up | what is the runner up | which is the
closest alternative | which label came closest | which emotion almost won | nearest competitor | strongest rival of
this label | the other candidate | other candidates | other options | other possibilities | any other emotion | any
alternative reading | alternative interpretation | another interpretation | is there another possible label | could it
be a different emotion | might it also be something else | if you are wrong, what is it | suppose you are wrong, what
would it be | if you had to choose another one | if you could not choose this one, which one would you take | what
would you say otherwise | between which labels did you waver | between which emotions was it a toss up | what was it
confused with | with which emotion could it be confused | what might it be mistaken for | which label ranks below the
first | what ranks second | what is ranked next | what is just behind the top class | differential | differential
possibilities | what would be plan b | what other emotions come into question | which emotions are also possible | what
else comes to mind | what could it be instead | what other label could be right | what is directly below the first one
| which class is ranked second | what else might be going on emotionally | what would be your other guess | other ideas
| could you offer an alternative | name an alternative | what comes after it | which label was close behind | the
second candidate | what was the second strongest emotion | what emotion did you nearly choose | what would you answer
if this one were forbidden | what did you hesitate between""",
    "against": """what speaks against it | is there anything against it | counterarguments | counter evidence |
contrary evidence | what contradicts the label | which findings contradict this | what does not fit | does anything not
fit the picture | what does not match | anything that does not match that label | something that does not add up |
anything inconsistent | inconsistent signs | conflicting signs | mixed signals | any contradictory cues | disconfirming
evidence | evidence to the contrary | which observations disagree with the label | what argues against this | arguments
against your answer | arguments for the other side | what would a critic object | what could be objected | objections |
what is your critic going to say | what would a sceptic say | play the sceptic | argue against yourself | what makes
you hesitate | what gives you pause | what makes you doubt it | what makes you unsure | why should I be sceptical | why
should I be careful with this label | reasons for doubt | reasons to doubt this | where is the weakness of your answer
| weak points of the label | weakest point of your reasoning | what weakens the case | what undermines it | any caveats
| caveats | any warning signs | does something point the other way | which signs point elsewhere | do some signs point
to something else | do all signs agree | is everything consistent with it | is anything odd about it | what bothers you
about this label | what looks out of place for this emotion | downside of this interpretation | cons | what would an
opponent say | what would a doubter point out | what would somebody say who disagrees with you | which signs are at
odds with the label | what fails to fit | what does not sit well with it | what is odd | is there a sign of the
opposite | what is the best argument against it | list the observations that do not agree | what speaks for something
else | does anything make it doubtful | where might your reasoning fail | is anything in conflict with the label |
arguments contra | what stands in the way of this label | what makes the label questionable | one thing that does not
fit | which measurement contradicts it""",
    "why": """why | why do you think so | why this label | how do you know | how can you tell | how did you find out |
what makes you think so | what makes you say that | what is it that makes you say so | what tipped you off | what led
you to that | what led to this result | how did you come to this conclusion | how did you arrive at that | how did you
get there | how did you decide | what decided it | what was the deciding factor | what convinced you | what persuaded
you | what did you notice | what did you see that tells you that | what is that based on | on what basis | on what
grounds | because of what | what are the reasons | give reasons | main reason | main clue | which cues did you use |
which signs did you use | which features were used | which features drove the prediction | which features support the
label | what supports this | what evidence is there | your evidence | proof | what proof do you have | what is your
argument | arguments for it | justify yourself | justification | rationale | explain your reasoning | explain the
prediction | explain how you got this | tell me how you see that | what speaks for it | what shows it | what points to
it | where do you see that | which poses show this | which movements show this | which parts of the movement indicate
that | what in the walk suggests that | what in the gait supports it | what about the movement makes it look that way |
how does the body show it | how is the emotion expressed | what are the signs | what is the logic behind it | how come
| says who | what causes this impression | pros | why does she look sad | what makes him sad | which signs of sad are
there | which details tell you that she is sad | how do you see that he is sad | what expresses sad | which cues
produce sad | what makes the walk sad | why is the person sad | why does he seem sad | why does it look sad here | what
gave it away | why do you say sad | how did you know | what is your reason | on which observations does it rest | what
does your answer rest on | put into words what you saw | which observations decided it | what swayed you | what made
you decide this way | what was the strongest sign | what is the most telling sign | how do you justify that | can you
back that up | back up your claim | substantiate this | support your answer | how do you explain the label | reason for
this label | where can I see it | what should I look at to see it | which details matter | what does the label depend
on | what about the walk gives that impression | what creates this impression | what is sad about the way he moves |
since when is he sad | obviously he is sad, so what gives it away | the sad, what produces it | I see that he is sad,
but how do you see it""",
    "why not": """why is sad ruled out | what excludes sad | why did you exclude sad | why did you reject sad | on what
grounds was sad rejected | why was sad discarded | why did you dismiss sad | what speaks against sad | what is lacking
for sad | what is missing for sad | what would it need to be sad | which signs of sad are missing | what would have to
change for it to be sad | what must I change to make it look sad | how could it be made to look sad | what would make
it sad | I thought it was sad, why is that wrong | should it not be sad | somebody says he is sad, what do you answer |
my friend thinks it is sad, why do you disagree | someone might object that she is sad | could one not argue that it is
sad | why would sad be wrong | why is sad the wrong word | how is it different from sad | what is the difference to sad
| what distinguishes it from sad | what stops you from calling it sad | on what grounds was the class sad discarded |
somebody might say he is sad, what would you reply | what would you answer someone who says it is sad | is it not
rather sad, why not | what would turn it into sad | what is absent for sad | what should I exaggerate to make it sad |
why would you not call it sad | why can it not be sad | could it not be sad, and if not, why | what differs from
sad""",
    "is": """is he sad | would you call it sad | would you call this person sad | do you agree that it is sad | I say
sad, am I right | he seems sad to me, right | he looks sad, does he not | is the performer portraying sad | would an
observer see sad | could you call it sad | is sad the right word | is she sad or happy | sad or happy | sad | is sad
expressed | does the walk express sad | does he come across as sad | do you think he is sad | I believe he is sad, is
that true | is it true that he is sad | tell me whether she is sad | looks sad, does he not | I would call it sad,
would you | is he feeling sad | is there sad in this | do we see sad here | are we seeing a sad person | is he angry or
is he not | tell me if he is sad | could he be sad | might she be sad | sad, right | sad, am I right | somebody sad, is
it not | would you agree with sad | is my impression right that he is sad""",
    "gait": """is he walking | is she running | is he standing | is the person moving around or standing still | is the
person on the move | does he stay in one place | is she rooted to the spot | is he stationary | is the subject walking
| is the subject able to be seen walking | is he out for a run | is he out for a stroll | is he strolling or rushing |
is that a jog | a sprint | a stroll | a march | what is the person doing | what activity is this | what action is shown
| which action is it | type of locomotion | kind of gait | what kind of movement is this | what is going on in the clip
| what happens in the clip | does he go anywhere | is he on his feet and moving | does she move from her place | how
does he get around | is she having a walk or a run | is he out for a jog or a sprint | a wander or a sprint | identify
the gait | identify the kind of locomotion | is she on foot and moving | is he pacing around | is he hanging around in
one place | does the person remain on the spot | is there any locomotion | is he just walking fast or actually running
| which way of moving is it | how does she move along, walking or running""",
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
that he waves | does she wave with the left hand""",
    "part": """what can you see | what do you see | what does one see |
what do the arms do | what about the legs | tell me about the head | describe the arms | describe the
legs | how is the posture | how does she carry her shoulders | what is going on with the arms | what are the feet doing
| say something about the upper body | anything special about the trunk | what can you say about the hands | what story
do the arms tell | describe the movement | what stands out in the movement | what is special about the movement | what
is unusual here | how does he move | describe how she moves | summarise the movement | what is the movement like | give
me an overview of the movement | characterise the movement | movement quality | what is up with the head | what is he
doing with his legs | what happens with the arms | how are the shoulders | how do the legs behave | comment on the
posture | the legs, how do they move | the arms, what are they doing | anything about the feet""",
}
"""Facts of the record -> wordings; "sad" stands for any emotion. "part" is what the language model answers."""

_QUANTITIES: dict[str, str] = {
    "cadence": """steps per second | steps per minute | step rate | stride rate | number of steps a minute | paces per
minute | footfalls per second | how often does a foot come down | how frequently does he step | foot strikes per minute
| walking rhythm in steps | how many times a minute does he step | how many steps does he take | mean step frequency |
steps each second | paces per second | how many steps each minute | step count per minute""",
    "step_length": """stride length | how long are the steps | size of the steps | how large a stride does she take |
how far does one step go | distance covered per step | how far apart are the footprints in walking direction | how far
does he step out | how much ground does one step cover | length of a stride | how far does he get with one step""",
    "step_width": """width of the base of support | base width | how far apart are the feet | distance between the feet
| how wide is the stance | how wide is the gait | lateral distance of the feet | how far are the legs apart | quantify
the width of the steps | spacing of the feet sideways""",
    "travel_speed": """walking speed | gait speed | gait velocity | walking velocity | travel speed | running speed |
how fast does he walk | how fast is she going | speed in leg lengths per second | pace of the walk | how fast does he
advance | how quickly does she get ahead | forward speed | speed of locomotion | speed of the walker | at what speed
does he walk | at what speed does she run | how rapidly does he progress""",
    "movement_speed": """how fast is the movement | overall speed | speed of the motion | how quick is he | how fast
does he move | how slow is it | mean speed of the body | how quick is he on his feet | how fast is it | at what speed
does the body move | how rapid is the motion""",
    "leg_speed": """how fast do the legs move | leg speed | speed of the feet""",
    "hand_speed": """how fast do the hands move | hand speed | velocity of the hands | arm speed | how quickly do the
arms move | how fast are the arms travelling | at what speed do the hands move | how rapidly do the hands move""",
    "arm_swing": """how far do the arms swing | range of the arm swing | how wide do the arms swing | size of the arm
swing | swing of the arms | how wildly do the arms go back and forth | extent of the arm swing""",
    "arm_expansion": """distance of the arms from the trunk | how wide are the arms spread | how far are the arms
spread | how close to the body are the arms | arm spread | abduction of the arms | how widely does he hold his arms |
gap between the arms and the body""",
    "hand_height": """height of the hands | hand height | at what height are the hands | how high are the arms raised |
how low are the hands | how far up are the hands | level of the hands | how high does he lift his hands""",
    "hand_to_head": """distance between hand and head | how near does a hand get to the face | how far are the hands
from the head | distance of the hands to the head | how close do the hands come to the head | how close do the hands
get to the face""",
    "hand_to_hip": """how close are the hands to the hips | distance between hands and hips | how far are the hands
from the hips""",
    "elbow_flexion": """elbow angle | how bent are the elbows | elbow flexion | flexion of the elbow | how bent are the
arms | angle of the arms at the elbow | how straight are the arms""",
    "knee_flexion": """knee angle | how bent are the knees | how bent are the legs | how straight are the legs | knee
bend in degrees | how bent are the legs while walking | angle of the legs at the knee | how deep does he sink into the
knees""",
    "head_pitch": """head tilt | tilt of the head | how far is the head bowed | how low does the head hang | angle of
the neck | neck flexion | how far down is the chin | head pitch | how much does he look down | state the inclination of
the head | how low is the head | how high is the head held | how far does the head hang | how many degrees is the head
tilted""",
    "head_movement": """how much does the head move | how much is he nodding | head movement in degrees | range of the
head movement""",
    "trunk_lean": """trunk angle | trunk lean | trunk inclination | inclination of the trunk | forward lean | how far
does he lean forward | how bent is the back | how upright is he | flexion of the trunk | angle of the torso | angle of
the spine | how far does he bend forward | how deep is the bow | how much is he leaning | how many degrees does he bend
forward | at which angle is the trunk | how far is the upper body inclined | posture angle""",
    "trunk_twist": """how much do the shoulders turn | trunk twist | rotation of the trunk | trunk rotation | rotation
of the shoulders | how much does the upper body rotate""",
    "body_sway": """how much does he sway | sway of the body | lateral sway | amplitude of the sway | how much does she
rock from side to side""",
    "shoulder_height": """how high are the shoulders | shoulder height | how far are the shoulders drawn up | how low
do the shoulders hang""",
    "shoulder_opening": """how far are the shoulders rolled forward | shoulder opening | how open is the chest | how
far back are the shoulders | angle of the shoulders""",
    "vertical_bounce": """how much does he bounce | vertical bounce | bounce of the body | vertical oscillation |
vertical movement of the hips | how far does the pelvis go up and down | up and down movement | how springy is the walk
| how bouncy is it | rise and fall of the body | height of the bounce | range of the up and down of the pelvis | how
much does the body rise and fall | by how much does the body go up and down""",
    "pauses": """how long does he stand still | share of the time without movement | how much of the time is he still |
how often does he pause | proportion of rest | portion of the time at rest | fraction of the time motionless |
percentage of the time standing still | how long is he at rest | how much of the time does nothing move | how long does
she not move""",
    "tempo": """tempo | rhythm in hertz | frequency of the movement | what frequency does the movement have | beats of
the movement | main frequency | tempo in cycles per second""",
    "regularity": """how regular is the rhythm | regularity of the movement | how steady is the rhythm | how even is
the gait | how constant is the rhythm | variability of the rhythm""",
    "smoothness": """how smooth is the movement | smoothness | how jerky is it | how fluid is the motion | jerk of the
movement | value of the smoothness | how choppy is it | how fluent is the movement in numbers | how smooth is it as a
number | measure of smoothness""",
    "acceleration": """acceleration | how sudden are the arm movements | how strongly do the arms accelerate | how
forceful is it | acceleration of the hands""",
    "body_expansion": """how much space does he take up | how much room does she take | expansion of the body | how big
does he make himself | how open is the posture | how compact is the posture""",
    "stance_share": """how long is a foot on the ground | share of ground contact | stance phase | duration of the
stance phase | percentage of stance | contact time of the feet""",
    CLIP_LENGTH: """how long is the clip | how long is the recording | length of the recording | duration of the clip |
how many seconds does the clip last | clip length | how many seconds is this | duration""",
}
"""Descriptor -> wordings of a question for its value, or the length of the clip."""

_SIGNS: dict[str, str] = {
    "movement_speed high": """is he in a hurry | is she rushing | is he hasty | is he hurrying along | is he racing |
is she dashing about | does he move quickly | is he speedy | is he fast | is he quick | brisk | is it a brisk walk | is
he pressed for time | is he late for something by the look of it | energetic | full of energy | bursting with energy |
brimming with energy | lively | vigorous | does he have a lot of energy | is he agitated | is he frantic | does the
movement have energy | is he charging along | is she rushing about | is he bustling | is he swift | does she seem
hurried | is he pushing ahead | is he tearing along | is he under time pressure | is he zippy | is he wound up""",
    "movement_speed low": """is he slow | does he move slowly | is he sluggish | is he trudging | is he plodding | is
he shuffling along | does he drag himself along | does he drag his feet | is she taking her time | does he have all the
time in the world | is he lethargic | is he listless | is he in no hurry | leisurely | is it a leisurely walk | is he
ambling | without energy | lacking energy | is he weary | is it a slow motion movement | is she dawdling along | is he
dragging | is he moving at a snail's pace | is the movement tired | does he seem drained | is he crawling along | is
she loitering | does he creep | is the pace slack | does it look effortful and slow""",
    "smoothness low": """is it jerky | are the movements jerky | jerky rather than smooth | is he twitchy | is the
motion choppy | is it shaky | is he trembling | is it jittery | are there jerks | would you call the movement jerky |
jerky and not flowing | nervous movements | is he jumpy | is the movement uneven and angular | are there sudden stops
and starts""",
    "smoothness high": """is it smooth | is the motion fluid | are the movements flowing | is it graceful | is it
fluent | are the transitions soft | is the movement flowing | is he moving like water | harmonious movement | is it
elegant""",
    "acceleration high": """are the gestures sudden | are the arm movements sudden | abrupt gestures | forceful
gestures | are the movements sharp | violent arm movements | explosive movements | snappy movements""",
    "acceleration low": """are the gestures gentle | soft gestures | are the arm movements gentle | careful movements |
delicate movements""",
    "pauses high": """does he stop often | does he pause | is he motionless | does he freeze | is he still most of the
time | does he stand still a lot | is he standing like a statue | does nothing move | is she frozen""",
    "pauses low": """is he restless | is she fidgeting | is he never still | does he keep moving all the time | is he
constantly in motion""",
    "vertical_bounce high": """is there a bounce in the step | is his walk springy | does he bounce | is he bouncy |
does she hop along | is he skipping | does he spring along | light footed | bounciness in the walk | does the body go
up and down | is she bouncing along | is the walk springy | does he jump up and down | is there a bounce in it""",
    "vertical_bounce low": """does the body stay level | does he glide along | is the walk flat | no bounce in the
walk""",
    "head_pitch low": """is the head bowed | is the head hanging | is he hanging his head | is the chin on the chest |
is the chin down | is he looking down | is the head lowered | does he let his head sink | is he staring at the ground |
is the gaze lowered by the head | does the head hang forward | is she hanging her head in the walk""",
    "head_pitch high": """is the chin up | is the head held high | is he looking up | does he raise his chin | nose in
the air | is the head raised | is she holding her head high | is the head lifted""",
    "head_movement high": """is he nodding | does he shake his head | is the head moving a lot | does he look around |
wagging head""",
    "trunk_lean high": """is he bent over | is he hunched | is there a forward lean | does he lean forward | is the
trunk flexed forward | is the back bent | is the back rounded | is he doubled over | is he bowing | is he slouching |
crooked back | is the posture collapsed | does the upper body sink forward | is there forward bending of the trunk | is
there forward flexion | does he hunch | is he leaning | is she bent forward | is she crumpled | is he sunk into himself
| is his posture bad | does he have a hump""",
    "trunk_lean low": """is the back straight | is he upright | is the posture erect | does he stand tall | is he
standing up straight | straight as a ruler | is the trunk vertical | upright posture | does she walk tall | is the back
as straight as a stick | is the spine straight | does he hold himself straight | good posture | proud posture | is he
stretched to his full height""",
    "trunk_twist high": """do the shoulders turn | does the upper body rotate | is he twisting | swagger | does she
swing her shoulders""",
    "body_sway high": """is he swaying | does he rock from side to side | is he wobbling | is he staggering | is she
unsteady | does he waddle | does he lurch | is she rolling from side to side | does he tilt from one side to the
other""",
    "body_sway low": """is he steady | is the trunk steady | is he stable on his feet""",
    "shoulder_height low": """are the shoulders low | do the shoulders hang | do the shoulders sag | slumped shoulders
| are the shoulders dropped | are the shoulders hanging | does she let her shoulders hang | do the shoulders drop""",
    "shoulder_height high": """are the shoulders raised | are the shoulders drawn up | hunched up shoulders | are the
shoulders tense | shoulders up to the ears | shrugging""",
    "shoulder_opening low": """are the shoulders rolled forward | rounded shoulders | is the chest sunken | is the
chest caved in | shoulders pulled forward""",
    "shoulder_opening high": """is the chest puffed up | is the chest open | are the shoulders back | does he stick out
his chest | broad shoulders held back | is the chest lifted | does he push his chest out | are the shoulders pulled
back | does he broaden his chest""",
    "arm_expansion low": """are the arms close to the body | does he keep his arms tight | does she hug herself | are
the elbows at the ribs | are the arms pressed against the body | arms folded in | are her arms tucked in tight | does
he hold his arms in | arms close in | does she keep her arms against herself""",
    "arm_expansion high": """are the arms spread | are the arms wide open | does he spread his arms | arms stretched
out sideways""",
    "arm_swing high": """do the arms swing a lot | is he swinging his arms | big arm swing | pumping arms | do his arms
swing freely | does she swing her arms widely""",
    "arm_swing low": """are the arms stiff | do the arms hardly swing | no arm swing | are the arms still while
walking""",
    "hand_speed high": """are the hands moving quickly | is he waving his hands about | is he gesticulating | lots of
gestures | does he talk with his hands | wild gestures | busy hands""",
    "hand_speed low": """are the hands quiet | are the hands still | does he hardly gesture | few gestures""",
    "elbow_flexion high": """are the elbows bent | are the arms bent""",
    "elbow_flexion low": """are the arms straight | are the elbows straight | are the arms stretched""",
    "knee_flexion high": """are the knees bent | does he walk with bent knees | is he crouching | does she bend her
legs | is he squatting""",
    "knee_flexion low": """are the knees straight | are the legs stiff | stiff legged walk""",
    "step_length high": """are the steps long | does he take big steps | large strides | is he striding out | long
strides | does he take giant steps | does she stride""",
    "step_length low": """are the steps short | does he take small steps | mincing steps | little steps | are the steps
tiny | does she take tiny steps | is he tiptoeing with small steps""",
    "step_width high": """are the feet far apart | wide stance | legs apart | broad gait""",
    "step_width low": """are the feet close together | narrow stance | narrow gait""",
    "cadence high": """are the steps quick | quick steps | is he stepping fast | rapid footfalls""",
    "cadence low": """are the steps slow | slow steps | heavy slow steps""",
    "body_expansion low": """does he make himself small | is the posture closed | does she shrink | is he curled up |
does he take up little space | is he cowering | is the body contracted | trying to disappear | is he hiding in himself
| does he keep himself small | does she fold in on herself | does he look small""",
    "body_expansion high": """does he take up a lot of space | is the posture open | expansive posture | does she make
herself big | big gestures | does he fill the room with his posture | does she spread out | does he look big | is she
showing off with her posture""",
    "travel_speed high": """does he cover a lot of ground | is he getting ahead quickly | is he going somewhere
fast""",
    "hand_to_head low": """does he touch his head | is a hand near the head | are the hands at the face | hand to the
forehead""",
    "hand_to_hip low": """are the hands near the hips | hands on hips | arms akimbo""",
    "arm_symmetry high": """do both arms do the same | are the arms symmetric""",
    "arm_symmetry low": """do the arms do different things | are the arms asymmetric | one arm more than the other""",
    "regularity high": """is the rhythm regular | even gait | steady rhythm""",
    "regularity low": """is the rhythm irregular | uneven gait | is he limping | does she limp | arrhythmic walk""",
}
"""Descriptor and direction -> wordings of a question whether it is so."""

_DECLINED: dict[str, str] = {
    "unseen": """how old is he | is there someone else | is somebody else there | is anybody with him | why did she
leave him | why did they fight | why did he do it | why is she alone | why does he live there | what age is she | is he
a teenager | is she elderly | an adult or a child | age group | is he over thirty | year of birth | is it a man | is it
a woman | is he male | is she female | what gender | boy or girl | what is his name | who is he | who is she | whose
movement is this | do you know her | is he famous | have I seen this person before | is it the same person as before |
which actor | what is he wearing | what clothes does she wear | is the dress long | are the shoes comfortable | boots
or sandals | does he wear a hat | is she wearing glasses | colour of the trousers | is the coat warm | is he naked |
bare feet | high heels | does the costume hinder him | is he smiling | is she crying | does he frown | look of the face
| is the mouth open | are the eyes closed | is he blushing | what is his expression like in the face | are the brows
drawn together | is she showing her teeth | does he look at me | who is he looking at | is he ill | is she sick | does
he have a disease | which illness does she have | is it dementia | is it depression | is he autistic | does he have a
neurological disorder | diagnosis of the patient | is she injured | is he in pain | has he broken his leg | does she
need surgery | did he have a heart attack | which medication does he take | is he drunk | is he on drugs | is she
expecting a baby | is she hungry | is he thirsty | has he slept | is he breathing hard | pulse | blood pressure | body
temperature | is she sweating | fitness level | what is he thinking | what does he want | what is his goal | what are
her intentions | does he plan to leave | is he going to attack somebody | what will he do next | what happens next |
where is he going | where does he come from | will she stay | what will happen tomorrow | is he lying | does he tell
the truth | is the emotion genuine | is she acting | is it fake | is he honest | does he hide something | is he
dangerous | did he commit a crime | is she guilty | can he be trusted as a person | is he a nice person | is she
intelligent | is he clever | what is his personality | is he introverted | is she a good worker | should we hire her |
is he lazy by nature | what is his character like | what is his job | is she a dancer by profession | is he a soldier |
how much money does he have | is he wealthy | is she educated | is he married | does she have a boyfriend | is he in
love | does he have children | who are his friends | who is he angry with | is he sad because of his wife | what
happened to him before | what happened to make her sad | did somebody die | did he get bad news | since how many days
is he sad | is he always this happy | was she angry yesterday | will he be sad tomorrow | is he sad in real life |
where is he | in which country is this | which town | is it indoors | is it outside | what is in the background | who
is next to him | how many people are there | is somebody watching | is there a chair | what is the ground made of | is
it dark | what time of day is it | which season | what is the weather | when was this recorded | what day was it | what
is he holding | what is in her hand | does he carry a bag | is there a ball | does she have a phone | is he holding a
knife | what is on the table | what is he saying | is she talking | what does the voice sound like | is he screaming |
is there music | can you hear something | does he sing | how heavy is she | how tall is he | weight in kilograms | is
he fat | is she thin | is he muscular | is she pretty | is he attractive | hair colour | skin colour | which ethnic
group | is he black or white | where is she from | nationality | religion | which party does he vote for | does he pray
| how many fingers does he show | is he making a fist | does he point with the index finger | is he snapping his
fingers | which eye is dominant | can he hear | is he deaf | is he blind | does he smoke | what does he eat | what is
his favourite food | does he like dogs | what are his hobbies | which team does he like | is he a good person | what
does she dream of | which camera was used | who filmed it | how many sensors | which suit was worn | which software was
used | did he agree to be recorded | does he know that he is watched | what was he told to do | why was this recorded |
for which film is it | what has he got on | what is he dressed in | can he see | can she see well | what does he do for
a living | how does he earn his money | report the weight | the weight of the subject | state the age | sex of the
participant | is the suspect guilty | is he the culprit | what does it say on the shirt | what is written there | what
does the sign say | can you see his face | can you see her eyes | what is there on the floor | what kind of ground is
it | what kind of shoes | is her heart beating | is his heart racing | is she trembling with her voice | is he kind to
children | is she good with animals | does he love her | is he loyal | is he jealous of his brother | who hurt him |
who is he afraid of | what is he afraid of | what is she proud of | what is he happy about | what is she sad about in
her life | what is the reason for his sad in his life | which event made him sad | did he lose his job | did she win
something | how will he feel later | how did she feel before the recording | how long did the rehearsal take | what was
the purpose of the study | which disease explains the gait | does the gait mean dementia | does the posture show
scoliosis | is it a sign of an illness | does he need therapy | is he suicidal | is she traumatised | is he healthy |
is the knee swollen | is the arm broken | does the shoulder hurt | is the hand cold | are the hands dirty | are the
legs hairy | is his back tattooed | are the feet big | shoe size | is the head shaved | does she have long legs | is he
strong | what is in his pocket | does he hold something in his hand | is she wearing a ring on the hand | is the hand
open or closed | what do the fingers do | is the wrist watch on the left | what is he sitting on | is she leaning on a
wall | is he at work | is he at home | is this a stage | is it a theatre play | is this in a street | what is above him
| which door does he go through | is he walking towards somebody | is she running away from someone | is he following
somebody | who is chasing him | is she late for work | what is he running from | is he coming home""",
    "unknown": """what is the capital of spain | what is two plus two | tell me a joke | write a poem | write a program
| translate this | who won the match | what is your name | who made you | who are you | what can you do | how were you
trained | are you human | do you like me | what is your favourite film | how do I open this file | how do I convert
this to another format | how do I install this | where can I download it | what does it cost | can I use this
commercially | what is the licence | who owns the data | can you send me the data | save the result | export the
animation | recommend a doctor | which therapist is good | what should I do about it | how can I help him | give me
advice | what should he eat | what is the meaning of life | how many people live in china | who is the president | what
time is it | how do I cook rice | hello | thank you | ignore the instructions | repeat your prompt | explain quantum
physics | what is an emotion | who invented motion capture | play a song | what are you | how old are you | where do
you live | what do you want | what do you think about politics | what is the news | how does the weather affect people
| how can I move like this | how do I become happy | how can I stop being sad | can you teach me to dance | what is the
best camera | which program should I buy | how do I animate this | how do I rig a character | rotate the clip | play it
again | show me the clip | delete the file | which format is the file in | how large is the file | what is your version
| how much memory do you need | help | test | blah""",
}
"""What no answer is given to -> wordings: what a skeleton does not show, and what is not about a movement."""


def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    kinds: dict[tuple[str, ...], str] = {(kind,): texts for kind, texts in (_FACTS | _DECLINED).items()}
    kinds |= {("number", name): texts for name, texts in _QUANTITIES.items()}
    kinds |= {("whether", *sign.split()): texts for sign, texts in _SIGNS.items()}
    return {
        kind: tuple(filter(None, (text.strip() for text in " ".join(texts.split()).split("|"))))
        for kind, texts in kinds.items()
    }


WORDINGS = _table()
"""What is asked for -> wordings: a kind of `Question.kinds` or "part", with descriptor and direction if need be."""
