"""Follows people from frame to frame of a video, by the overlap of their landmarks in the image.

A pose model finds people in each frame but does not say who is who. Somebody who is found where a person was a moment
ago is that person. Somebody who appears anew is a new person, unless exactly one person has left before: then this one
is taken to have come back, which a note says, because a body alone does not tell. Which side is left is followed too.
"""

from dataclasses import dataclass, field

import numpy as np

from .motion import note

_SAME_PERSON = 0.35
"""Mean distance between the landmarks of one person in two frames, in body sizes, above which they are two people."""

_PER_SECOND = 1.0
"""Body sizes a second by which that distance may grow while a person is not found."""

_LONGEST_STEP = 0.8
"""Body sizes at most; people stand side by side at about one."""

_LOST_S = 1.0
"""Seconds after which a person who is not found has left."""

_TWICE = 0.1
"""Mean distance in body sizes below which a person was found twice in one frame."""


_EXCHANGED = 0.8
"""Share of the usual distance to the frame before below which the other way round is the nearer one."""

_UNSURE_S = 0.5
"""Seconds between two exchanges of left and right up to which the sides are unsure."""


@dataclass
class Track:
    """One person through the video.

    Attributes:
        frames: Numbers of the frames in which the person was found.
        world: For each of them (33, 3) float32 metres.
        visibility: For each of them (33,) float32.
        image: (33, 2) landmarks in the last of them, in pixels.
        seen_s: Time of the last of them.
    """

    frames: list[int] = field(default_factory=list)
    world: list[np.ndarray] = field(default_factory=list)
    visibility: list[np.ndarray] = field(default_factory=list)
    image: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    seen_s: float = 0.0


class PeopleTracker:
    """Sorts what is found in each frame by person.

    Attributes:
        tracks: The people so far, in the order in which they appeared.
        notes: What was assumed about them.
    """

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.notes: list[dict[str, str]] = []

    def add(self, frame: int, time: float, image: np.ndarray, world: np.ndarray, visibility: np.ndarray) -> None:
        """Takes over the people of one frame.

        Args:
            frame: Number of the frame.
            time: Its time in seconds.
            image: (people, 33, 2) landmarks in pixels.
            world: (people, 33, 3) landmarks in metres.
            visibility: (people, 33), from 0 to 1.
        """
        found = _without_doubles(image, visibility)
        free = {number for number, track in enumerate(self.tracks) if time - track.seen_s <= _LOST_S}
        steps = sorted(
            (_distance(self.tracks[number].image, image[person]), number, person)
            for number in free
            for person in found
        )
        for step, number, person in steps:
            gap = time - self.tracks[number].seen_s
            if number in free and person in found and step <= min(_SAME_PERSON + _PER_SECOND * gap, _LONGEST_STEP):
                self._extend(number, frame, time, image[person], world[person], visibility[person])
                free.remove(number)
                found.remove(person)
        for person in found:
            returned = self._returned(time) if len(found) == 1 else None
            if returned is None:
                self.tracks.append(Track())
                returned = len(self.tracks) - 1
            self._extend(returned, frame, time, image[person], world[person], visibility[person])

    def arrays(self, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns (people, frames, 33, 3) metres and (people, frames, 33) visibility, NaN where not found."""
        world = np.full((len(self.tracks), frames, *self.tracks[0].world[0].shape), np.nan, np.float32)
        visibility = np.full(world.shape[:-1], np.nan, np.float32)
        for person, track in enumerate(self.tracks):
            world[person, track.frames] = track.world
            visibility[person, track.frames] = track.visibility
        return world, visibility

    def _returned(self, time: float) -> int | None:
        """Returns the number of the person who alone has left, and notes that this one is taken for them."""
        left = [number for number, track in enumerate(self.tracks) if time - track.seen_s > _LOST_S]
        if len(left) != 1:
            return None
        track = self.tracks[left[0]]
        self.notes.append(
            note(
                "person_returned",
                f"the person who appears at {time:.1f} s is taken for person {left[0] + 1}, who left at "
                f"{track.seen_s:.1f} s, because nobody else had left",
            )
        )
        return left[0]

    def _extend(
        self, number: int, frame: int, time: float, image: np.ndarray, world: np.ndarray, visibility: np.ndarray
    ) -> None:
        track = self.tracks[number]
        track.frames.append(frame)
        track.world.append(world)
        track.visibility.append(visibility)
        track.image, track.seen_s = image, time


def unsure_sides(world: np.ndarray, pairs: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the frames in which the pose model takes left for right now and then, as where a back looks like a front.

    From one frame to the next a body moves little. Where its right joints come to lie on the left ones of the frame
    before, the sides were exchanged. Which way round is right cannot be told while this happens again and again.

    Args:
        world: (frames, joints, 3) metres, NaN where the person was not found.
        pairs: (pairs, 2) indices of a left joint and its right counterpart.
        times: (frames,) seconds.

    Returns:
        (frames,) bool, the frames in which the sides are unsure; and the numbers of the frames with an exchange.
    """
    found = np.flatnonzero(np.isfinite(world).all(axis=(1, 2)))
    other = np.arange(world.shape[1])
    other[pairs] = pairs[:, ::-1]
    sided, body = pairs.ravel(), world[found]
    as_it_is = np.linalg.norm(body[1:, sided] - body[:-1, sided], axis=-1).mean(axis=1)
    turned = np.linalg.norm(body[1:, other[sided]] - body[:-1, sided], axis=-1).mean(axis=1)
    exchanges = found[1:][turned < _EXCHANGED * as_it_is]
    unsure = np.zeros(len(world), bool)
    for start, end in zip(exchanges[:-1], exchanges[1:], strict=True):
        if times[end] - times[start] <= _UNSURE_S:
            unsure[start:end] = True
    return unsure, exchanges


def _without_doubles(image: np.ndarray, visibility: np.ndarray) -> set[int]:
    """Returns the numbers of different people; who was found twice is kept where more of them is visible."""
    kept: set[int] = set()
    for person in np.argsort(-visibility.mean(axis=1), kind="stable").tolist():
        if all(_distance(image[other], image[person]) > _TWICE for other in kept):
            kept.add(person)
    return kept


def _distance(before: np.ndarray, after: np.ndarray) -> float:
    """Returns the mean distance between the landmarks (33, 2) of two bodies, in sizes of the larger one."""
    size = max(float(np.hypot(*np.ptp(body, axis=0))) for body in (before, after))
    return float(np.linalg.norm(before - after, axis=1).mean()) / max(size, 1e-6)
