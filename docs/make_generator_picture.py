"""Draws the actions of the generator, each by one performer in several emotions.

python docs/make_generator_picture.py
python docs/make_generator_picture.py --emotions proud "not confident" --output other-emotions.png
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from eai_llm_hf.generator import ACTIONS, EMOTIONS, generate_clip
from eai_llm_hf.processing.skeleton.tree import BODY_PARTS, JOINT_INDEX, JOINT_NAMES, PARENTS
from eai_llm_hf.report.picture_page import FAINT, MUTED, PICTURE_WIDTH, Page, picture_path
from eai_llm_hf.report.rendering import PART_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parents[1]

ROWS: dict[str, tuple[int, float, float, float]] = {
    "walk": (5, 0.0, 1.05, 90.0),
    "run": (5, 0.0, 0.72, 90.0),
    "idle": (9, 0.5, 4.5, 40.0),
    "wave": (3, 0.3, 2.3, 0.0),
    "point": (3, 0.3, 2.3, 50.0),
    "bow": (12, 0.4, 3.6, 80.0),
    "pick up": (8, 0.4, 3.6, 75.0),
    "sit down": (2, 0.5, 2.5, 80.0),
    "throw": (11, 0.35, 1.75, 70.0),
    "talk": (5, 0.0, 3.5, 30.0),
}
"""For each action: seed of the clip, start and end of the drawing in seconds, rotation of the performer in degrees."""

FIGURES, SLOT_M, TALLEST_M = 6, 0.92, 2.05
LEFT, TOP, ROW_HEIGHT, PIXELS_PER_INCH, COLOURS = 0.78, 0.42, 0.98, 120, 48
_COLOUR = {joint: PART_COLOURS[part] for part, joints in BODY_PARTS.items() for joint in joints}


def draw_cell(axes: "Axes", joints: np.ndarray, turn_deg: float) -> None:
    """Draws some moments of a clip next to each other, all at one scale.

    Args:
        axes: Matplotlib axes to draw on.
        joints: (figures, 22, 3) metres.
        turn_deg: Rotation of the performer away from the viewer, degrees.
    """
    angle = np.radians(turn_deg)
    near = np.array([-np.sin(angle), 0.0, np.cos(angle)])
    right = np.array([np.cos(angle), 0.0, np.sin(angle)])
    axes.plot([-0.6 * SLOT_M, (len(joints) - 0.4) * SLOT_M], [0, 0], color=FAINT, linewidth=0.8, zorder=0)
    for number, pose in enumerate(joints):
        flat = np.stack([(pose - pose[0]) @ right + number * SLOT_M, pose[:, 1]], axis=-1)
        depth = (pose - pose[0]) @ near
        for joint in range(1, len(PARENTS)):
            parent = PARENTS[joint]
            order = 10 + depth[joint] + depth[parent]
            ends = flat[[parent, joint]]
            style = {"color": _COLOUR[JOINT_NAMES[joint]], "linewidth": 1.6, "solid_capstyle": "round"}
            axes.plot(ends[:, 0], ends[:, 1], zorder=order, **style)
        head = flat[JOINT_INDEX["head"]]
        axes.scatter(*head, s=26, color="white", edgecolor=PART_COLOURS["head"], linewidth=1.4, zorder=20)
    width = len(joints) * SLOT_M
    axes.set(xlim=(-0.6 * SLOT_M, width - 0.4 * SLOT_M), ylim=(-0.1, TALLEST_M), aspect="equal", anchor="S")
    axes.set_axis_off()


def main() -> int:
    """Writes the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--emotions", nargs="+", choices=EMOTIONS, default=["neutral", "happy", "sad", "angry"], help="the columns"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "generator-strips.png", help="picture to write")
    args = parser.parse_args()
    path = picture_path(args.output)
    page = Page(TOP + ROW_HEIGHT * len(ACTIONS) + 0.35)
    width = (PICTURE_WIDTH - LEFT - 0.1) / len(args.emotions)
    for column, emotion in enumerate(args.emotions):
        page.write(LEFT + (column + 0.5) * width, 0.12, emotion, ha="center", fontsize=12, weight="bold")
    for row, action in enumerate(ACTIONS):
        top = TOP + row * ROW_HEIGHT
        seed, start_s, end_s, turn_deg = ROWS[action]
        page.write(0.1, top + 0.42 * ROW_HEIGHT, action, fontsize=11)
        page.write(0.1, top + 0.66 * ROW_HEIGHT, f"{end_s - start_s:.1f} s", fontsize=8.5, color=MUTED)
        for column, emotion in enumerate(args.emotions):
            made = generate_clip(
                seed, action=action, emotion=emotion, intensity=0.9, rig="smpl22", duration_s=end_s + 1.0
            ).motion
            moments = np.linspace(start_s, end_s, FIGURES) * made.fps
            axes = page.area(LEFT + column * width + 0.04, top, width - 0.08, ROW_HEIGHT - 0.06)
            draw_cell(axes, made.joints[moments.round().astype(int)], turn_deg)
    note = "One performer and one seed a row, intensity 0.9. Dark blue is the left side, light blue the right."
    page.write(0.1, page.height - 0.27, note, fontsize=9, color=MUTED)
    page.figure.savefig(path, dpi=PIXELS_PER_INCH)
    if path.suffix == ".png":
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
