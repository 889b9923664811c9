"""What one visitor of the app has: recordings, a reference and learned labels, in memory and nowhere else."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eai_llm_hf.processing.adaptation import AdaptedLabels
from eai_llm_hf.processing.descriptors.reference import MotionReference
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

MOST_CLIPS = 40
"""Recordings of one visitor; each person of a recording counts."""

MOST_MINUTES = 30.0
"""Length of all recordings of one visitor together. With 264 bytes a frame these are 14 MB."""


class VisitorError(ValueError):
    """Something that the visitor can put right; the message says how."""


NEUTRAL, PERSON, RECORDINGS = "neutral", "person", "recordings"
"""What the clips of a reference are: a neutral one of the person, any of the person, any of the same recordings."""


@dataclass(eq=False)
class Entry:
    """One person's movement.

    Attributes:
        name: Name of the file or example, with the number of the person where there are several.
        clip: The movement.
        label: What the visitor says that it shows; empty where nothing was said.
        performer: Who moves, as the visitor calls this person; empty if unknown.
        same_person: Whether the person of the reference moves here, as the visitor said; None where nobody said.
    """

    name: str
    clip: UnifiedClip
    label: str = ""
    performer: str = ""
    same_person: bool | None = None

    @property
    def file(self) -> str:
        """The name without the number of the person: two people of one file are never the same person."""
        return self.name.partition(", person ")[0]


@dataclass
class Result:
    """A record with what it describes.

    Attributes:
        entry: The recording.
        record: Its record.
        reference: What it was compared with; None if the checkpoint has no reference.
        alone: (descriptors,) what was measured in the recording that alone says what is typical; None where there are
            several, or none.
    """

    entry: Entry
    record: dict[str, Any]
    reference: MotionReference | None
    alone: np.ndarray | None = None


@dataclass
class Session:
    """One visitor's recordings and what they are compared with.

    Attributes:
        entries: The recordings, in the order in which they came.
        typical: The recordings that others are compared with; empty for the default of the checkpoint.
        kind: What these are: `NEUTRAL`, `PERSON` or `RECORDINGS`.
        adapted: Labels that the visitor taught, or None.
        shown: The latest explanation; None once the recordings are compared with something else, or have other labels.
    """

    entries: list[Entry] = field(default_factory=list)
    typical: list[Entry] = field(default_factory=list)
    kind: str = PERSON
    adapted: AdaptedLabels | None = None
    shown: Result | None = None

    def add(self, name: str, people: list[UnifiedClip]) -> int:
        """Adds a recording, each of its people as an entry. A name that is there already gets a number.

        Returns:
            The place of the first person.

        Raises:
            VisitorError: If there is no room for it; nothing is added then.
        """
        taken = {entry.file for entry in self.entries}
        unique = next(
            candidate
            for candidate in (name, *(f"{name} ({number})" for number in range(2, MOST_CLIPS + 3)))
            if candidate not in taken
        )
        seconds = sum(len(each.joints) / each.fps for each in [*people, *(entry.clip for entry in self.entries)])
        if len(self.entries) + len(people) > MOST_CLIPS or seconds > 60 * MOST_MINUTES:
            raise VisitorError(
                f"There is no room for {name}: this page keeps {MOST_CLIPS} recordings and {MOST_MINUTES:g} minutes "
                "in all, with each person counted. Remove recordings, or use the command eai-llm on your machine."
            )
        first = len(self.entries)
        for number, clip in enumerate(people, start=1):
            who = f", person {number}" if len(people) > 1 else ""
            self.entries.append(Entry(f"{unique}{who}", clip))
        return first

    def names(self) -> list[str]:
        """The names of the recordings; no two are the same."""
        return [entry.name for entry in self.entries]

    def entry(self, name: str | None) -> Entry:
        """The recording of a name.

        Raises:
            VisitorError: If there is none, as after a restart of the app.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        if not self.entries:
            raise VisitorError("There is no recording yet. Add a file or take an example.")
        raise VisitorError("This recording is not here any more. Choose another one, or add the file again.")
