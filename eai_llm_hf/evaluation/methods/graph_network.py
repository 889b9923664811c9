"""A specialised recogniser as baseline: a small graph convolutional network over the joints, with three streams.

The network follows ST-GCN++ (Duan et al. 2022, PYSKL: Towards Good Practices for Skeleton Action Recognition,
arXiv:2205.09443): blocks of a graph convolution with learned adjacency and a temporal convolution with several
branches. It is narrow and reduces the time axis early, so that a step of 32 crops takes a fraction of a second on one
core. It learns from the same crops as the skeleton tower, for as many steps.

    window                 (frames, 22, 3) of at most 4 s
      joint, bone, motion  (windows, 60, 22, 4) at 15 frames/s, seen from the body's heading, in leg lengths
        stem               4 frames a token, 32 channels
        4 blocks           graph convolution over joints, then temporal convolution over tokens: 15, 8, 4 of them
      mean over tokens and joints -> a score for each label

The same network reads other bodies too: what the skeleton tower gets, relative to a reference, as a graph of 13
segments with a stream of directions and one of velocities (`segment_streams`).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import get_cosine_schedule_with_warmup

from eai_llm_hf.processing.descriptors.movement_features import SEGMENTS, VELOCITY_SCALE
from eai_llm_hf.processing.skeleton.axes_and_units import LEG_M, leg_length
from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.placement import facing
from eai_llm_hf.processing.skeleton.tree import FRAME_RATE, NUM_JOINTS, PARENTS

from .kept_crops import kept_crops
from .registry import note_cost
from .task import Task, among, corpus_of

STREAMS = ("joint", "bone", "motion")
SEGMENT_STREAMS = ("direction", "velocity")
SEGMENT_PARENTS = (-1, 0, 1, 1, 0, 3, 5, 3, 7, 4, 9, 4, 11)
"""For each of `SEGMENTS` the one that it hangs on: arms on the shoulder line, legs on the hip line."""

WINDOW_FRAMES = 120
"""Frames (30 frames/s) that the network reads at once; a shorter window is padded with absent joints."""

_PAIR = 2  # frames that are averaged, which leaves 15 frames/s
_PATCH = 4  # averaged frames in a token
_TOKENS = WINDOW_FRAMES // _PAIR // _PATCH
_CHANNELS = 4
_WIDTH = 32
_BLOCKS = ((32, 2), (48, 2), (64, 1), (64, 1))  # channels, stride over tokens
_DROPOUT = 0.2
_MOMENTUM = 0.3  # of batch statistics; the usual 0.1 lags behind in short trainings
_LEARNING_RATE = 1e-2
_WEIGHT_DECAY = 0.01
_WARMUP = 0.05
_LABEL_SMOOTHING = 0.05
_WINDOWS_AT_ONCE = 64
_NEVER = -1e4  # score of a label that is not a candidate


def joint_stream(task: Task) -> np.ndarray:
    """Positions of the joints; (test rows, labels) probabilities, see `task.Method`."""
    return _trained_on(task, ("joint",))


def bone_stream(task: Task) -> np.ndarray:
    """Positions of the joints from their parents; (test rows, labels) probabilities, see `task.Method`."""
    return _trained_on(task, ("bone",))


def motion_stream(task: Task) -> np.ndarray:
    """Velocities of the joints; (test rows, labels) probabilities, see `task.Method`."""
    return _trained_on(task, ("motion",))


def fused_streams(task: Task) -> np.ndarray:
    """Mean probabilities of the three streams, each with its own network; (test rows, labels), see `task.Method`."""
    return _trained_on(task, STREAMS)


# ---- what the network reads -----------------------------------------------------------------------------------------


def stream_features(clip: UnifiedClip) -> np.ndarray:
    """What each stream reads of a window.

    Args:
        clip: At most `WINDOW_FRAMES` frames; of a longer clip, the first are read.

    Returns:
        (streams, 60, 22, 4) float32 in the order of `STREAMS`: left, up and forward, and 1 if the joint is present.
        Positions relative to the pelvis and to the parent, in leg lengths; velocities relative to the pelvis, and of
        the pelvis in space.
    """
    joints, mask = clip.joints[:WINDOW_FRAMES], clip.joint_mask
    if len(joints) % _PAIR:
        joints = np.concatenate([joints, joints[-1:]])
    joints = joints.reshape(-1, _PAIR, NUM_JOINTS, 3).mean(axis=1)
    forward = facing(joints, mask, window_s=0.5 / _PAIR)  # `facing` assumes 30 frames/s
    up = np.array([0.0, 1.0, 0.0], dtype=np.float32)
    axes = np.stack([np.cross(up, forward), np.broadcast_to(up, forward.shape), forward], axis=2)  # as columns
    centred = joints - joints[:, :1]
    moving = np.concatenate([joints[:, :1], centred[:, 1:]], axis=1)
    velocities = np.diff(moving, axis=0, prepend=moving[:1]) * (FRAME_RATE / _PAIR)
    streams = np.stack([centred, joints - joints[:, _anchors(mask)], VELOCITY_SCALE * velocities])
    streams = streams @ axes / (leg_length(joints, mask) or LEG_M)

    features = np.zeros((len(STREAMS), WINDOW_FRAMES // _PAIR, NUM_JOINTS, _CHANNELS), dtype=np.float32)
    features[:, : len(joints), :, :3] = streams * mask[:, None]
    features[:, : len(joints), :, 3] = mask
    return features


def segment_streams(features: np.ndarray, segment_mask: np.ndarray) -> np.ndarray:
    """What each stream reads of a window that is given as the skeleton tower gets it.

    Args:
        features: (frames, 13, 6), as `movement_features` or `relative_features` give them; of more than
            `WINDOW_FRAMES` frames, the first are read.
        segment_mask: (13,) bool.

    Returns:
        (streams, 60, 13, 4) float32 in the order of `SEGMENT_STREAMS`: three channels, and 1 if it is present.
    """
    values = features[:WINDOW_FRAMES]
    if len(values) % _PAIR:
        values = np.concatenate([values, values[-1:]])
    values = values.reshape(-1, _PAIR, len(SEGMENTS), len(SEGMENT_STREAMS), 3).mean(axis=1)
    streams = np.zeros((len(SEGMENT_STREAMS), WINDOW_FRAMES // _PAIR, len(SEGMENTS), _CHANNELS), dtype=np.float32)
    present = np.asarray(segment_mask, dtype=bool)
    streams[:, : len(values), :, :3] = values.transpose(2, 0, 1, 3) * present[:, None]
    streams[:, : len(values), :, 3] = present
    return streams


def _anchors(mask: np.ndarray) -> list[int]:
    """For each joint the nearest present joint towards the pelvis; for the pelvis itself."""
    anchors: list[int] = []
    for parent in PARENTS:  # parents come before their children
        anchors.append(0 if parent < 0 else parent if mask[parent] else anchors[parent])
    return anchors


def windows_of(row: Mapping[str, Any]) -> list[UnifiedClip]:
    """A clip cut into equal windows of at most `WINDOW_FRAMES` frames."""
    joints = np.asarray(row["joints"], dtype=np.float32)
    mask = np.asarray(row["joint_mask"], dtype=bool)
    return [UnifiedClip(piece, mask) for piece in np.array_split(joints, -(-len(joints) // WINDOW_FRAMES))]


# ---- the network ----------------------------------------------------------------------------------------------------
# Tensors inside are (joints, channels, tokens, windows) with channels last in memory: one matrix product mixes the
# joints, and tokens are convolved without a copy.


def joint_subsets(parents: Sequence[int]) -> torch.Tensor:
    """(3, joints, joints) links of each joint with itself, its parent and its children (Yan et al. 2018).

    Rows sum to 1. The parent of a joint without one is -1.
    """
    links = torch.zeros(3, len(parents), len(parents))
    links[0] = torch.eye(len(parents))
    for joint, parent in enumerate(parents):
        if parent >= 0:
            links[1, joint, parent] = links[2, parent, joint] = 1.0
    return links / links.sum(dim=2, keepdim=True).clamp(min=1.0)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, momentum=_MOMENTUM)


class GraphConvolution(nn.Module):
    """Mixes joints by three learned adjacency matrices, initialised with the skeleton, plus a residual.

    Args:
        inputs: Number of input channels.
        outputs: Number of output channels.
        parents: Parent of each joint.
    """

    def __init__(self, inputs: int, outputs: int, parents: Sequence[int]):
        super().__init__()
        self.adjacency = nn.Parameter(joint_subsets(parents))
        self.projections = nn.ModuleList(nn.Conv2d(inputs, outputs, 1, bias=False) for _ in self.adjacency)
        self.norm = _norm(outputs)
        self.residual = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """From (joints, inputs, tokens, windows) to (joints, outputs, tokens, windows)."""
        joints, channels, tokens, windows = hidden.shape
        flat = hidden.permute(0, 2, 3, 1).reshape(joints, -1)
        mixed = (self.adjacency.flatten(0, 1) @ flat).view(-1, joints, tokens, windows, channels)
        subsets = mixed.permute(0, 1, 4, 2, 3)
        projected = sum(project(part) for project, part in zip(self.projections, subsets, strict=True))
        return nn.functional.relu(self.norm(projected) + self.residual(hidden))


class TemporalConvolution(nn.Module):
    """Four branches over time, each with a quarter of the channels: two dilations, a maximum, and the token itself.

    Args:
        channels: Channels, in and out.
        stride: Tokens from one output to the next.
    """

    def __init__(self, channels: int, stride: int):
        super().__init__()
        quarter = channels // 4
        steps = (stride, 1)
        self.enter = nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), _norm(channels), nn.ReLU())
        self.branches = nn.ModuleList(
            [
                nn.Conv2d(quarter, quarter, (3, 1), steps, padding=(1, 0)),
                nn.Conv2d(quarter, quarter, (3, 1), steps, padding=(2, 0), dilation=(2, 1)),
                nn.MaxPool2d((3, 1), steps, padding=(1, 0)),
                nn.MaxPool2d(1, steps),
            ]
        )
        self.leave = nn.Sequential(
            _norm(channels), nn.ReLU(), nn.Conv2d(channels, channels, 1, bias=False), _norm(channels)
        )

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """From (joints, channels, tokens, windows) to (joints, channels, tokens / stride, windows)."""
        parts = self.enter(hidden).chunk(len(self.branches), dim=1)
        joined = torch.cat([branch(part) for branch, part in zip(self.branches, parts, strict=True)], dim=1)
        return self.leave(joined)


class GraphBlock(nn.Module):
    """A graph convolution and a temporal convolution, with a residual around both.

    Args:
        inputs: Number of input channels.
        outputs: Number of output channels.
        stride: Tokens from one output to the next.
        parents: Parent of each joint.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, parents: Sequence[int]):
        super().__init__()
        self.graph = GraphConvolution(inputs, outputs, parents)
        self.time = TemporalConvolution(outputs, stride)
        same = inputs == outputs and stride == 1
        self.residual = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, (stride, 1), bias=False)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """From (joints, inputs, tokens, windows) to (joints, outputs, tokens / stride, windows)."""
        return nn.functional.relu(self.time(self.graph(hidden)) + self.residual(hidden))


class GraphNetwork(nn.Module):
    """Scores the labels from one stream of a window.

    Args:
        num_labels: Number of labels.
        parents: Parent of each joint; `SEGMENT_PARENTS` for a body of segments.
    """

    def __init__(self, num_labels: int, parents: Sequence[int] = PARENTS):
        super().__init__()
        self.input_norm = nn.BatchNorm1d(len(parents) * _CHANNELS, momentum=_MOMENTUM)
        self.stem = nn.Conv2d(_PATCH * _CHANNELS, _WIDTH, 1)
        blocks, inputs = [], _WIDTH
        for outputs, stride in _BLOCKS:
            blocks.append(GraphBlock(inputs, outputs, stride, parents))
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(inputs, num_labels))
        self.stride = int(np.prod([stride for _, stride in _BLOCKS]))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """From (windows, 60, joints, 4) features of one stream to (windows, labels) scores."""
        windows = len(features)
        filled = features[..., 3].any(dim=2).view(windows, _TOKENS, _PATCH).any(dim=2)  # (windows, tokens)
        normal = self.input_norm(features.flatten(0, 1).flatten(1)).view_as(features)
        tokens = normal.view(windows, _TOKENS, _PATCH, features.shape[2], _CHANNELS).permute(3, 1, 0, 2, 4).flatten(3)
        hidden = self.blocks(self.stem(tokens.permute(0, 3, 1, 2)))
        weights = filled[:, :: self.stride].T.float()  # (tokens, windows)
        pooled = (hidden.mean(dim=0) * weights).sum(dim=1) / weights.sum(dim=0)  # (channels, windows)
        return self.head(pooled.T)


# ---- training and testing -------------------------------------------------------------------------------------------


def _trained_on(task: Task, streams: Sequence[str]) -> np.ndarray:
    """Trains one network for each stream, all on the same crops, and returns their mean probabilities."""
    began = time.perf_counter()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.seed)
        networks = {stream: GraphNetwork(len(task.all_labels)) for stream in streams}
        _train(networks, task)
    trained = time.perf_counter()
    probabilities = _label(networks, task)
    size = sum(parameter.numel() for network in networks.values() for parameter in network.parameters())
    note_cost(
        parameters=size,
        trained_parameters=size,
        training_seconds=trained - began,
        labelling_seconds=time.perf_counter() - trained,
    )
    return probabilities


def _train(networks: Mapping[str, GraphNetwork], task: Task) -> None:
    """Trains with cross-entropy over the candidate labels of each crop's corpus."""
    known = {corpus: set(labels) for corpus, labels in task.labels.items()}
    others = set(task.all_labels)  # for corpora that are not tested
    rows = [dict(row) for row in task.train if row["label"] in known.get(corpus_of(row), others)]
    crops = kept_crops(rows, task.steps * task.batch_size, task.seed, labelled=True)

    def batches() -> Iterable[tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]]:
        for start in range(0, len(crops), task.batch_size):
            batch = [crops[start + index] for index in range(task.batch_size)]
            truth = torch.tensor([[label == crop.label for label in task.all_labels] for crop in batch])
            candidates = torch.tensor(
                [[label in known.get(crop.corpus, others) for label in task.all_labels] for crop in batch]
            )
            yield _features([crop.clip for crop in batch]), truth, candidates

    train(networks, batches(), task.steps)


def train(
    networks: Mapping[str, GraphNetwork],
    batches: Iterable[tuple[Mapping[str, torch.Tensor], torch.Tensor, torch.Tensor]],
    steps: int,
) -> None:
    """Trains one network for each stream, all on the same crops.

    Args:
        networks: Stream -> its network.
        batches: For each step the features of each stream (crops, 60, joints, 4), the label of each crop and its
            candidates, (crops, labels) bool.
        steps: Number of batches.
    """
    parameters = [parameter for network in networks.values() for parameter in network.train().parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    schedule = get_cosine_schedule_with_warmup(optimizer, round(_WARMUP * steps), steps)
    for features, truth, candidates in batches:
        even = candidates / candidates.sum(dim=1, keepdim=True)
        goal = (1 - _LABEL_SMOOTHING) * truth + _LABEL_SMOOTHING * even
        losses = [
            nn.functional.cross_entropy(network(features[stream]).masked_fill(~candidates, _NEVER), goal)
            for stream, network in networks.items()
        ]
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
        schedule.step()


@torch.no_grad()
def fused(
    networks: Mapping[str, GraphNetwork], features: Mapping[str, torch.Tensor], candidates: torch.Tensor
) -> np.ndarray:
    """(windows, labels) mean probabilities of the networks among the candidates, (windows, labels) bool."""
    found = [
        network.eval()(features[stream]).masked_fill(~candidates, _NEVER).double().softmax(dim=1)
        for stream, network in networks.items()
    ]
    return torch.stack(found).mean(dim=0).numpy()


def _label(networks: Mapping[str, GraphNetwork], task: Task) -> np.ndarray:
    """(test rows, labels) mean probabilities over networks, windows and the mirror image of each window."""
    owners: list[int] = []
    windows: list[UnifiedClip] = []
    for number, row in enumerate(task.test):
        for window in windows_of(row):
            owners += [number, number]
            windows += [window, window.mirrored()]
    candidates = task.candidates(task.test)
    sums = np.zeros(candidates.shape)
    for start in range(0, len(windows), _WINDOWS_AT_ONCE):
        some = owners[start : start + _WINDOWS_AT_ONCE]
        features = _features(windows[start : start + _WINDOWS_AT_ONCE])
        np.add.at(sums, some, fused(networks, features, torch.from_numpy(candidates[some])))
    return among(sums, candidates)


def _features(clips: Sequence[UnifiedClip]) -> dict[str, torch.Tensor]:
    """(clips, 60, 22, 4) of each stream."""
    stacked = torch.from_numpy(np.stack([stream_features(clip) for clip in clips], axis=1))
    return dict(zip(STREAMS, stacked, strict=True))


__all__ = [
    "SEGMENT_PARENTS",
    "SEGMENT_STREAMS",
    "STREAMS",
    "WINDOW_FRAMES",
    "GraphNetwork",
    "bone_stream",
    "fused",
    "fused_streams",
    "joint_stream",
    "motion_stream",
    "segment_streams",
    "stream_features",
    "train",
]
