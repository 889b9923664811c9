"""Label probabilities: the skeleton tower's output compared with the texts of the candidate labels."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from transformers import PreTrainedModel, ProcessorMixin

__all__ = ["CACHED_LABEL_LISTS", "LabelScorer"]

CACHED_LABEL_LISTS = 32
"""Lists of labels whose text states are cached: about 7 KB a label with the default backbone."""


class LabelScorer:
    """Gives clips the probabilities of any list of labels.

    Args:
        model ([`EaiLlmForCausalLM`]): The model.
        processor ([`EaiSkeletonProcessor`]): Its processor.
    """

    def __init__(self, model: PreTrainedModel, processor: ProcessorMixin):
        self.model, self.processor = model, processor
        self._cached: dict[tuple[str, ...], torch.Tensor] = {}
        self._encoder_version: tuple | None = None

    def text_states(self, labels: Sequence[str]) -> torch.Tensor:
        """Encodes the phrasings of labels with the text encoder.

        The last `CACHED_LABEL_LISTS` lists are cached. The cache is cleared when the text encoder changes, be it that
        an adapter is loaded, switched or disabled, or that weights change in another way.

        Args:
            labels: Candidate labels.

        Returns:
            (labels, phrasings, text width).
        """
        if (known := self.model.known_text_states(labels)) is not None:
            return known
        self.model.load_backbone()
        if (version := self.model.text_encoder_version()) != self._encoder_version:
            self._cached.clear()
            self._encoder_version = version
        states = self._cached.pop(tuple(labels), None)
        if states is None:
            inputs = self.processor.label_inputs(labels).to(self.model.device)
            states = self.model.encode_text(**inputs).unflatten(0, (len(labels), -1))
        self._cached[tuple(labels)] = states  # at the end: the least recently used list comes first
        if len(self._cached) > CACHED_LABEL_LISTS:
            del self._cached[next(iter(self._cached))]
        return states

    @torch.no_grad()
    def probabilities(self, batches: Iterable[Mapping[str, torch.Tensor]], labels: Sequence[str]) -> np.ndarray:
        """Scores clips together with their mirror images: an emotion does not depend on the side of the body.

        Args:
            batches: Inputs of the tower, as the feature extractor returns them. Each batch has the clips first and
                then their mirror images in the same order, or each clip once where mirror images are left out.
            labels: Candidate labels.

        Returns:
            (clips, labels) float64, the softmax of the mean logits of a clip and its mirror image.
        """
        states = self.text_states(labels)
        logits = []
        for batch in batches:
            inputs = {name: tensor.to(self.model.device) for name, tensor in batch.items()}
            scored = self.model.score_labels(**inputs, text_states=states)[0]
            logits.append(scored.unflatten(0, (2, -1)).mean(0))
        return torch.cat(logits).double().softmax(-1).cpu().numpy()
