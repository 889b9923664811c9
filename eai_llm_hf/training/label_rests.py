"""What a label rests on, for texts that are to cite it: each body part is hidden from the tower in turn.

The language model does not know by itself why the tower chose a label. Its training texts therefore prefer statements
about the body parts without which the label would be less probable, and leave it to find those parts in the tokens.
"""

import copy

import numpy as np
import torch

from eai_llm_hf.hiding import CLAIM_PARTS, PARTS, HiddenViews
from eai_llm_hf.modeling.modeling_eai_llm import EaiLlmForCausalLM
from eai_llm_hf.processing.motion_descriptors import DESCRIPTORS
from eai_llm_hf.processing.processing_eai_llm import EaiSkeletonProcessor

from .crops import Crop

LEAST = 0.5
"""What a body part counts on which nothing rests; by how much the probability falls is added."""

_WHOLE_BODY = np.array([entry.body_part == "whole body" for entry in DESCRIPTORS])


class LabelRests:
    """By how much a label's probability falls without each body part, of which descriptors are.

    It holds a copy of tower and alignment on the CPU, so that the workers of a `DataLoader` can use it.

    Args:
        model: The model after stage one.
        processor: Its processor.
        labels: Candidate labels.
    """

    def __init__(self, model: EaiLlmForCausalLM, processor: EaiSkeletonProcessor, labels: list[str]):
        self.extractor = processor.feature_extractor
        self.labels = list(labels)
        with torch.no_grad():
            inputs = processor.label_inputs(self.labels).to(model.device)
            states = model.encode_text(**inputs).unflatten(0, (len(self.labels), -1))
            self.texts = model.alignment.embed_labels(states).float().cpu()
        self.scale = model.alignment.logit_scale.exp().item() / model.config.temperature
        self.tower = copy.deepcopy(model.skeleton_tower).cpu().float().requires_grad_(False).eval()
        self.skeleton = copy.deepcopy(model.alignment).cpu().float().requires_grad_(False).embed_skeleton

    @torch.no_grad()
    def __call__(self, crop: Crop) -> dict[str, float]:
        """`LEAST` and the fall of the probability of the crop's label for each body part of descriptors.

        For the whole body it is the fall without its descriptors, while the movement stays in sight.
        """
        bounds = [0, len(crop.clip.joints)]
        views = HiddenViews(self.extractor, crop.clip, bounds, self.tower.feature_mean, mirrored=False)
        shown = np.ones((len(CLAIM_PARTS) + 2, len(PARTS), 1), dtype=bool)
        for row, parts in zip(shown[1:], CLAIM_PARTS.values(), strict=False):
            row[[PARTS.index(part) for part in parts]] = False
        inputs = views.inputs(shown)
        inputs["skeleton_descriptors"][-1, _WHOLE_BODY] = np.nan
        tower = self.tower(**{name: torch.from_numpy(values) for name, values in inputs.items()})
        logits = self.scale * self.skeleton(tower.semantic_tokens[:, 0]) @ self.texts.T
        probabilities = logits.softmax(-1)[:, self.labels.index(str(crop.label))]
        falls = (probabilities[0] - probabilities[1:]).tolist()
        return {part: LEAST + max(fall, 0.0) for part, fall in zip([*CLAIM_PARTS, "whole body"], falls, strict=True)}


__all__ = ["LEAST", "LabelRests"]
