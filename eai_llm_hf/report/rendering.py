"""Pictures of movement.

`draw_strip` puts a clip on axes as stick figures over time, `save_strip` and `save_animation` write it as a picture
and as a moving one.

The colours are those of Okabe & Ito (2008, "Color Universal Design"), which people with any colour vision tell apart;
left and right differ in lightness and by filled and hollow joints as well. Matplotlib is imported when something is
drawn, and its `pyplot` state is never touched, so that drawing is safe in servers and threads.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES, PARENTS

from .picture_page import (
    FAINT,
    HIGHLIGHT,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    Page,
    picture_path,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PART_COLOURS = {
    "head": "#4B5563",
    "trunk": "#4B5563",
    "left arm": "#0072B2",
    "right arm": "#56B4E9",
    "left leg": "#0072B2",
    "right leg": "#56B4E9",
}
PART_GROUPS = {"arms": ("left arm", "right arm"), "legs": ("left leg", "right leg"), "whole body": tuple(BODY_PARTS)}
"""Words of the evidence that stand for several body parts."""

TURN = math.radians(35)
"""The viewer stands in front of the figure, this far to its right: facing ahead, it looks along the time."""

ANIMATION_FPS, ANIMATION_MAX_S = 12.5, 20.0
"""A GIF counts time in hundredths of a second: 8 of them a frame play in real time."""

HEAD_RADIUS = 0.105
"""Metres."""

_PART_OF = {JOINT_INDEX[joint]: part for part, joints in BODY_PARTS.items() for joint in joints}
_PELVIS, _HEAD, _NECK = (JOINT_INDEX[name] for name in ("pelvis", "head", "neck"))
_TRAIL_POINTS = 2000
_TRAILS = tuple(JOINT_INDEX[name] for name in ("head", "left_wrist", "right_wrist"))


# --------------------------------------------------------------------------------------------------------- the strip


Highlight = Collection[str] | Mapping[str, Collection[tuple[float, float]]]
"""Body parts to mark: keys of `BODY_PARTS`, or "arms", "legs", "whole body". A mapping gives the times of each, from
second to second of the clip."""


@dataclass(frozen=True)
class Strip:
    """A row of stick figures, laid out: heights are real, sideways each figure stands in the place of its time.

    Attributes:
        frames: (figures,) frames of the clip.
        centres: (figures,) metres from the first figure to the right.
        flat: (frames shown, 22, 2) what the viewer sees, metres to the right of the pelvis and above the floor.
        depth: (frames shown, 22) metres towards the viewer.
        first: Frame of the clip that is the first one shown.
        per_frame: Metres to the right that a frame takes.
        left: Left edge in metres.
        right: Right edge.
        bottom: Lower edge, below the words.
        top: Upper edge.
        lowest: Lowest place of a joint, at most the floor.
    """

    frames: np.ndarray
    centres: np.ndarray
    flat: np.ndarray
    depth: np.ndarray
    first: int
    per_frame: float
    left: float
    right: float
    bottom: float
    top: float
    lowest: float


def lay_out_strip(
    clip: UnifiedClip, steps: int | None, aspect: float, start_s: float = 0.0, end_s: float | None = None
) -> Strip:
    """Lays out the figures of `draw_strip` on an area of that width for its height.

    Raises:
        ValueError: If `steps` is not positive or the time span lies outside the clip.
    """
    if steps is not None and steps < 1:
        raise ValueError(f"A strip needs at least 1 step, found {steps}.")
    first, last = _span(clip, start_s, end_s)
    flat, depth = _project(clip.joints[first:last] - _ground(clip.joints[first:last, _PELVIS])[:, None])
    low, high, reach = _extent(flat, clip.joint_mask)
    bottom, top = min(low, 0.0) - 0.22, high + 0.14
    slot = 2.0 * reach + 0.12
    if steps is None:
        steps = int(np.clip((top - bottom) * aspect / slot, 3, 16))
    frames = np.unique(np.linspace(0, last - first - 1, min(steps, last - first)).round().astype(int))
    # The row is stretched to the width of the area; where it is too long for it, everything shrinks together.
    slot = max(slot, (top - bottom) * aspect / max(len(frames), 3))
    per_frame = slot / (frames[1] - frames[0]) if len(frames) > 1 else 0.0
    centres = frames * per_frame
    left, right = -0.5 * slot, float(centres[-1]) + 0.5 * slot
    return Strip(
        first + frames, centres, flat, depth, first, per_frame, left, right, bottom, top, lowest=min(low, 0.0)
    )


def draw_strip(
    axes: "Axes",
    clip: UnifiedClip,
    steps: int | None = 8,
    highlight: Highlight = (),
    start_s: float = 0.0,
    end_s: float | None = None,
) -> None:
    """Draws a clip as a row of stick figures, time running to the right.

    The figures are seen from in front, a little from their right. Heights are real; sideways each figure stands in
    the place of its time, with the pelvis in the middle, so that figures never overlap. Thin lines join the places
    of head and wrists in the frames between. Joints that the recording lacks are not drawn; a bone then reaches to
    the next joint up the tree that is there.

    Args:
        axes: Matplotlib axes to draw on; their scales and spines are set.
        clip: The movement, joints (frames, 22, 3) in metres.
        steps: Figures, at most one a frame; None for as many as fill the axes.
        highlight: Body parts in the highlight colour, in all figures or in those of some times.
        start_s: First second to draw.
        end_s: Second to draw up to; None for the end of the clip.

    Raises:
        ValueError: If `steps` is not positive, a body part is unknown or the time span lies outside the clip.
    """
    marked_at(highlight, 0.0)  # unknown words are refused before anything is drawn
    strip = lay_out_strip(clip, steps, float(axes.bbox.width / axes.bbox.height), start_s, end_s)
    if len(strip.frames) > 1:
        shown = np.arange(0, len(strip.flat), max(1, len(strip.flat) // _TRAIL_POINTS))
        for joint in (joint for joint in _TRAILS if clip.joint_mask[joint]):
            style: dict[str, Any] = {
                "color": FAINT,
                "linewidth": 0.9,
                "zorder": 1,
                "gid": f"trail {JOINT_NAMES[joint]}",
            }
            axes.plot(shown * strip.per_frame + strip.flat[shown, joint, 0], strip.flat[shown, joint, 1], **style)
    edges = [strip.left, strip.right]
    axes.plot(edges, [0.0, 0.0], color=FAINT, linewidth=1.4, zorder=0.5, solid_capstyle="butt", gid="ground")
    for number, (frame, centre) in enumerate(zip(strip.frames, strip.centres, strict=True)):
        place, seconds = frame - strip.first, float(frame / clip.fps)
        shifted = strip.flat[place] + np.array([centre, 0.0])
        marked = marked_at(highlight, seconds)
        _draw_figure(axes, shifted, strip.depth[place], clip.joint_mask, marked, 10.0 * (number + 1))
        axes.text(centre, strip.lowest - 0.07, f"{seconds:.1f} s", ha="center", va="top", fontsize=10, color=MUTED)
    axes.set(xlim=edges, ylim=(strip.bottom, strip.top), aspect="equal", anchor="C", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def marked_at(highlight: Highlight, seconds: float) -> set[str]:
    """Keys of `BODY_PARTS` that are marked at a time.

    Raises:
        ValueError: If a body part is unknown.
    """
    parts = _parts(highlight)
    if not isinstance(highlight, Mapping):
        return parts
    # Half a frame of the unified skeleton: a time may be rounded.
    return _parts(
        {word for word, times in highlight.items() if any(a - 0.017 <= seconds <= b + 0.017 for a, b in times)}
    )


def _parts(words: Collection[str]) -> set[str]:
    """Keys of `BODY_PARTS` for words of the evidence."""
    known = {part: (part,) for part in BODY_PARTS} | PART_GROUPS
    unknown = sorted(set(words) - set(known))
    if unknown:
        raise ValueError(f"Unknown body part {', '.join(map(repr, unknown))}; known are {', '.join(known)}.")
    return {part for word in words for part in known[word]}


def _span(clip: UnifiedClip, start_s: float, end_s: float | None) -> tuple[int, int]:
    """First frame and frame after the last of a time span."""
    frames = len(clip.joints)
    first = round(start_s * clip.fps)
    last = frames if end_s is None else min(round(end_s * clip.fps), frames)
    if not 0 <= first < last:
        raise ValueError(
            f"The span from {start_s:g} to {end_s if end_s is not None else frames / clip.fps:g} s lies outside the "
            f"clip, which lasts {frames / clip.fps:g} s."
        )
    return first, last


def _ground(points: np.ndarray) -> np.ndarray:
    """Points (..., 3) with their height set to 0."""
    return points * np.array([1.0, 0.0, 1.0], points.dtype)


def _project(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the viewer sees: (..., 2) to the right and up, and (...) towards the viewer, in metres."""
    x, y, z = np.moveaxis(points, -1, 0)
    right = math.cos(TURN) * x + math.sin(TURN) * z
    return np.stack([right, y], axis=-1), math.cos(TURN) * z - math.sin(TURN) * x


def _extent(flat: np.ndarray, joint_mask: np.ndarray) -> tuple[float, float, float]:
    """Lowest and highest point and the greatest distance sideways of (frames, 22, 2), with room for the head."""
    present = flat[:, joint_mask]
    room = HEAD_RADIUS + 0.06
    low, high = float(present[..., 1].min()), float(present[..., 1].max())
    reach = max(float(np.abs(present[..., 0]).max()), 0.25)
    if joint_mask[_HEAD]:
        high = max(high, float(flat[:, _HEAD, 1].max()) + room)
        reach = max(reach, float(np.abs(flat[:, _HEAD, 0]).max()) + room)
    return low, high, reach


def bones_of(joint_mask: np.ndarray) -> list[tuple[int, int, str]]:
    """Joint, its nearest ancestor that is there, and the body part: lines between trunk and limb are the trunk's."""
    bones = []
    for joint in np.flatnonzero(joint_mask).tolist():
        parent = PARENTS[joint]
        while parent >= 0 and not joint_mask[parent]:
            parent = PARENTS[parent]
        if parent >= 0:
            part = "trunk" if _PART_OF[parent] == "trunk" else _PART_OF[joint]
            bones.append((joint, parent, part))
    return bones


def joints_present(joint_mask: np.ndarray) -> dict[str, list[int]]:
    """The joints of each body part that are there, for the parts that have any."""
    found = {
        part: [joint for joint in map(JOINT_INDEX.__getitem__, names) if joint_mask[joint]]
        for part, names in BODY_PARTS.items()
    }
    return {part: joints for part, joints in found.items() if joints}


def head_centre(flat: np.ndarray, joint_mask: np.ndarray) -> tuple[float, float]:
    """Middle of the circle for the head of a figure (22, 2), a little above the joint."""
    up = flat[_HEAD] - flat[_NECK] if joint_mask[_NECK] else np.array([0.0, 1.0])
    centre = flat[_HEAD] + 0.06 * up / max(float(np.linalg.norm(up)), 1e-6)
    return float(centre[0]), float(centre[1])


def _draw_figure(
    axes: "Axes", flat: np.ndarray, depth: np.ndarray, joint_mask: np.ndarray, marked: Collection[str], zorder: float
) -> None:
    """One stick figure from (22, 2) places and (22,) nearness, far parts first; every artist's gid is its part."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Circle
    from matplotlib.patheffects import Normal, Stroke

    bones, joints_of = bones_of(joint_mask), joints_present(joint_mask)
    parts = sorted(joints_of, key=lambda part: float(depth[joints_of[part]].mean()))
    for place, part in enumerate(parts):
        colour = HIGHLIGHT if part in marked else PART_COLOURS[part]
        width = 3.6 if part in marked else 2.6
        level = zorder + place
        lines = [(flat[joint], flat[parent]) for joint, parent, owner in bones if owner == part]
        halo = [Stroke(linewidth=width + 1.8, foreground="white"), Normal()]
        if lines:
            axes.add_collection(
                LineCollection(
                    lines,
                    colors=colour,
                    linewidths=width,
                    capstyle="round",
                    path_effects=halo,
                    zorder=level,
                    gid=part,
                ),
                autolim=False,
            )
        if part not in ("head", "trunk"):
            style: dict[str, Any] = {"s": 13, "edgecolors": colour, "linewidths": 1.3, "gid": part, "clip_on": False}
            face = "white" if part.startswith("right") else colour
            # Above all lines of the figure, so that shoulders and hips are not half hidden by the trunk.
            axes.scatter(*flat[joints_of[part]].T, facecolors=face, zorder=zorder + len(parts), **style)
        if part == "head" and joint_mask[_HEAD]:
            axes.add_patch(
                Circle(
                    head_centre(flat, joint_mask),
                    HEAD_RADIUS,
                    facecolor="white",
                    edgecolor=colour,
                    linewidth=width,
                    zorder=level + 0.6,
                    gid=part,
                )
            )


def draw_key(axes: "Axes", cited: bool) -> None:
    """A legend for the colours, in axes of its own; with the highlight where the explanation cites body parts."""
    from matplotlib.lines import Line2D

    entries = [("left side", PART_COLOURS["left arm"], True), ("right side", PART_COLOURS["right arm"], False)]
    entries.append(("head and trunk", PART_COLOURS["trunk"], True))
    if cited:
        entries.append(("named in the explanation", HIGHLIGHT, True))
    handles = [
        Line2D(
            [], [], color=colour, linewidth=2.6, marker="o", markersize=5, markerfacecolor=colour if full else "white"
        )
        for _, colour, full in entries
    ]
    axes.legend(
        handles,
        [words for words, _, _ in entries],
        loc="center right",
        ncols=len(entries),
        frameon=False,
        fontsize=10,
        labelcolor=MUTED,
        borderaxespad=0.0,
        handlelength=1.8,
        columnspacing=1.6,
    )
    axes.set_axis_off()


# --------------------------------------------------------------------------------------------------- strip, GIF: files


def save_strip(clip: UnifiedClip, path: str | Path, steps: int = 8, title: str | None = None) -> None:
    """Writes a clip as a row of stick figures, 11 inches wide at 160 pixels per inch.

    Args:
        clip: The movement.
        path: File to write; its suffix (.png, .pdf or .svg) says the kind.
        steps: Figures, at most one a frame.
        title: Words above, such as the name of the recording.

    Raises:
        ValueError: If the suffix is another, or `steps` is not positive.
    """
    path = picture_path(path)
    flat, _ = _project(clip.joints - _ground(clip.joints[:, _PELVIS])[:, None])
    low, high, reach = _extent(flat, clip.joint_mask)
    width = PICTURE_WIDTH - 2 * MARGIN
    # As high as the row needs at this width, within what looks right for one figure and for very many.
    row = width * (high - min(low, 0.0) + 0.4) / (max(min(steps, len(clip.joints)), 3) * (2 * reach + 0.12))
    row = float(np.clip(row, 1.3, 4.2))
    page = Page(MARGIN + 0.3 + row + 0.15)
    seconds = len(clip.joints) / clip.fps
    page.write(MARGIN, 0.4, shorten(title or "", 5.2, 14, "bold"), fontsize=14, weight="bold", va="center")
    draw_key(page.area(PICTURE_WIDTH / 2, 0.25, width / 2, 0.3), cited=False)
    draw_strip(page.area(MARGIN, MARGIN + 0.3, width, row), clip, steps, end_s=seconds)
    page.save(path)


def save_animation(clip: UnifiedClip, path: str | Path, title: str | None = None) -> None:
    """Writes the first 20 seconds of a clip as a GIF that plays in real time, seen as in `draw_strip`.

    The viewer goes along with the figure; marks on the ground, half a metre apart, show how it travels.

    Args:
        clip: The movement.
        path: File to write, a .gif.
        title: Words above.

    Raises:
        ValueError: If the suffix is another.
    """
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise ValueError(f"{path}: an animation is written as .gif.")
    from matplotlib.animation import PillowWriter
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    seconds = min(len(clip.joints) / clip.fps, ANIMATION_MAX_S)
    frames = (np.arange(max(1, int(seconds * ANIMATION_FPS))) * clip.fps / ANIMATION_FPS).astype(int)
    pelvis = _ground(clip.joints[:, _PELVIS])
    flat, depth = _project(clip.joints - pelvis[:, None])
    travelled, _ = _project(pelvis)
    low, high, reach = _extent(flat, clip.joint_mask)
    half = max(reach + 0.1, 0.5 * (high - min(low, 0.0) + 0.5))
    bottom = min(low, 0.0) - 0.2
    figure: Figure = Figure(figsize=(4.0, 4.4), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 0.91))
    writer = PillowWriter(fps=ANIMATION_FPS)  # type: ignore[arg-type]  # it takes fractions as well
    path.parent.mkdir(parents=True, exist_ok=True)
    caption = shorten(title or "", 2.9, 11, "bold")
    with writer.saving(figure, str(path), dpi=100):
        for frame in frames:
            axes.clear()
            axes.plot([-half, half], [0.0, 0.0], color=FAINT, linewidth=1.4, zorder=0.5)
            offset = float(travelled[frame, 0])
            marks = np.arange(math.ceil((offset - half) / 0.5), math.floor((offset + half) / 0.5) + 1) * 0.5 - offset
            axes.vlines(marks, -0.06, 0.0, color=FAINT, linewidth=1.4, zorder=0.5)
            _draw_figure(axes, flat[frame], depth[frame], clip.joint_mask, (), 10.0)
            axes.text(
                0.04,
                1.045,
                caption,
                transform=axes.transAxes,
                fontsize=11,
                weight="bold",
                color=INK,
                va="center",
                parse_math=False,
            )
            axes.text(
                0.96,
                1.045,
                f"{frame / clip.fps:.1f} s",
                transform=axes.transAxes,
                fontsize=11,
                color=MUTED,
                va="center",
                ha="right",
            )
            axes.set(xlim=(-half, half), ylim=(bottom, bottom + 2 * half), aspect="equal")
            axes.set_axis_off()
            writer.grab_frame()
