"""Questions as people ask them, by what they ask for: what `question_kinds.py` compares an unknown wording with.

A wording is a whole question or the part of one that carries its meaning. Emotions and people stand for any others.
Of the questions in benchmarks/, those of development_questions.json and of independent_development_questions.json
helped to choose them. Those of `question_voices.py` and of its neighbours were written in the voices of other people.
"""

from .question_bank_declined import DECLINED_WORDINGS
from .question_bank_measured import MOVEMENT_WORDINGS, QUANTITY_WORDINGS, SIGN_WORDINGS
from .question_voices import FACT_VOICES
from .question_voices_declined import DECLINED_VOICES
from .question_voices_measured import MOVEMENT_VOICES, QUANTITY_VOICES, SIGN_VOICES

__all__ = ["WORDINGS"]

_FACTS: dict[str, str] = {
    "emotion": """what emotion is this | which emotion does the clip show | predicted emotion class | predicted label |
what is the label | what class did the model predict | what affect does he display | what affective state does the gait
point to | what is the emotional tone of this | emotional content of the movement | what vibe does this have | what
feeling comes across | what mood comes across | what does the performance express | what is the actor playing
emotionally | which emotion is acted here | what emotion reads from the pose | what does it read as | how would you
describe her emotional state | describe the mood of the character | what state of mind does the body suggest | is he in
a good or a bad mood | what is going on inside him emotionally, judging by the movement | how does she feel inside |
how does he come across |
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
your reading of the emotion | your answer for this clip | what emotion do we have here | sum up in one word how the
person comes across | how does this person come across emotionally | how does the patient come across | in a single
word, what is the mood | what would you call this emotion | put a name to the feeling | what state is he in | what kind
of state is she in emotionally | what frame of mind is he in | what spirits is he in | which mood does the software
read from the movement | which mood did the program pick up | which emotion does your system see | what does the
computer think he feels | what does the model make of this clip | what did the model come up with | what did it come
out as | what is the outcome of the analysis | what is the result | so what is it then | what is she feeling | so what
is he feeling | what is she going through | what is the mood like | what is up with him emotionally | how is she doing
emotionally | what kind of emotion is on display | what emotional state would you put him in | what would you label
this | how would you label this clip | what tag did it get | what category did it land in | which of the emotions is it
| which of your labels applies | which label wins | what came out on top | what is your best guess | best guess for the
emotion | your first choice | what is the top label | tell me what he is feeling | what feeling is he giving off | what
is the atmosphere of the movement | what is the dominant emotion | primary emotion | main emotion here | how would you
characterise her affect | emotional state of the subject | what do you think is the feeling behind it | read of the
mood | state the emotion | what have we got here emotionally | is there a feeling you can name | say what emotion you
see | what do you read in this movement | what is the emotional reading | what does his walk give away about his mood |
which emotion should I write down | what do I put down as the emotion | I need the emotion for my table | what did you
classify this as | how was this clip classified | what has it been classified as | how did you label this clip | what
is the vibe | what kind of vibe does he give off | which emotion comes out of your analysis | what emotion are we
dealing with | what is the emotional temperature here | how would you sum up his mood | tell me what the emotion is
supposed to be | what am I supposed to read into this | what feeling do you get from this | what would you say the mood
is | how does she seem to you | how does he seem | what impression does he make emotionally | what is your impression
of his mood | what does the clip express | what does it express | tell me the mood | mood please | emotion please |
label please | the verdict please | what is the verdict | what is the final answer | what has the program decided |
what did the analysis find | what does your analysis say | give me the headline | in short, what does she feel | in a
nutshell, what is he feeling | what word would you use for her mood | one word for the mood | if you had to name the
emotion | what emotion would you name | which emotion would you pick | which emotion do you pick | which one is it |
what kind of feeling is being shown | what feeling is being portrayed | what is being portrayed here emotionally | what
is the actor trying to show | what emotion was the performer asked to show | what is the inner state | what is her
emotional condition | what is this person's emotional state | can you tell what the person feels | can you tell how he
feels | do you know how she feels | any idea what he feels | any idea about the emotion | got an emotion for me | is
there an emotion""",
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
is the output stable | how far can I trust it | can I bank on it | would you bet money on it | is it a coin toss | is
it a coin flip or a safe bet | fifty fifty | would you risk money on it | is this solid or shaky | is it reliable or
shaky | how shaky is it | is that a firm answer | how much should I trust this label | how seriously should I take this
| would you stand by it | would you defend it in court | would this hold up | does it hold water | can I put this in a
report | can I base a decision on it | should I act on this | is it safe to use this | is it safe to assume this is
right | what are the odds you are right | how likely are you to be right | how likely is the label to be wrong | what
probability stands behind the verdict | what is the probability of the label | give me the confidence | confidence
value | confidence in per cent | with what confidence do you say that | what percentage did the top label get | how
strong is the prediction | is it a strong or a weak guess | was it a clear win | was it a narrow win | is it borderline
| was it a tight decision | how decisive was it | how clear cut is it | are you making this up | is that a wild guess |
educated guess or fact | is it just a hunch | how much of a gamble is it | on a scale from one to ten how sure | how
confident should I be | could the label be off | might the label be wrong | is there a chance it is wrong | chance of a
mistake | how error prone is this | how often does this fail | track record of such labels | is the machine certain |
does the algorithm have doubts | is the program sure of itself | you sure about this one | really sure | hundred
percent sure | is that definite | beyond doubt | can a clinician rely on it | can we rely on this for a study | is it
conclusive | how tentative is the label | is it more than a guess | how good is your guess | how much confidence do you
have in that | how much can one trust the software here | should I trust the machine | is the computer right about this
| do you have much faith in this label | how well supported is it | is there a lot of uncertainty | how uncertain is it
| what is the level of certainty | how clear is the case | is this a confident call | is it a clear call | how safe is
the label | would you stick to that answer | would you change your answer if asked again | do you still think so | how
much would you stake on it | is that your final answer | is this watertight | are you guessing or do you know | a shot
in the dark | is it a shot in the dark | how good are the odds | is that a strong claim | how strong a claim is that |
can I take your word for it | should I take this at face value | can I take it at face value | do you trust your own
label | how much do you trust it | is your certainty high or low | high or low confidence | how likely is the top label
| what probability does the top label have | how many percent for the top label | confidence in numbers | give me a
number for your confidence | put a number on your certainty | how sure is sure | is it any good | any good | is the
answer any good | is this just noise | could this be chance | could that be a fluke | is it a fluke | how stable is
that label | is that rock solid | iffy or solid | is it a bit iffy | dodgy or dependable | is that label dodgy | can it
be trusted or is it iffy | is it worth anything | what is it worth | how much is the label worth | may I quote this
with confidence | good enough to publish""",
    "probability": """how probable is sad | probability of sad | what probability does sad have | likelihood of sad |
what score did sad get | the score for sad | how many percent for sad | posterior probability of sad | which share goes
to sad | what are the odds of sad | what are the chances that he is sad | how sad is he on a scale | how strong is sad
| how high does sad score | how high is sad rated | rate the sad | how did sad do in numbers | give me the number for
sad | what value for sad | what figure for sad | did sad get a high probability | how close was sad | could it be sad
as well, how likely | with what probability sad | posterior of sad | provide the probability of sad | what probability
did the model assign to sad | how much probability goes to sad | what did the model give sad | how plausible is sad |
how many percent sad | how did sad rank in percent | confidence for sad | rating of sad | how does sad score | what did
sad score | where does sad rank | how far off was sad | what is the share of sad | how much sad is in it | how much of
it is sad | is there some sad in it, how much | percentage of sad | what are the odds of it being sad | how likely
would sad be | how likely is it that he is sad | chances of sad | what weight did sad get | the figure for sad please |
numbers for sad""",
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
if this one were forbidden | what did you hesitate between | what is your second choice | who came second | what came
in just behind the winner | what came in behind it | which emotion was close behind | how close was the second | by how
much did it win | margin to the second | how big is the gap to the next one | what else was in the running | what else
was on the cards | what was the other contender | it could be something else too, which | what else might fit | which
other label fits | what other label would fit nearly as well | what would you switch to | if this is wrong which
emotion is it | if you turn out to be wrong what is it most likely instead | if not this, then what | if it is not
that, what is it | your backup answer | fallback label | silver medal | number two | number two on the list | the next
one on your list | what is next in line | what nearly won | what was nearly chosen | the emotion that lost narrowly |
what could I confuse it with | easily mistaken for what | what might somebody else see in it | is there a close second
| any competing emotion | any rivals | what is the competition | what is the most plausible alternative | alternative
explanation | could one read it differently | how else could one read this | how else might it be interpreted | what
else did you consider | which others did you consider | what were you torn between | torn between what | besides that,
what else is likely | apart from that what is likely | name the top two | top three labels | ranking of the emotions |
rank the emotions | what are the other scores | scores of the others | which emotion would be the next guess | second
most likely | second best | what would you pick second | what was second in line | who took second place | which
feeling lost by a whisker | which one just missed out | what just missed out on first place | which other feeling would
you not rule out | which other emotion is a possibility | what other mood could this be | is another emotion possible,
which one | say the first answer is wrong, what is left | if I told you that is wrong, what would you say next |
suppose the label is wrong, what then | what would have been the next best guess | what else was close | was anything
else close | which feeling came closest to winning | which emotion missed first place | who is the runner up | name the
runner up | and the second place | and after that | what comes second | what comes next in the ranking | the next most
probable one | next in probability | anything else it might be | might it be anything else | what else do you think it
could be | which alternative did you have in mind | what are the alternatives | which other feelings came close | give
me your plan b | if you were forced to pick another | if the first is off the table, what remains | say it is not the
first one, which one then | let us say you got it wrong, what is it really | if you got it wrong what would it be | if
your first guess were taken away | assume the label is mistaken, what is the next candidate | what would you fall back
on | what other label was considered | was there another strong candidate | who else was in the race | what else
competed | second opinion from yourself | what is your alternative hypothesis | second hypothesis | differential for
this emotion""",
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
fit | which measurement contradicts it | which measurements do not fit the conclusion | which measurements go against
it | which facts speak against it | which cues point away from it | what points away from it | is there anything in the
movement that makes you doubt the label | should anything make me doubt it | a reason to doubt | give me the counter
evidence | be the devil's advocate | play the devil's advocate | take the other side | argue the opposite | argue the
other side | make the case against | what is the case against it | what is the evidence against | the strongest
counterargument | contradictions | is there a contradiction | what contradicts this | what contradicts that | does
anything clash | what clashes with it | anything that does not sit right | what does not ring true | what looks wrong
for this emotion | what is unusual for this emotion | what is atypical for this emotion | untypical features | which
features are atypical of the label | what does not belong | what is out of character for it | which signs are missing
for the label | what would you expect to see but do not | what should be there but is not | anything to the contrary |
and on the other hand | what about the signs that disagree | what would make you change your mind | what could change
your mind | what weakens your answer | which observations weaken it | flaws in your reasoning | holes in your argument
| poke holes in it | what did you ignore | what evidence did you overrule | what counted against it | negative evidence
| minus points | reasons against | what are the reasons against it | doubts about the evidence | why is it not a
perfect match | why are you not completely sure | what keeps the score from being higher | what lowers the confidence |
what holds the confidence down | what tells against the verdict | which cues do not go along with it | does some of it
not fit | is there something that does not fit | which part of the evidence does not fit | which bits do not fit |
which findings go the other way | is anything at odds with it | is there any evidence pointing elsewhere | what pulls
in the other direction | does anything pull the other way | which cues pull in a different direction | what speaks for
the opposite | are there signs to the contrary | what would a doubter say | tell me what does not match | what is
inconsistent here | does the evidence conflict | is the evidence mixed | does the rest of the body agree | does
everything point the same way | does it all add up | what would not be expected of this emotion | are some cues pulling
against the label | which signals run counter to it | what runs counter to the label | what goes against the grain |
are there red flags | any red flags about the label | what would you hold against your own answer | is the case
watertight | what is the weakest link | which observations are hard to square with it | what is hard to square with
that | what is hard to reconcile with the label | what is difficult to explain with this label | what would a second
opinion point out | name something that does not fit | name one thing against it | one reason against it | a
counterexample please | is there counter evidence in the body | does some body part tell a different story | does any
part of the body tell another story | which part disagrees | what tells another story | does anything spoil the picture
| what spoils the picture | anything that should worry me about the label | what should worry me about the result |
what is the catch | where is the catch | anything fishy | what might a reviewer complain about | what would a reviewer
criticise | the evidence on the other side please | what was weighed against it | what did you have to overlook | are
there measurements you had to ignore | are there opposing cues | opposing evidence | signs against | cues against |
points against it | list what speaks against | list everything against it | what casts doubt on it | what casts doubt
on the label | what raises doubts | what makes this answer doubtful | is there something suspicious about the label |
does the evidence disagree anywhere | any disagreement among the cues""",
    "why": """why | why do you think so | why this label | how do you know | how can you tell | how did you find out |
what makes you think so | what makes you say that | what is it that makes you say so | what tipped you off | what led
you to that | what led to this result | how did you come to this conclusion | how did you arrive at that | how did you
get there | how did you decide | what decided it | what convinced you | what persuaded you | what did you notice | what
did you see that tells you that | what is that based on | on what basis | on what grounds | because of what | what are
the reasons | give reasons | which cues did you use | which signs did you use | which features were used | which
features drove the prediction | which features support the label | what supports this | what evidence is there | your
evidence | proof | what proof do you have | what is your argument | arguments for it | justify yourself | justification
| rationale | explain your reasoning | explain the prediction | explain how you got this | tell me how you see that |
what speaks for it | what shows it | what points to it | where do you see that | which poses show this | which
movements show this | which parts of the movement indicate that | what in the walk suggests that | what in the gait
supports it | what about the movement makes it look that way | how does the body show it | how is the emotion expressed
| what are the signs | what is the logic behind it | how come | says who | what causes this impression | pros | why
does she look sad | what makes him sad | which signs of sad are there | which details tell you that she is sad | how do
you see that he is sad | what expresses sad | which cues produce sad | what makes the walk sad | why is the person sad
| why does he seem sad | why does it look sad here | what gave it away | why do you say sad | how did you know | what
is your reason | on which observations does it rest | what does your answer rest on | put into words what you saw |
which observations decided it | what swayed you | what made you decide this way | how do you justify that | can you
back that up | back up your claim | substantiate this | support your answer | how do you explain the label | reason for
this label | where can I see it | what should I look at to see it | which details matter | what does the label depend
on | what about the walk gives that impression | what creates this impression | what is sad about the way he moves |
since when is he sad | obviously he is sad, so what gives it away | the sad, what produces it | I see that he is sad,
but how do you see it | on what grounds did it arrive at this emotion | which movement cues led to the label | which
cues brought you there | which measurements led to it | what in the data led to it | how did the machine reach this |
what made the computer say that | what makes him look that way | what makes it come across that way | why does it come
across that way | what is behind the label | what lies behind it | what is the reason behind it | what backs it up |
what do you base that on | where does that come from | where did you get that from | how so | why so | how come you say
that | why is that | why that one | why this emotion | grounds for the label | list your reasons | list the cues | list
the movement cues | list the evidence | which evidence supports the emotion | talk me through the reasoning | walk me
through it | break it down for me | spell out the reasons | defend your answer | defend the label | make the case for
it | convince me | how would you justify the label to a reviewer | justify the label | what should I say if I am asked
why | what can I quote as evidence | what clues are there in the movement | clues please | reasons please | what did
the body do to get this label | what does the body do that looks like that | what bits of the movement show it | which
aspects of the movement speak for it | which aspects of posture contributed | which measurements support the label |
which measurements count in its favour | what counts in favour of it | what pointed you to this emotion | how is this
emotion visible | how does one recognise it here | by what do you recognise it | how does it show | where does it show
| in what way does it show | what about her walk tells you | what is it about the way he moves | what is it in her
movement that makes her sad | what is it in the walk that looks sad | what makes her so sad | what is making him look
so sad | how can you tell that he is sad | how do you know that she is sad | how do you figure he is sad | how come she
is so sad | why so sad | why is the person so very sad | explain why he is sad | explain why the girl is so sad |
explain the sad | which signs tell you he is sad | what about it is so sad | where does the sad come from in the
movement | what is it that makes the poor man sad | I can see that she is sad, but what shows it | he is clearly sad,
what gives it away | what tells you that the woman is sad | how did you notice that he is sad | what is the explanation
| why did the model go for this | why did the program choose this | why did it choose that label | why was this emotion
picked | why was this chosen | how did the software work that out | how did you work that out | what is the thinking
behind it | what were you going on | what did you go by | what did you look at to decide that | what in the body made
you say so | what features did you rely on | what did you rely on | what is it about the movement | what evidence do
you have for that | what evidence from the movement backs the label | give me three reasons | show your working |
explain yourself | explain the decision | explain how the label came about | how did the label come about | what
explains the label | can you explain the result | what told you that | what tells you this | what told the program that
| so how did you get that answer | how was the label obtained | how is the label explained | what leads you to believe
that | what gave you that idea | what brings you to that view | what brings the program to its verdict | which
movements made you think so | what did the body do | what did he do to earn this label | what did she do that looks
like that | in what does it show | which bodily signs point to it | the bodily evidence please | the reasoning please |
a reason please | explanation please | care to explain | could you explain that | can you elaborate | elaborate please
| go on, explain | say more about why | for what reasons | for which reason did you choose it | what was the basis |
basis for the answer | the evidence for the label | what makes this the right label | what makes it the best fit | why
does this label fit best | why does it fit | why is this the best answer | what is so typical of that emotion here |
what is typical of the emotion in this clip | which typical signs do you see | what did you find in the movement | I
need to explain the label to somebody, what do I say | I have to justify this to a client, what are the cues | a parent
wants to know how you can tell | what would you point at to show it | can you point at the signs | show me the signs |
show me the evidence | show me why | let me hear your reasons | I do not see it, where is it | I can not see it, what
should I look for | what should I look for | what do you see in her that is sad | what is it about him that is so sad |
what in the way he walks is sad | tell me what makes the boy so sad | poor woman, why is she so sad | why on earth is
he so sad | why the sad | what is he so sad about in his movement | what shows that she is sad | how does the body
express sad | how is sad visible here | by what signs is she sad | from what do you see that he is sad | what gives
away that he is sad | how can you see she is sad | how does one see that she is sad | he is obviously sad, how do you
see that | since she is so sad, what shows it | which parts of the movement make her look sad | what makes the person
appear sad | what makes this walk such a sad one | why does this man walk in such a sad way | why does the lady look so
sad""",
    "strongest": """which part of the body gives it away the most | which body part gives it away | which part of the
body shows it most | which part of the body is the most telling | which body part matters most | which part matters
most for the label | which part of the body drives the label | which limb shows it best | which limb should I watch |
where should I look to notice the feeling | where should I look first | where do I see it best | where is the emotion
most visible | where does it show most | in which body part is it clearest | what is the best clue | what was the
strongest clue | the strongest cue | the single strongest sign | the single most important reason | the main giveaway |
the biggest giveaway | the biggest clue | top reason | number one reason | what was decisive | the decisive cue | what
clinched it | the clincher | what tipped the balance | what tipped the scales | what weighed most | what counted most |
what carried the most weight | most important cue | most important feature | most telling detail | most informative
body part | most expressive body part | which half of the body shows more | is it the upper or the lower body that
shows it | is it more the arms or the legs that show it | do the arms or the legs say more | arms or legs, which
matters more | is it the head or the arms that is more telling | does the posture or the speed matter more | is it the
posture or the pace that gives it away | if you had to name just one sign | name one thing that gives it away | if I
could watch only one thing, what | if I could only see one body part, which one | one thing to look at | which single
feature would you pick | which feature has the largest influence | largest contribution | what contributed the most |
what had the biggest impact on the decision | what influenced the label most | which cue is the strongest | which
measurement was the most important | which joint matters most | what is the most telling sign | what was the strongest
sign | main clue | main reason | what was the deciding factor | what decided it above all | what was the key | the key
feature | key sign | which sign was crucial | what mattered more, the arms or the head | which region of the body says
the most | which body region carries the emotion | what is the most revealing part | most revealing | what above all
made you say that | what speaks for it most strongly | which of the reasons is the best | your best argument | the best
piece of evidence | what is the most convincing sign | the most obvious sign | the clearest sign | what stands out as
the sign of the emotion | what gives it away more than anything | what gives it away first | what caught your eye first
| what struck you most | what is the first thing you noticed | the first thing to look at | which cue would you name
first | if you could keep only one cue | which one cue is enough | what is the chief reason | principal reason | the
key reason | the primary cue | what is the crucial bit | the crucial evidence | which part of the body should I study |
which limb speaks loudest | what speaks loudest | what says it most clearly | which body part says it best | which part
speaks most clearly | where in the body is it strongest | where in the body does it sit | where is it written most
clearly | which movement betrays it most | what betrays it most | what reveals it most | the most important sign of all
| the top cue | top clue | rank the cues | rank the reasons | which reason counts most | which evidence is the heaviest
| which observation had the most weight | which observation was decisive | which observation mattered most | what drove
the label most | main driver | what is the main driver of the label | biggest factor | what was the biggest factor |
which factor was the strongest | the one thing I should tell my students to watch | where do I point the camera to
catch the feeling | upper or lower body, what tells more | is the head or the trunk more revealing | legs or arms,
which betray more | does it lie more in the hands or in the feet | is it mostly the arms | is it mainly the posture |
is the emotion in the walk or in the arms""",
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
why would you not call it sad | why can it not be sad | could it not be sad, and if not, why | what differs from sad |
how come it is not sad | how come not sad | what made you rule out sad | for what reason was sad rejected | I would
have said sad, what made you rule it out | I would have guessed sad, why not | I was sure it was sad, what went wrong |
it looks sad to me, why not | to me that is sad, what am I missing | my colleague says sad, why does the program
disagree | my colleague sees sad, what speaks against that | what is wrong with sad | what is wrong with calling it sad
| what makes sad unlikely | why is sad so unlikely | why is sad so low | why did sad score so low | why did sad lose |
why did sad not win | why did sad come last | how do you know it is not sad | how can you be sure it is not sad | what
tells you that it is not sad | what rules sad out | evidence against sad | reasons against sad | arguments against sad
| what argues against sad | what counts against sad | what contradicts sad | what does not fit sad | which cues speak
against sad | which cues exclude sad | did you consider sad and drop it, why | why was sad dropped | why was sad turned
down | why was sad thrown out | why was sad not picked | why not go for sad | so why is it not sad | on what basis do
you deny that he is sad | what would have to be there for sad | what should she do differently to look sad | how would
he have to move to look sad | what keeps it from being sad | what stopped sad from winning | what kept you from saying
sad | what put you off sad | why are you against sad | why would sad not fit | why does sad not fit | why does sad not
come into it | what makes you think she is not sad | what made you decide against sad | what prevented sad | why would
you not say sad | what is it that speaks against sad | I expected sad, what rules it out | I had expected sad | I bet
it is sad, why do you say no | looked like sad to me, what did I miss | where is the sad I was promised | should this
not have been sad | was it not supposed to be sad | they told me it would be sad, why is it not | the actor was asked
to be sad, why is it not | what would you need to see to call it sad | what would convince you that it is sad | why did
you pass over sad | why did you skip sad | why leave out sad | why was sad left out | on what grounds do you exclude
sad | what are your grounds against sad | what disqualifies sad | why does sad fall short | where does sad fall short |
in what way is it not sad | what about it is not sad | tell me why sad is out | explain why it is not sad | explain why
sad was rejected | give me reasons why it is not sad""",
    "is": """is he sad | is she sad inside | would you call it sad | would you call this person sad |
do you agree that it is sad | I say
sad, am I right | he seems sad to me, right | he looks sad, does he not | is the performer portraying sad | would an
observer see sad | could you call it sad | is sad the right word | is she sad or happy | sad or happy | sad | is sad
expressed | does the walk express sad | does he come across as sad | do you think he is sad | I believe he is sad, is
that true | is it true that he is sad | tell me whether she is sad | looks sad, does he not | I would call it sad,
would you | is he feeling sad | is there sad in this | do we see sad here | are we seeing a sad person | is he angry or
is he not | tell me if he is sad | could he be sad | might she be sad | sad, right | sad, am I right | somebody sad, is
it not | would you agree with sad | is my impression right that he is sad | is it sad or is it happy | sad or rather
happy | would you lean towards sad or happy | do you lean towards sad | more sad or more happy | is it more sad than
happy | closer to sad or happy | which is nearer, sad or happy | which fits better, sad or happy | sad versus happy |
sad vs happy | sad vs happy, which one wins | between sad and happy, which | choose between sad and happy | pick one,
sad or happy | if you had to choose between sad and happy | my colleague says sad, I say happy, who is right | I say
sad and my friend says happy, who is nearer the mark | we disagree, sad or happy | is that sad or merely happy | help
us settle it, sad or happy | does it look sad rather than happy | which of sad and happy is more likely | could be sad,
could be happy, what do you say | compare sad and happy | I can not decide between sad and happy | does the person look
sad | does that count as sad | is that what sad looks like | would you say that she is sad | does he strike you as sad
| is this meant to be sad | is this person by any chance sad | sad or happy, who is right | which is it, sad or happy |
which of the two is it, sad or happy | is sad likelier than happy | is it nearer to sad or to happy | does sad beat
happy | sad against happy, which wins | sad or happy, which would you go for | would you go for sad or happy | would
you rather say sad or happy | would you put it down as sad or happy | should I write sad or happy | is happy a better
fit than sad | which suits better, sad or happy | I am torn between sad and happy, help | happy or sad, make up your
mind | weigh sad against happy | one says sad, another says happy, who is closer | my wife says sad, I say happy, which
of us is right | was it sad, or was it rather happy | is this sad, happy, or neither | is it neither sad nor happy |
tell me which, sad or happy | is she sad and happy at once""",
}
"""Facts about the label -> wordings; "sad" stands for any emotion."""


def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    told: dict[tuple[str, ...], list[str]] = {}
    for asked in (_FACTS, MOVEMENT_WORDINGS, DECLINED_WORDINGS, FACT_VOICES, MOVEMENT_VOICES, DECLINED_VOICES):
        for kind, texts in asked.items():
            told.setdefault((kind,), []).append(texts)
    for quantities in (QUANTITY_WORDINGS, QUANTITY_VOICES):
        for name, texts in quantities.items():
            told.setdefault(("number", name), []).append(texts)
    for signs in (SIGN_WORDINGS, SIGN_VOICES):
        for sign, texts in signs.items():
            told.setdefault(("whether", *sign.split()), []).append(texts)
    return {
        kind: tuple(dict.fromkeys(" ".join(text.split()) for part in parts for text in part.split("|")))
        for kind, parts in told.items()
    }


WORDINGS = _table()
"""What is asked for -> wordings: a kind of `Question.kinds` or "part", with descriptor and direction if need be."""
