"""Stick figures over time: drawn on axes, or written as a picture or a GIF.

The colours are those of Okabe & Ito (2008, "Color Universal Design"), which people with any colour vision can tell
apart. Left and right also differ in lightness and in filled or hollow joints. Matplotlib is imported when something is
drawn, and its `pyplot` state is never touched, so that drawing is safe in servers and threads.
"""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from eai_llm_hf.processing.skeleton.clip import UnifiedClip
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES, PARENTS

from .picture_page import (
    AGAINST,
    FAINT,
    FOR,
    HIGHLIGHT,
    INK,
    MARGIN,
    MUTED,
    PICTURE_WIDTH,
    SIDE_COLOURS,
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
"""Body parts that the evidence names and that consist of several parts of the skeleton."""

TURN = math.radians(35)
"""Radians by which the viewer stands to the right of straight ahead, so that the figure faces along the time axis."""

ANIMATION_FPS, ANIMATION_MAX_S = 12.5, 20.0
"""A GIF counts time in hundredths of a second; at 12.5 frames a second each frame lasts exactly 8 of them."""

HEAD_RADIUS = 0.105
"""Metres."""

_DASHES = (0.0, (1.6, 0.9))
"""Of what speaks against the label: offset, and lengths in widths of the line."""

_PART_OF = {JOINT_INDEX[joint]: part for part, joints in BODY_PARTS.items() for joint in joints}
_PELVIS, _HEAD, _NECK = (JOINT_INDEX[name] for name in ("pelvis", "head", "neck"))
_TRAIL_POINTS = 2000
_TRAILS = tuple(JOINT_INDEX[name] for name in ("head", "left_wrist", "right_wrist"))


# --------------------------------------------------------------------------------------------------------- the strip


Highlight = Collection[str] | Mapping[str, Collection[tuple[float, float]]]
"""Body parts to mark: keys of `BODY_PARTS`, or "arms", "legs", "whole body". A mapping gives the times of each as
(start, end) in seconds of the clip."""


NO_REASONS: Mapping[str, Highlight] = MappingProxyType({})


def draw_strip(
    axes: "Axes",
    clip: UnifiedClip,
    steps: int | None = 8,
    highlight: Highlight = (),
    start_s: float = 0.0,
    end_s: float | None = None,
    reasons: Mapping[str, Highlight] = NO_REASONS,
) -> None:
    """Draws a clip as a row of stick figures, time running to the right.

    The figures are seen from the front, a little from their right. Heights are to scale; horizontally each figure is
    centred at its time, so that figures never overlap. Thin lines trace head and wrists through the frames in between.
    Joints that the recording lacks are not drawn; a bone then reaches to the nearest ancestor that is present.

    Args:
        axes: Matplotlib axes to draw on; this sets their limits and hides their spines.
        clip: The movement, joints (frames, 22, 3) in metres.
        steps: Number of figures, at most one a frame; None for as many as fill the axes.
        highlight: Body parts in the highlight colour, in all figures or only at certain times.
        start_s: First second to draw.
        end_s: Second to draw up to; None for the end of the clip.
        reasons: Body parts of what speaks "for" the label, and "against" it, which is dashed. Parts of both have
            dashes on the colour of the first.

    Raises:
        ValueError: If `steps` is not positive, a body part is unknown or the time span lies outside the clip.
    """
    for each in (highlight, *reasons.values()):
        marked_at(each, 0.0)  # unknown body parts are refused before anything is drawn
    if steps is not None and steps < 1:
        raise ValueError(f"A strip needs at least 1 step, found {steps}.")
    first, last = _span(clip, start_s, end_s)
    flat, depth = project_around_pelvis(clip.joints[first:last])
    low, high, reach = _extent(flat, clip.joint_mask)
    lowest = min(low, 0.0)
    bottom, top = lowest - 0.22, high + 0.14
    aspect = float(axes.bbox.width / axes.bbox.height)
    slot = 2.0 * reach + 0.12
    if steps is None:
        steps = int(np.clip((top - bottom) * aspect / slot, 3, 16))
    shown = np.unique(np.linspace(0, last - first - 1, min(steps, last - first)).round().astype(int))
    # The row is stretched to the width of the axes; where it is too long for them, everything shrinks together.
    slot = max(slot, (top - bottom) * aspect / max(len(shown), 3))
    per_frame = slot / (shown[1] - shown[0]) if len(shown) > 1 else 0.0
    edges = [-0.5 * slot, float(shown[-1] * per_frame) + 0.5 * slot]

    if len(shown) > 1:
        points = np.arange(0, len(flat), max(1, len(flat) // _TRAIL_POINTS))
        for joint in (joint for joint in _TRAILS if clip.joint_mask[joint]):
            style: dict[str, Any] = {"color": FAINT, "linewidth": 0.9, "zorder": 1}
            trail = points * per_frame + flat[points, joint, 0], flat[points, joint, 1]
            axes.plot(*trail, gid=f"trail {JOINT_NAMES[joint]}", **style)
    axes.plot(edges, [0.0, 0.0], color=FAINT, linewidth=1.4, zorder=0.5, solid_capstyle="butt", gid="ground")
    for number, place in enumerate(shown):
        centre, seconds = float(place * per_frame), float((first + place) / clip.fps)
        figure = flat[place] + np.array([centre, 0.0])
        marks = {HIGHLIGHT: marked_at(highlight, seconds)}
        marks |= {SIDE_COLOURS[side]: marked_at(parts, seconds) for side, parts in reasons.items()}
        _draw_figure(axes, figure, depth[place], clip.joint_mask, marks, 10.0 * (number + 1))
        axes.text(centre, lowest - 0.07, f"{seconds:.1f} s", ha="center", va="top", fontsize=10, color=MUTED)
    axes.set(xlim=edges, ylim=(bottom, top), aspect="equal", anchor="C", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def marked_at(highlight: Highlight, seconds: float) -> set[str]:
    """Keys of `BODY_PARTS` that are marked at a time in seconds.

    Raises:
        ValueError: If a body part is unknown.
    """
    parts = _parts(highlight)
    if not isinstance(highlight, Mapping):
        return parts
    # Times may be rounded, by up to half a frame of the unified skeleton.
    return _parts(
        {word for word, times in highlight.items() if any(a - 0.017 <= seconds <= b + 0.017 for a, b in times)}
    )


def _parts(words: Collection[str]) -> set[str]:
    """Keys of `BODY_PARTS` for body parts as the evidence names them."""
    known = {part: (part,) for part in BODY_PARTS} | PART_GROUPS
    unknown = sorted(set(words) - set(known))
    if unknown:
        raise ValueError(f"Unknown body part {', '.join(map(repr, unknown))}; known are {', '.join(known)}.")
    return {part for word in words for part in known[word]}


def _span(clip: UnifiedClip, start_s: float, end_s: float | None) -> tuple[int, int]:
    """First frame of a time span, and the frame after its last."""
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
    """Points (..., 3) projected onto the floor."""
    return points * np.array([1.0, 0.0, 1.0], points.dtype)


def _project(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the viewer sees: (..., 2) to the right and up, and (...) towards the viewer, in metres."""
    x, y, z = np.moveaxis(points, -1, 0)
    right = math.cos(TURN) * x + math.sin(TURN) * z
    return np.stack([right, y], axis=-1), math.cos(TURN) * z - math.sin(TURN) * x


def project_around_pelvis(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joints (frames, 22, 3) as the viewer sees them, who moves along with the pelvis.

    Returns:
        (frames, 22, 2) metres to the right of the pelvis and above the floor, and (frames, 22) metres towards the
        viewer.
    """
    return _project(joints - _ground(joints[:, _PELVIS])[:, None])


def _extent(flat: np.ndarray, joint_mask: np.ndarray) -> tuple[float, float, float]:
    """Lowest and highest point and the largest horizontal distance of (frames, 22, 2), with room for the head."""
    present = flat[:, joint_mask]
    room = HEAD_RADIUS + 0.06
    low, high = float(present[..., 1].min()), float(present[..., 1].max())
    reach = max(float(np.abs(present[..., 0]).max()), 0.25)
    if joint_mask[_HEAD]:
        high = max(high, float(flat[:, _HEAD, 1].max()) + room)
        reach = max(reach, float(np.abs(flat[:, _HEAD, 0]).max()) + room)
    return low, high, reach


def bones_of(joint_mask: np.ndarray) -> list[tuple[int, int, str]]:
    """Each joint with its nearest ancestor that is present, and the body part of the bone.

    A bone between trunk and limb belongs to the trunk.
    """
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
    """The joints of each body part that are present; parts without any are left out."""
    found = {
        part: [joint for joint in map(JOINT_INDEX.__getitem__, names) if joint_mask[joint]]
        for part, names in BODY_PARTS.items()
    }
    return {part: joints for part, joints in found.items() if joints}


def _draw_figure(
    axes: "Axes",
    flat: np.ndarray,
    depth: np.ndarray,
    joint_mask: np.ndarray,
    marks: Mapping[str, Collection[str]],
    zorder: float,
) -> None:
    """Draws one stick figure, far parts first; the gid of every artist is its body part.

    Args:
        axes: Axes to draw on.
        flat: (22, 2) metres, as the viewer sees the joints.
        depth: (22,) metres towards the viewer.
        joint_mask: (22,) which joints are present.
        marks: Colour -> body parts in it; `AGAINST` is dashed.
        zorder: Lowest drawing order of the figure.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Circle
    from matplotlib.patheffects import Normal, Stroke

    bones, joints_of = bones_of(joint_mask), joints_present(joint_mask)
    parts = sorted(joints_of, key=lambda part: float(depth[joints_of[part]].mean()))
    for place, part in enumerate(parts):
        colours = [each for each, parts_in_it in marks.items() if part in parts_in_it]
        colour = colours[0] if colours else PART_COLOURS[part]
        dashed = colours[-1:] == [AGAINST]
        width = 3.6 if colours else 2.6
        level = zorder + place
        lines = [(flat[joint], flat[parent]) for joint, parent, owner in bones if owner == part]
        halo = [Stroke(linewidth=width + 1.8, foreground="white"), Normal()]
        if lines:
            style: dict[str, Any] = {"capstyle": "round", "path_effects": halo, "zorder": level, "gid": part}
            if not dashed or len(colours) > 1:
                axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, **style), autolim=False)
            if dashed:
                style |= {"capstyle": "butt", "zorder": level + 0.3, "linestyles": [_DASHES]}
                style |= {"path_effects": halo if len(colours) == 1 else None}
                axes.add_collection(LineCollection(lines, colors=AGAINST, linewidths=width, **style), autolim=False)
        if part not in ("head", "trunk"):
            style = {"s": 13, "edgecolors": colour, "linewidths": 1.3, "gid": part, "clip_on": False}
            face = "white" if part.startswith("right") else colour
            # Above all lines of the figure, so that the trunk does not cover shoulders and hips.
            axes.scatter(*flat[joints_of[part]].T, facecolors=face, zorder=zorder + len(parts), **style)
        if part == "head" and joint_mask[_HEAD]:
            # The circle lies a little above the joint.
            up = flat[_HEAD] - flat[_NECK] if joint_mask[_NECK] else np.array([0.0, 1.0])
            centre = flat[_HEAD] + 0.06 * up / max(float(np.linalg.norm(up)), 1e-6)
            style = {"facecolor": "white", "edgecolor": colour, "linewidth": width, "gid": part}
            circle = (float(centre[0]), float(centre[1])), HEAD_RADIUS
            if not dashed or len(colours) > 1:
                axes.add_patch(Circle(*circle, zorder=level + 0.6, **style))
            if dashed:
                face = "white" if len(colours) == 1 else "none"
                style |= {"facecolor": face, "edgecolor": AGAINST, "linestyle": _DASHES}
                axes.add_patch(Circle(*circle, zorder=level + 0.7, **style))


def draw_key(axes: "Axes", highlighted: str = "", sides: Collection[str] = ()) -> None:
    """A legend for the colours, on axes of its own.

    Args:
        axes: Axes to draw on.
        highlighted: What body parts of the highlight colour are marked for; empty where none is.
        sides: Which of "for" and "against" mark body parts.
    """
    from matplotlib.lines import Line2D

    entries = [("left side", PART_COLOURS["left arm"], True), ("right side", PART_COLOURS["right arm"], False)]
    entries.append(("head and trunk", PART_COLOURS["trunk"], True))
    if highlighted:
        entries.append((highlighted, HIGHLIGHT, True))
    sided: list[tuple[str, str, Any]] = [("+ for the label", FOR, "-")] if "for" in sides else []
    sided += [("\N{MINUS SIGN} against it", AGAINST, _DASHES)] if "against" in sides else []
    handles = [
        Line2D(
            [], [], color=colour, linewidth=2.6, marker="o", markersize=5, markerfacecolor=colour if full else "white"
        )
        for _, colour, full in entries
    ]
    handles += [Line2D([], [], color=colour, linewidth=3.6, linestyle=style) for _, colour, style in sided]
    names = [words for words, *_ in (*entries, *sided)]
    axes.legend(
        handles,
        names,
        loc="center right",
        ncols=len(names),
        frameon=False,
        fontsize=10,
        labelcolor=MUTED,
        borderaxespad=0.0,
        handlelength=1.8,
        columnspacing=1.6,
    )
    axes.set_axis_off()


# ------------------------------------------------------------------------------------------------------------- files


def save_strip(clip: UnifiedClip, path: str | Path, steps: int = 8, title: str | None = None) -> None:
    """Writes a clip as a row of stick figures, 11 inches wide at 160 pixels per inch.

    Args:
        clip: The movement.
        path: File to write: .png, .pdf or .svg.
        steps: Number of figures, at most one a frame.
        title: Title above the figures, such as the name of the recording.

    Raises:
        ValueError: If the path has another suffix, or `steps` is not positive.
    """
    path = picture_path(path)
    flat, _ = project_around_pelvis(clip.joints)
    low, high, reach = _extent(flat, clip.joint_mask)
    width = PICTURE_WIDTH - 2 * MARGIN
    # As high as the figures need at this width, within limits that suit one figure and very many.
    row = width * (high - min(low, 0.0) + 0.4) / (max(min(steps, len(clip.joints)), 3) * (2 * reach + 0.12))
    row = float(np.clip(row, 1.3, 4.2))
    page = Page(MARGIN + 0.3 + row + 0.15)
    seconds = len(clip.joints) / clip.fps
    page.write(MARGIN, 0.4, shorten(title or "", 5.2, 14, "bold"), fontsize=14, weight="bold", va="center")
    draw_key(page.area(PICTURE_WIDTH / 2, 0.25, width / 2, 0.3))
    draw_strip(page.area(MARGIN, MARGIN + 0.3, width, row), clip, steps, end_s=seconds)
    page.save(path)


def save_animation(clip: UnifiedClip, path: str | Path, title: str | None = None) -> None:
    """Writes the first 20 seconds of a clip as a GIF that plays in real time, seen as in `draw_strip`.

    The viewer moves along with the figure; marks on the ground, half a metre apart, show how far it travels.

    Args:
        clip: The movement.
        path: File to write, a .gif.
        title: Title above the figure.

    Raises:
        ValueError: If the path has another suffix.
    """
    path = Path(path)
    if path.suffix.lower() != ".gif":
        raise ValueError(f"{path}: an animation is written as .gif; found {path.suffix or 'no suffix'}.")
    from matplotlib.animation import PillowWriter
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    seconds = min(len(clip.joints) / clip.fps, ANIMATION_MAX_S)
    frames = (np.arange(max(1, int(seconds * ANIMATION_FPS))) * clip.fps / ANIMATION_FPS).astype(int)
    flat, depth = project_around_pelvis(clip.joints)
    travelled, _ = _project(_ground(clip.joints[:, _PELVIS]))
    low, high, reach = _extent(flat, clip.joint_mask)
    half = max(reach + 0.1, 0.5 * (high - min(low, 0.0) + 0.5))
    bottom = min(low, 0.0) - 0.2
    figure: Figure = Figure(figsize=(4.0, 4.4), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 0.91))
    writer = PillowWriter(fps=ANIMATION_FPS)  # type: ignore[arg-type]  # it accepts fractions, too
    path.parent.mkdir(parents=True, exist_ok=True)
    caption = shorten(title or "", 2.9, 11, "bold")
    with writer.saving(figure, str(path), dpi=100):
        for frame in frames:
            axes.clear()
            axes.plot([-half, half], [0.0, 0.0], color=FAINT, linewidth=1.4, zorder=0.5)
            offset = float(travelled[frame, 0])
            marks = np.arange(math.ceil((offset - half) / 0.5), math.floor((offset + half) / 0.5) + 1) * 0.5 - offset
            axes.vlines(marks, -0.06, 0.0, color=FAINT, linewidth=1.4, zorder=0.5)
            _draw_figure(axes, flat[frame], depth[frame], clip.joint_mask, {}, 10.0)
            style: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 11, "va": "center", "parse_math": False}
            axes.text(0.04, 1.045, caption, weight="bold", color=INK, **style)
            axes.text(0.96, 1.045, f"{frame / clip.fps:.1f} s", color=MUTED, ha="right", **style)
            axes.set(xlim=(-half, half), ylim=(bottom, bottom + 2 * half), aspect="equal")
            axes.set_axis_off()
            writer.grab_frame()
