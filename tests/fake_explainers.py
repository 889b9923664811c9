"""Pipelines made by hand that look at one thing only, whose explanations a test can choose."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace

import torch

from eai_llm_hf.processing.claims.writing import label_sentence
from eai_llm_hf.processing.descriptors.measure import DESCRIPTOR_INDEX
from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS
from eai_llm_hf.processing.label_scoring import LabelScorer
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

LABELS = ["happy", "sad"]
SEGMENT_NAMES = [name for name, _, _ in SEGMENTS]


class FakeExplainer:
    """As the pipeline, as far as the experiments use it.

    Args:
        processor: A real one, with a reference.
        evidence: From the tower's inputs (by name) to (clips,), the logit of "happy" against "sad".
        write: From a clip to its explanation.
    """

    def __init__(
        self,
        processor: EaiSkeletonProcessor,
        evidence: Callable[[dict[str, torch.Tensor]], torch.Tensor],
        write: Callable[[UnifiedClip], str] = lambda clip: "",
    ):
        self.processor = processor
        self.evidence, self.write = evidence, write
        self.generations = 0
        self.compared: list = []
        self.model = SimpleNamespace(
            config=SimpleNamespace(labels=LABELS, label_temperature=1.0, reference_temperatures=None),
            skeleton_tower=SimpleNamespace(feature_mean=torch.zeros(len(SEGMENTS), 6)),
            score_labels=self.score_labels,
            known_text_states=lambda labels: torch.zeros(len(labels), 1, 1),
            device="cpu",
        )
        self.scorer = LabelScorer(self.model, processor)

    def score_labels(self, text_states, **inputs):
        logit = self.evidence(inputs)
        return torch.stack([logit, torch.zeros_like(logit)], dim=1), None

    def __call__(self, clips: Iterable[UnifiedClip], candidate_labels, batch_size, reference=None) -> list[dict]:
        clips = list(clips)
        self.compared += [reference] * len(clips)
        self.generations += len(clips)
        records = []
        for clip in clips:
            both = self.processor.feature_extractor([clip, clip.mirrored()], return_tensors="pt")
            scores = self.score_labels(None, **both)[0].mean(0).softmax(-1).tolist()
            label = LABELS[scores[1] > scores[0]]
            text = f"{label_sentence(label)} {self.write(clip)}"
            records.append({"label": label, "scores": dict(zip(LABELS, scores, strict=True)), "explanation": text})
        return records


def looks_at(*segments: str, frames: slice = slice(None), weight: float = 3.0):
    """Evidence of how far the segments point and move away from nothing, in these frames; none where occluded."""
    columns = [SEGMENT_NAMES.index(name) for name in segments]

    def evidence(inputs):
        seen = inputs["skeleton_features"] * inputs["skeleton_segment_mask"][:, None, :, None]
        seen = seen * inputs["skeleton_frame_mask"][:, :, None, None]
        return weight * seen[:, frames, columns].abs().sum(-1).mean((1, 2)) - 1.0

    return evidence


def reads(descriptor: str):
    """Evidence of one descriptor's normal score; none where it is absent."""
    return lambda inputs: inputs["skeleton_descriptors"][:, DESCRIPTOR_INDEX[descriptor]].nan_to_num(0.0)


def raised_head(inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Evidence of how far the head points up and back, without end: scores of descriptors end with the reference."""
    frames = inputs["skeleton_frame_mask"]
    _, up, forward = inputs["skeleton_features"][:, :, SEGMENT_NAMES.index("head"), :3].unbind(-1)
    return -3.0 * (torch.atan2(forward, up) * frames).sum(1) / frames.sum(1)
