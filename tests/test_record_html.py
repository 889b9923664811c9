"""Records in a notebook: they display themselves, and stay the dicts and lists that users rely on."""

import copy
import json
import pickle
from html.parser import HTMLParser

import pytest
from conftest import as_input, make_clip
from datasets import Dataset

from eai_llm_hf.processing.record_html import Record, Records

ATTACK = "<script>alert('x')</script> & <b onclick=\"x\">"
RECORD = Record(
    {
        "source": "walk.bvh",
        "label": "sad",
        "score": 0.83,
        "scores": {"sad": 0.83, "happy": 0.17},
        "certainty": {"level": "low", "accuracy": 0.23, "runner_up": "happy", "why": ["nothing moves"]},
        "explanation": "The movement looks sad.",
        "reasons": [
            {
                "claim": "the head is bowed",
                "relation": "for",
                "emotion": "sad",
                "source": "Wallbott 1998",
                "evidence": 0,
            },
            {"claim": "the rhythm is quick", "relation": "against", "emotion": "sad", "source": "us", "evidence": 1},
        ],
        "evidence": [{"value": -21.43, "unit": "deg"}, {"value": 3.04, "unit": "Hz"}],
        "notes": [{"code": "pinned_root", "message": "the pelvis stays in one place"}],
    }
)


class Page(HTMLParser):
    """The text and the elements of a page, which must be well-formed."""

    def __init__(self, html: str):
        super().__init__()
        self.words, self.tags, self.open = [], set(), []
        self.attributes = set()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_record_shows_label_certainty_probabilities_reasons_and_notes():
    page = Page(RECORD._repr_html_())
    for words in (
        "walk.bvh",
        "sad 83%",
        "happy 17%",
        "Certainty: low",
        "23% of such labels were right",
        "Runner-up: happy",
    ):
        assert words in page.text
    assert "Doubtful, because nothing moves." in page.text and "The movement looks sad." in page.text
    assert "the pelvis stays in one place (pinned_root)" in page.text


def test_reasons_are_told_apart_without_colours():
    text = Page(RECORD._repr_html_()).text
    assert "+ for sad the head is bowed -21.4 deg Wallbott" in text
    assert "− against sad the rhythm is quick 3.04 Hz us" in text


def test_what_is_for_the_runner_up_is_marked_as_against_the_label_and_the_other_way_round():
    reasons = [{"claim": "x", "relation": relation, "emotion": "happy"} for relation in ("for", "against")]
    text = Page(Record(RECORD | {"reasons": reasons})._repr_html_()).text
    assert "− for happy x" in text and "+ against happy x" in text


def all_texts(value, words):
    """The value with these words in place of each text."""
    if isinstance(value, dict):
        return {key: all_texts(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [all_texts(inner, words) for inner in value]
    return words if isinstance(value, str) else value


@pytest.mark.parametrize(
    "record",
    [
        RECORD | {"question": "Why?", "scores": {ATTACK: 1.0}},
        {"source": "x", "error": {"type": "ValueError", "message": "x"}},
        {
            "sources": ["x", "y"],
            "question": "x",
            "answer": "x",
            "differences": [{"difference": "x", "values": [1.0, None], "unit": "x", "holds": True}],
        },
    ],
    ids=("person", "error", "comparison"),
)
def test_words_of_the_user_are_escaped(record):
    hostile = Record(all_texts(record, ATTACK))
    for shown in (hostile, Records([hostile])):
        page = Page(shown._repr_html_())
        assert " ".join(ATTACK.split()) in page.text
        assert not page.tags & {"script", "style", "img", "iframe", "link"} and "onclick" not in page.attributes


def test_a_page_loads_nothing_and_styles_its_own_elements_only():
    page = Page(RECORD._repr_html_())
    assert page.attributes <= {"style", "scope", "colspan"}
    assert "http" not in RECORD._repr_html_() and "url(" not in RECORD._repr_html_()


def test_many_candidates_and_many_records_are_cut_short_and_counted():
    scores = {f"label {number}": 0.05 for number in range(20)}
    assert "11 more 55%" in Page(Record(RECORD | {"scores": scores})._repr_html_()).text
    text = Page(Records([RECORD] * 23)._repr_html_()).text
    assert text.count("sad 83%") == 2 * 20 and text.endswith("3 more records")


def test_a_small_probability_is_not_shown_as_none_and_a_large_one_not_as_certain():
    text = Page(Record(RECORD | {"scores": {"sad": 0.997, "happy": 0.003, "proud": 0.0}})._repr_html_()).text
    assert "sad >99% happy <1% proud 0%" in text


def test_a_list_shows_people_of_one_recording_and_clips_that_could_not_be_read():
    unread = Record({"source": "broken.bvh", "error": {"type": "MotionError", "message": "line 2"}})
    text = Page(Records([RECORD, [RECORD, RECORD], unread])._repr_html_()).text
    assert text.count("The movement looks sad.") == 3
    assert "not read broken.bvh MotionError: line 2" in text


def test_what_is_left_of_a_record_is_shown_and_no_error_is_raised():
    for field in RECORD:
        Page(Record({name: value for name, value in RECORD.items() if name != field})._repr_html_() or "")
    assert Record(mine=1)._repr_html_() is None and Records()._repr_html_() is None
    assert Records([1, "text", {"mine": 1}])._repr_html_() is None


def test_records_of_the_pipeline_display_themselves_and_stay_dicts_and_lists(pipe, inputs):
    one, several = pipe(inputs[0], max_new_tokens=2), pipe([*inputs, 5], max_new_tokens=2)
    assert Page(one._repr_html_()).text.count(one["label"]) > 1
    assert "not read" in Page(several._repr_html_()).text and several[0] == one
    for record in (one, several):
        plain = json.loads(json.dumps(record, allow_nan=False))
        assert plain == record
        for again in (pickle.loads(pickle.dumps(record)), copy.deepcopy(record)):
            assert again == record and type(again) in (dict, list), "can be read where this code is not"


def test_a_question_a_comparison_and_two_people_display_themselves(pipe, inputs):
    asked = pipe(inputs[0], question="How sure are you?")
    assert "How sure are you?" in Page(asked._repr_html_()).text
    compared = pipe.compare(inputs[0], inputs[1], question="Which of the two movements is faster?")
    assert compared["answer"] in Page(compared._repr_html_()).text
    clip = make_clip(2, rig="bandai22", duration_s=2.5)
    two = pipe(as_input(clip) | {"joints": [clip.joints, clip.joints]}, label_only=True)
    assert Page(two._repr_html_()).text.count("array") == 2


def test_datasets_take_records_as_rows(pipe, inputs):
    records = pipe(inputs, label_only=True)
    assert Dataset.from_list(records)["label"][:] == [record["label"] for record in records]
    rows = Dataset.from_dict({"number": [0, 1]}).map(lambda row: records[row["number"]])
    assert rows["score"][:] == pytest.approx([record["score"] for record in records[:2]])
