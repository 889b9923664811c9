"""Bandai-Namco-Research-Motiondataset 1 and 2."""

import re
from functools import partial
from pathlib import Path

from .loader import Corpus, Found, Loader, from_names
from .schema import content_family

_NAME = re.compile(r"dataset-(?P<set>[12])_(?P<content>.+)_(?P<style>[^_]+)_(?P<take>\d+)")
_LABELS = {
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "proud": "proud",
    "not-confident": "not confident",
}
"""The styles that are emotions. In set 1 these five were recorded in one session, which makes a fair comparison. The
other styles, including "normal", can be recognised by their recording session alone."""

_FAIR_STYLES = {style: style for style in ("active", "elderly", "exhausted")}
"""The three styles of set 2 that were recorded in one session. They are not emotions, but as hard to recognise."""


def _columns(number: str, labels: dict[str, str], stem: str) -> dict | None:
    name = _NAME.fullmatch(stem)
    if name is None or name["set"] != number:
        return None
    return {
        "label": labels.get(name["style"]),
        "content": name["content"],
        "family": content_family(name["content"]),
    }


def _find(name: str, number: str, labels: dict[str, str], root: Path) -> Found:
    example = f"dataset-{number}_walk_sad_001.bvh"
    return from_names(root, name, example, partial(_columns, number, labels), suffixes=(".bvh",))


def _loader(name: str, number: str, labels: dict[str, str], assumes: str) -> Loader:
    about = Corpus(
        name=name,
        title=f"Bandai-Namco-Research-Motiondataset-{number}",
        origin="Bandai Namco Research Inc., github.com/BandaiNamcoResearchInc/Bandai-Namco-Research-Motiondataset",
        licence="cc-by-nc-4.0",
        terms="Credit Bandai Namco Research Inc.; no commercial use of it or of what is trained on it.",
        rests_on=f"Its README: `dataset-{number}_{{content}}_{{style}}_{{take}}.bvh`.",
        assumes=(assumes, "Performers are not published and stay empty: split by content family."),
        tried_on="real files",
        citation="M. Kobayashi et al. (2023), Motion Capture Dataset for Practical Use of AI-based Motion Editing and "
        "Stylization, arXiv:2306.08861.",
    )
    return Loader(about, partial(_find, name, number, labels))


_NO_EMOTION = (
    "Clips of styles that are not emotions (normal, tired, youthful, ...) get no label: they come from other capture "
    "sessions, and a model would learn the session instead of the style."
)
BANDAI1 = _loader("bandai1", "1", _LABELS, _NO_EMOTION)
BANDAI2 = _loader("bandai2", "2", _LABELS, _NO_EMOTION)
BANDAI2_STYLES = _loader(
    "bandai2_styles",
    "2",
    _FAIR_STYLES,
    "The styles active, elderly and exhausted, which were recorded in one session, are the labels; clips of other "
    "styles get none.",
)

__all__ = ["BANDAI1", "BANDAI2", "BANDAI2_STYLES"]
