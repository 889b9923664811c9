"""Bandai-Namco-Research-Motiondataset 1 and 2."""

import re
from functools import partial
from pathlib import Path

from .adapter import Adapter, Corpus, Found, from_names
from .schema import content_family

_NAME = re.compile(r"dataset-(?P<set>[12])_(?P<content>.+)_(?P<style>[^_]+)_(?P<take>\d+)")
_LABELS = {
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "proud": "proud",
    "not-confident": "not confident",
}
"""The styles that are emotions. In set 1 these five were recorded in one session: a fair comparison. The others,
"normal" among them, can be told apart by the session that they come from."""


def _columns(number: str, stem: str) -> dict | None:
    name = _NAME.fullmatch(stem)
    if name is None or name["set"] != number:
        return None
    return {
        "label": _LABELS.get(name["style"]),
        "content": name["content"],
        "family": content_family(name["content"]),
    }


def _find(number: str, root: Path) -> Found:
    example = f"dataset-{number}_walk_sad_001.bvh"
    return from_names(root, f"bandai{number}", example, partial(_columns, number), suffixes=(".bvh",))


def _adapter(number: str) -> Adapter:
    about = Corpus(
        name=f"bandai{number}",
        title=f"Bandai-Namco-Research-Motiondataset-{number}",
        origin="Bandai Namco Research Inc., github.com/BandaiNamcoResearchInc/Bandai-Namco-Research-Motiondataset",
        licence="cc-by-nc-4.0",
        terms="Credit Bandai Namco Research Inc.; not for commercial use, and neither is what is trained on it.",
        rests_on=f"Its README: `dataset-{number}_{{content}}_{{style}}_{{take}}.bvh`.",
        assumes=(
            "Styles that are no emotion (normal, tired, youthful, ...) give clips without a label: they come from "
            "other capture sessions, which a model would learn in place of the style.",
            "Performers are not given, and stay empty: split by content family.",
        ),
        tried_on="real files",
        citation="M. Kobayashi et al. (2023), Motion Capture Dataset for Practical Use of AI-based Motion Editing and "
        "Stylization, arXiv:2306.08861.",
    )
    return Adapter(about, partial(_find, number))


BANDAI1, BANDAI2 = _adapter("1"), _adapter("2")

__all__ = ["BANDAI1", "BANDAI2"]
