"""Writes docs/explanations.md from the figures of the runs, so that no figure is typed by hand.

    python benchmarks/explanations.py                                   docs/explanations/*.json -> explanations.md
    python benchmarks/explanations.py --take runs/explanations unseen   first copies a run's figures and examples there

Each run of `eai-llm evaluate explanations` gives one file; docs/explanations.md gives the command of each table.
Tables without a run are left out.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.explanation_tables import as_markdown, questions_as_markdown, variety_as_markdown

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "explanations"
PAGE = ROOT / "docs" / "explanations.md"

SECTIONS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], list[str]]], ...] = (
    ("unseen", "Movement that training never saw", as_markdown),
    ("rigs", "Other rigs", as_markdown),
    ("questions", "Questions", questions_as_markdown),
    ("variety", "Variety of the training texts", variety_as_markdown),
)
"""File of figures, title, and the function that writes its lines."""

_HEAD = """# Are the explanations true?

Do the statements in explanations hold for the movement, and does the label depend on what they say?

`python benchmarks/explanations.py` writes this page from the figures in docs/explanations/, which
`eai-llm evaluate explanations` makes.

## What the figures mean
Only clips that training held out are explained; they are drawn by the seed. Clips longer than 10 s are cut to the
first 10 s. The model gets nothing but the movement; the label is its own.

**Truth**
- **Claim**: a statement about the movement in the text, in any words that the parser knows ("towards the end the head
  is clearly bowed"). It **holds** if the measured descriptor lies in the stated range of the checkpoint's reference:
  [record.md](record.md#evidence) has the percentiles. A claim about a third of the clip is checked in that third. A
  claim is not checkable if a joint is absent or the clip is too short for thirds; it then counts neither way.
- **Shuffled**: the same texts, each compared with every other clip of the corpus.
- **Best constant**: the claims that hold on most of these very clips, as many as a text has. They cannot be known
  beforehand, so this is an upper bound for any constant text.
- **Base rate**: how often a claim that was made holds over all clips. A text that always says what is always true has
  a high share and no gap.
- **Gap**: the share that holds minus the other share, on the same bootstrap draws of clips. Brackets give the middle
  95% of 2,000 draws. Clips of one performer are not independent, so true intervals are wider.
- **Guard**: `verify=True`, the default of the pipeline, which removes claims that the measurements do not support.
- **Decoding**: greedy, or sampled with `do_sample=True`: temperature .2 and `top_p` .9, as the authors of the
  backbone recommend.
- **Coverage**: the share of the five most salient claims of the clip that the text states. **Repeated**: claims
  stated twice in a text, in whatever degree. **Absent parts**: texts about a body part that has no joint in the
  recording. **Texts of two contents**: texts that occur word for word for clips of different content.

**Faithfulness**
- **Hiding cited parts**: the body parts that the true claims of a text cite are hidden from the model, one after the
  other, in all orders. The same is done with as many uncited parts. The measure is the area under the label's
  probability, uncited minus cited. Above 0, the label depends more on the cited parts. Claims about the whole body
  cite no part. For comparison: random parts, the parts that another clip's text cites, and the parts of the highest
  attribution, which is about the maximum. The same is done for thirds of the clip.
- **Two ways to hide**: one masks the part, as on a rig that lacks it; the other replaces it by the mean of training.
  The pipeline orders claims by masking each part, one at a time. So masking tests whether the text follows that
  order, and the mean, which played no part in the choice, tests whether the label really depends on the cited parts.
- **Editing the movement**: head, trunk, arms, stance and pace are changed by known amounts. If the measured value
  crosses a threshold, does the claim change with it? "Of texts that speak of it" counts only texts that still mention
  it. Do outdated claims disappear, and do other claims stay? Do the probabilities move to the emotions that
  publications name for that sign? "Measured" texts state the strongest measured claims, about the best possible
  result.
- **Recorded otherwise**: the same movement with another heading, place, unit or frame rate, mirrored, with noise, or
  slightly cut.

**Variety and questions**
- **Distinct-n**: different n-grams divided by all n-grams of the texts. **Self-BLEU**: BLEU-4 of a text against all
  others; 1 if each repeats another. Texts of a few true statements in plain words repeat each other often.
- **Questions**: 100 that no skeleton can answer and 60 that it can, none of them in the training texts. The guard's
  list of words for what no skeleton shows has the same author, who had seen a tenth of these questions.

The modules in [metrics/](../metrics/README.md) compute the same figures for other texts, by other models or by
people.
"""


def page() -> str:
    """The whole page."""
    lines = [_HEAD.rstrip("\n")]
    for name, title, make in SECTIONS:
        path = FIGURES / f"{name}.json"
        if path.is_file():
            lines += ["", f"## {title}", "", *make(json.loads(path.read_text(encoding="utf-8")))]
            if (examples := FIGURES / f"{name}-examples.md").is_file():
                lines += ["", f"[Some of the texts]({FIGURES.name}/{examples.name}), with the verdict on each claim."]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--take",
        nargs=2,
        metavar=("FOLDER", "NAME"),
        help="first save the figures and examples of a run under this name",
    )
    args = parser.parse_args()
    if args.take:
        folder, name = Path(args.take[0]), args.take[1]
        FIGURES.mkdir(exist_ok=True)
        shutil.copyfile(folder / "explanations.json", FIGURES / f"{name}.json")
        shutil.copyfile(folder / "examples.md", FIGURES / f"{name}-examples.md")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written to {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
