"""Labelled movement as Hugging Face datasets: one row for each clip, on the unified skeleton.

>>> from eai_llm_hf.corpora import load_corpus
>>> clips = load_corpus("generated:20")
>>> stream = load_corpus("generated:1000000", streaming=True)

docs/corpora.md lists the corpora, explains their columns and says how to add one.
"""

from eai_llm_hf.processing.vocabulary import SYNONYMS, canonical_label

from .preparation import Preparation, prepare_corpus
from .registry import CORPORA, LOADERS, generated_corpus, load_corpora, load_corpus, open_corpus
from .rows import as_clip
from .schema import FEATURES, content_family

__all__ = [
    "LOADERS",
    "CORPORA",
    "FEATURES",
    "SYNONYMS",
    "Preparation",
    "as_clip",
    "canonical_label",
    "content_family",
    "generated_corpus",
    "load_corpora",
    "load_corpus",
    "open_corpus",
    "prepare_corpus",
]
