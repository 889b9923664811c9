"""BLEU and chrF against reference texts, without a network: only to compare with older work."""

import datasets
import evaluate
import sacrebleu

_DESCRIPTION = """
BLEU (Papineni et al. 2002) and chrF (Popovic 2015) by sacrebleu. They measure whether two texts have similar wording,
not whether a text is true: "the head is bowed" and "the head is raised" are nearly the same to them.
"""

_ARGUMENTS = """
Args:
    predictions (list of str): The texts.
    references (list of str, or of lists of str): One reference text for each text, or the same number for each.
Returns:
    bleu, chrf: Over all texts, 0 to 100.
    signature: The settings of BLEU; report them with the figure.
Example:
    >>> overlap = evaluate.load("metrics/text_overlap")
    >>> overlap.compute(predictions=["the head is bowed"], references=["the head is raised"])["chrf"]
"""

_CITATION = """
@inproceedings{post-2018-call, title={A Call for Clarity in Reporting {BLEU} Scores}, author={Post, Matt},
booktitle={Proceedings of the Third Conference on Machine Translation}, year={2018}}
"""


class TextOverlap(evaluate.Metric):
    """See `_DESCRIPTION`."""

    def _info(self):
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_ARGUMENTS,
            features=[
                datasets.Features({"predictions": text, "references": datasets.Sequence(text)}),
                datasets.Features({"predictions": text, "references": text}),
            ],
        )

    def _compute(self, predictions, references):
        several = [[text] if isinstance(text, str) else list(text) for text in references]
        counts = sorted({len(texts) for texts in several})
        if len(counts) != 1:
            raise ValueError(f"Expected the same number of references for each text, found {counts}.")
        columns = [list(column) for column in zip(*several, strict=True)]
        bleu = sacrebleu.BLEU()
        return {
            "bleu": round(bleu.corpus_score(predictions, columns).score, 2),
            "chrf": round(sacrebleu.CHRF().corpus_score(predictions, columns).score, 2),
            "signature": str(bleu.get_signature()),
        }
