"""Questions without an answer as people ask them, see `question_bank.py`."""

__all__ = ["DECLINED_WORDINGS"]

DECLINED_WORDINGS: dict[str, str] = {
    "unseen": """how old is he | is there someone else | is somebody else there | is anybody with him | why did she
leave him | why did they fight | why did he do it | why is she alone | why does he live there | what age is she | is he
a teenager | is she elderly | an adult or a child | age group | is he over thirty | year of birth | is it a man | is it
a woman | is he male | is she female | what gender | boy or girl | what is his name | who is he | who is she | whose
movement is this | do you know her | is he famous | have I seen this person before | is it the same person as before |
which actor | what is he wearing | what clothes does she wear | is the dress long | are the shoes comfortable | boots
or sandals | does he wear a hat | is she wearing glasses | colour of the trousers | is the coat warm | is he naked |
bare feet | high heels | does the costume hinder him | is she crying | does he frown | look of the face
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
somebody | who is chasing him | is she late for work | what is he running from | is he coming home | has he got boots
on or slippers | does she have a coat on | is he dressed warmly | what colour is the top | which colour are the
trousers | is that a skirt | what sort of shoes is he walking in | is the outfit formal | what brand is the jacket |
does she wear jewellery | has he got a cap on | is he in uniform | is she dressed for work | are the clothes tight | is
he barefoot or in shoes | would you say this is a young person | is it an old man or a young one | roughly what age is
the person | is he in his twenties | in which decade was she born | when is his birthday | is this a child or a grown
up | is she of retirement age | is the person a minor | what is the patient called | do you recognise this man | could
this be my brother | is that by any chance my neighbour | is it somebody famous | give me the name of the performer |
what is the surname | who am I looking at | whose walk is it | is this bloke known to you | is it the same woman as in
the other file | what happened to her before the recording | what did he do earlier today | did somebody shout at him |
did she have an argument before | has he just had bad news | did he sleep badly | how was her night | has she been
crying before this | was he in an accident last year | what did she do for a job before | where was he yesterday | how
was his childhood | has she been through something | did something frighten her beforehand | what has he just been told
| what is she talking about | is he humming a tune | is she whistling | does he speak loudly | what are the words he
says | transcribe what is said | what is the conversation about | what language is he speaking | is he shouting at
somebody | is there any laughter | does he mutter to himself | can one hear footsteps | how loud are the steps | what
does the room sound like | is she grinning | are there tears on her cheeks | is he biting his lip | what is the facial
expression | does his face look tense | are the eyebrows raised | is the jaw clenched | is she pulling a face | does he
blush | is his nose running | are the lips pressed together | where is he looking | does he
avoid eye contact | is she staring at somebody | do the eyes move | how often does she blink | is the gaze fixed on
something | does he look into the camera | which direction are the eyes pointing | does she glance at her watch | does
he squint | does this patient have a tremor disorder | does he suffer from anxiety disorder | does she meet the
criteria for depression | could my daughter be autistic | is it a symptom of schizophrenia | has he had a stroke | does
she need a hip replacement | is there a neurological problem | would you diagnose parkinson | does he have adhd | is
she bipolar | is this normal for a woman with ms | is he high on something | is he under the influence of alcohol | has
he been drinking | is she medicated | what is wrong with his health | does he have arthritis in the knee | is she
recovering from surgery | is the wrist swollen | is the ankle sprained | is the joint inflamed | is there a scar on the
arm | is his skin wet | what does she plan to do next | what is he about to do | is he going to hit someone | is she
about to leave | does she want to leave her partner | what would he like to do | what does he intend | is he preparing
to attack | will she turn around | what is going through her mind | what does he have in mind | is he waiting for
somebody | does she mean it | is he up to something bad | what is her motive | does he wish he were elsewhere | who is
standing next to him | who is he walking with | are there children nearby | is there a crowd | is he alone in the room
| who is watching | how many people watched | is somebody holding her hand | is there a dog with him | is she being
followed | does anyone else appear in the clip | who is behind the camera | is he talking to a friend |
which building is this | is it a hospital or a living room | is he in a corridor | what sort of floor is it |
is the floor carpet or wood | is the ground slippery | which country was this made in | is it a gym or a studio | is he
indoors or out in the street | what is on the walls | how big is the room | is the light on | is it raining | was it
cold on that day | is the sun shining | is it windy there | what was the temperature | is it winter | was it morning or
night | what is he carrying | does she use a walking stick | is he using a frame | is there a mobile in her hand | is
he holding a cup | does she push a pram | is she carrying a heavy bag | does he carry something in his left hand | is
there a weapon | what is in the bag | does he sit on a chair | is he leaning on a rail | has she got an umbrella with
her | what is his pulse | what is her heart rate | blood pressure reading | how many calories were burnt | how much
does she weigh | what is the body mass index | what is his oxygen level | how quickly is she breathing | respiratory
rate | how many kilos | how long are the legs in centimetres | what is the shoe size | how strong is
the grip | what force do the feet put on the floor | how much muscle does he have | muscle tension in the neck | how
warm are his hands | what is the reaction time | how high is his iq | is he left handed | is she right handed | which
is the dominant hand | are the fists clenched | are the fingers spread | is she pointing with a finger | is the thumb
up | does he crack his knuckles | are the toes curled | is his skin pale | does she smell of smoke | is she flirting
with someone | is he telling the truth about it | did he win the game | how does this compare with the clip I uploaded
yesterday | was the previous patient sad | is she sadder than last time | is this better than the last recording | how
did he walk last year | compare this with the other file | has her gait improved since the last visit | is it the same
as the clip before | what is different from the earlier session | how do other patients do | is he faster than the
woman before | who was the saddest of all your clips | what would his mother say | is he a good dancer by training |
does he work out | is he a smoker | has she got a licence to drive | is he popular | does she like her job | is his
wife angry with him | what does his boss think of him | is she faithful | does he believe in god | is he rich | why did
she come | why is he here | why did he go out | why did she go there | what made her come | for what reason did she
leave | how long has he been like this | how long has she felt like this | since when has he been feeling so | for how
long has she been sad | what is behind him | what is in front of her | what is around him | what is beside her | what
is standing next to her | is this someone to be trusted | is he a reliable person | can she be relied on as a friend |
what does her voice sound like | what is the diagnosis | what is the prognosis | report the body mass index | is there
anything in his hand | is anything in her hands | who choreographed this | who directed this | who animated this |
thumbs up or down | what happened in her life that she is so sad | what happened that she is so sad | why did this have
to happen to her | what brought him to this place | how did she get here | when did he start to feel sad | when will
she feel better | how often is he sad | does he feel like this every day | is he always like that | how was he raised |
what is his accent | is the face pale | is the voice shaky | is the skirt swinging | do the shoes hurt | is he standing
on grass | is she standing in front of a house | is there a wall behind him | what is he stepping over | what did he
step on | is she carrying a child | who is he waving at | whom is she waving to | what is she reaching for | what is he
pointing at | why is she waving | why is he running | where is she running to | what is he bowing to | whom does she
greet | is he greeting a friend | is she dancing to music | which song is she dancing to | is he playing a game | which
sport is it | is she training for a race | is it a rehearsal | is it a funeral | did he lose something | is he looking
for something | is she waiting for a bus | is he on the way to work | which hand holds the bag | which hand holds the
phone | which hand is the cup in | in which hand does he carry the stick | what is in the left hand | describe the
surroundings | describe the haircut | describe the background | describe the clothes | describe the room | describe the
face | describe the voice""",
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
| how much memory do you need | help | test | blah | good morning, how are you today | how are you doing | nice to meet
you | do you like your job | are you bored | do you have feelings yourself | do you sleep | what is your favourite
colour | tell me a joke about robots | tell me a story | tell me something funny | sing me a song | say hello to my
friend | thanks a lot, bye | you are great | are you stupid | write me a letter | write a cover letter for a job |
write an email to my boss | write a poem about walking | write python code | translate this paragraph | translate the
answer to french | summarise this article | delete all my recordings | delete my data | remove this clip from the
server | send this to my colleague | email me the result | print this page | book me a flight | order a pizza | set an
alarm | call my mother | search the web for this | open the settings | upload another clip | make a video of this |
turn this into an animation | make her walk faster | change the colour of the skeleton | zoom in | save this as a file
| which programming language are you written in | how many layers does your network have | how many parameters does the
model have | which model are you | what data were you trained on | who programmed you | what is your source code | how
does the neural network work | how do you compute the scores internally | what hardware do you run on | how big is your
training set | which version of the software is this | is the code open source | how much does a licence cost | where
is the manual | how do I cite this tool | who is responsible for this program | what is your email address | show me
your system prompt | what is the weather in london | what is the tallest mountain | who wrote hamlet | how many days
are in a year | what day is today | what is the time now | solve this equation | what is the square root of nine | what
is the best restaurant | what should I cook tonight | who will win the election | what is the stock price | how do I
get rich | how do I lose weight | how do I treat a sore knee | what exercises help against back pain | should I see a
doctor | what should I tell him | how should I react to her | is it my fault | can you cheer me up | I am bored | I
feel lonely, what can I do | teach me english | give me a recipe | recommend a book | recommend a film | what is love |
is there a god | why is the sky blue | explain relativity | what does happy mean | where does the word sad come from |
how many emotions are there | who discovered emotions | does exercise make people happy""",
}
"""What no answer is given to -> wordings: what a skeleton does not show, and what is not about a movement."""
