"""The linear map from measured descriptors to labels, fitted at the end of stage one."""

import copy

import numpy as np
import pytest
import torch

from eai_llm_hf import EaiLlmForCausalLM
from eai_llm_hf.processing.descriptors.measure import DESCRIPTORS
from eai_llm_hf.training import measured_map
from eai_llm_hf.training.alignment import AlignmentModel
from eai_llm_hf.training.measured_map import fit_measured

LABELS = ["happy", "sad"]
TELLS = 3
"""The descriptor that tells the labels apart."""


class Described:
    """A crop that is known by its clip alone."""

    def __init__(self, clip: int):
        self.clip_id = f"clip {clip}"


def crops_of(clips: int, count: int = 200) -> list[Described]:
    return [Described(number % clips) for number in range(count)]


def collate(crops: list[Described]) -> dict[str, torch.Tensor]:
    """Even clips are happy and high in one descriptor, uneven ones sad and low; every third lacks another one."""
    numbers = [int(crop.clip_id.removeprefix("clip ")) for crop in crops]
    scores = np.stack([np.random.default_rng(number).normal(0, 1, len(DESCRIPTORS)) for number in numbers])
    scores[:, TELLS] = [1.0 if number % 2 == 0 else -1.0 for number in numbers]
    scores[np.array(numbers) % 3 == 0, 0] = np.nan
    return {
        "skeleton_descriptors": torch.tensor(scores, dtype=torch.float32),
        "labels": torch.tensor([number % 2 for number in numbers]),
        "label_shares": torch.ones(len(numbers)),
    }


@pytest.fixture
def learner(model, processor) -> AlignmentModel:
    """Of a tiny model with a map that knows nothing."""
    torch.manual_seed(0)
    changed = copy.deepcopy(model.config)
    changed.measured_weight = 0.7
    made = EaiLlmForCausalLM(changed).float()
    made.language_model = model.language_model
    torch.nn.init.zeros_(made.alignment.measured.weight)
    return AlignmentModel(made, processor, LABELS)


def labels_of(learner: AlignmentModel, scores: torch.Tensor) -> list[int]:
    """The labels that the map gives."""
    learner.eval()
    with torch.no_grad():
        alignment = learner.alignment
        return (alignment.measured(alignment.completed(scores)) @ learner.label_texts().T).argmax(-1).tolist()


def test_it_learns_which_descriptor_tells_the_labels_apart(learner):
    fit_measured(learner, collate, crops_of(200))
    unseen = collate(crops_of(400, 400)[200:])
    right = np.mean(np.array(labels_of(learner, unseen["skeleton_descriptors"])) == unseen["labels"].numpy())
    assert right > 0.95


def test_crops_of_a_few_clips_teach_less_than_crops_of_many(learner):
    sizes = []
    for clips in (4, 40, 200):
        fit_measured(learner, collate, crops_of(clips))
        sizes.append(float(learner.alignment.measured.weight.detach().norm()))
    assert sizes[0] < sizes[1] < sizes[2]


def test_a_map_that_has_learned_before_stays_near_and_keeps_its_correlations(learner):
    # From other clips the map learned that another descriptor tells the labels apart.
    texts = learner.label_texts().detach()
    with torch.no_grad():
        learner.alignment.measured.weight[:, TELLS + 1] = 3 * (texts[0] - texts[1])
    before = learner.alignment.measured.weight.clone()
    correlation = learner.alignment.descriptor_correlation.clone()
    fit_measured(learner, collate, crops_of(6), continued=True)
    assert torch.equal(learner.alignment.descriptor_correlation, correlation)
    known = torch.zeros(2, len(DESCRIPTORS))
    known[0, TELLS + 1], known[1, TELLS + 1] = 2.0, -2.0
    assert labels_of(learner, known) == [0, 1]
    learned = (learner.alignment.measured.weight - before).norm()
    assert 0 < learned < before.norm()
    fit_measured(learner, collate, crops_of(6))
    assert not torch.equal(learner.alignment.descriptor_correlation, correlation)


def test_a_model_without_a_map_stays_as_it_is(model, processor):
    learner = AlignmentModel(model, processor, LABELS)
    assert learner.alignment.measured is None
    fit_measured(learner, collate, crops_of(4))
    assert learner.alignment.measured is None


def test_it_is_fitted_on_so_many_crops_at_most(learner, monkeypatch):
    monkeypatch.setattr(measured_map, "FITTED_CROPS", 60)
    seen = []
    fit_measured(learner, lambda crops: seen.extend(crops) or collate(crops), crops_of(200))
    assert len(seen) == 60


def test_clips_that_are_drawn_often_do_not_outweigh_the_many_others(learner):
    often = crops_of(2, 400)

    def contradicting(crops):
        batch = collate(crops)  # the crops of the two clips have the other label, and nothing else tells them apart
        batch["skeleton_descriptors"][:, torch.arange(len(DESCRIPTORS)) != TELLS] = 0.0
        batch["labels"] = torch.where(torch.tensor([crop in often for crop in crops]), 1, 0) ^ batch["labels"]
        return batch

    fit_measured(learner, contradicting, [*crops_of(200), *often])
    unseen = collate(crops_of(400, 400)[200:])
    right = np.mean(np.array(labels_of(learner, unseen["skeleton_descriptors"])) == unseen["labels"].numpy())
    assert right > 0.9
