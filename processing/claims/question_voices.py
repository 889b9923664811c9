"""Questions about the label in the words of people of many kinds, see `question_bank.py`.

Students, teachers, clinicians, animators, lawyers, people in a hurry and people who learned English late: each asks
the same in other words, with or without a reason for asking.
"""

__all__ = ["FACT_VOICES"]

FACT_VOICES: dict[str, str] = {
    "emotion": """which emotion would your software assign to this take | what is the name of the feeling | what do
you call that mood | I teach acting, tell me how my student comes across in this clip | hey what is this person
feeling | yo what mood is this guy in | gimme the emotion | just the emotion pls | what emotion does the machine get
out of it | could you name the feeling that this lady is showing | I can not read body language at all, what is he
feeling | my kid asks how the man feels | what does the computer call this mood | how would you label the affect in
this sequence | as a clinician I would like to know the displayed affect | affect of the patient | what is the
patient's emotional state according to your tool | for the annotation sheet, which emotion do we enter | what should I
type into the emotion column | what feeling did the algorithm settle on | so, the result | result please | and the
winner is | what is the winning emotion | the emotion of this animation, please | what emotion does my character
convey | does my animation read as any emotion, and which | what would an audience think this character feels | how
does the dancer feel judging by the way she moves | what mood is she dancing in | can you guess the feeling | guess
his mood | take a guess at the emotion | your reading of the emotional state | in one word, how does he feel | one
word answer, which emotion | tell me in a single word what she feels | what sort of emotional state is displayed here
| which of your categories does this one fall in | what is the classification | classification result | final label |
the label you gave it | what label did it end up with | what have you decided about the emotion | I am curious what
this person feels | I was wondering what the mood is | would you be so kind and tell me the emotion | excuse me, which
emotion is being expressed | which kind of emotion is showing in the movement of this person | please can you say me
which feeling this is | I not understand his feeling, what is it | what emotions are present | what are her emotions |
what is his emotional condition | what is going on with her mood-wise | is this person in good spirits, in bad
spirits, or what | good mood or bad mood | positive or negative feeling | is he happy or what is it | hows he feeling
| how she feel | what vibe am I supposed to get | what is the vibe of the dude | what energy is he giving off
emotionally | what attitude does this walk convey | what does the posture tell us about the mood | what does her gait
reveal about how she feels | what sort of feeling is behind these moves | describe the emotional tone | sum up the
emotional expression | what feeling is written all over this person | which feeling jumps out at you | what is the
emotional message of this movement | what would you conclude about his feelings | conclude: what does he feel | if you
had to bet, which emotion would you bet on | put your money on one emotion | what is your top pick | top pick | number
one emotion | number one on your list | which emotion comes first | first place goes to which emotion | what emotion
scores highest | which label has the highest score | which class has the highest probability | most probable emotion |
most likely label | what is the likeliest feeling here | what do you recognise in terms of emotion | do you recognise
the emotion | can you detect an emotion here | can the ai tell what he feels | can your system work out how she feels
| could you work out the feeling from this | what was the acted emotion, in your view | which emotion was the actor
asked to play, judging by the movement | what role emotion is played here | I recorded myself, what emotion did I show
| what was I feeling according to you | what feeling do I express in my recording | we need the emotion for the
subtitle | how do you interpret this person's mood | interpretation of the mood | how do you read this person | how do
you read her | what is your read on him | whats your take on his mood | your verdict | and the verdict | verdict | so
whats the call | whats the call on this one | what did you come up with | what do you get for this clip | what do you
get | outcome | output of the model please | show me the output | can I get the prediction | the prediction for this
file | tell the class what she feels | what is my client feeling | what does this fellow feel | whats up with his
feelings | tell me about the emotional state of the gentleman | the young lady seems moved by something, which emotion
is it | what is the overall emotional impression this person makes | from the movement alone, what emotion would you
infer | based only on the skeleton, which emotion is it | going by the motion, how is she feeling | judging from the
body, what mood is it | is there any emotion, and if so which | what do these movements express""",
    "why": """how did the program get there | how did you get to that | how did you come to this idea | how did you
reach that verdict | how do you know that | how would you know that | how can you even tell | how can a stick figure
tell you that | what are you basing this on | what is that based on | on what do you base the label | what makes you
say that | what makes you so think | what made the system say so | what made the classifier choose this label | what
made you pick this emotion | what swung it | what drove the decision | what drove the prediction | which features
drove the decision | what features led to this | which movement features are behind the prediction | which cues did
you use | what cues did the network pick up on | what did you look at to decide | what did you see that made you say
so | what did you notice in the movement that points to this emotion | what points to it | what points in this
direction | what speaks in favour of the label | what supports the verdict | what supports it | any evidence for this
| evidence please | show your work | show me the evidence for the label | show me why | give me the reasons behind it
| give me your reasoning | give me three reasons | list the reasons | list the evidence in favour | list what counts
in favour | name the signs that led you there | name the cues | name the facts that back this up | back it up | back
that up please | back up your claim | can you justify the label | justify your choice | justify yourself | defend your
answer | convince me | prove it | explain your decision | explain the label to me | explain the outcome to a layman |
explain it like I am five | explain to my students how you got this | please explain me the reason of this result | I
do not understand the result, explain | I don't see it, why that label | I do not see where that comes from | where
does this come from | where does that conclusion come from | where did you get that from | where in the body do you
see that | where do you see this emotion in the movement | where does it show | in which way does the body show it |
in what way does the movement show it | how does it show | how does the emotion show in the body | how is the feeling
visible | how does he express it with the body | how does the body express this feeling | by what do you recognise
this emotion | by which signs do you recognise it | what gives him away | what gives it away | what tells you that |
what told the machine this | what told you so | what is the argument for it | what are your arguments | what arguments
are there for this emotion | what is the rationale for the classification | rationale please | reasoning please |
reason | reasons for the label | the why, please | why do you say that | why would you say so | why did it decide that
| why did the software call it that | why this emotion of all | why precisely this emotion | why that result | why so
| but why | ok but why | why tho | why though | how come | how come you think that | how so | how is that | says who |
for what reason was that label assigned | for which reasons did you classify it like this | for the report I need the
reasons for the label | my supervisor wants a justification of the label | a colleague asks how you arrived there |
reviewer two wants to know what the label rests on | what does the label rest on | what is the label grounded in | on
what grounds | on which grounds did the tool decide | what grounds do you have | which observations led to the label |
which observations support your reading | which body signals point to that feeling | which body signals back the label
| which movements made you choose it | which details convinced you | what convinced you | what persuaded the model |
what led the network to this answer | walk me through your thinking | walk me through how you decided | take me
through the reasoning | talk me through it | break down the reasoning | break it down for me, why this emotion | lay
out the case for this label | make the case for your label | make your case | what is the case for it | what in the
way she moves makes you think so | what is it about his walk that says so | what about the movement made you say this
| what aspects of the motion count for it | which aspects were decisive for the decision | what factors contributed to
the label | what factors played a role | contributing factors | what properties of the motion explain the label | what
kinematic evidence is there | kinematic evidence for the label | which kinematic features support the classification |
which motor signs support this | clinical signs that support the label | what would you tell a director who asks why |
how would you explain this to an actor | I want to learn from this, what shows the feeling | as an animator I would
like to know what sells the emotion | what sells it | what in the animation sells this feeling | what creates this
impression | what produces that impression | why do I get this impression from him | why does he come across like that
| why does she come across that way | why does he seem so | why does it look like that to you | what reveals her
feelings | what betrays his mood | what shows how he feels | what shows her state | what is typical of this emotion
here | what is so sad about it | what is sad about this walk | what makes this a sad walk | what makes him look sad |
what makes her seem so sad | in what way is he sad | how do you see that she is sad | how can one see that he is sad |
how do you know he is sad and not just pretending | by what can I tell that she is sad | from what can we tell that
she is sad | where do you see that he is sad | where in the body is the sad feeling | since he is so sad, tell me what
shows it | as she is clearly sad, what are the signs | she is obviously sad, what gives that away | given that he is
sad, which movements show it | now that we know she is sad, what reveals it | knowing that he is sad, which body parts
show it | what are the sad signs in this | which signs of sad do you find | list the signs that he is sad | list the
sad cues | what sad cues are there | point out the sad parts of the movement | explain why he is sad here | explain
the sad look | can you explain why this guy looks sad | why is this woman so sad | why is the boy sad | whys he sad |
why he sad | why she so sad lol | why did you say sad | why was sad chosen | why did it pick sad | why is the answer
sad | why does the program think he is sad | what evidence is there for sad | evidence for sad please | what speaks
for sad | what is the proof that she is sad | reasons why this is sad | how does his being sad show in the arms and
legs | how does she show that she is sad | how is he showing sad | what tells us he is sad | what tells you that this
person is sad | what exactly looks sad here | which joints look sad | which movement is the sad one | in what does the
sad show | the man is sad, isn't he, so how does it show""",
    "sure": """how much trust should I put in this | how far can I trust that | how far would you trust the label |
would you trust this label | would you bet on it | would you bet your house on it | would you put money on this |
would you stake your reputation on it | are you a hundred percent on this | 100 percent | like 100% | how many percent
| how sure r u | u sure | you sure about this | you sure | sure about that | sure | really | are you positive about
that | are you guessing | is this a guess | is it just a guess | is that a wild guess or solid | just guessing or do
you know | is this reliable enough for a study | is the label good enough for a paper | can I publish this | can I
quote this | can I put this label in my report | may I use this result in court | can a therapist rely on this | could
a clinician count on this result | should I believe this | should I take this seriously | how seriously can I take
this | how seriously should one take the result | with what degree of certainty | what degree of confidence do you
have | degree of confidence | confidence | confidence please | confidence value | confidence of the prediction | state
your confidence | level of certainty | what certainty do you attach to it | what certainty comes with this label | how
certain is this classification | how certain may one be | how firm is the verdict | how firm is your opinion | how
strong is your belief | how strong is the evidence overall | how strong is the case | how convincing is it | how
convinced are you | how solid is this | how solid is the result | how robust is the label | how robust is that | how
stable is the prediction | how dependable is the answer | how dependable is your judgement | how credible is it | how
believable is this result | how safe is the conclusion | how safe is it to assume this | how good is the prediction |
how good is your guess | how good are you at this | how good is the model on clips like this | how well does the
system do on this kind of recording | how often is the model right | how often does it get these right | how often are
you right with such labels | how often do you get it wrong | what is your hit rate | what is the hit rate | success
rate for such clips | what is the error rate | error rate | margin of error | what is the margin of error | what is
the uncertainty | uncertainty of the label | any uncertainty | is there much uncertainty | how uncertain are you | how
unsure are you | how big is the doubt | do you have doubts | do you have any doubt about it | is there any doubt | is
there room for doubt | room for error | how much room for error is there | could this be wrong | could it be a mistake
| could the label be wrong | might you be mistaken | might the model be off | is there a chance you are wrong | what
if you are wrong, how likely is that | how likely is it that you are right | how likely is your answer to be correct |
what are the odds that this is right | what are the chances it is right | probability that the label is right |
probability of the top label | what probability does your best guess have | what score did the winner get | how high
is the score | how high is the confidence | is the confidence high | is it a high confidence call | high or low
confidence | low confidence or high | was it a clear call | is it a clear case | is this a clear-cut case | is it a
borderline case | borderline case or clear | was it a close call | close call or landslide | is this a toss-up | was
it hard to decide | was the decision difficult | how hard was it to decide | how clear is the result | how clear was
it | how clearly does the model see this | how definite is it | is that definite | definitely | is this final | is
this certain | is it certain or could it change | am I safe to use the label | is it safe to use this label | is it ok
to rely on this answer | I need to know how reliable this is | I want to know how much I can rely on it | I'd like to
know how certain the software is | for the paper I have to report the confidence | for my notes, what confidence did
it have | my boss asks how accurate this is | the lawyer asks how reliable that is | before I tell the patient, how
sure is this | before we ship this, how confident is the model | rate your confidence | rate your certainty from one
to ten | on a scale from one to ten how sure are you | on a scale how certain | give me a confidence in percent | give
me a number for your certainty | give me the certainty | put a number on it | can you put a number on your confidence
| sounds doubtful, how certain are you | hard to believe, are you certain | I am sceptical, how sure is this |
honestly, how sure are you | be honest how sure are you | do you stand by it | do you stand by your answer | do you
really believe that | do you really think so | you really think so | is the ai certain | is the computer sure of
itself | does the machine know for sure | does it know or does it guess | does the model trust its own label | how
much does the model believe in this | how much faith do you have in it | how much weight can I give to this | how
confident can we be in that | how confident should I be | validity of the result | how valid is this | is that valid |
accuracy of this label | what accuracy can I expect | is the result significant | can we be certain | can one be sure
of that | can you guarantee it | can you vouch for that | do you guarantee that this is right""",
    "against": """what is the strongest argument against it | any red flags | are there red flags | is there a red
flag in your reasoning | what would a critic say | what would somebody who disagrees point to | what would the other
side argue | play devil's advocate | be the devil's advocate for a moment | argue against yourself | argue the
opposite | attack your own label | criticise your own answer | poke holes in it | where are the holes in your
reasoning | where is the weak spot | what is the weak point of this verdict | weak points | weaknesses of the label |
what weakens the case | what makes the label shaky | what makes you hesitate | what made the model hesitate | what
gives you pause | what bothers you about the label | what does not sit right | what does not add up | anything that
does not add up | does anything not add up | is there something that does not fit | which cues do not fit | which
signs do not fit the label | which feature does not match the emotion | which parts of the movement do not match |
what is out of line with the label | what is atypical of this emotion here | is something atypical of it | what is
untypical for that feeling | what is missing for a clear case | what would you expect that is missing | what should be
there but is not | anything missing | any counter-evidence | is there counter-evidence | counter arguments please |
contra | cons | the cons please | pros and cons, but only the cons | list the downsides of this reading | name a point
against your label | name one thing that speaks against it | one reason to doubt it | give me a reason to doubt this |
give me the evidence against | give me the other side of the story | what about the other side | the other side of the
coin | flip side | any warning signs | any signs to the contrary | any indication to the contrary | anything to the
contrary | anything pointing elsewhere | does anything point elsewhere | do some cues point elsewhere | do any signs
point to something else | which cues point in another direction | mixed signals | are there mixed signals | are there
conflicting cues | conflicting evidence | conflicting signs in the body | contradictory signals | is there a
contradiction in the movement | does the body contradict the label anywhere | does any body part tell a different
story | does something in the motion tell a different story | do all cues agree | do all the signs agree | does
everything fit | does everything point the same way | is everything consistent with it | is the evidence consistent |
is the picture consistent | is all the evidence on one side | is it all in favour | are there exceptions | any
exceptions | any objections | objections | any caveats | caveats | any reservations | any concerns about the label |
what should I be careful about with this label | what would make you change your mind | what could make you change
your mind | what evidence would you cite against this classification | which measurements disagree | which
measurements contradict the result | which observations clash with it | which facts speak against this | which details
argue against the emotion | what argues against | what talks against it | what says no | what says otherwise | does
anything say otherwise | is there a reason to think otherwise | why could you be wrong | why might the label be wrong
| why might this be a mistake | reasons why it may be wrong | reasons against | for what reason might somebody doubt
the result | for balance, what speaks against it | for fairness, list the opposite evidence | to be fair, what goes
against it | I doubt it, what supports my doubt | I disagree, is there anything on my side | my colleague disagrees,
does she have a point | does the sceptic have a point | a reviewer will attack this, with what | the opponent's lawyer
will ask what contradicts it | what could the defence bring up against this | what do you have to admit | admit it,
what does not fit | tell me honestly what does not match | which signal goes the wrong way | which cue pulls the other
way | what pulls in the other direction | what pulls the score down | what lowered the score | what lowered the
confidence | what brought the probability down | what counts against your choice | what counts against | what did you
have to ignore | did you ignore something that contradicts | did you overlook something | what is not typical | what
isn't like that emotion at all | what isn't sad about it | what is not sad here | what does not look sad | what in the
movement does not look sad""",
    "runner-up": """what came second | who came second | which emotion came in second | second best | silver medal |
who gets the silver medal | second on the list | number two | what was in second place | what is the next one down |
what comes next in the ranking | next in line | the next candidate | next most probable emotion | next most likely
feeling | second most likely | what is your second guess | your second choice | if you had a second guess | if you had
two guesses | what would your second pick be | plan b emotion | backup guess | if that is wrong, what is it | if this
is not it, then what | if not this emotion, which | if you are wrong, what would it be instead | suppose you are
mistaken, what else | assume the label is wrong, which one is right | say the label is false, what would you call it |
what else did you consider | what else was considered | what else did the model think about | what other emotions did
you consider | which other feelings were possible | which other labels were close | which emotion was close | what was
it close to | what is it closest to apart from the label | anything else it could be | could it be anything else |
could it be some other feeling | could be what else | is another emotion possible | is a different reading possible |
is there another way to read it | another way to see it | another interpretation | alternative interpretation |
alternative label | alternatives | other options | other candidates | other possibilities | what are the other options
| what were the alternatives on the table | which alternatives were on the table | which alternative is the most
plausible | most plausible alternative | differential diagnosis of the affect | what is the differential here
emotionally | what could you confuse it with | what could it be confused with | which emotion is it easily confused
with | what might it be mistaken for | which feeling might someone mistake it for | which emotion did it beat | who
did the winner beat | who lost narrowly | which one lost by a hair | which label just missed | what just missed out |
what nearly won | which emotion almost won | what was the closest rival | closest competitor | biggest competitor of
the label | strongest rival | main rival | which emotion competes with it | what competes with this label | which was
the hardest to rule out | which emotion would be your plan b | what would other people say it is | what might other
observers see instead | what would someone else see in it | a colleague sees something else, what could that be | what
other mood could explain this | which other emotion would explain the movement | what other emotion looks like this |
what about other emotions | and otherwise | and apart from that | and after that | and then | what follows after the
top label | top two | give me the top two | top 2 please | top three emotions | show me the ranking | show me the
whole ranking | give me the list of emotions by score | list the candidates | what are the candidates | what is the
ranking of the labels | which emotions scored high besides the winner | besides the winner, who did well | apart from
the first choice, what is likely | other than that, what is likely | instead of that, what | what was the second
highest score | second highest probability | which class has the second highest probability | who is the runner up in
this race | tell me the runner up | I would like to know the second most likely one | I need a second label for my
sheet | for multi-label annotation, what is the second label | is there a secondary emotion | secondary emotion |
which emotion is secondary | is there a second feeling mixed in | what feeling is mixed in | is it a mix, and of what
| a blend of what""",
    "why not": """why isn't it sad | why is it not sad | why not sad | why not sad then | why is sad out | why is sad
off the table | why was sad off the table | why did sad lose | why did sad not win | why didn't sad win | why didn't
the model go for sad | why did the program not choose sad | why didn't you choose sad | why have you not said sad |
why did you reject sad | why did you drop sad | what ruled sad out | what rules out sad | what excluded sad | what
speaks against sad | what goes against sad | what contradicts sad | what kept you from saying sad | what keeps it from
being sad | what stopped the system from choosing sad | what prevents this from being sad | what stands in the way of
sad | what is missing for sad | what is missing to call it sad | what does it lack to be sad | what would be needed
for sad | what would have to be different for sad | what would have to change to make it sad | what must I change so
that it becomes sad | what would sad need | what would he have to do to look sad | how would she have to move to seem
sad | how should I change the animation so it reads as sad | what would make it more sad | what would make this sad |
I expected sad, what happened | I expected sad, why not | I would have said sad, where am I wrong | I would have said
sad | I thought it was sad, why do you not | I thought sad | I see sad, why does the program not | to me it looks sad,
why not to you | to me this is sad, what do you see that I don't | we played sad, why does it not come across | we
acted sad in this take, why didn't it work | the actor was told to play sad, what is missing | the director wanted
sad, what went wrong | it was supposed to be sad, what is lacking | it should be sad, what is wrong with it |
shouldn't this be sad | shouldn't he be sad | should it not be sad | isn't that rather sad | isn't it more sad, why
did you decide otherwise | my annotators said sad, why do you disagree | the ground truth says sad, why does the model
not | how come it is not sad | how come sad was not chosen | how come you did not pick sad | how did you exclude sad |
how can you rule out sad | how do you know it is not sad | how can you be sure that it is not sad | on what grounds
was sad rejected | for what reason is it not sad | reasons against sad | reasons for not choosing sad | evidence
against sad | argue against sad | what makes you think it is not sad | what tells you he is not sad | what shows that
she is not sad | why wouldn't you call it sad | why would sad be wrong | why is sad wrong | what is wrong with sad |
and sad, why not | but sad, what about that | not sad | not sad, why | not sad, explain | not sad, how come | so not
sad then, why | sad is ruled out because | what about sad, why did you leave it out | why leave out sad | why happy
and not sad | why happy instead of sad | why happy rather than sad | happy, why not sad | what made you choose happy
over sad | what separates this from sad | how does this differ from sad | how does it differ from sad | what
distinguishes it from sad | where does it differ from a sad movement | what is the difference to sad here""",
    "is": """sad or happy, what do you say | sad or happy, which | is this sad or happy | sad, happy, which of these |
would you say sad or happy | is it sad, or is it happy, I can't tell | I can't tell if it is sad or happy | I hesitate
between sad and happy | I waver between sad and happy | can not choose between sad and happy | hard to say if sad or
happy, your opinion | rather sad or rather happy | more of a sad walk or a happy one | is that a sad person or a happy
one | a sad walk or a happy one | is it sad instead of happy | sad over happy or the other way round | does it look
more sad or more happy | more sad than happy | is she more sad than happy | is it closer to sad than to happy | does
sad fit better than happy | does sad or happy fit better | which one fits more, sad or happy | which would you choose,
sad or happy | which would you pick between sad and happy | if only sad and happy were allowed, which | if there were
only two options, sad and happy, which would it be | let us say it is sad or happy, which do you take | suppose only
sad and happy exist, what do you take | forced choice between sad and happy | two options, sad or happy | two
candidates, sad and happy | sad and happy, who wins | sad and happy, which has the better score | who wins, sad or
happy | is he sad, happy or angry | sad, happy or angry | sad, angry, happy, pick one | students argue whether sad or
happy, settle it | half of us say sad, the others happy | half the class says sad, half says happy | my friend says it
is sad and I say happy, who wins | one rater put sad and the other happy, whom do you side with | does it resemble sad
more than happy | does he seem sad rather than happy | does the walk look sad or just happy | would sad be a better
description than happy | could this be sad or more like happy | is he sad | is she sad at all | is she sad or not | is
the person sad or not | is he kinda sad | is he even sad | is this guy sad | is the lady sad | is my client sad | is
that a sad man | is this what a sad person looks like | is the character sad | is it a sad movement | does he feel sad
| does she feel sad | does he look a bit sad to you | does the movement seem sad | does it come across as sad | does
it read as sad | would people read this as sad | would you describe him as sad | would you call her sad | would you
classify it as sad | would sad be right | would sad be a fair label | could one say that he is sad | can we call that
sad | am I right that he is sad | am I right to think she is sad | am I wrong to say sad | do you agree that it is sad
| do you see a sad person | do you see sad here | he is sad, right | he is sad, correct | he's sad, no | she seems
sad, doesn't she | she looks sad to me, do you agree | looks sad to me | looks sad to me, right | I think he is sad |
I think it is sad, correct me | I believe she feels sad | I say it is sad, do you agree | I guess sad | my guess is
sad, am I right | sad | sad, yes or no | sad, yes | is there any sad in the movement | any sad in there | some sad
maybe | is sad involved | is sad the emotion | is sad what the model says | did the model say sad | did you predict
sad | was it classified as sad | was sad chosen | so it is sad | so he is sad then | tell me if it is sad | tell me
whether he is sad | I want to know if she is sad | check if he is sad | please check whether the person is sad""",
    "probability": """how likely is sad | how likely is it that he is sad | how probable is it that she feels sad |
what are the odds of sad | what are the chances that he is sad | what is the chance of sad | what is the score for sad
| which score did sad get | how much did sad get | how many percent for sad | how many percent has sad | percent sad |
percentage of sad | sad in percent | how high is sad | how high did sad score | how sad is he | how sad does she look
| how sad on a scale | how much sad is in there | how much of it is sad | to what degree is he sad | to what extent is
it sad | what probability would you give to sad | what probability did you assign to sad | what number did sad get |
give me the number for sad | give me the probability for sad | likelihood of sad | how confident are you in sad | how
sure are you that it is sad | how certain is sad | how sure is sad | how close was sad | how far off is sad | where
does sad rank | what rank has sad | at what place is sad""",
    "strongest": """what is the most important cue | what is the single most important sign | which single cue matters
the most | which cue is the strongest | which cue weighs the most | which feature weighs most | which feature was the
most important | most important feature | feature importance, top one | key feature | key sign | key indicator | main
indicator | main cue | main sign | main clue | main factor | main reason for the label | the biggest reason | biggest
factor | biggest clue | clearest sign | clearest cue | clearest hint of the emotion | most obvious sign | most obvious
thing that shows the feeling | most telling sign | most telling detail | most telling body part | most expressive body
part | most revealing movement | most convincing evidence | best evidence | best clue | strongest evidence | strongest
argument for the label | what is your best argument | what is the decisive factor | what was decisive | what was the
deciding factor | what tipped the balance most | what mattered most | what matters most here | what counted the most |
what contributed most | what contributes most to the impression | what influenced the decision most | what had the
biggest influence | what had the largest effect on the score | what is the dead giveaway | what gives it away first of
all | what gives him away most clearly | what stands out as a sign | where is it most visible | where is the emotion
most visible | where do you see it best | where do you see the feeling most clearly | where does it show the most |
where is the feeling strongest in the body | where should I look to see the emotion | where should I look first | what
should I look at first to see it | what should a beginner look at | what should students pay attention to first |
which body part is the most telling | which body part says the most | which body part matters most | which limb tells
the most | which region of the body carries the emotion | which region contributes the most | which joint matters most
| which joints carry the feeling | which part of the body carries the feeling | which part of her body speaks loudest
| what speaks the loudest | what speaks most clearly for it | what is most characteristic | most characteristic thing
for the label | most typical sign here | what would you point at if you could show just one thing | if you could keep
one cue only, which | if I only look at one thing, what should it be | if I could see only one body part, which should
it be | name the top sign | name the one thing that shows it best | name the most important reason | just one reason,
the best one | just the main reason please | just the strongest sign | one cue, the best | top cue | top reason |
number one reason | number one cue | rank the cues | rank the signs by importance | order the reasons by weight | what
carries the most weight | what has the most weight in the decision | is it more the arms or the legs that show it | is
it the head or the arms that show the emotion most | head or arms or legs, which one shows it most | arms or legs,
what matters more | upper body or lower body, which reveals more | is it mainly the posture or the speed | is it the
posture or the movement that counts more | what would hide the emotion if I removed it | if I change one thing, what
changes the label most | what single edit would destroy the impression | what should I exaggerate to make it stronger
| what do I have to emphasise in the animation to keep the emotion | what single thing sells the emotion""",
}
"""Facts about the label -> wordings; "sad" stands for any emotion."""
