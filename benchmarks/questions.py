"""Measures whether questions are answered rightly, and whether those that no skeleton can answer are declined.

    python benchmarks/questions.py --data FOLDER

The questions are in benchmarks/questions.json: 100 whose answers are known, about recordings of Bandai-Namco sets 1
and 2, the Body Movement Library and the MPI database and about generated clips; 100 that a skeleton cannot answer;
20 that assume another emotion than the label; and some in other languages. What is known of an answer is checked
against the record of the clip, against what is measured on it, or against what its file is called ("run", "raise up
both hands"). FOLDER holds the recordings. The reader of questions was written with these at hand, and with those of
development_questions.json. Those of fresh_questions.json (40) and test_questions.json (162) were written before the
reader compared questions with known wordings; their wrong answers were printed and have helped since. Those of
independent_development_questions.json (two sets of 120) were written by people who had never seen the program; the
second set was a test until the reader was changed with it at hand. Those of independent_test_questions.json are only
scored, and nobody who works on the reader reads them. Writes docs/explanations/questions.json.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.evaluation.explanations.tables import questions_as_markdown
from eai_llm_hf.generator.clips import generate_clip
from eai_llm_hf.processing.claims.claim import Claim, holds
from eai_llm_hf.processing.claims.fixed_answers import (
    ENGLISH_ONLY,
    MISSING_JOINTS,
    NO_ANSWER,
    NOT_VISIBLE,
    NOTHING_AGAINST,
    NOTHING_UNUSUAL,
)
from eai_llm_hf.processing.claims.parser import find_claims
from eai_llm_hf.processing.claims.phrases import USUAL
from eai_llm_hf.processing.claims.questions import named_emotions
from eai_llm_hf.processing.claims.signs import relation
from eai_llm_hf.processing.descriptors.activity import gait_of
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX, measure_spans
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = {
    "": "questions.json",
    "development, ": "development_questions.json",
    "fresh, ": "fresh_questions.json",
    "test, ": "test_questions.json",
}
"""Files of questions, by what their kinds are called in the table; the first has the clips of all."""

INDEPENDENT = {
    "independent development, ": "independent_development_questions.json",
    "independent test, ": "independent_test_questions.json",
}
"""Files of questions by somebody who did not know the program, with what each answer should say in words."""

TESTS = ("fresh, ", "test, ", "independent test, ")
"""Sets whose questions are not printed with their answers, because who works on the reader reads the page."""

CLIPS_EACH = 2
"""Clips about which each answerable independent question is asked."""


@dataclass(frozen=True)
class Truth:
    """What is known of a clip: its record without a text, what is measured on it, and whether somebody walks."""

    record: Mapping[str, Any]
    vectors: np.ndarray
    reference: MotionReference
    gait: str | None = None

    @property
    def label(self) -> str:
        """The label that the checkpoint gives."""
        return self.record["label"]

    def holds(self, claim: Claim) -> bool | None:
        """Whether a claim is true of the clip."""
        return holds(claim, self.vectors, self.reference)

    def relations(self, answer: str, emotion: str) -> set[str]:
        """How the claims of an answer are related to an emotion, those that hold."""
        return {
            relation(claim.descriptor, claim.direction, emotion).relation
            for claim in find_claims(answer)
            if self.holds(claim)
        }


def refuses(answer: str) -> bool:
    """Whether an answer declines the question."""
    starts = (NOT_VISIBLE.rstrip("."), MISSING_JOINTS.partition(":")[0], NO_ANSWER.rstrip("."), ENGLISH_ONLY)
    return answer.startswith(starts)


# ---- what makes an answer right -------------------------------------------------------------------------------------


def _names(label: str, answer: str) -> bool:
    return bool(re.search(rf"\b{re.escape(label)}\b", answer))


def _percents(answer: str) -> list[int]:
    return [int(number) for number in re.findall(r"(\d+)%", answer)]


def _is(answer: str, truth: Truth, emotion: str) -> bool:
    return _names(truth.label, answer) and answer.startswith("Yes" if truth.label == emotion else "No")


def _sure(answer: str, truth: Truth) -> bool:
    certainty = truth.record["certainty"]
    level = certainty["level"] or "unknown"
    return _names(level, answer) and (
        certainty["accuracy"] is None or round(100 * certainty["accuracy"]) in _percents(answer)
    )


def _probability(answer: str, truth: Truth, emotion: str) -> bool:
    return round(100 * truth.record["scores"][emotion]) in _percents(answer)


def _against(answer: str, truth: Truth) -> bool:
    return "against" in truth.relations(answer, truth.label) or NOTHING_AGAINST in answer


def _why_not(answer: str, truth: Truth, emotion: str) -> bool:
    """Names both emotions, and says a true sign against the asked one or a sign of it that is absent."""
    reasons = "against" in truth.relations(answer, emotion) or "Signs of" in answer
    return truth.label != emotion and _names(emotion, answer) and _names(truth.label, answer) and reasons


def _why(answer: str, truth: Truth) -> bool:
    found = truth.relations(answer, truth.label)
    return _names(truth.label, answer) and ("for" in found or "known sign" in answer)


def _value(answer: str, truth: Truth, descriptor: str) -> bool:
    value = float(truth.vectors[0, DESCRIPTOR_INDEX[descriptor]])
    if not np.isfinite(value):
        return "cannot be measured" in answer
    for number in re.findall(r"-?\d+(?:\.\d+)?", answer):
        rounding = 0.5 * 10.0 ** -len(number.partition(".")[2])
        if any(abs(float(number) - scale * value) <= 1.001 * rounding for scale in (1, 60, 100)):
            return True
    return False


def _whether(answer: str, truth: Truth, signs: Sequence[Sequence[str]]) -> bool:
    """Says yes with one of the signs, or no with none of them, or what was measured of one; and what it says holds."""
    asked, claims = {tuple(sign) for sign in signs}, find_claims(answer)
    said = {(claim.descriptor, claim.direction) for claim in claims}
    usual = {name for name in USUAL if USUAL[name] in answer.lower()}
    true = all(truth.holds(claim) for claim in claims)
    about = {name for name, _ in asked} & ({name for name, _ in said} | usual)
    if answer.startswith("No"):
        return true and bool(about) and not said & asked
    if answer.startswith(("Yes", "Partly")):
        return true and bool(said & asked)
    return true and bool(about)


def _part(answer: str, truth: Truth, part: str) -> bool:
    claims = find_claims(answer)
    return answer == NOTHING_UNUSUAL.format(part) or (
        bool(claims) and all(claim.body_part == part and truth.holds(claim) for claim in claims)
    )


def _more(answer: str, truths: Sequence[Truth], emotion: str) -> bool:
    """Names the movement that looks more like the emotion, by the probabilities of the two."""
    first, second = (truth.record["scores"][emotion] for truth in truths)
    return bool(re.match(rf"the {'first' if first > second else 'second'} movement", answer.lower()))


def _how_sure(answer: str, truth: Truth) -> bool:
    return _sure(answer, truth) or _probability(answer, truth, truth.label)


def _why_not_or_so(answer: str, truth: Truth, emotion: str) -> bool:
    """As `_why_not`; where the emotion is the label after all, its reasons."""
    return _why(answer, truth) if truth.label == emotion else _why_not(answer, truth, emotion)


def _corrects_or_why(answer: str, truth: Truth, emotion: str) -> bool:
    return _why(answer, truth) if truth.label == emotion else corrects(answer, truth, emotion)


def _between(answer: str, truth: Truth, emotions: Sequence[str]) -> bool:
    """Gives the probabilities of both emotions, and names the label."""
    compared = [emotion for emotion in emotions if emotion in truth.record["scores"]]
    return _names(truth.label, answer) and all(_probability(answer, truth, emotion) for emotion in compared)


def _measured(answer: str, truth: Truth, descriptors: Sequence[str]) -> bool:
    """Says what was measured of one of some descriptors; a yes or a no is not judged."""
    if not _claims_hold(answer, truth):
        return False
    said = {claim.descriptor for claim in find_claims(answer)}
    said |= {name for name in USUAL if USUAL[name] in answer.lower()}
    unknown = not np.isfinite(truth.vectors[0, [DESCRIPTOR_INDEX[name] for name in descriptors]]).any()
    return bool(said & set(descriptors)) or (unknown and "cannot be measured" in answer)


def _gait(answer: str, truth: Truth) -> bool:
    """Says whether the person walks, runs or stands, or how far they get."""
    if re.search(r"\b(?:walk|runn|stand)ing\b", answer):
        return _names(truth.gait or "neither", answer)
    return _measured(answer, truth, ("travel_speed",))


def _hands(answer: str, truth: Truth) -> bool:
    """Says where the hands are: the place comes from the same code as the answer, so the reading alone is judged."""
    place = r"\bhands?\b.*(?:thighs?|hips?|waist|chest|shoulders?|head|leg lengths|height|low|raised)\b"
    return bool(re.search(place, answer)) and _claims_hold(answer, truth)


def _strongest(answer: str, truth: Truth) -> bool:
    """Says what shows the label most, or that nothing does."""
    said = re.search(r"\b(?:strongest|most)\b", answer) and "for" in truth.relations(answer, truth.label)
    return bool(said) or "known sign" in answer


def _claims_hold(answer: str, truth: Truth) -> bool:
    return all(truth.holds(claim) for claim in find_claims(answer))


RIGHT: Mapping[str, Callable[..., bool]] = {
    "emotion": lambda answer, truth: _names(truth.label, answer),
    "is": _is,
    "sure": _sure,
    "probability": _probability,
    "runner-up": lambda answer, truth: _names(truth.record["certainty"]["runner_up"], answer),
    "against": _against,
    "sure and against": lambda answer, truth: _sure(answer, truth) and _against(answer, truth),
    "why not": _why_not,
    "why": _why,
    "value": _value,
    "yes": lambda answer, truth: answer.startswith("Yes"),
    "no": lambda answer, truth: answer.startswith("No,"),
    "says": lambda answer, truth, words: not refuses(answer) and bool(re.search(words, answer.lower())),
    "whether": _whether,
    "part": _part,
    "more": _more,
    "how sure": _how_sure,
    "why not or so": _why_not_or_so,
    "corrects or why": _corrects_or_why,
    "between": _between,
    "measured": _measured,
    "one value": lambda answer, truth, names: any(_value(answer, truth, name) for name in names),
    "gait": _gait,
    "hands": _hands,
    "strongest": _strongest,
}
"""Kinds of answers that are known, and when one is right: (answer, truth, arguments of the question)."""


def corrects(answer: str, truth: Truth, assumed: str) -> bool:
    """Whether an answer says that the movement does not look as the question assumes, and how it looks."""
    return bool(re.search(rf"\bdoes not \w+ {re.escape(assumed)}\b", answer)) and _names(truth.label, answer)


# ---- questions of others --------------------------------------------------------------------------------------------

_CHECKS = {
    "label": "emotion",
    "why": "why",
    "why_not": "why not or so",
    "certainty": "how sure",
    "against": "against",
    "runner_up": "runner-up",
    "number": "one value",
    "hands": "hands",
    "activity": "gait",
    "state_check": "measured",
    "part": "part",
    "between": "between",
    "false_premise": "corrects or why",
    "most_telling": "strongest",
}
"""Kind of an answerable independent question -> what makes its answer right."""

_MEANT = (
    (r"cadence|steps? per|step (?:rate|frequency)", ("cadence",)),
    (r"(?:step|stride) length", ("step_length",)),
    (r"step width|stance width|base of support", ("step_width",)),
    (r"hand speed|speed of the hands?", ("hand_speed",)),
    (r"leg speed", ("leg_speed",)),
    (r"(?:travel|walking|gait) speed", ("travel_speed",)),
    (r"(?<!travel )(?<!walking )(?<!gait )(?<!hand )(?<!leg )speed", ("movement_speed", "travel_speed")),
    (r"elbow", ("elbow_flexion",)),
    (r"knee", ("knee_flexion",)),
    (r"head (?:pitch|tilt|angle)", ("head_pitch",)),
    (r"head movement|nod", ("head_movement",)),
    (r"lean|inclination|upright", ("trunk_lean",)),
    (r"twist|rotation", ("trunk_twist",)),
    (r"sway", ("body_sway",)),
    (r"bounc", ("vertical_bounce",)),
    (r"openness|expansion|compact|space", ("body_expansion", "shoulder_opening", "arm_expansion")),
    (r"shoulder height", ("shoulder_height",)),
    (r"shoulder opening", ("shoulder_opening",)),
    (r"hand height|height of the hands?", ("hand_height",)),
    (r"arm swing|swing", ("arm_swing",)),
    (r"symmetr", ("arm_symmetry",)),
    (r"pause|still", ("pauses",)),
    (r"tempo|rhythm", ("tempo", "regularity")),
    (r"regular|steady|even", ("regularity",)),
    (r"smooth|jerk|fluid", ("smoothness",)),
    (r"acceleration|sudden|forceful", ("acceleration",)),
    (r"stance|ground contact", ("stance_share", "step_width")),
    (r"spread|distance of the (?:arms|hands)", ("arm_expansion", "hand_to_hip")),
    (r"to (?:the )?(?:head|face)", ("hand_to_head",)),
    (r"shoulder", ("shoulder_height", "shoulder_opening")),
    (r"arms? height|arms? (?:raised|lifted)", ("hand_height",)),
)
"""Words of what an answer should say -> descriptors, of which it must state one."""

_PARTS = (
    (r"\bhead\b|\bneck\b", "head"),
    (r"\btrunk\b|\btorso\b|\bback\b|shoulder|posture|\bupper body\b", "trunk"),
    (r"\barms?\b|\bhands?\b|elbow", "arms"),
    (r"\blegs?\b|\bfeet\b|\bfoot\b|knee|step", "legs"),
)


def as_checked(entries: Sequence[Mapping[str, str]], names: Sequence[str], labels: Sequence[str]) -> dict[str, Any]:
    """Independent questions in the form of the other files.

    What an answer should say decides which emotions, descriptors or body part it must be about. The words of the
    question are not looked at, except for the body part.

    Args:
        entries: Question, kind and what the answer should say, of each.
        names: The clips, which take turns.
        labels: The labels of the checkpoint.
    """
    answerable: list[list[Any]] = []
    for number, entry in enumerate(each for each in entries if not each["kind"].startswith("unanswerable")):
        kind, expects = entry["kind"], entry["expects"].lower()
        emotions = list(named_emotions(expects, labels))
        meant = [name for pattern, found in _MEANT if re.search(pattern, expects) for name in found]
        parts = [part for pattern, part in _PARTS if re.search(pattern, f"{entry['question'].lower()} {expects}")]
        given: list[Any] = []
        if kind in ("why_not", "false_premise"):
            given = emotions[:1]
        elif kind == "between":
            given = [emotions]
        elif kind in ("number", "state_check"):
            given = [meant]
        elif kind == "part":
            given = parts[:1]
        for turn in range(CLIPS_EACH):
            clip = names[(number + turn * len(names) // CLIPS_EACH) % len(names)]
            answerable.append([clip, entry["question"], _CHECKS[kind], *given])
    unanswerable = [each["question"] for each in entries if each["kind"].startswith("unanswerable")]
    return {"answerable": answerable, "false premise": [], "other languages": [], "unanswerable": unanswerable}


# ---- asking ---------------------------------------------------------------------------------------------------------


def keep_scores(scorer: Any) -> None:
    """Makes a label scorer score each clip once: many questions are about the same one."""
    compute, kept = scorer.probabilities, {}

    def probabilities(batches: Iterable[Mapping[str, Any]], *names: Sequence[str]) -> np.ndarray:
        given = list(batches)
        key = hash((str(names), *(tensor.numpy().tobytes() for batch in given for tensor in batch.values())))
        kept[key] = kept[key] if key in kept else compute(given, *names)
        return kept[key]

    scorer.probabilities = probabilities


def load_clips(
    specs: Mapping[str, Any], folder: Path, pipe: SkeletonEmotionExplanationPipeline
) -> dict[str, UnifiedClip]:
    """The clips of the questions: paths in a folder, or arguments of `generate_clip`; at most 10 s of each."""
    extractor = pipe.processor.feature_extractor
    found = {}
    for name, spec in specs.items():
        given = str(folder / spec) if isinstance(spec, str) else generate_clip(**spec).motion
        found[name] = next(iter(extractor.clips(given))).cut(0, extractor.max_frames)
    return found


def truth_of(clip: UnifiedClip, pipe: SkeletonEmotionExplanationPipeline) -> Truth:
    rows = measure_spans(clip.joints, clip.joint_mask, clip.not_shown)
    gait = gait_of(clip.joints, clip.joint_mask, clip.not_shown)
    return Truth(pipe(clip, label_only=True), rows, pipe.processor.feature_extractor.motion_reference(), gait)


def ask(questions: Mapping[str, Any], clips: Mapping[str, UnifiedClip], pipe: Any) -> list[dict[str, Any]]:
    """Asks all questions.

    Returns:
        For each question its set, clip, answer, whether it is declined, and whether the answer is right: for those
        that are unanswerable, in another language or of a false premise, whether this is said.
    """
    truths = {name: truth_of(clip, pipe) for name, clip in clips.items()}
    names = [*clips]
    asked = [("answerable", *item) for item in questions["answerable"]]
    asked += [("false premise", clip, text, "corrects", emotion) for clip, text, emotion in questions["false premise"]]
    for kind in ("other languages", "unanswerable"):
        asked += [(kind, names[number % len(names)], text, kind) for number, text in enumerate(questions[kind])]
    found = []
    for kind, clip, question, check, *arguments in tqdm(asked, unit="question"):
        if isinstance(clip, list):
            truth = [truths[name] for name in clip]
            answer = pipe.compare(*(clips[name] for name in clip), question=question)["answer"]
        else:
            truth = truths[clip]
            answer = pipe(clips[clip], question=question)["explanation"]
        if kind == "unanswerable":
            right = refuses(answer)
        elif kind == "other languages":
            right = answer == ENGLISH_ONLY
        elif kind == "false premise":
            right = corrects(answer, truth, *arguments)
        else:
            right = not refuses(answer) and RIGHT[check](answer, truth, *arguments)
        claims = [] if isinstance(clip, list) else [truth.holds(claim) for claim in find_claims(answer)]
        given = {"kind": kind, "check": check, "clip": clip, "question": question, "answer": answer}
        found.append(given | {"refuses": refuses(answer), "right": bool(right), "holds": claims})
    return found


def summary(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts over the answers to one set of questions."""
    verdicts = [verdict for answer in answers for verdict in answer["holds"] if verdict is not None]
    return {
        "questions": len(answers),
        "right": sum(answer["right"] for answer in answers),
        "declined": sum(answer["refuses"] for answer in answers),
        "claims": len(verdicts),
        "hold": sum(verdicts),
    }


def scored(pipe: Any, folder: Path) -> dict[str, Any]:
    """The figures of all sets, with the wrong answers and some others; of sets that test the reader, figures alone."""
    read = {
        name: json.loads((ROOT / "benchmarks" / name).read_text("utf-8"))
        for name in (QUESTIONS | INDEPENDENT).values()
    }
    clips = load_clips(read[QUESTIONS[""]]["clips"], folder, pipe)
    sets = {prefix: read[name] for prefix, name in QUESTIONS.items()}
    labels = list(pipe.model.config.labels)
    sets |= {prefix: as_checked(read[name], [*clips], labels) for prefix, name in INDEPENDENT.items()}
    answers = [
        answer | {"set": prefix, "kind": f"{prefix}{answer['kind']}"}
        for prefix, questions in sets.items()
        for answer in ask(questions, clips, pipe)
    ]
    shown = ("kind", "clip", "question", "answer")
    printed = [answer for answer in answers if answer["set"] not in TESTS]
    return {
        "command": "python benchmarks/questions.py --data FOLDER",
        "kinds": {
            kind: summary([answer for answer in answers if answer["kind"] == kind])
            for kind in dict.fromkeys(answer["kind"] for answer in answers)
        },
        "independent": {
            kind: {
                prefix.rstrip(", "): summary([a for a in answers if (a["set"], a["check"]) == (prefix, check)])
                for prefix in INDEPENDENT
            }
            for kind, check in _CHECKS.items()
        },
        "wrong": [{key: answer[key] for key in shown} for answer in printed if not answer["right"]],
        "examples": [{key: answer[key] for key in shown} for answer in printed[::8]],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default", help="checkpoint, as for eai-llm explain (default %(default)s)")
    parser.add_argument("--data", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "explanations" / "questions.json")
    args = parser.parse_args()
    pipe = load_pipeline(args.model, dtype="float32")  # bfloat16 is slow on processors that do not have it
    keep_scores(pipe.scorer)
    results = scored(pipe, args.data)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(questions_as_markdown(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
