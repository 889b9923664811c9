"""Emilya and EGBM: corpora available on request, whose file naming is not public."""

import re
from collections.abc import Iterable
from pathlib import Path

from eai_llm_hf.processing.vocabulary import SYNONYMS, canonical_label, tidy

from .loader import Corpus, Found, Loader, below, motion_files, one_a_take
from .schema import CorpusFile, LeftOut

EMILYA_LABELS = ("happy", "angry", "afraid", "anxious", "sad", "ashamed", "proud", "neutral")
"""Joy, anger, panic fear, anxiety, sadness, shame, pride, neutral."""
EGBM_LABELS = ("neutral", "sad", "surprised", "afraid", "disgusted", "angry", "happy")

_PERFORMER = re.compile(r"\b(?P<word>actor|actress|subject|performer|participant|person|[afmps]) ?0*(?P<number>\d+)\b")
_NO_CONTENT = {"take", "rep", "repetition", "trial", "version", "clip", "file", "motion", "mocap", "data"}


def from_words(root: Path, corpus: str, labels: Iterable[str]) -> Found:
    """Finds the recordings of a corpus whose file naming is not public, by the words in file and folder names.

    - Emotion: the only emotion word of the file name, otherwise of the nearest folder that has one.
    - Performer: "actor", "subject", "performer", "person" or one of the letters a, f, m, p, s, with a number, found in
      the same way.
    - Content: the rest of the file name, without numbers.

    `WalkJoy_Actor03_2.bvh` is a walk of actor 3, labelled happy.

    Args:
        root: Folder of the corpus.
        corpus: Its name.
        labels: Its emotions; words for other emotions are ignored.

    Raises:
        ValueError: If no name has an emotion word.
    """
    wanted = set(labels)
    forms = sorted((form for form, label in SYNONYMS.items() if label in wanted), key=len, reverse=True)
    emotion = re.compile(rf"\b(?:{'|'.join(forms)})\b")
    files = []
    for path in motion_files(root):
        relative = path.relative_to(root)
        parts = [_words(path.stem), *(_words(folder) for folder in reversed(relative.parts[:-1]))]
        found = (({canonical_label(form) for form in emotion.findall(part)}) for part in parts)
        labels_there = next((labels for labels in found if labels), set())
        performer = next((match for part in parts if (match := _PERFORMER.search(part))), None)
        rest = emotion.sub(" ", _PERFORMER.sub(" ", parts[0])).split()
        content = " ".join(word for word in rest if word.isalpha() and word not in {*_NO_CONTENT, corpus})
        source = below(root, path)
        files.append(
            CorpusFile(
                path,
                source,
                corpus,
                clip_id=source.removesuffix(path.suffix),
                label=labels_there.pop() if len(labels_there) == 1 else None,
                performer=f"{performer['word']} {performer['number']}" if performer else None,
                content=content or None,
            )
        )
    if not any(file.label for file in files):
        raise ValueError(
            f"No file or folder name in {root} has one of the emotion words {', '.join(sorted(wanted))} (or joy, "
            f"fear, ...). How corpus '{corpus}' names its files is not public: list them in a table, manifest=FILE."
        )
    left_out: list[LeftOut] = []
    return one_a_take(files, left_out), left_out


def _words(name: str) -> str:
    """A name as lower-case words: "WalkJoy_Actor03" becomes "walk joy actor 03"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", name)
    return tidy(re.sub(r"[^\w]+", " ", apart))


def find_emilya(root: Path) -> Found:
    """Finds recordings by the words in file and folder names, see `from_words`."""
    return from_words(root, "emilya", EMILYA_LABELS)


def find_egbm(root: Path) -> Found:
    """Finds recordings by the words in file and folder names, see `from_words`."""
    return from_words(root, "egbm", EGBM_LABELS)


_TERMS = "Available on request for research; nothing derived from it may be passed on."
_NAMING = (
    "How its files are named is not public. Assumed: the emotion is a word of the file or folder name, written out; "
    "the actor is a word such as `Actor03` or `S03` there; the content is the rest of the file name.",
    "Abbreviations of emotions are not guessed. If the files of your copy have other names, write a manifest.",
)

EMILYA = Loader(
    Corpus(
        name="emilya",
        title="Emilya, emotional body expression in daily actions",
        origin="N. Fourati and C. Pelachaud, on request from the authors",
        licence="other",
        terms=_TERMS,
        rests_on="Xsens recordings of 28 joints; daily actions (walk, sit down, knock, lift, throw, move books, ...); "
        "eight emotions: joy, anger, panic fear, anxiety, sadness, shame, pride, neutral.",
        assumes=_NAMING,
        tried_on="look-alike trees only",
        citation="N. Fourati and C. Pelachaud (2016), Perception of emotions and body movement in the Emilya "
        "database, IEEE Transactions on Affective Computing.",
        may_be_passed_on=False,
    ),
    find_emilya,
)

EGBM = Loader(
    Corpus(
        name="egbm",
        title="EGBM, emotional gestures and body movements",
        origin="T. Sapinski et al., on request from the authors",
        licence="other",
        terms=_TERMS,
        rests_on="560 clips of 16 actors by a Kinect v2 (25 joints, 30 frames a second); seven emotions: neutral, "
        "sadness, surprise, fear, disgust, anger, happiness.",
        assumes=(*_NAMING, "Tables without a header are rows of Kinect v2 joints, as the CSV reader assumes."),
        tried_on="look-alike trees only",
        citation="T. Sapinski et al. (2019), Emotion recognition from skeletal movements, Entropy 21(7), 646.",
        may_be_passed_on=False,
    ),
    find_egbm,
)

__all__ = ["EGBM", "EMILYA", "find_egbm", "find_emilya", "from_words"]
