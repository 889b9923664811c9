"""What each door of a checkpoint answers: the same calls with this package, and in a Python that does not have it."""

import dataclasses
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoFeatureExtractor, AutoProcessor, Pipeline, pipeline

TASK = "skeleton-emotion-explanation"
BRIEF = {"max_new_tokens": 12}
RECORD_KEYS = {
    *("source", "label", "score", "scores", "explanation", "reasons", "evidence", "segments", "skeleton", "model"),
}


class Doors:
    """A checkpoint behind each of its doors; by remote code, each has a copy of the code of its own.

    Args:
        name: Folder or Hub id.
        files: Paths of recordings: "short" (3 s), "wave" (BVH), "long" (25 s), "two" (people), and "broken".
        folder: Where to write.
        pipeline_class: Of the package where it is installed; by default that of the checkpoint.
    """

    def __init__(self, name: str, files: dict[str, str], folder: str | Path, pipeline_class: type | None = None):
        trust = {"trust_remote_code": True}
        self.files, self.folder = files, Path(folder)
        self.pipe: Pipeline = pipeline(TASK, model=name, pipeline_class=pipeline_class, **trust)
        self.model = self.pipe.model
        self.processor = AutoProcessor.from_pretrained(name, **trust)
        self.extractor = AutoFeatureExtractor.from_pretrained(name, **trust)

    @property
    def classes(self) -> dict[str, type]:
        """The class behind each door."""
        doors = {"pipeline": self.pipe, "model": self.model, "config": self.model.config, "processor": self.processor}
        return {name: type(door) for name, door in doors.items()} | {"feature_extractor": type(self.extractor)}

    def array(self, name: str) -> dict[str, Any]:
        """A recording as a user's dict."""
        with np.load(self.files[name]) as file:
            return {"joints": file["joints"], "fps": 30.0, "layout": "smpl22"}

    def reference(self) -> Any:
        """A reference that the pipeline calibrated, with what each door makes of a recording."""
        clip = self.extractor.clips(self.files["long"])[0]
        return self.pipe.calibrate([self.files["short"], self.files["wave"], clip, self.array("two")])

    def answers(self, names: Iterable[str] | None = None) -> dict[str, dict]:
        """What the doors of these names answer, or of all: `value`, else `error` and `traceback`."""
        found = {}
        for name in names or DOORS:
            try:
                found[name] = {"value": DOORS[name](self)}
            except Exception as error:
                found[name] = {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        return found


DOORS: dict[str, Callable[[Doors], Any]] = {}


def door(function: Callable[[Doors], Any]) -> Callable[[Doors], Any]:
    DOORS[function.__name__.replace("_", " ")] = function
    return function


@door
def a_short_clip(it: Doors):
    return it.pipe(it.files["short"], **BRIEF)


@door
def calls_of_their_own_that_go_through_the_model_together(it: Doors):
    return it.pipe.answers([it.pipe.opened(it.files[name], **BRIEF) for name in ("short", "wave")])


@door
def a_long_clip(it: Doors):
    return it.pipe(it.files["long"], **BRIEF)


@door
def two_people(it: Doors):
    return it.pipe(it.array("two"), **BRIEF)


@door
def a_mixed_batch_with_broken_inputs(it: Doors):
    clip = it.extractor.clips(it.files["long"])[0]
    mixed = [it.files["short"], it.files["broken"], it.files["long"], it.array("two"), clip, 5, it.array("long")]
    return it.pipe(mixed, batch_size=3, **BRIEF)


@door
def clips_of_one_call_that_share_everything(it: Doors):
    return it.pipe([it.files["short"]] * 5, batch_size=2, **BRIEF)


@door
def a_question(it: Doors):
    return it.pipe([it.files["long"], it.files["wave"]], question="How do the arms move?", **BRIEF)


@door
def other_labels(it: Doors):
    return it.pipe(it.files["long"], candidate_labels=["calm", "tense"], **BRIEF)


@door
def labels_only(it: Doors):
    return it.pipe(it.files["long"], label_only=True)


@door
def no_check_of_the_text(it: Doors):
    return it.pipe(it.files["long"], verify=False, **BRIEF)


@door
def windows_of_four_seconds(it: Doors):
    return it.pipe(it.files["long"], window_s=4.0, hop_s=2.5, **BRIEF)


@door
def a_record_in_a_notebook(it: Doors):
    records = it.pipe([it.files["short"], it.files["broken"], it.array("two")], **BRIEF)
    return [records._repr_html_(), records[0]._repr_html_(), records[1]._repr_html_()]


@door
def attribution(it: Doors):
    return it.pipe([it.files["short"], it.files["long"], it.array("two")], attribution=True, label_only=True)


@door
def arguments_in_each_form(it: Doors):
    labels, compared = "calm, tense", (it.files["short"], it.files["wave"])
    return [
        it.pipe(it.files["short"], candidate_labels=labels, generate_kwargs=BRIEF),
        it.pipe.compare(*compared, generate_kwargs=BRIEF),
    ]


@door
def a_clip_of_another_door(it: Doors):
    clip = it.extractor.clips(it.files["long"])[0]
    return [it.pipe(clip, **BRIEF), it.pipe(dataclasses.asdict(clip), **BRIEF)]


@door
def people_who_were_read_before(it: Doors):
    people = it.extractor.clips(it.array("two"))
    return it.pipe([{"people": people, "source": "two"}, it.files["short"]], batch_size=2, **BRIEF)


@door
def a_comparison(it: Doors):
    return it.pipe.compare(it.files["long"], it.files["wave"], **BRIEF)


@door
def a_comparison_with_another_reference(it: Doors):
    clips = [it.extractor.clips(it.files[name])[0] for name in ("short", "long")]
    return it.pipe.compare(*clips, question="Which of the two is faster?", reference=it.reference(), **BRIEF)


@door
def a_comparison_of_two_people_with_one(it: Doors):
    try:
        return it.pipe.compare(it.array("two"), it.files["wave"], **BRIEF)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"


@door
def calibration(it: Doors):
    return it.reference().to_dict()


@door
def a_reference_in_each_form(it: Doors):
    reference = it.reference()
    path = it.folder / "reference.json"
    reference.save(path)
    of_another_door = it.extractor.calibrate(it.files["short"])
    forms = [reference, reference.to_dict(), path, str(path), of_another_door]
    return [it.pipe([it.files["long"], it.files["short"]], reference=form, **BRIEF) for form in forms]


@door
def performers_and_a_baseline(it: Doors):
    files = [it.files["short"], it.files["wave"], it.files["long"]]
    reference = it.pipe.calibrate(files, performers=["A", "A", "B"])
    people = [it.array("two") | {"performer": "B"}, it.files["short"]]
    return [
        reference.to_dict(),
        it.pipe(it.files["short"], reference=reference, performer="A", **BRIEF),
        it.pipe(people, reference=reference, **BRIEF),
        it.pipe(it.files["short"], baseline=it.files["wave"], **BRIEF),
    ]


@door
def labels_from_a_few_clips(it: Doors):
    files = [it.files["short"], it.files["wave"], it.array("two"), it.files["long"], it.files["broken"]]
    mine = it.pipe.adapt(files, ["sad", "happy", "happy", "sad", "sad"], performers=["A", "A", "B", "B", "B"])
    mine.save(it.folder / "mine")
    forms = [mine, it.folder / "mine", str(it.folder / "mine")]
    asked = [{"path": it.files["long"], "performer": "B"}, it.files["short"]]
    return [mine.score, *(it.pipe(asked, adapted=form, **BRIEF) for form in forms)]


@door
def a_reference_for_the_processor(it: Doors):
    reference = it.reference()
    text = f"{it.processor.skeleton_token} What emotion?"
    return [
        _numbers(it.processor(text=text, skeletons=it.files["short"], reference=form))
        for form in (reference, reference.to_dict())
    ] + [_numbers(it.extractor(it.files["short"], reference=reference.to_dict(), return_tensors="pt"))]


@door
def a_chat_with_clips_in_each_form(it: Doors):
    clip = it.pipe.processor.feature_extractor.clips(it.files["short"])[0]
    forms = [
        {"path": it.files["short"]},
        {"skeleton": it.files["short"]},
        {"skeleton": clip},
        {"skeleton": dataclasses.asdict(clip)},
        {"skeleton": it.array("short")},
        it.array("short"),
    ]
    found = []
    for form in forms:
        content = [{"type": "skeleton", **form}, {"type": "text", "text": "What emotion?"}]
        inputs = it.processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=True, return_dict=True
        )
        with torch.no_grad():
            logits = it.model(**inputs).logits[0, -1, :20].tolist()
        found.append(_numbers(inputs) | {"logits": logits})
    return found


def _numbers(inputs) -> dict[str, list[float]]:
    """Shape, sum and sum of squares of each tensor."""
    return {
        name: [
            *value.shape,
            float(value.nan_to_num().double().sum()),
            float(value.nan_to_num().double().square().sum()),
        ]
        for name, value in inputs.items()
    }


def differences(found: Any, known: Any, place: str = "") -> list[str]:
    """Where two answers differ: floats by more than rounding, all else at all. The model's name does not count."""
    if isinstance(known, dict) and isinstance(found, dict):
        if set(found) != set(known):
            return [f"{place}: keys {sorted(found)}, expected {sorted(known)}"]
        inner = [(f"{place}/{key}", found[key], known[key]) for key in known if key != "model"]
    elif isinstance(known, (list, tuple)) and isinstance(found, (list, tuple)):
        if len(found) != len(known):
            return [f"{place}: {len(found)} entries, expected {len(known)}"]
        inner = [(f"{place}[{index}]", a, b) for index, (a, b) in enumerate(zip(found, known, strict=True))]
    elif isinstance(known, float) and isinstance(found, (int, float)):
        return [] if abs(found - known) <= 1e-5 * max(1.0, abs(known)) else [f"{place}: {found}, expected {known}"]
    else:
        return [] if found == known else [f"{place}: {found!r}, expected {known!r}"]
    return [difference for where, a, b in inner for difference in differences(a, b, where)]
