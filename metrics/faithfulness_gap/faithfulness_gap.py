"""Whether what a text cites is what the model used: masking it against masking as much else."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import faithfulness_gap

_DESCRIPTION = """
If the model used what its explanation cites, the label's probability falls faster when more and more of that is masked
than when as much of something else is. The gap is the area under the second curve less that under the first, over a
masked share from 0 to 1. This scores curves; making them is up to whoever masks.
"""

_ARGUMENTS = """
Args:
    predictions (list of lists of float): For each clip the label's probability, first unmasked, then with more and
        more of what is cited masked, at even steps; two values or more.
    references (list of lists of float): The same with parts that are not cited, as many.
    seed (int): Of the bootstrap over clips.
Returns:
    faithfulness_gap: Mean over clips; above 0 where reasons are faithful.
    interval: Its 95% interval.
    sd: Over clips; None for one.
    positive: Share of the clips where it is above 0.
Example:
    >>> gap = evaluate.load("metrics/faithfulness_gap")
    >>> gap.compute(predictions=[[0.9, 0.4, 0.2]], references=[[0.9, 0.8, 0.7]])["faithfulness_gap"]
    0.325
"""

_CITATION = """
@article{samek2017evaluating, title={Evaluating the Visualization of What a Deep Neural Network Has Learned},
author={Samek, Wojciech and Binder, Alexander and Montavon, Gregoire and Lapuschkin, Sebastian and Mueller,
Klaus-Robert}, journal={IEEE Transactions on Neural Networks and Learning Systems}, volume={28}, number={11},
year={2017}}
"""


class FaithfulnessGap(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        curve = datasets.Sequence(datasets.Value("float64"))
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_ARGUMENTS,
            features=datasets.Features({"predictions": curve, "references": curve}),
        )

    def _compute(self, predictions, references, seed=0):
        found = faithfulness_gap(predictions, references, seed)
        return {
            "faithfulness_gap": found["gap"],
            "interval": found["interval"],
            "sd": found["sd"],
            "positive": found["positive"],
        }
