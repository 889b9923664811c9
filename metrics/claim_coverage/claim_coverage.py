"""How much of what stands out in a movement the texts about it say."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import STRONGEST, Verdicts, coverage_scores, reference_or_embedded
from eai_llm_hf.processing.claims.parser import find_claims

_DESCRIPTION = """
What stands out most in a movement is measured; this is the share of it that the texts say, in whatever words. A true
claim that means nearly the same as one of those counts for it. Beside `claim_precision`, which a text can raise by
saying little.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of arrays): What was measured of the movement of each, (spans, descriptors) as `measure_spans` of
        `eai_llm_hf.processing.descriptors.measure` gives it, or (descriptors,) as `measure` does.
    motion_reference (str, dict or MotionReference): What is ordinary: a file of `eai-llm calibrate`, or the like; that
        of the embedded checkpoint by default.
    strongest (int): How many of the claims that stand out most are looked for in each text.
    seed (int): Of the bootstrap over texts.
Returns:
    claim_coverage: The share, pooled over texts; None where nothing stands out in any movement.
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
