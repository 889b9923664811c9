"""How often a text names its own label."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import label_agreement

_DESCRIPTION = """
An explanation must agree with its label. This is the share of texts that name their label, word for word and before
any other candidate. "Not confident" does not name "confident".
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of str): The label of each.
    candidate_labels (list of str): All labels that a text can name; by default the labels among the references. A text
        that names a label outside them counts as naming none.
Returns:
    label_text_agreement: Share of the texts that name their label.
    named_any: Share that name a candidate at all.
Example:
    >>> agreement = evaluate.load("metrics/label_text_agreement")
    >>> texts = ["The movement looks sad. The head is bowed."]
    >>> agreement.compute(predictions=texts, references=["sad"], candidate_labels=["sad", "happy"])
    {'label_text_agreement': 1.0, 'named_any': 1.0}
"""


class LabelTextAgreement(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_ARGUMENTS,
            features=datasets.Features({"predictions": text, "references": text}),
        )

    def _compute(self, predictions, references, candidate_labels=None):
        found = label_agreement(predictions, references, candidate_labels or sorted(set(references)))
        return {"label_text_agreement": found["agreement"], "named_any": found["named_any"]}
