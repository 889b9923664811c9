"""Share of the most salient claims about a movement that the texts about it make."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import STRONGEST, Verdicts, coverage_scores, reference_or_embedded
from eai_llm_hf.processing.claims.parser import find_claims

_DESCRIPTION = """
The most salient claims about a movement follow from the measurements; this is the share of them that the texts make,
in any words. A true claim with nearly the same meaning counts too. Use it together with `claim_precision`, which a
text can raise by saying little.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of arrays): The measurements of the movement of each text, (spans, descriptors) from
        `measure_spans` of `eai_llm_hf.processing.descriptors.measure`, or (descriptors,) from `measure`.
    motion_reference (str, dict or MotionReference): The reference for percentiles, for example a file of
        `eai-llm calibrate`; by default that of the embedded checkpoint.
    strongest (int): Number of most salient claims to look for in each text.
    seed (int): Seed of the bootstrap over texts.
Returns:
    claim_coverage: The share, pooled over texts; None if no movement has a salient claim.
    interval: Its 95% interval.
Example:
    >>> coverage = evaluate.load("metrics/claim_coverage")
    >>> coverage.compute(predictions=texts, references=measured, strongest=3)["claim_coverage"]
"""


class ClaimCoverage(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        text, numbers = datasets.Value("string"), datasets.Sequence(datasets.Value("float32"))
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation="",
            inputs_description=_ARGUMENTS,
            features=[
                datasets.Features({"predictions": text, "references": datasets.Sequence(numbers)}),
                datasets.Features({"predictions": text, "references": numbers}),
            ],
        )

    def _compute(self, predictions, references, motion_reference=None, strongest=STRONGEST, seed=0):
        said = [find_claims(text) for text in predictions]
        verdicts = Verdicts(references, reference_or_embedded(motion_reference))
        found = coverage_scores([said], verdicts, strongest, seed) or {}
        return {"claim_coverage": found.get("value"), "interval": found.get("interval")}
