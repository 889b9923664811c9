"""Whether the model used what a text cites: masking cited parts compared with masking as many others."""

import datasets
import evaluate

from eai_llm_hf.evaluation.explanations.claim_scores import faithfulness_gap

_DESCRIPTION = """
If the model used what its explanation cites, the label's probability falls faster when more and more cited parts are
masked than when as many other parts are. The gap is the area under the second curve minus the area under the first,
over a masked share from 0 to 1. This metric scores curves; you mask the parts and measure the probabilities.
"""

_ARGUMENTS = """
Args:
    predictions (list of lists of float): For each clip the label's probability, first unmasked, then with more and
        more cited parts masked, at even steps; at least two values.
    references (list of lists of float): The same with as many parts that are not cited.
    seed (int): Seed of the bootstrap over clips.
Returns:
    faithfulness_gap: Mean over clips; above 0 if the explanations are faithful.
    interval: Its 95% interval.
    sd: Standard deviation over clips; None for one clip.
    positive: Share of the clips with a gap above 0.
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
