"""How good models are: scores of a checkpoint, and a benchmark of methods under one protocol."""

from ..corpora.rows import as_clip
from .checkpoint import evaluate
from .explanations import explanation_scores
from .scores import label_scores

__all__ = ["as_clip", "evaluate", "explanation_scores", "label_scores"]
