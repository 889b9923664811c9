"""Labelled movement as Hugging Face datasets: one row a clip, on the unified skeleton.

>>> from eai_llm_hf.corpora import load_corpus
>>> clips = load_corpus("generated:20")
>>> stream = load_corpus("generated:1000000", streaming=True)

What corpora there are, what their columns mean and how to add one stands in docs/corpora.md.
"""

from .loading import ADAPTERS, CORPORA, generated_corpus, load_corpora, load_corpus
from .preparation import Preparation, prepare_corpus
from .schema import FEATURES, content_family
from .vocabulary import SYNONYMS, canonical_label

__all__ = [
    "ADAPTERS",
    "CORPORA",
    "FEATURES",
    "SYNONYMS",
    "Preparation",
    "canonical_label",
    "content_family",
    "generated_corpus",
    "load_corpora",
    "load_corpus",
    "prepare_corpus",
]
