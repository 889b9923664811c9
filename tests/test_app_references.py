"""What a visitor's recordings are compared with: references of a person or of a kind, and who moves."""

import html
import json
import re

import pytest

from eai_llm_hf.app import actions, views
from eai_llm_hf.app.session import Result, VisitorError
from eai_llm_hf.processing.descriptors.kept import vector_of
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.report.record_view import value_words


@pytest.mark.parametrize(("kind", "level"), [(actions.NEUTRAL, "performer"), (actions.PERSON, "performer")])
def test_a_reference_of_the_person_changes_what_the_next_records_compare_with(pipe, session, kind, level):
    change = actions.use_reference(pipe, session, "Sad walk", ["walk.bvh"], kind)
    assert {item["reference"] for item in change.before.record["evidence"]} == {"default"}
    assert {item["reference"] for item in change.after.record["evidence"]} == {level}
    assert "walk.bvh" in views.change_view(change, session)
    assert actions.explain(pipe, session, "Sad walk").record == change.after.record
    reference = actions.whole_reference(pipe, session)
    assert MotionReference.from_dict(json.loads(views.reference_file(reference)["text"])).level == reference.level
    actions.forget_reference(session)
    assert actions.explain(pipe, session, "Sad walk").record == change.before.record


def compared(session, name) -> list[str]:
    """The recordings that a recording is compared with."""
    return [each.name for each in actions.typical_for(session, session.entry(name))]


def told(session, name) -> str:
    """What the page says of that."""
    return " ".join(re.sub("<.*?>", "", views.reference_view(session, session.entry(name))).split())


def test_a_reference_of_a_person_is_not_used_for_a_new_recording_until_the_visitor_says_that_the_person_is_the_same(
    pipe, session, recordings
):
    actions.use_reference(pipe, session, "Sad walk", ["walk.bvh"], actions.PERSON)
    assert told(session, "Sad walk") == "Compared with another recording of the same person: walk.bvh."
    actions.read_file(pipe, session, recordings["short"])
    new = session.entry("short.npz")
    assert actions.asks_who_moves(session, new)
    assert {item["reference"] for item in actions.explain(pipe, session, new.name).record["evidence"]} == {"default"}
    assert told(session, "short.npz").startswith("Is this the same person as in your reference (walk.bvh)?")
    for same, used, words in (
        (True, ["walk.bvh"], "Compared with another recording of the same person: walk.bvh."),
        (False, [], "somebody else moves here than in yours (walk.bvh)."),
    ):
        actions.say_who_moves(session, "short.npz", same)
        assert compared(session, "short.npz") == used and told(session, "short.npz").endswith(words)
        assert session.shown is None, "it is explained anew"
    actions.say_who_moves(session, "short.npz", True)
    actions.remove(session, "short.npz")
    actions.read_file(pipe, session, recordings["short"])
    assert compared(session, "short.npz") == [], "another file may have this name"


def test_examples_are_of_one_person_and_recordings_of_a_kind_may_be_of_anybody(pipe, session):
    actions.add_example(session, "Neutral walk")
    actions.use_reference(pipe, session, "Sad walk", ["Neutral walk"], actions.NEUTRAL)
    actions.add_example(session, "Angry walk")
    assert compared(session, "Angry walk") == ["Neutral walk"] and compared(session, "walk.bvh") == []
    actions.use_reference(pipe, session, "Sad walk", ["Neutral walk", "Angry walk"], actions.RECORDINGS)
    assert not actions.asks_who_moves(session, session.entry("walk.bvh"))
    assert told(session, "walk.bvh") == "Compared with other recordings of this kind: Neutral walk, Angry walk."


def test_a_recording_is_left_out_of_its_own_reference_with_a_note(pipe, session, monkeypatch):
    for name in ("Neutral walk", "Angry walk"):
        actions.add_example(session, name)
    given = []
    calibrate = pipe.calibrate
    monkeypatch.setattr(pipe, "calibrate", lambda clips, **more: given.append(clips) or calibrate(clips, **more))
    change = actions.use_reference(pipe, session, "Sad walk", ["Sad walk", "Neutral walk"], actions.PERSON)
    assert "It is left out of its own reference." in views.change_view(change, session)
    assert all(len(clips) == 1 and clips[0] is session.entry("Neutral walk").clip for clips in given)
    expected = "Compared with another recording of the same person: {}. {} is left out of its own reference."
    assert told(session, "Sad walk") == expected.format("Neutral walk", "Sad walk")
    assert told(session, "Neutral walk") == expected.format("Sad walk", "Neutral walk")
    assert told(session, "Angry walk").endswith(": Sad walk, Neutral walk.")
    actions.remove(session, "Sad walk")
    assert compared(session, "Angry walk") == ["Neutral walk"] and compared(session, "Neutral walk") == []
    assert "Neutral walk is all that your reference has" in told(session, "Neutral walk")
    given.clear()
    actions.compare(pipe, session, "Neutral walk", "Angry walk")
    assert given == [], "neither of two that are compared says what is typical"
    actions.remove(session, "Neutral walk")
    assert told(session, "Angry walk") == ""


def test_of_two_recordings_the_one_that_is_not_explained_is_the_neutral_one(pipe, session):
    actions.add_example(session, "Neutral walk")
    change = actions.use_reference(pipe, session, "Sad walk", ["Sad walk", "Neutral walk"], actions.NEUTRAL)
    assert {item["reference"] for item in change.after.record["evidence"]} == {"performer"}
    assert told(session, "Sad walk") == "Compared with a neutral recording of the same person: Neutral walk."
    with pytest.raises(VisitorError, match="one recording; 2 are chosen"):
        actions.use_reference(pipe, session, "Sad walk", ["walk.bvh", "Neutral walk"], actions.NEUTRAL)


def test_what_is_shown_is_explained_once_until_something_else_is_compared_with(pipe, session, monkeypatch):
    shown = actions.explain(pipe, session, "Sad walk")
    calls = []
    monkeypatch.setattr(actions, "_explained", lambda *given: calls.append(given[1].name) or shown)
    actions.explain(pipe, session, "Sad walk")
    actions.explain(pipe, session, "Sad walk", "What do the arms do?")
    assert calls == ["Sad walk"]  # the question
    actions.use_reference(pipe, session, "Sad walk", ["walk.bvh"], actions.PERSON)
    actions.forget_reference(session)
    actions.explain(pipe, session, "Sad walk")
    actions.forget_labels(session)
    actions.explain(pipe, session, "Sad walk")
    assert calls == ["Sad walk"] * 4


@pytest.mark.parametrize("kind", [actions.NEUTRAL, actions.PERSON])
def test_a_single_recording_as_reference_is_a_mark_on_a_line_and_no_distribution(pipe, session, kind):
    several = views.result_view(actions.explain(pipe, session, "Sad walk"), session)
    assert 'class="area"' in several and "in the one recording" not in several
    result = actions.use_reference(pipe, session, "Sad walk", ["walk.bvh"], kind).after
    page = html.unescape(views.result_view(result, session))
    assert 'class="area"' not in page and 'class="held"' not in page and "of the reference" not in page
    measured = vector_of(session.entry("walk.bvh").clip)
    shown = [item for item in result.record["evidence"] if item["value"] is not None]
    assert shown, "or nothing is tested"
    for item in shown:
        other = value_words({**item, "value": float(measured[DESCRIPTOR_INDEX[item["descriptor"]]])})
        assert f"Here {value_words(item)}; in the one recording that it is compared with {other}." in page
    relative = "“High” and “low” are relative to one other clip of this person."
    assert relative in page and relative in html.unescape(views.report_file(result)["text"])


def test_a_claim_whose_degree_changed_is_neither_new_nor_gone(pipe, session):
    result = actions.explain(pipe, session, "Sad walk")
    plain, other = result.record["evidence"][:2]
    clearer = plain | {"claim": "clearer than before", "degree": "strong", "percentile": 1.0}
    after = Result(result.entry, result.record | {"evidence": [clearer]}, None)
    page = html.unescape(views.change_view(actions.Change(result, after), session))
    assert "clearer than before: percentile" in page and "Newly" not in page
    gone = page.partition("Not listed any more: ")[2]
    assert other["claim"] in gone and plain["claim"] not in gone


def test_the_neutral_recording_may_be_the_one_that_is_shown_and_the_next_ones_are_compared_with_it(pipe, session):
    actions.add_example(session, "Neutral walk")
    change = actions.use_reference(pipe, session, "Neutral walk", ["Neutral walk"], actions.NEUTRAL)
    assert change.after is change.before, "it is not explained again"
    page = views.change_view(change, session)
    assert "<table" not in page
    assert "its explanation stays" in page and "now compared with" not in page
    assert compared(session, "Neutral walk") == [] and compared(session, "Sad walk") == ["Neutral walk"]
    assert compared(session, "walk.bvh") == [] and actions.asks_who_moves(session, session.entry("walk.bvh"))
    of_kind = actions.use_reference(pipe, session, "Neutral walk", ["Neutral walk"], actions.RECORDINGS)
    assert "The other recordings are compared with it." in views.change_view(of_kind, session)
    assert compared(session, "walk.bvh") == ["Neutral walk"]


def test_people_who_were_recorded_together_are_never_taken_for_one(pipe, session):
    walk = session.entry("walk.bvh").clip
    session.add("pair.bvh", [walk, walk])
    one, other = "pair.bvh, person 1", "pair.bvh, person 2"
    for shown, chosen in ((one, [other]), (one, [one, other]), ("walk.bvh", [one, other])):
        with pytest.raises(VisitorError, match="two people"):
            actions.use_reference(pipe, session, shown, chosen, actions.PERSON)
    assert not session.typical
    actions.use_reference(pipe, session, "walk.bvh", [one], actions.PERSON)
    assert compared(session, "walk.bvh") == [one]
    assert "somebody else moves here" in told(session, other)
    assert not actions.asks_who_moves(session, session.entry(other))
    actions.use_reference(pipe, session, one, [other], actions.RECORDINGS)
    assert compared(session, one) == [other], "recordings of a kind may be of anybody"


def test_a_reference_needs_recordings(pipe, session):
    with pytest.raises(VisitorError, match="at least one"):
        actions.use_reference(pipe, session, "Sad walk", [], actions.PERSON)
    with pytest.raises(VisitorError, match="no reference of your own"):
        actions.whole_reference(pipe, session)
