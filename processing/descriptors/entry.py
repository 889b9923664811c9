"""What an entry says of a descriptor: what is measured, and the words for it.

A descriptor is one entry in one file: the call of `entry` above the function that measures it. All tables derive from
the entries: the order of the vectors (`measure.py`), the words of claims and of comparisons (`claims/phrases.py`,
`claims/comparison.py`), the terms of the parser (`claims/terms.py`) and the table of docs/record.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .body_frame import BodyFrame

__all__ = ["Descriptor", "Words", "entry"]

Function = Callable[[BodyFrame], float]


@dataclass(frozen=True, kw_only=True)
class Words:
    """How one says that a descriptor is high, or that it is low.

    In `predicates`, `sentences` and `quantity`, "|" separates terms and "/" alternatives of one word:
    "sink/drop down | low" stands for three terms. Words are compared by their stems ("bowed" is "bow", "slowly" is
    "slow") and without articles and possessives.

    Attributes:
        clauses: Three to five full clauses, the canonical one first. In that one "is" or "are" comes right after the
            subject, so that it can be turned into a question ("Is the head bowed?").
        also_read: Further phrases, read but never written: they assume something that need not be there (steps, a
            walk).
        former: Clauses of earlier checkpoints, read and given back as the canonical clause.
        bound: Value that "high" must reach, or "low" must not exceed, in addition to its percentile.
        comparative: What one of two movements does that has more ("is faster") or less ("is slower") of it. None for
            descriptors with two sides, such as left and right, which are not compared.
        former_comparative: The comparative of earlier checkpoints, read but never written.
        predicates: What else people say, by the subjects that they say it of (names of `claims/terms.py`, separated
            by spaces): {"head": "bow | hang down/low"}.
        sentences: Terms that say it without a subject: "spring in step".
        quantity: Names of a quantity of which a lot means this: "arm swing", read with "large", "small" and the like.
    """

    clauses: tuple[str, ...]
    also_read: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    bound: float | None = None
    comparative: str | None = None
    former_comparative: str | None = None
    predicates: Mapping[str, str] = field(default_factory=dict)
    sentences: str = ""
    quantity: str = ""


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """One measurable quantity of a movement.

    Attributes:
        name: Identifier, used in records and references.
        place: Position in every vector. References and checkpoints depend on it: a new descriptor takes the next free
            number, and no number ever changes.
        unit: Unit of the value; "1" for ratios.
        body_part: "head", "trunk", "arms", "legs" or "whole body".
        requires: Joints without which the descriptor is absent (NaN).
        needs: Aspects without which it is absent too, keys of `ASPECTS` in `skeleton/limitations.py`.
        definition: One sentence with the formula.
        source: Where the measure is published.
        high: Words for a high value.
        low: Words for a low value.
        usual: What is said of a value that is neither high nor low, to follow "No," and "Neither:". No claim is read
            from it.
        former_usual: What earlier checkpoints say of such a value, read but never written.
        undefined: Why it is absent where the recording has all that it needs, as a clause.
        near_duplicates: Descriptors that say nearly the same. A text names only one of such a pair: two would repeat
            or contradict each other.
        whole_clip_only: Whether it describes the course of a clip, so that its value for a third of it means little.
        rig_offset: How far the same movement may lie from the mean over rigs, in its unit, because of where a rig puts
            its joints (`benchmarks/between_rigs.py`). None where little of its variance lies between rigs.
        sided: Whether it tells left from right, so that its value has the other sign in the mirror image.
        secondary: Whether people notice it late, as they do sway and timing: explanations speak of speed, arms, head
            and posture first.
        function: Maps a `BodyFrame` to the value. Free of place, heading and size; NaN where it has no meaning.
    """

    name: str
    place: int
    unit: str
    body_part: str
    requires: tuple[str, ...]
    needs: tuple[str, ...] = ()
    definition: str
    source: str
    high: Words
    low: Words
    usual: str
    former_usual: str | None = None
    undefined: str = "the clip is too short, or too little moves in it"
    near_duplicates: tuple[str, ...] = ()
    whole_clip_only: bool = False
    rig_offset: float | None = None
    sided: bool = False
    secondary: bool = False
    function: Function


def entry(room: list[Descriptor], **fields: Any) -> Callable[[Function], Function]:
    """Makes a descriptor of the function below it.

    Args:
        room: Descriptors of the file, to which this one is added.
        **fields: Fields of `Descriptor` other than the function.

    Returns:
        A decorator that leaves the function as it is.

    Raises:
        TypeError: If a field is missing or unknown.
    """

    def add(function: Function) -> Function:
        room.append(Descriptor(function=function, **fields))
        return function

    return add
