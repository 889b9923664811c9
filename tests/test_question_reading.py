"""Reading questions: which claims and body parts they ask about, and what no skeleton shows."""

import numpy as np
import pytest

from eai_llm_hf.processing import record
from eai_llm_hf.processing.claims.phrases import PHRASES
from eai_llm_hf.processing.claims.questions import parts_named, read_question
from eai_llm_hf.processing.record import Person
from eai_llm_hf.training import question_texts

LABELS = ("happy", "sad", "angry", "proud", "not confident")


def asked(text: str) -> list[tuple[str, str]]:
    return [(claim.descriptor, claim.direction) for claim in read_question(text, LABELS).claims]


def test_a_claim_in_any_of_its_words_is_read_from_a_question_whether_it_is_so():
    frames = question_texts._YES_OR_NO_FRAMES
    missed = [
        question
        for key, phrases in PHRASES.items()
        for clause in phrases.clauses
        for question in (question_texts._asked(clause), *(frame.format(clause) for frame in frames))
        if asked(question) != [key]
    ]
    assert not missed


def test_everyday_questions_are_read_as_the_claim_that_they_ask_for():
    rng = np.random.default_rng(0)
    for form, descriptor, direction in question_texts._EVERYDAY_QUESTIONS:
        question = question_texts._in_everyday_words(form, rng).replace("this one", "he")
        assert asked(question) == [(descriptor, direction)], question


@pytest.mark.parametrize(
    ("question", "claims"),
    [
        ("Is her head bowed or held high?", [("head_pitch", "low"), ("head_pitch", "high")]),
        ("Aren't the knees bent?", [("knee_flexion", "high")]),
        ("So, do the hands move fast?", [("hand_speed", "high")]),
        ("Can you tell whether the arms are spread wide?", [("arm_expansion", "high")]),
        ("Tell me if he leans forward.", [("trunk_lean", "high")]),
        ("Why is she so sad?", []),
        ("How fast does he walk?", []),
        ("Why is the head bowed?", []),
        ("And what makes the arms move fast?", []),
        ("The head is bowed, right?", [("head_pitch", "low")]),
        ("Is the arm raised?", [("hand_height", "high")]),
        ("Is her elbow bent?", [("elbow_flexion", "high")]),
        ("Is the left arm raised?", []),  # both arms are measured together
        ("Is her back straight?", [("trunk_lean", "low")]),
        ("Which hand is higher?", []),
        ("Is she slumped?", [("trunk_lean", "high"), ("shoulder_opening", "low"), ("head_pitch", "low")]),
        ("Is he in such a hurry?", [("movement_speed", "high")]),
        ("", []),
    ],
)
def test_what_a_question_asks_to_be_so(question, claims):
    assert asked(question) == claims


@pytest.mark.parametrize(
    ("question", "emotions"),
    [
        ("Is she sad?", ("sad",)),
        ("Does he look furious or rather proud?", ("angry", "proud")),
        ("Tell me if this is joy.", ("happy",)),
        ("Is the person not confident?", ("not confident",)),
        ("Is she sad, and how can you tell?", ("sad",)),
        ("Is he not angry but sad?", ("sad",)),
        ("Can you tell me why she is sad?", ()),
        ("Why is he sad?", ()),
        ("Why not sad?", ()),
        ("Candidate emotions: happy, sad. Which one fits?", ("happy", "sad")),
        ("Is the head of this sad person bowed?", ()),
        ("Is she bewildered?", ()),
    ],
)
def test_which_emotions_a_question_asks_to_be_so(question, emotions):
    assert read_question(question, LABELS).emotions == emotions


def test_a_word_that_is_a_label_of_its_own_names_that_label_alone():
    assert read_question("Is it anger?", ("angry", "anger")).emotions == ("anger",)
    assert read_question("Is it anger?", ("angry",)).emotions == ("angry",)
    assert read_question("Is she ANGRY?", ("Angry", "Sad")).emotions == ("Angry",)
    assert read_question("Is she furious?", ("Angry", "Sad")).emotions == ("Angry",)


@pytest.mark.parametrize("question", question_texts.UNSEEN_QUESTIONS)
def test_what_no_skeleton_shows_is_read_so_or_not_as_a_question_about_movement(question):
    read = read_question(question, LABELS)
    assert not read.claims and read.kinds in (("unseen",), ("unknown",))


@pytest.mark.parametrize(
    "question",
    [
        *(form for forms in question_texts._PART_QUESTIONS.values() for form in forms),
        *question_texts._TELLING_PART_QUESTIONS,
        *(form.format("sad") for form in question_texts._WHY_NOT_QUESTIONS),
        *(form.format("sad", "not confident") for form in question_texts._EITHER_OR_QUESTIONS),
        "What emotion does this movement express, and how can you tell?",
        "How does she feel?",
        "Does the person look angry?",
        "What in the posture speaks for proud?",
        "Which arm movements show it?",
        "How does he hold his shoulders?",
        "What happens at the end?",
        "What changes over time?",
    ],
)
def test_a_question_about_movement_or_emotion_is_never_taken_for_one_about_something_unseen(question):
    read = read_question(question, LABELS)
    assert not {"unseen", "unknown", "language"} & set(read.kinds)


def test_a_question_names_the_body_parts_of_the_descriptors():
    assert read_question("What do the hands and the head do?").parts == {"arms", "head"}
    assert read_question("Which part of the body shows it most?").parts == frozenset()
    assert read_question("Is she in a hurry?").parts == frozenset(), "that is asked of the whole body"
    assert parts_named("hands and elbows and knees") == {"arms", "legs"}
    assert parts_named("the left arm and one foot") == {"arms", "legs"}
    assert parts_named("dress") == frozenset()


@pytest.mark.parametrize(
    "question", ["?", "...", "Is", "is is is?", "or or or", "Is the or the?", "\u2019" * 50, "Is " * 999]
)
def test_any_words_can_be_read(question):
    assert read_question(question).claims == ()


@pytest.mark.parametrize(
    ("question", "kinds", "emotion"),
    [
        ("How sure are you?", ("sure",), None),
        ("how sure are you and what speaks against it", ("sure", "against"), None),
        ("How likely is anger?", ("probability",), "angry"),
        ("On a scale from 0 to 10, how sad is it?", ("probability",), "sad"),
        ("What else could it be?", ("runner-up",), None),
        ("What doesn't fit?", ("against",), None),
        ("Why isn't it angry?", ("why not",), "angry"),
        ("why sad and not angry", ("why not",), "angry"),
        ("Why is she not confident?", ("why",), "not confident"),
        ("What speaks against pride?", ("why not",), "proud"),
        ("Why?", ("why",), None),
        ("Why does it look angry?", ("why",), "angry"),
        ("whats the emotion pls", ("emotion",), None),
        ("Is the person sad?", ("is",), None),
        ("Is the head bowed?", ("whether",), None),
        ("How many steps per second?", ("number",), None),
        ("Where are the hands?", ("hands",), None),
        ("Are the hands above the head?", ("hands",), None),
        ("Is he running?", ("gait",), None),
        ("Is it a walk or a run?", ("gait",), None),
        ("What is the person doing?", ("gait",), None),
        ("What do the arms do?", (), None),
        ("Describe the movement.", (), None),
        ("Why did his girlfriend leave him?", ("unknown",), None),
        ("How much does he earn?", ("unknown",), None),
        ("Is the background music happy?", ("unseen",), None),
        ("Is he walking home to his mother-in-law?", ("unseen",), None),
        ("Is she walking to work?", ("unseen",), None),
        ("Is she a nurse?", ("unknown",), None),
        ("Could this be joy?", ("is",), None),
        ("Would you call this happiness?", ("is",), None),
        ("Am I right that he is furious?", ("is",), None),
        ("joy?", ("is",), None),
        ("Any doubts about the label?", ("sure", "against"), None),
        ("Does she have doubts?", ("unknown",), None),
        ("Is that answer a safe bet?", ("sure",), None),
        ("What came closest to the winner?", ("runner-up",), None),
        ("Is anything in conflict with that emotion?", ("against",), None),
        ("Which of his signs point the other way?", ("against",), None),
        ("Why do you not think he is angry?", ("why not",), "angry"),
        ("What would she have to do to look sad?", ("why not",), "sad"),
        ("On what do you base that?", ("why",), None),
        ("How did you come to this conclusion?", ("why",), None),
        ("Walk me through your reasoning.", ("why",), None),
        ("How did he get here?", ("unknown",), None),
        ("steps per minute?", ("number",), None),
        ("How quickly does grandpa take his steps?", ("number",), None),
        ("Is grandma walking or standing still?", ("gait",), None),
        ("Can you tell me where his hands are?", ("hands",), None),
    ],
)
def test_which_facts_of_the_record_a_question_asks_for(question, kinds, emotion):
    read = read_question(question, LABELS)
    assert (read.kinds, read.emotion) == (kinds, emotion)
    assert read.needs_text is (not kinds), "only what is no fact is written by the language model"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How fast does he walk?", "travel_speed"),
        ("how far do the hands swing", "arm_swing"),
        ("What angle is the head at?", "head_pitch"),
        ("How long are the steps?", "step_length"),
        ("How many steps per minute?", "cadence"),
        ("By how many degrees is the trunk bent?", "trunk_lean"),
        ("How high are the hands?", "hand_height"),
    ],
)
def test_which_quantity_a_question_asks_for(question, names):
    quantity = read_question(question, LABELS).quantity
    assert quantity is not None and quantity.names[0] == names
    assert quantity.per_minute is ("minute" in question)


@pytest.mark.parametrize(
    "question",
    [
        "Warum ist sie traurig?",
        "Est-ce triste ?",
        "\u00bfPor qu\u00e9?",
        "\u306a\u305c\u3067\u3059\u304b?",
        "ist er schnell",
    ],
)
def test_another_language_is_recognised(question):
    assert read_question(question, LABELS).kinds == ("language",)


@pytest.mark.parametrize(
    "question", ["is it sad", "emotion?", "Is the caf\u00e9 scene sad?", "hands where", "sadness?"]
)
def test_short_and_broken_english_counts_as_english(question):
    assert read_question(question, LABELS).kinds != ("language",)


def test_a_question_names_one_part_of_the_recording_or_none():
    for text, time in (
        ("What do the arms do at the end?", "end"),
        ("Is the head bowed at the beginning?", "beginning"),
        ("What happens in the middle of the recording?", "middle"),
        ("Does it get slower from the beginning to the end?", "whole"),
        ("Is it slow at the beginning and fast at the end?", "whole"),
        ("Does she bring the hands to the middle of the body?", "whole"),
    ):
        assert read_question(text).time == time, text


def test_an_answer_about_a_named_part_has_the_probabilities_of_that_part():
    labels = ["sad", "happy"]
    for text, best in (("Is she sad at the end?", "happy"), ("Is she sad at the beginning?", "sad")):
        person = Person(None, [(0, 300), (300, 600)], probabilities=np.array([[0.9, 0.1], [0.4, 0.6]]))
        person.ask(read_question(text, labels))
        assert next(iter(record._asked_scores(person, labels))) == best
