"""The sheet on which pictures are laid out: size, colours of words and lines, text that fits, and the file.

Matplotlib is imported when something is drawn, and its `pyplot` state is never touched.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE_SUFFIXES = (".png", ".pdf", ".svg")

PICTURE_WIDTH, MARGIN, DPI = 11.0, 0.45, 160
"""Width and margin of a picture in inches, and pixels per inch."""

INK, MUTED, FAINT = "#1F2937", "#6B7280", "#C4C9D1"
"""Colours of words, of lesser words, and of thin lines."""

HIGHLIGHT = "#D55E00"
"""Colour of the body parts that the explanation speaks of (vermillion)."""


class Page:
    """A white figure of fixed width whose areas are placed in inches from the left and the top."""

    def __init__(self, height: float):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure: Figure = Figure(figsize=(PICTURE_WIDTH, height), dpi=DPI, facecolor="white")
        self.canvas = FigureCanvasAgg(self.figure)
        self.height = height

    def area(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Axes in inches from the left and upper edge."""
        box = (left / PICTURE_WIDTH, 1 - (top + height) / self.height, width / PICTURE_WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def write(self, left: float, top: float, text: str, **style: Any) -> Any:
        """Text whose upper left corner is given; nothing in it is read as a formula."""
        plain: dict[str, Any] = {"fontsize": 10.5, "color": INK, "va": "top", "ha": "left", "parse_math": False}
        return self.figure.text(left / PICTURE_WIDTH, 1 - top / self.height, text, **(plain | style))

    def save(self, path: Path) -> None:
        """Writes the file; its folder is made where it is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.figure.savefig(path, dpi=DPI)


def picture_path(path: str | Path) -> Path:
    """The path of a picture.

    Raises:
        ValueError: If its suffix is none of `PICTURE_SUFFIXES`.
    """
    return path_of("a picture", path, PICTURE_SUFFIXES)


def path_of(kind: str, path: str | Path, suffixes: Sequence[str]) -> Path:
    """The path of what is written in one of several forms.

    Raises:
        ValueError: If its suffix is none of them.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise ValueError(
            f"{path}: {kind} is written as {', '.join(suffixes)}; found "
            f"{'the suffix ' + path.suffix if path.suffix else 'no suffix'}."
        )
    return path


@cache
def _advance(character: str, weight: str) -> float:
    """Width of a character of the default font in units of the font size."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(weight=weight)))
    font.set_size(100.0, 72)  # 100 pixels to the font size
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100.0


def text_width(text: str, fontsize: float, weight: str = "normal") -> float:
    """Width of a line in inches."""
    return sum(_advance(character, weight) for character in text) * fontsize / 72.0


def shorten(text: str, width: float, fontsize: float, weight: str = "normal") -> str:
    """The text with its middle left out where it is wider than so many inches."""
    if text_width(text, fontsize, weight) <= width:
        return text
    keep = len(text)
    while keep > 4 and text_width(f"{text[: keep // 2]}…{text[-(keep // 2) :]}", fontsize, weight) > width:
        keep -= 2
    return f"{text[: keep // 2]}…{text[-(keep // 2) :]}"
