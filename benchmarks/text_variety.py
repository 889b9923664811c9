"""Measures the variety of the texts that stage two learns from: distinct n-grams, and repetition between texts.

    python benchmarks/text_variety.py

The texts are explanations of crops of generated clips, in canonical words and in their styles, and answers to all
kinds of questions. Writes docs/explanations/variety.json.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics import BLEU
from tqdm import tqdm

from eai_llm_hf.corpora import generated_corpus
from eai_llm_hf.evaluation.explanations.tables import variety_as_markdown
from eai_llm_hf.processing.claims.argument import style_of, write_argument
from eai_llm_hf.processing.claims.marks import without_marks
from eai_llm_hf.processing.claims.reasons import Argument
from eai_llm_hf.training.crops import CropDataset, fit_reference
from eai_llm_hf.training.question_texts import AskedClip
from eai_llm_hf.training.training_texts import drawn_argument, question_answer

ROOT = Path(__file__).resolve().parents[1]
CLIPS = 300
COMPARED = 100
"""Number of texts that are compared with all others."""


def distinct(texts: Sequence[str], n: int) -> float:
    """Different n-grams over all n-grams of the texts (Li et al. 2016, distinct-n)."""
    grams = [tuple(words[i : i + n]) for words in map(str.split, texts) for i in range(len(words) - n + 1)]
    return len(set(grams)) / len(grams)


def self_bleu(texts: Sequence[str]) -> float:
    """Mean BLEU-4 of a text against all others (Zhu et al. 2018, Texygen), 0 to 1, over `COMPARED` of the texts."""
    metric = BLEU(effective_order=True)
    scores = []
    for number in range(min(COMPARED, len(texts))):
        others = [text for place, text in enumerate(texts) if place != number]
        scores.append(metric.sentence_score(texts[number], others).score / 100)
    return float(np.mean(scores))


def _in_style(argument: Argument) -> str:
    return write_argument(argument, style_of(argument))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=500, metavar="N", help="texts of each kind (default 500)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "explanations" / "variety.json")
    args = parser.parse_args()
    crops = CropDataset(generated_corpus(CLIPS), args.texts, labelled=True)
    reference = fit_reference(crops)
    labels = sorted(next(iter(crops.groups.values())), key=str)
    clips = [
        AskedClip(str(crop.label), crop.spans, reference, labels, crop.clip.joint_mask)
        for crop in tqdm((crops[index] for index in range(len(crops))), total=len(crops), desc="crops")
    ]
    kinds: dict[str, Callable[[AskedClip, np.random.Generator], str]] = {
        "explanations, canonical words": lambda clip, rng: write_argument(drawn_argument(clip, rng)),
        "explanations, in their styles": lambda clip, rng: _in_style(drawn_argument(clip, rng)),
        "answers of all kinds": lambda clip, rng: without_marks(question_answer(clip, rng, 1.0)[1]),
    }
    results: dict[str, Any] = {"command": f"python benchmarks/text_variety.py --texts {args.texts}", "kinds": {}}
    for kind, write in kinds.items():
        texts = [write(clip, np.random.default_rng([0, number])) for number, clip in enumerate(clips)]
        results["kinds"][kind] = {
            "texts": len(texts),
            "different": len(set(texts)),
            "distinct-1": distinct(texts, 1),
            "distinct-2": distinct(texts, 2),
            "self-BLEU": self_bleu(texts),
        }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("\n".join(variety_as_markdown(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
