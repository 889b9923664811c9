"""Procedural emotional movement: a training corpus without licence conditions.

>>> from eai_llm_hf.generator import generate_clip
>>> clip = generate_clip(7, emotion="sad", action="walk", rig="bandai22")
>>> clip.motion.joints.shape[1:], clip.label
((22, 3), 'sad')
"""

from .actions import ACTIONS, Action
from .clips import GeneratedClip, clip_seed, generate_clip, iterate_clips
from .emotions import DEFAULT_EMOTIONS, EMOTIONS, STYLE_PARAMETERS, Effect, StyleParameter
from .performers import PERFORMER_POOL, Body, Performer, make_performer
from .rigs import RIG_WEIGHTS, RIGS, RigSensor
from .studies import CLIPS_EACH, PERFORMERS, STUDY_CLIPS, study_clip

__all__ = [
    "ACTIONS",
    "CLIPS_EACH",
    "DEFAULT_EMOTIONS",
    "EMOTIONS",
    "PERFORMERS",
    "PERFORMER_POOL",
    "RIGS",
    "RIG_WEIGHTS",
    "STUDY_CLIPS",
    "STYLE_PARAMETERS",
    "Action",
    "Body",
    "Effect",
    "GeneratedClip",
    "Performer",
    "RigSensor",
    "StyleParameter",
    "clip_seed",
    "generate_clip",
    "iterate_clips",
    "make_performer",
    "study_clip",
]
