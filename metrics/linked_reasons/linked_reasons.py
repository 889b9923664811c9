"""How far texts about movement give reasons for their label."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.reasoning import reason_scores
from eai_llm_hf.evaluation.explanations.statements import told_in_words

_DESCRIPTION = """
Finds the claims that a text makes about a body's movement, in any words, and looks each up in the table of signs of
emotions: is it a known or measured sign of the label, or is its opposite? A text can also say how sure it is and weigh
one thing against another. For comparison, the labels of other texts are put in.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of str): The label of each.
    seed (int): Seed of the bootstrap over texts.
Returns:
    linked_reasons: Share of the claims that are signs of the label, over texts whose label has signs; None, like the
    next three, if there are none.
    interval: Its 95% interval.
    against: Share of the claims whose opposite is a sign of the label.
    linked_elsewhere: Share of the claims that are signs of the label of another text with another label.
    says_how_sure, contrast: Shares of the texts that say how sure they are, and that weigh one thing against another.
    common_frames: Share of the sentences that have one of the ten most common frames; 1 for texts that fill in a form.
Example:
    >>> linked = evaluate.load("metrics/linked_reasons")
    >>> texts = ["The movement looks sad. The head is bowed."]
    >>> linked.compute(predictions=texts, references=["sad"])["linked_reasons"]
    1.0
"""


class LinkedReasons(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_ARGUMENTS,
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions, references, seed=0):
        told = [told_in_words(text, label) for text, label in zip(predictions, references, strict=True)]
        found = reason_scores(told, sorted(set(references)), seed)

        def share(name):
            return (found[name] or {}).get("share")

        return {
            "linked_reasons": share("linked"),
            "interval": (found["linked"] or {}).get("interval"),
            "against": share("against_unsaid"),
            **{name: share(name) for name in ("linked_elsewhere", "says_how_sure", "contrast", "common_frames")},
        }
