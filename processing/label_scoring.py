"""Label probabilities: the skeleton tower's output compared with the texts of the candidate labels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch
from transformers import PreTrainedModel, ProcessorMixin

from .vocabulary import trained_word

__all__ = ["CACHED_LABEL_LISTS", "ENCODED_TOGETHER", "LabelScorer"]

CACHED_LABEL_LISTS = 32
"""Lists of labels whose text states are cached: about 7 KB a label with the default backbone."""

ENCODED_TOGETHER = 16
"""Labels whose texts are encoded in one batch: a list of hundreds would need gigabytes."""


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

        A label that means the same as a trained one, such as "joy" for "happy", is encoded as the trained one.

        The last `CACHED_LABEL_LISTS` lists are cached. The cache is cleared when the text encoder changes, be it that
        an adapter is loaded, switched or disabled, or that weights change in another way.

        Args:
            labels: Candidate labels.

        Returns:
            (labels, phrasings, text width).
        """
        trained = list(self.model.config.labels)
        labels = [trained_word(label, trained) or label for label in labels]
        if (known := self.model.known_text_states(labels)) is not None:
            return known
        self.model.load_backbone()
        if (version := self.model.text_encoder_version()) != self._encoder_version:
            self._cached.clear()
            self._encoder_version = version
        states = self._cached.pop(tuple(labels), None)
        if states is None:
            parts = []
            for start in range(0, len(labels), ENCODED_TOGETHER):
                some = labels[start : start + ENCODED_TOGETHER]
                inputs = self.processor.label_inputs(some).to(self.model.device)
                parts.append(self.model.encode_text(**inputs).unflatten(0, (len(some), -1)))
            states = torch.cat(parts)
        self._cached[tuple(labels)] = states  # at the end: the least recently used list comes first
        if len(self._cached) > CACHED_LABEL_LISTS:
            del self._cached[next(iter(self._cached))]
        return states

    def evidence(
        self, batches: Iterable[Mapping[str, torch.Tensor]], states: torch.Tensor
    ) -> tuple[np.ndarray, np.ndarray]:
        """Logits of labels, and the features that a head can learn from (see `label_head.py`).

        Args:
            batches: As for `probabilities`.
            states: (labels, phrasings, text width), as `text_states` returns them.

        Returns:
            (clips, labels) float64, and (clips, hidden + descriptors) float64: the tower's first semantic token, and
            the scores of the descriptors, 0 where one is absent. Both are means over a clip and its mirror image.
        """
        logits, features = [], []
        for inputs, scored, tower in self._scored(batches, states):
            token, scores = tower.semantic_tokens[:, 0], inputs["skeleton_descriptors"].nan_to_num()
            logits.append(_of_both(scored))
            features.append(_of_both(torch.cat([token, scores.to(token)], dim=1)))
        return torch.cat(logits).double().cpu().numpy(), torch.cat(features).double().cpu().numpy()

    def probabilities(
        self, batches: Iterable[Mapping[str, torch.Tensor]], labels: Sequence[str], compared: Sequence[str]
    ) -> np.ndarray:
        """Scores clips together with their mirror images: an emotion does not depend on the side of the body.

        Args:
            batches: Inputs of the tower, as the feature extractor returns them. Each batch has the clips first and
                then their mirror images in the same order.
            labels: Candidate labels.
            compared: For each clip the kind of reference that it is compared with (`certainty.py`), which decides the
                temperature.

        Returns:
            (clips, labels) float64, the softmax of the mean logits of a clip and its mirror image.
        """
        logits = [_of_both(scored) for _, scored, _ in self._scored(batches, self.text_states(labels))]
        config = self.model.config
        common, own = config.label_temperature, config.reference_temperatures or {}
        changed = torch.tensor([common / own.get(kind, common) for kind in compared], dtype=torch.float64)
        return (torch.cat(logits).double().cpu() * changed[:, None]).softmax(-1).numpy()

    @torch.no_grad()
    def _scored(self, batches: Iterable[Mapping[str, torch.Tensor]], states: torch.Tensor) -> Iterator[tuple]:
        """For each batch its tensors on the device of the model, and what `score_labels` makes of them."""
        states = states.to(self.model.device)
        for batch in batches:
            inputs = {name: tensor.to(self.model.device) for name, tensor in batch.items()}
            yield inputs, *self.model.score_labels(**inputs, text_states=states)


def _of_both(values: torch.Tensor) -> torch.Tensor:
    """The mean over clips and their mirror images, (2 * clips, ...) to (clips, ...)."""
    return values.unflatten(0, (2, -1)).mean(0)
