"""Studies: recordings as laboratories make them, several people on one rig, each of whom expresses many emotions.

Independent clips cannot show what is usual for a person. A study has `PERFORMERS` people with `CLIPS_EACH` clips; half
of the studies have one action, the others up to four. Emotions are all that the generator knows, from clear to hardly
visible, and how strongly they are acted depends on the study.
"""

from collections.abc import Mapping

import numpy as np

from .actions import ACTIONS
from .clips import GeneratedClip, generate_clip
from .emotions import EMOTIONS
from .rigs import RIG_WEIGHTS, RIGS

PERFORMERS, CLIPS_EACH = 6, 8
STUDY_CLIPS = PERFORMERS * CLIPS_EACH
PEOPLE = 20_000
"""Studies draw their performers from so many: how well a model labels people that it never saw depends on how many it
saw. A linear map of relative descriptors, trained on studies of 1,200 different people, is right in .73 of 120 walks
of unseen people, compared with three others of each; on as many clips of people who recur, in .69."""

_ONE_ACTION = 0.5
_MOST_ACTIONS = 4
_STRENGTHS = (0.4, 1.0)
"""Range of the factor on all intensities of a study: some are acted for a camera, some for a questionnaire."""

_ANY_INTENSITY = 0.35
"""Share of the clips with any intensity from 0; the others have clear ones."""


def study_clip(seed: int, number: int, rig: str | None = None) -> GeneratedClip:
    """Makes one clip of a stream of studies, independently of the others.

    Args:
        seed: Seed of the stream.
        number: Number of the clip; `STUDY_CLIPS` in turn are a study, `CLIPS_EACH` in turn one performer.
        rig: A key of `RIGS` for all studies; if None, each draws its own.

    Returns:
        The clip. The same arguments give the same movement bit for bit.

    Raises:
        ValueError: If the rig is unknown.
    """
    if rig is not None and rig not in RIGS:
        raise ValueError(f"unknown rig {rig!r}; the generator knows {', '.join(RIGS)}")
    study, place = divmod(number, STUDY_CLIPS)
    whole = np.random.default_rng([seed, study])
    drawn = str(whole.choice(list(RIG_WEIGHTS), p=_shares(RIG_WEIGHTS)))
    weights = {name: action.weight for name, action in ACTIONS.items()}
    count = 1 if whole.random() < _ONE_ACTION else int(whole.integers(2, _MOST_ACTIONS + 1))
    actions = whole.choice(list(weights), count, replace=False, p=_shares(weights))
    strength = whole.uniform(*_STRENGTHS)
    people = whole.choice(PEOPLE, PERFORMERS, replace=False)

    own = np.random.default_rng([seed, study, 1 + place])
    clear = 0.3 + 0.7 * own.beta(2.0, 1.4)
    intensity = own.uniform() if own.random() < _ANY_INTENSITY else clear
    return generate_clip(
        int(own.integers(2**48)),
        emotion=str(own.choice(list(EMOTIONS))),
        intensity=float(strength * intensity),
        action=str(own.choice(actions)),
        performer=int(people[place // CLIPS_EACH]),
        rig=rig or drawn,
        duration_s=float(own.uniform(3.0, 7.0)),
    )


def _shares(weights: Mapping[str, float]) -> np.ndarray:
    shares = np.array(list(weights.values()), dtype=np.float64)
    return shares / shares.sum()


__all__ = ["CLIPS_EACH", "PERFORMERS", "STUDY_CLIPS", "study_clip"]
