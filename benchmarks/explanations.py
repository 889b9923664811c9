"""Writes docs/explanations.md from the figures of the runs, so that no figure in it is typed by hand.

    python benchmarks/explanations.py                                   docs/explanations/*.json -> explanations.md
    python benchmarks/explanations.py --take runs/explanations unseen   keeps a run's figures and examples there first

Each run of `eai-llm evaluate explanations` gives one file; docs/explanations.md names the command of each table. What
has not been run is not there.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.explanations.tables import as_markdown, questions_as_markdown, variety_as_markdown

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "explanations"
PAGE = ROOT / "docs" / "explanations.md"

SECTIONS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], list[str]]], ...] = (
    ("unseen", "Movement that training never saw", as_markdown),
    ("rigs", "Other rigs", as_markdown),
    ("questions", "Questions", questions_as_markdown),
    ("variety", "Variety of the training texts", variety_as_markdown),
)
"""File of figures, title and what is made of it."""

_HEAD = """# Are the explanations true?

Written by `python benchmarks/explanations.py` from the figures in docs/explanations/; tables whose runs have not
been made are not there. `eai-llm evaluate explanations` makes them.

## What the figures mean
Only clips that training held out are explained, drawn by the seed; of a clip of more than 10 s the first 10. The
model is told nothing but the movement; the label is its own.
- **Claim**: a statement about the movement ("towards the end the head is clearly bowed"), found in the text in
  whatever words it is made. It **holds** if the measured descriptor lies where the words say on the reference of
  the checkpoint: "high" from percentile 60, "low" up to 40, "clearly" beyond 80 or 20, "slightly" from 55 to 85 or
  45 to 15; a claim about a third of the clip by what was measured in that third. What the recording cannot tell (a
  joint is absent, the clip is too short for thirds) is not checkable, and counts neither way.
- **Shuffled**: the same texts, each held against every other clip of the corpus. **Best constant**: the claims, as
  many as a text has, that hold on most of these very clips; nobody could know them beforehand, so it is a bound.
  **Base rate**: how often a claim that was made holds over all clips. A text that says what is always true has a
  high share and no gap.
- **Gap**: the share that holds less the other, on the same bootstrap draws of clips. [Intervals] are the middle
  95% of 2,000 draws. Clips of one performer are not independent, so true intervals are wider.
- **Guard**: `verify=True`, the default of the pipeline: it takes out claims that the measurements do not bear out.
  Greedy decoding, and sampling with `do_sample=True` as the pipeline has it: temperature .2, `top_p` .9, which the
  authors of the backbone recommend.
- **Coverage**: the share of the five claims that stand out most in the clip which the text says. **Repeated**:
  said once more in a text, in whatever degree. **Absent parts**: texts that speak of a part of the body of which
  the recording has no joint. **Texts of two contents**: texts that stand word for word under a clip of other
  content too.
- **Hiding what is cited**: the body parts that the true claims of a text are about (claims about the whole body cite
  none) are hidden from the model, against as many others: all orders of hiding one part after the other, the area
  under the label's probability, uncited less cited. Above 0, the label rests more on what was said. Beside it parts at
  random, what another clip's text cites, and the parts of the highest attribution, about the most that citing can
  reach. "Absent" hides as a rig that lacks the part would, "ordinary" puts the mean of training there. The same for
  thirds of the clip. What stands out is said the sooner, the more the label rests on its body part, which the pipeline
  finds out by hiding each part as absent, one at a time; so the gap says whether the text keeps to that, and
  "ordinary", by which nothing was chosen, whether it is so.
- **Editing the movement**: head, trunk, arms, stance and pace are changed by known amounts. Where the measured value
  crosses a threshold, does the claim turn with it ("of texts that speak of it": among those that still speak of it);
  does a claim that is no longer true go; do others stay; do the probabilities move to the emotions that publications
  name for that sign. "Measured" are texts of the strongest measured claims, about the best to expect.
- **Recorded otherwise**: the same movement with another heading, place, unit, frame rate, mirrored, with noise or a
  little less of it.
- **Distinct-n**: different n-grams over all n-grams of the texts. **Self-BLEU**: BLEU-4 of a text against all others,
  1 where each repeats another. Texts of a few true statements in plain words repeat each other much.
- **Questions**: 100 that no skeleton answers and 60 that it can, none of them in the training texts. The words by
  which the guard knows what no skeleton shows are by the same hand, after a tenth of these questions had been seen.

The same figures of any other texts, by other models or by people, come from the modules in
[metrics/](../metrics/README.md).
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
        "--take", nargs=2, metavar=("FOLDER", "NAME"), help="first keep a run's figures and examples under this name"
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
