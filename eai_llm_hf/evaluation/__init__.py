"""How good models are: scores of a checkpoint, tests of its explanations, and a benchmark of methods."""

from .checkpoint import evaluate
from .explanations.texts import explanation_scores
from .scores import label_scores

__all__ = ["evaluate", "explanation_scores", "label_scores"]
