"""Arguments of the pipeline: the forms they can have, and messages about unknown ones."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from transformers import GenerationConfig, GenerationMixin

from .feature_extraction_eai_llm import MIN_WINDOW_S
from .vocabulary import same_words

__all__ = ["GENERATION_KEYS", "as_labels", "check_windows", "refuse_unknown", "with_generate_kwargs"]

GENERATION_KEYS = frozenset(key for key in vars(GenerationConfig()) if not key.startswith("_")) | (
    frozenset(inspect.signature(GenerationMixin.generate).parameters) - {"self", "inputs", "kwargs"}
)
"""Arguments of `generate`."""


def refuse_unknown(given: Iterable[str], known: Callable | None = None, *more: str) -> None:
    """Refuses names that are not arguments of `generate`.

    Args:
        given: Names of arguments.
        known: A function whose arguments may have been meant as well.
        more: Other names that may have been meant.

    Raises:
        TypeError: If a name is unknown; the message suggests similar ones.
    """
    own = [*more]
    if known:
        own += [name for name in inspect.signature(known).parameters if not name.endswith("kwargs")]
    for name in sorted(set(given) - GENERATION_KEYS):
        near = get_close_matches(name, [*own, *sorted(GENERATION_KEYS)])
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join([*own, 'those of generate'])}."
        raise TypeError(f"Unknown argument {name} for the skeleton-emotion-explanation pipeline. {hint}")


def with_generate_kwargs(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, with those of its dict `generate_kwargs` among them.

    Raises:
        TypeError: If `generate_kwargs` is not a dict, or a key of it is not an argument of `generate`.
        ValueError: If an argument is given both in `generate_kwargs` and outside it, or asks for more than one text.
    """
    others = dict(given)
    generate_kwargs = others.pop("generate_kwargs", None)
    if generate_kwargs is None:
        return _for_one_text(others)
    if not isinstance(generate_kwargs, Mapping):
        raise TypeError(f"generate_kwargs must be a dict, found {type(generate_kwargs).__name__}.")
    refuse_unknown(generate_kwargs)
    if twice := sorted(set(generate_kwargs) & set(others)):
        raise ValueError(f"Given twice, in generate_kwargs and outside it: {', '.join(twice)}.")
    return _for_one_text(others | dict(generate_kwargs))


def _for_one_text(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, if they let `generate` write one text for each clip."""
    if (arguments.get("num_return_sequences") or 1) > 1 or arguments.get("return_dict_in_generate"):
        raise ValueError("A record has one text: num_return_sequences and return_dict_in_generate are not supported.")
    return arguments


def as_labels(candidate_labels: str | Iterable[str], trained: Iterable[str] = ()) -> list[str]:
    """Candidate labels from words or, as in transformers' zero-shot pipelines, from one string with commas.

    Args:
        candidate_labels: The words.
        trained: Labels that the checkpoint was trained on.

    Raises:
        ValueError: If they are not two or more different words, or two of them mean the same trained label.
    """
    if isinstance(candidate_labels, str):
        labels = [label.strip() for label in candidate_labels.split(",") if label.strip()]
    else:
        if not isinstance(candidate_labels, Iterable):
            raise ValueError(f"candidate_labels must be words, found {candidate_labels!r}.")
        labels = list(candidate_labels)
        if not all(isinstance(label, str) for label in labels):
            raise ValueError(f"candidate_labels must be words, found {labels}.")
        labels = [label.strip() for label in labels]
    if len(labels) == 1:
        raise ValueError(
            f"candidate_labels must be two or more, found {labels}: the probability of a single label is always 1."
        )
    if len({label.casefold() for label in labels}) < len(labels) or not all(labels) or not labels:
        raise ValueError(f"candidate_labels must be different words, two or more; found {labels}.")
    if (same := same_words(labels, trained)) is not None:
        first, second, label = same
        raise ValueError(
            f"The candidate labels {first!r} and {second!r} mean the same to this checkpoint, which was trained on "
            f"{label!r}: it cannot choose between them. Leave one out, or teach it the difference with adapt."
        )
    return labels


def check_windows(window_s: float | None, hop_s: float | None, longest_s: float) -> None:
    """Checks the length of the windows of a long recording and the step between them.

    Args:
        window_s: Length in seconds, `longest_s` if None.
        hop_s: Step in seconds, the length if None.
        longest_s: Longest clip that the model reads at once, in seconds.

    Raises:
        ValueError: If one is out of range, or the step exceeds the length.
    """
    for name, value in (("window_s", window_s), ("hop_s", hop_s)):
        if value is not None and not MIN_WINDOW_S <= value <= longest_s:
            raise ValueError(f"{name} must lie between {MIN_WINDOW_S:g} and {longest_s:g} seconds, found {value}.")
    if hop_s is not None and hop_s > (window_s or longest_s):
        raise ValueError(f"hop_s must not exceed window_s, or frames are skipped; found {hop_s} and {window_s}.")
