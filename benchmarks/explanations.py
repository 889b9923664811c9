"""Writes docs/explanations.md from the figures of the runs, so that no figure is typed by hand.

    python benchmarks/explanations.py                                          docs/explanations/*.json -> the page
    python benchmarks/explanations.py --take after runs/walks runs/bandai      first saves the figures of these runs

Each name of `SECTIONS` is a file of figures. A section can join several runs of `eai-llm evaluate explanations`, one
for each corpus; docs/explanations.md gives their commands. Sections without figures are left out.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eai_llm_hf.evaluation.explanations.tables import (
    as_markdown,
    first_texts_as_markdown,
    goals_as_markdown,
    questions_as_markdown,
    variety_as_markdown,
)

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "explanations"
PAGE = ROOT / "docs" / "explanations.md"

SECTIONS: tuple[tuple[str, str, Callable[[Mapping[str, Any]], list[str]]], ...] = (
    ("after", "Arguments with marks", as_markdown),
    ("before", "Before: clauses, rewritten by a guard", as_markdown),
    ("questions", "Questions", questions_as_markdown),
    ("variety", "Variety of the training texts", variety_as_markdown),
)
"""File of figures, title, and the function that writes its lines."""

COMPARED = ("before", "after")
"""Runs of the first table, and the last of them that there is gives the texts."""

_HEAD = """# Are the explanations true, and are they reasons?

Do the statements in explanations hold, are they signs of the emotion, and does the label depend on what they say?

`python benchmarks/explanations.py` writes this page from the figures in docs/explanations/, which
`eai-llm evaluate explanations` makes.

## What the figures mean
Only clips that training held out are explained; they are drawn by the seed. Clips longer than 10 s are cut to the
first 10 s. The model gets nothing but the movement; the label is its own. Brackets give the middle 95% of 2,000
bootstrap draws of performers, or of clips where the performers are unknown.

**Writers.** "Model" is the text of the pipeline. "Template" is the text that the package writes for the same label
from the measurements, in its canonical words and without a language model. It shows what the language model adds.
In the run "after" the text of the language model is checked part by part, and parts that fail give way to templates
in varied words: the columns "the model's own" and "in part" say how many texts stay. In the run "before" a language
model of the earlier kind wrote, and a guard rewrote what did not hold.

**Truth**
- **Claim**: a statement about the movement in the text. Where the record has `reasons`, they say which claims the text
  states; of other texts the parser reads them ("towards the end the head is clearly bowed").
- **Ranked**: the claim is compared with the clips of the same corpus, which have the same rig. "High" holds if the
  clip is at percentile 60 of the corpus or above, "low" at 40 or below, as for any other reference. Where the texts
  compare a clip with others of its performer, the mean of the performer's clips is first taken from each clip.
- **Default**: the claim is compared with the checkpoint's reference, which also tells rigs apart.
- **As compared**: the claim is compared with what the text compares it with. A claim about a third of the clip is
  checked in that third. A claim is not checkable if a joint is absent or the clip is too short for thirds; it then
  counts neither way.
- **On another clip**: the same texts, each compared with every other clip of the corpus.
- **Best constant**: the claims that hold on most of these very clips, as many as a text has. They cannot be known
  beforehand, so this is an upper bound for any constant text.
- **Gap**: the share that holds minus the share on another clip, on the same draws.
- **Decoding**: greedy, or sampled with `do_sample=True`: temperature .2 and `top_p` .9, as the authors of the
  backbone recommend.
- **Coverage**: the share of the five most salient claims of the clip that the text states. **Repeated**: claims
  stated twice in a text, in whatever degree. **Absent parts**: texts about a body part that has no joint in the
  recording. **Texts of two contents**: texts that occur word for word for clips of different content.

**Argument**
- **Linked**: the claim is a sign of the label by the [table of signs](signs.md). **Of those given as reasons**
  counts what the text gives as speaking for the label or against the runner-up, and leaves out what it gives as
  speaking against the label, for the runner-up, or for nothing ("it is also notable that ..."); of texts without marks
  all claims count. What speaks for the label is linked by construction; what speaks against the runner-up need not
  be. **Against, said to be**: the opposite of the claim is a
  sign of the label, and the text says that it speaks against it. **Against, not said**: it does not say so. The rest
  are no known sign. Labels without signs, such as "neutral", cannot have linked reasons; their texts are counted and
  left out.
- **Linked to another label**: the claims given as reasons, with the label of another clip, over the clips with
  another label.
- **Says how sure**, **names runner-up**: the words of the text, not the fields of the record.
- **Contrast**: a text that weighs something against something else ("although", "but", "speaks against").
- **Words agree with marks**: of the claims that the marks of a text make or the parser reads in its words, the share
  that both make.
- **Frame**: a sentence with claims, emotions and numbers blanked. A text has variety if many frames occur.
- **The model's text against the template's**: three rules compare two texts about one clip without knowing who wrote
  them. *Linked*: the share of claims that are signs of the label, less those against it in a sentence without a
  contrast. *Contrast*: whether the text has one. *Variety*: how rare the frames of its sentences are among the texts
  of the same writer. Each rule gives a point, and the text with more points wins. The share counts a tie as half.

**Faithfulness**
- **Hiding cited parts**: the body parts that the true claims of a text cite are hidden from the model, one after the
  other, in all orders. The same is done with as many uncited parts. The measure is the area under the label's
  probability, uncited minus cited. Above 0, the label depends more on the cited parts. Claims about the whole body
  cite no part. For comparison: random parts, the parts that another clip's text cites, and the parts of the highest
  attribution, which is about the maximum. The same is done for thirds of the clip.
- **Two ways to hide**: one masks the part, as on a rig that lacks it; the other replaces it by the mean of training.
  The pipeline orders claims by masking each part, one at a time. So masking tests whether the text follows that
  order, and the mean, which played no part in the choice, tests whether the label really depends on the cited parts.
- All are measured with what the texts compare a clip with. What depends on the rig, such as the pitch of the head, is
  said only where a clip is compared with others of its rig.
- **Editing the movement**: it is slowed down (to .6 of its pace) or sped up (to 1.5), the head is bowed or raised by
  25 degrees, the arms are raised by 50 degrees, or the arm swing is halved. *Probabilities move the right way* if the
  emotions that the changed signs speak for gain over those that they speak against; only cases in which the log odds
  move by .1 or more count. *Text speaks of it* if the text about the edited clip states one of the changed signs and
  the opposite of none; only cases count in which one of these signs is unusual in the edited clip (percentile 75 or
  beyond on its side) and the edit moved it by 5 points or more. *Before the edit* is how often the text of the
  unedited clip already said so.
- **Recorded otherwise**: the same movement with another heading, place, unit or frame rate, mirrored, with noise, or
  slightly cut.

**Cost.** [Latency](latency.md) compares `explain` with the bare text backbone that writes as many tokens, in one run.
The goal is a ratio of at most 1.10.

**Variety and questions**
- **Distinct-n**: different n-grams divided by all n-grams of the texts. **Self-BLEU**: BLEU-4 of a text against all
  others; 1 if each repeats another. Texts of a few true statements in plain words repeat each other often.
- **Questions**: most ask for a fact of the record: the label, how sure it is, what speaks for and against it, a value,
  where the hands are, which of two looks sadder. Code answers these from the record, so their statements hold by
  construction. What can go wrong is the reading. Rules find out by words and patterns what is asked. Where they find
  nothing, the question is compared with about 6,600 known wordings, in which words that mean nearly the same count as
  one. So is a question with words that the rules do not know, and a strong likeness counts more than the rules.
  A question that is like none of them is declined, and so is one with words that the rules do not know if it is
  likest to questions without an answer. What is found by likeness must be of the body part that the question names,
  and a value of one side or of a part of the clip is not given. The language model answers the rest, such as "What do
  the arms do?", and what does not hold is removed.
- **Right** means: checked against the record of the clip, against what is measured on it, or against what its file is
  called ("run"). **Declined** means: the answer says that this cannot be seen or measured. Questions of a *false
  premise* ("Why is he angry?" of a sad clip) are right if the answer corrects them, questions in *other languages* if
  it says that it understands English only.
- **Development** questions, like those without a prefix, were at hand while the reader was written, so their figures
  are those of wordings that it knows. **Test** questions have other styles (clinicians, animators, people who learned
  English late, text messages), **fresh** ones are from an earlier round. Both were written before the reader compared
  questions with known wordings, by the person who wrote these. Earlier pages printed those that were answered wrongly,
  and these helped to write further wordings. So they are no test any more. The rules alone answered 45 of the 88 test
  questions and 12 of the 28 fresh ones rightly.
- **Independent** questions are by people who had never seen the program, of the same kinds. Those with an answer are
  asked about two clips each. A note says what each answer should say, which decides what is checked; a yes or a no
  about a posture is not judged. The first test set was scored twice: 63 of 120 right before the wordings were doubled,
  and 95 after, with 13 declined, and 54 of 60 without an answer declined. It is development material now. Nobody who
  works on the reader has read the test set that replaces it, and it was scored once. The goals are 90% right, 98% of
  those without an answer declined, and at most 2% of the others: other people's words still miss them.
- **Words of other people**: what helped was tested by leaving sets out. Each figure is the questions of the first test
  set whose kind is read rightly, of 60 with and of 60 without an answer, from likeness alone. With a quarter of the
  old wordings 47 and 42, with half 50 and 45, with all 52 and 52: more wordings still help. Other weights, ridges,
  words for the model, polite frames that are removed, and pairs of distant words changed this by two at most.
  2,900 wordings in the voices of other people, without the old ones, gave 55 and 58, both together 55 and 59.
  Their writer had read this set, so these figures are no test.
- **Likeness over rules**: with the new wordings alone, 346 of the 392 development questions with an answer were read
  rightly and 335 of 348 without one declined. After a likeness that is clearer than the finding of the rules decides,
  and sentences that only say why somebody asks are left out, it was 355 and 335. The thresholds were chosen on these.
- **Other ways to compare**, on the development questions, without rules and without wordings near them. Each may
  answer one of the 60 unanswerable questions, which sets its threshold. Words and pairs of words read 46% rightly,
  groups of letters 45%, both 42%, hidden states of the text backbone 48%, and these with words and pairs 73%. The last
  needs the backbone for every such question; the reader uses words, pairs and letters, and these figures are from
  before words that mean nearly the same counted as one. Since twice as many wordings let words alone reject as well as
  words and states did with half of them, the states were left out.

The modules in [metrics/](../metrics/README.md) compute some of these figures for other texts, by other models or by
people.
"""


def page() -> str:
    """The whole page."""
    figures = {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, _, _ in SECTIONS
        if (path := FIGURES / f"{name}.json").is_file()
    }
    lines = [_HEAD.rstrip("\n")]
    if runs := {name: figures[name] for name in COMPARED if name in figures}:
        last = list(runs)[-1]
        lines += ["", "## Goals", "", *goals_as_markdown(runs)]
        lines += [
            "",
            "## The first texts",
            "",
            f'Greedy texts of the run "{last}", of the first clips of each corpus in',
        ]
        lines += ["the order of their names, among those that the seed drew. None was chosen by hand."]
        lines += ["", *first_texts_as_markdown(runs[last]["texts"])]
    for name, title, make in SECTIONS:
        if name in figures:
            lines += ["", f"## {title}", "", *make(figures[name])]
            if (examples := FIGURES / f"{name}-examples.md").is_file():
                lines += ["", f"[Some of the texts]({FIGURES.name}/{examples.name}), with the verdict on each claim."]
    return "\n".join(lines) + "\n"


def joined(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of runs of `eai-llm evaluate explanations` on different corpora as those of one.

    Raises:
        ValueError: If two runs scored the same corpus.
    """
    together: dict[str, Any] = {"commands": [run["command"] for run in runs]}
    for key in ("contents", "corpora", "faithfulness", "texts"):
        together[key] = {}
        for run in runs:
            if twice := set(together[key]) & set(run[key]):
                raise ValueError(f"Two runs have {key} of {', '.join(sorted(twice))}.")
            together[key] |= run[key]
    return together


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--take",
        nargs="+",
        metavar=("NAME", "FOLDER"),
        help="first save the figures and examples of one or more runs under a name",
    )
    args = parser.parse_args()
    if args.take:
        name, folders = args.take[0], [Path(folder) for folder in args.take[1:]]
        if name not in COMPARED or not folders:
            parser.error(f"--take needs one of the names {', '.join(COMPARED)} and a folder.")
        FIGURES.mkdir(exist_ok=True)
        runs = [json.loads((folder / "explanations.json").read_text(encoding="utf-8")) for folder in folders]
        (FIGURES / f"{name}.json").write_text(json.dumps(joined(runs), indent=1) + "\n", encoding="utf-8")
        examples = [(folder / "examples.md").read_text(encoding="utf-8") for folder in folders]
        (FIGURES / f"{name}-examples.md").write_text("\n".join(examples), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written to {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
