"""How often a checkpoint's labels are right on corpora that it was not trained on, for its configuration and its card.

    python benchmarks/unseen_corpora.py --corpora ... --test-only ...
    python benchmarks/certainty.py [--checkpoint FOLDER]
    python benchmarks/certainty.py --checkpoint FOLDER --corpora bandai1=FOLDER ... --test-only manifest=FILE

Reads the probabilities among all labels that our model gave to the clips of each corpus and each rig of the generator
that its training left out. First the temperatures at which they are most likely are fitted: one for each kind of
reference, with the same weight for each corpus or rig, and one for all. What is tested only has no part in that, and
tells whether probabilities of such temperatures hold. Then the accuracy at each probability is counted over the
recorded corpora, those that are tested only among them, but not over the rigs of the generator, in many of whose clips
the emotion hardly shows. Prints the accuracy against the coverage as a Markdown table.

With --checkpoint, `label_temperature`, as training fitted it, is multiplied by the one for all in its `config.json`,
and `reference_temperatures` and `label_accuracy` are replaced; run it once after each training. The models of the
benchmark have the recipe of the checkpoint, but fewer clips and steps. With --corpora the checkpoint itself labels
these corpora, none of which it was trained on, as one of generated clips can.
"""

import argparse
import json
import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import log_softmax

from eai_llm_hf import load_pipeline
from eai_llm_hf.evaluation.selective import Prediction, label_accuracy, selective_table
from eai_llm_hf.processing.descriptors.reference_state import DEFAULT, PERFORMER, RECORDINGS
from eai_llm_hf.training.temperature import TEMPERATURES, cross_entropy

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "results" / "unseen_corpora.json"
METHODS = runpy.run_path(str(ROOT / "benchmarks" / "unseen_methods.py"))
LEVELS = {"none": DEFAULT, "recordings": RECORDINGS, "performer": PERFORMER, "neutral": PERFORMER}
"""Kind of reference in the benchmark -> level of the reference in records."""
_SMALLEST = 1e-4


Answers = Mapping[tuple[str, str], tuple[np.ndarray, np.ndarray]]
"""Corpus and kind of reference -> (clips, labels) logarithms of probabilities, and (clips,) right labels."""


def read_answers(content: Mapping[str, Any]) -> tuple[Answers, Answers]:
    """What our model answered, of all seeds.

    Args:
        content: What benchmarks/unseen_corpora.py wrote.

    Returns:
        For the corpora and rigs that were left out of a training, and for the corpora that are tested only.
    """
    found: dict[tuple[str, str], list[tuple[np.ndarray, int]]] = {}
    labels, test_only = content["settings"]["labels"], content["settings"].get("test_only", [])
    for name, cell in content["cells"].items():
        if name.split("; ")[-1] != METHODS["OURS"]:
            continue
        for corpus, kinds in cell["tests"].items():
            about = content["corpora"][corpus]
            truth = [labels.index(about["labels"][number]) for number in about["truth"]]
            for kind, answers in kinds.items():
                pairs = zip(answers["among_all"], truth, strict=True)
                rows = [(np.log(np.maximum(row, _SMALLEST)), right) for row, right in pairs if row is not None]
                found.setdefault((corpus, kind), []).extend(rows)
    stacked = {
        key: (np.stack([row for row, _ in rows]), np.array([right for _, right in rows]))
        for key, rows in found.items()
    }
    parts = ({key: found for key, found in stacked.items() if (key[0] in test_only) is only} for only in (False, True))
    left_out, tested_only = parts
    return left_out, tested_only


def recorded(answers: Answers) -> Answers:
    """Those for recorded corpora."""
    return {key: found for key, found in answers.items() if not key[0].startswith("generated-")}


def asked_answers(checkpoint: Path, specs: Sequence[str]) -> Answers:
    """The same of a checkpoint, for corpora that it was not trained on.

    Args:
        checkpoint: Its folder.
        specs: Corpora as in a recipe.

    Raises:
        ValueError: If it was trained on one of them.
    """
    load_rows = runpy.run_path(str(ROOT / "benchmarks" / "unseen_corpora.py"))["load_rows"]
    pipe = load_pipeline(str(checkpoint))
    pipe.model.config.reference_temperatures = None
    labels, default = list(pipe.model.config.labels), pipe.processor.feature_extractor.motion_reference()
    trained = set(json.loads((checkpoint / "training.json").read_text(encoding="utf-8"))["corpora"])
    found = {}
    for spec in specs:
        rows = load_rows(spec)
        if seen := trained & {str(row["corpus"]) for row in rows}:
            raise ValueError(f"The checkpoint was trained on {', '.join(seen)}.")
        corpus = METHODS["TestedCorpus"](rows)
        for kind in METHODS["kinds_for"](METHODS["OURS"], corpus):
            given = (METHODS["labeller_of"](pipe), corpus, kind, corpus.references(kind, 0, default), 0, labels)
            known = zip(METHODS["probabilities"](*given), corpus.truth, strict=True)
            pairs = [(np.log(np.maximum(row, _SMALLEST)), right) for row, right in known if row is not None]
            truth = [labels.index(corpus.labels[right]) for _, right in pairs]
            found[str(rows[0]["corpus"]), kind] = (np.stack([row for row, _ in pairs]), np.array(truth))
    return found


def best_temperature(answers: Answers) -> float:
    """The temperature with the least mean cross-entropy over corpora and kinds of reference."""

    def loss(temperature: float) -> float:
        return float(np.mean([cross_entropy(logits / temperature, right) for logits, right in answers.values()]))

    return float(min(TEMPERATURES, key=loss))


def temperatures_by_level(answers: Answers) -> dict[str, float]:
    """The best temperature for each level of the reference that there are answers for."""
    levels = sorted({LEVELS[kind] for _, kind in answers})
    return {
        level: best_temperature({key: found for key, found in answers.items() if LEVELS[key[1]] == level})
        for level in levels
    }


def predictions_of(answers: Answers, temperatures: Mapping[str, float]) -> list[Prediction]:
    """The most probable label of each clip, at the temperature of the level of its reference."""
    found = []
    for (corpus, kind), (logits, truth) in answers.items():
        shares = np.exp(log_softmax(logits / temperatures[LEVELS[kind]], axis=-1))
        best: Sequence[int] = shares.argmax(axis=-1)
        for row, top, right in zip(shares, best, truth, strict=True):
            found.append(Prediction(corpus, LEVELS[kind], float(row[top]), bool(top == right)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, default=FIGURES, help="of unseen_corpora.py (default docs/results/)")
    parser.add_argument("--checkpoint", type=Path, help="folder of the checkpoint whose labels these are")
    parser.add_argument("--corpora", nargs="+", metavar="CORPUS", help="corpora that the checkpoint never saw")
    parser.add_argument("--test-only", nargs="+", default=[], metavar="CORPUS", help="further ones, for the accuracy")
    given = parser.parse_args()
    if given.corpora and given.checkpoint is None:
        parser.error("--corpora needs --checkpoint")
    if given.test_only and not given.corpora:
        parser.error("--test-only needs --corpora")
    if given.corpora:
        answers, further = (asked_answers(given.checkpoint, specs) for specs in (given.corpora, given.test_only))
    else:
        answers, further = read_answers(json.loads(given.figures.read_text(encoding="utf-8")))
    temperature, by_level = best_temperature(answers), temperatures_by_level(answers)
    predictions = predictions_of(recorded({**answers, **further}), by_level)
    if given.checkpoint is not None:
        path = given.checkpoint / "config.json"
        state = json.loads(path.read_text(encoding="utf-8"))
        fitted = state["label_temperature"]
        state["label_temperature"] = round(fitted * temperature, 3)
        state["reference_temperatures"] = {level: round(fitted * each, 3) for level, each in by_level.items()}
        state["label_accuracy"] = label_accuracy(predictions)
        path.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    each = ", ".join(f"{level} {value:.2f}" for level, value in by_level.items())
    print(f"The temperatures are {each}, and {temperature:.2f} for all together, times that of each training.\n")
    print(selective_table(predictions), end="")


if __name__ == "__main__":
    main()
