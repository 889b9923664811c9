"""The sheet on which pictures are laid out: its size, the colours of text and lines, text that fits, and the output.

Matplotlib is imported when something is drawn, and its `pyplot` state is never touched.
"""

import io
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE_SUFFIXES = (".png", ".pdf", ".svg")

PICTURE_WIDTH, MARGIN, DPI = 11.0, 0.45, 160
"""Width and margin of a picture in inches, and pixels per inch."""

INK, MUTED, FAINT = "#1F2937", "#6B7280", "#C4C9D1"
"""Colours of text, of secondary text, and of thin lines."""

HIGHLIGHT = "#D55E00"
"""Colour of the body parts that the explanation names (vermillion)."""

FOR, AGAINST = "#542788", "#B35806"
"""Colours of what speaks for the label and against it: the ends of ColorBrewer's PuOr scale, purple and brown, which
people with any colour vision can tell apart. What speaks against it is dashed or hatched as well."""

SIDE_COLOURS = {"for": FOR, "against": AGAINST}

_TOOLTIP = "tooltip "


def tooltip(words: str) -> str:
    """The gid of an artist that shows these words in an HTML page when the pointer rests on it."""
    return _TOOLTIP + words


class Page:
    """A white figure of fixed width whose areas are placed in inches from the left and the top."""

    def __init__(self, height: float):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure: Figure = Figure(figsize=(PICTURE_WIDTH, height), dpi=DPI, facecolor="white")
        self.canvas = FigureCanvasAgg(self.figure)
        self.height = height

    def area(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Axes whose box is given in inches from the left and upper edge."""
        box = (left / PICTURE_WIDTH, 1 - (top + height) / self.height, width / PICTURE_WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def write(self, left: float, top: float, text: str, **style: Any) -> Any:
        """Writes text with its upper left corner at a point; nothing in it is read as a formula."""
        plain: dict[str, Any] = {"fontsize": 10.5, "color": INK, "va": "top", "ha": "left", "parse_math": False}
        return self.figure.text(left / PICTURE_WIDTH, 1 - top / self.height, text, **(plain | style))

    def save(self, path: Path) -> None:
        """Writes the picture, and creates its folder if necessary."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.figure.savefig(path, dpi=DPI)

    def as_svg(self, name: str, description: str) -> str:
        """The picture without its side margins as an `<svg>` element of an HTML page.

        Its text stays text in the font of the page, and artists with a `tooltip` get theirs.

        Args:
            name: Distinguishes the picture from others in the page: letters, digits and hyphens.
            description: What it shows, for people who cannot see it.
        """
        from matplotlib import rc_context
        from matplotlib.transforms import Bbox

        stream = io.StringIO()
        # The salt makes the ids of markers and clipping paths differ from those of other pictures in the page.
        with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
            box = Bbox([[MARGIN, 0.0], [PICTURE_WIDTH - MARGIN, self.height]])
            unnamed = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            self.figure.savefig(stream, format="svg", bbox_inches=box, metadata=unnamed)
        svg = stream.getvalue()
        svg = svg[svg.index("<svg") :]
        svg = re.sub(
            r"<style.*?</style>", "", svg, flags=re.DOTALL
        )  # it would hold for the whole page: see report.css
        svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)  # HTML needs none
        svg = re.sub(r"'DejaVu Sans'[^;\"]*sans-serif", "inherit", svg)
        svg = re.sub(rf'<g id="{_TOOLTIP}([^"]*)"(.*?)>', r"<g\2><title>\1</title>", svg)
        svg = re.sub(r'<g id="[^"]*"', "<g", svg)
        svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)
        svg = re.sub(r"\s+", " ", svg)
        words = escape(description)
        return svg.replace("<svg", f'<svg class="picture" role="img" aria-label="{words}"', 1).rstrip()


def picture_path(path: str | Path) -> Path:
    """The path of a picture.

    Raises:
        ValueError: If its suffix is none of `PICTURE_SUFFIXES`.
    """
    return path_of("a picture", path, PICTURE_SUFFIXES)


def path_of(kind: str, path: str | Path, suffixes: Sequence[str]) -> Path:
    """A path that was checked to have one of these suffixes.

    Args:
        kind: What is written, with its article, for the message.
        path: Where to write it.
        suffixes: The suffixes that are possible, in lower case.

    Raises:
        ValueError: If the suffix is none of them.
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
    """Width of a line of text in inches."""
    return sum(_advance(character, weight) for character in text) * fontsize / 72.0


def shorten(text: str, width: float, fontsize: float, weight: str = "normal") -> str:
    """The text, with its middle replaced by an ellipsis if it is wider than `width` inches."""
    if text_width(text, fontsize, weight) <= width:
        return text
    keep = len(text)
    while keep > 4 and text_width(f"{text[: keep // 2]}…{text[-(keep // 2) :]}", fontsize, weight) > width:
        keep -= 2
    return f"{text[: keep // 2]}…{text[-(keep // 2) :]}"
