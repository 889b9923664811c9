"""Sentences that answer a question without a claim about the movement.

Checkpoints learn them word for word, so a sentence of an earlier wording is still recognised and given in today's.
"""

import re

__all__ = [
    "ASK_INSTEAD",
    "ENGLISH_ONLY",
    "MISSING_JOINTS",
    "NOT_FELT",
    "NOT_VISIBLE",
    "NOTHING_AGAINST",
    "NOTHING_UNUSUAL",
    "NO_ANSWER",
    "read_fixed_answer",
]

NOT_VISIBLE = "That cannot be seen in skeleton data."
"""Answer about what no skeleton shows, such as face, clothes and voice."""

ENGLISH_ONLY = "Questions are understood in English only."
"""Answer to a question in another language."""

MISSING_JOINTS = "This cannot be measured: the recording lacks the joints of the {}."
"""Answer about a body part whose joints the recording does not have."""

NOTHING_AGAINST = "No measurement speaks against it."
"""Answer to why an emotion was not chosen, where the movement shows none of its opposites."""

NOTHING_UNUSUAL = "Nothing about the {} is unusual."
"""Answer about a body part of which every measurement is typical."""

NO_ANSWER = "The measurements do not support an answer."
"""Answer where no sentence of the model holds, or where the question is not about movement."""

NOT_FELT = "This is what the movement expresses, which need not be what the person feels."
"""What follows on an answer to a question about what somebody feels."""

ASK_INSTEAD = (
    "You can ask which emotion it is, why, what speaks against it and how sure that is, or about posture, head, arms, "
    "hands, legs, speed and steps."
)
"""What follows on an answer that declines a question about one movement."""

_EARLIER_WORDINGS = {
    "That cannot be told: the recording does not have the joints of the {}.": MISSING_JOINTS,
    "Nothing that was measured speaks against it.": NOTHING_AGAINST,
    "Nothing about the {} stands out.": NOTHING_UNUSUAL,
}
_PATTERNS = [
    (re.compile(re.escape(wording.lower().rstrip(".")).replace(r"\{\}", "([a-z ]+)")), answer)
    for wording, answer in (
        {answer: answer for answer in (NOT_VISIBLE, MISSING_JOINTS, NOTHING_AGAINST, NOTHING_UNUSUAL)}
        | _EARLIER_WORDINGS
    ).items()
]


def read_fixed_answer(sentence: str) -> tuple[str, str] | None:
    """Recognises a fixed answer that a model wrote.

    Args:
        sentence: A sentence, with or without its full stop.

    Returns:
        The answer in its present wording, with its "{}", and the body part that stands there ("" without one); None
        for any other sentence.
    """
    for pattern, answer in _PATTERNS:
        if match := pattern.fullmatch(sentence.lower().rstrip(".!? ")):
            return answer, "".join(match.groups())
    return None
