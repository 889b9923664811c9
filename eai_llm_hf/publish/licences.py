"""The licence under which trained weights may be shared, derived from the licences of their corpora.

Weights are treated as derived from every corpus of every round of training, so they keep the conditions of all of
them. Each licence is a set of `Conditions`; a licence is more restrictive than another if it has all its conditions
and more. From the most restrictive:

1. A corpus whose terms forbid sharing what is derived from it (or a no-derivatives licence): the weights may not be
   shared.
2. A corpus whose licence is unknown or custom: only its owner can say more. The card says `other`, and an upload needs
   an explicit licence, which must still keep the conditions of the other corpora.
3. Non-commercial, share-alike, credit, notice: the licence of a corpus that has all conditions. If none has (one
   corpus is non-commercial, another share-alike), the card says `other`, and an upload needs a licence that has them.

An explicit licence may add conditions but never drop one. Whether weights are a derived work is disputed in law; this
is the cautious reading and not legal advice.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Flag, auto
from pathlib import Path

import yaml
from huggingface_hub import metadata_load
from transformers.utils import cached_file

from ..corpora.loader import Corpus
from ..corpora.registry import CORPORA, PREPARATION
from .checkpoints import TRAINING, find_checkpoint, read_metadata, rounds


class LicenceError(ValueError):
    """Weights may not be shared like this; the message says why and what is needed."""


class Conditions(Flag):
    """What a licence requires of those who share works derived from the licensed one."""

    NONE = 0
    NOTICE = auto()
    CREDIT = auto()
    SHARE_ALIKE = auto()
    NON_COMMERCIAL = auto()
    NO_DERIVATIVES = auto()


_NAMES = {
    Conditions.NOTICE: "keep the notice",
    Conditions.CREDIT: "credit",
    Conditions.SHARE_ALIKE: "share alike",
    Conditions.NON_COMMERCIAL: "non-commercial use",
    Conditions.NO_DERIVATIVES: "no derivatives",
}
_CREDIT = Conditions.NOTICE | Conditions.CREDIT

LICENCES: dict[str, Conditions] = {
    licence: conditions
    for licences, conditions in (
        ("cc0-1.0 pddl unlicense wtfpl", Conditions.NONE),
        ("apache-2.0 mit bsd-3-clause bsd-2-clause bsd isc zlib ncsa postgresql bsl-1.0", Conditions.NOTICE),
        ("ecl-2.0 afl-3.0 cdla-permissive-2.0 cdla-permissive-1.0", Conditions.NOTICE),
        ("cc-by-4.0 cc-by-3.0 cc-by-2.5 cc-by-2.0 odc-by etalab-2.0", _CREDIT),
        ("gpl-3.0 gpl-2.0 gpl agpl-3.0 lgpl-3.0 lgpl-2.1 lgpl", Conditions.NOTICE | Conditions.SHARE_ALIKE),
        ("mpl-2.0 epl-2.0 epl-1.0 eupl-1.2 eupl-1.1 osl-3.0", Conditions.NOTICE | Conditions.SHARE_ALIKE),
        ("cc-by-sa-4.0 cc-by-sa-3.0 odbl cdla-sharing-1.0 gfdl", _CREDIT | Conditions.SHARE_ALIKE),
        ("cc-by-nc-4.0 cc-by-nc-3.0 cc-by-nc-2.0", _CREDIT | Conditions.NON_COMMERCIAL),
        ("fair-noncommercial-research-license apple-amlr", Conditions.NOTICE | Conditions.NON_COMMERCIAL),
        (
            "cc-by-nc-sa-4.0 cc-by-nc-sa-3.0 cc-by-nc-sa-2.0",
            _CREDIT | Conditions.NON_COMMERCIAL | Conditions.SHARE_ALIKE,
        ),
        ("cc-by-nd-4.0", _CREDIT | Conditions.NO_DERIVATIVES),
        (
            "cc-by-nc-nd-4.0 cc-by-nc-nd-3.0",
            _CREDIT | Conditions.NON_COMMERCIAL | Conditions.NO_DERIVATIVES,
        ),
    )
    for licence in licences.split()
}
"""Licences of the Hugging Face Hub whose conditions are known here, by their id there. Among licences with the same
conditions, the first one wins. Any other id counts as custom."""

UNKNOWN, OTHER = "unknown", "other"
_NOT_RECORDED = "unrecorded corpora"
NOT_TO_BE_SHARED, UNKNOWN_TERMS, SEVERAL = "not-to-be-shared", "unknown-terms", "several-licences"
"""Values of `license_name` in a card with `license: other`."""


@dataclass(frozen=True)
class CorpusLicence:
    """The licence of a corpus that weights were trained on.

    Attributes:
        corpus: Its name, without folders of this machine.
        licence: Id on the Hub, "other" or "unknown".
        may_be_passed_on: Whether its terms allow passing on what is derived from it.
    """

    corpus: str
    licence: str
    may_be_passed_on: bool = True

    @property
    def conditions(self) -> Conditions | None:
        """Its conditions; None if they are unknown."""
        return LICENCES.get(self.licence)

    @property
    def forbids_sharing(self) -> bool:
        """Whether weights trained on it may not be shared."""
        return not self.may_be_passed_on or Conditions.NO_DERIVATIVES in (self.conditions or Conditions.NONE)

    @property
    def title(self) -> str:
        """Its name, with the full name if it is a published corpus."""
        about = _known(self.corpus)
        return self.corpus if about is None else f"{self.corpus}: {about.title}"

    @property
    def terms(self) -> str:
        """What it requires, in words."""
        if about := _known(self.corpus):
            return about.terms
        return "Unknown." if self.conditions is None else f"{_in_words(self.conditions).capitalize()}."


@dataclass(frozen=True)
class WeightsLicence:
    """The licence of trained weights.

    Attributes:
        licence: Id on the Hub, or "other".
        name: `license_name` of the card if the licence is "other", otherwise None.
        corpora: The licences that it derives from.
        stated: Whether the person who shares the weights chose it.
    """

    licence: str
    name: str | None
    corpora: tuple[CorpusLicence, ...]
    stated: bool = False

    @property
    def is_non_commercial(self) -> bool:
        """Whether the weights are for non-commercial use only."""
        return Conditions.NON_COMMERCIAL in (LICENCES.get(self.licence, Conditions.NONE) | _joint(self.corpora))

    def to_push(self) -> str:
        """The id of the licence under which the weights may be uploaded.

        Raises:
            LicenceError: If a corpus forbids it, or the user has to choose a licence first.
        """
        if self.name == NOT_TO_BE_SHARED:
            raise LicenceError(f"{_forbidden(self.corpora)} Nothing was uploaded.")
        if self.name is None:
            return self.licence
        if self.name == UNKNOWN_TERMS:
            unclear = ", ".join(dict.fromkeys(part.corpus for part in self.corpora if part.conditions is None))
            why = f"The licence of these corpora is unknown: {unclear}."
        else:
            why = f"No licence of the corpora keeps the conditions of all: {_in_words(_joint(self.corpora))}."
        raise LicenceError(
            f"{why} Choose a licence under which these weights may be shared: --license ID (in Python license='ID'), "
            f"for example {_example(_joint(self.corpora))}. Nothing was uploaded."
        )


def licence_of_training(training: dict | None, license: str | None = None) -> WeightsLicence:
    """The licence of weights, from the metadata of their training.

    Args:
        training: The metadata, or None.
        license: The licence that the user chooses; it replaces the one in the metadata and the derived one.

    Raises:
        LicenceError: If the conditions of `license` are unknown here, or it drops a condition of a corpus.
    """
    stated = (training or {}).get("stated_licence")
    if license is not None and stated is not None:
        _check_stated(license, [CorpusLicence("the checkpoint as it was shared before", stated)])
    return _combined(_corpora(training), license or stated)


def licence_of_checkpoint(model: str | Path, license: str | None = None) -> WeightsLicence:
    """The licence of a checkpoint: from the metadata of its training, otherwise from its card.

    Args:
        model: Folder or Hub id; "" for weights that were not loaded from one.
        license: As for `licence_of_training`.

    Raises:
        LicenceError: As `licence_of_training`.
    """
    training = read_metadata(model, TRAINING) if str(model) else None
    if training or not str(model):
        return licence_of_training(training, license)
    return _combined(_on_card(str(model)), license)


def licence_of_recipe(specs: Iterable[str], model: str | None, license: str | None = None) -> WeightsLicence:
    """The licence of weights that are not trained yet, so that a refusal comes before hours of training.

    Args:
        specs: The corpora as `load_corpus` takes them.
        model: The checkpoint that the training starts from, or None.
        license: As for `licence_of_training`.

    Raises:
        LicenceError: As `licence_of_training`.
    """
    start = None if model is None else find_checkpoint(model)
    before = None if start is None else read_metadata(start, TRAINING)
    licences = [asdict(licence) for licence in licences_of_corpora(specs, start=start)]
    return licence_of_training({"licences": licences, "before": before}, license)


def licences_of_corpora(
    specs: Iterable[str], clips_of: Iterable[str] = (), start: str | None = None
) -> list[CorpusLicence]:
    """The licences of some corpora, for the metadata of a training.

    The loader of a published corpus knows its licence. A prepared corpus or a dataset of the Hub has it on its card.
    The licence of a user's folder or table is unknown. Clips of a published corpus keep its terms in any place.

    Args:
        specs: The corpora as `load_corpus` takes them.
        clips_of: The values of `corpus` of their clips.
        start: The checkpoint that the training starts from; if it has no metadata of its training, its card counts.

    Returns:
        Each licence of each corpus once.
    """
    found: list[CorpusLicence] = []
    for spec in specs:
        kind, _, place = spec.partition("=")
        if kind in ("prepared", "hub"):
            name = kind if Path(place).exists() else place
            found += [CorpusLicence(name, licence) for licence in _front_matter(place, "dataset")]
        else:
            found.append(_of(kind))
    found += [_of(name) for name in clips_of if _known(name)]
    if start is not None and read_metadata(start, TRAINING) is None:
        found += _on_card(start)
    return list(dict.fromkeys(found))


def _on_card(model: str) -> list[CorpusLicence]:
    """What the card of a checkpoint says of its licence.

    If corpora forbid sharing, or no licence fits their conditions, the card has only a name for that. It counts as a
    prohibition, because the card does not say what the corpora require.
    """
    stated = _front_matter(model, None)
    shared = not {NOT_TO_BE_SHARED, SEVERAL} & set(stated)
    return [CorpusLicence(_NOT_RECORDED, licence, shared) for licence in stated]


def _corpora(training: dict | None) -> list[CorpusLicence]:
    """The licences behind a training and those before it."""
    found: list[CorpusLicence] = []
    history = rounds(training)
    for each in history:
        found += _of_round(each)
        if each is not history[-1] and (stated := each.get("stated_licence")):
            # The person who shared those weights stated it for unknown licences, and for the weights as a whole.
            found = [part if part.conditions is not None else replace(part, licence=stated) for part in found]
            found.append(CorpusLicence("the checkpoint it started from", stated))
    return list(dict.fromkeys(found)) or [CorpusLicence(_NOT_RECORDED, UNKNOWN)]


def _of_round(training: dict) -> list[CorpusLicence]:
    """The licences of one training; metadata without licences is judged by the names of its corpora."""
    if "licences" in training:
        return [CorpusLicence(**entry) for entry in training["licences"]]
    clips_of = training.get("clips_of", [])
    # The clips of a prepared corpus name where they are from.
    named = [name for name in training.get("corpora", []) if not (clips_of and name in ("prepared", "hub"))]
    return [_of(name) for name in (*named, *clips_of)]


def _combined(corpora: Sequence[CorpusLicence], stated: str | None) -> WeightsLicence:
    """The most restrictive licence, or the stated one if it is at least as restrictive."""
    corpora = tuple(corpora)
    if stated is not None:
        stated = stated.strip().lower()
        _check_stated(stated, corpora)
        return WeightsLicence(stated, None, corpora, stated=True)
    if any(part.forbids_sharing for part in corpora):
        return WeightsLicence(OTHER, NOT_TO_BE_SHARED, corpora)
    if any(part.conditions is None for part in corpora):
        return WeightsLicence(OTHER, UNKNOWN_TERMS, corpora)
    enough = {part.licence for part in corpora if part.conditions == _joint(corpora)}
    if not enough:
        return WeightsLicence(OTHER, SEVERAL, corpora)
    return WeightsLicence(next(licence for licence in LICENCES if licence in enough), None, corpora)


def _check_stated(stated: str, corpora: Sequence[CorpusLicence]) -> None:
    if stated not in LICENCES:
        raise LicenceError(f"Expected one of the licences {', '.join(LICENCES)}; found '{stated}'.")
    if any(part.forbids_sharing for part in corpora):
        raise LicenceError(_forbidden(corpora))
    for part in corpora:
        if dropped := (part.conditions or Conditions.NONE) & ~LICENCES[stated]:
            raise LicenceError(
                f"{stated} drops a condition of {part.corpus} ({part.licence}): {_in_words(dropped)}. Expected a "
                f"licence that keeps it, for example {_example(_joint(corpora))}."
            )


def _joint(corpora: Iterable[CorpusLicence]) -> Conditions:
    """All known conditions together."""
    joint = Conditions.NONE
    for part in corpora:
        joint |= part.conditions or Conditions.NONE
    return joint


def _forbidden(corpora: Iterable[CorpusLicence]) -> str:
    reasons = dict.fromkeys(f"{part.corpus} ({part.terms.rstrip('.')})" for part in corpora if part.forbids_sharing)
    return f"These weights may not be shared: they were trained on {'; '.join(reasons)}."


def _example(wanted: Conditions) -> str:
    """The least restrictive of the best-known licences that has the wanted conditions."""
    usual = ("apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0")
    return next((licence for licence in usual if wanted in LICENCES[licence]), usual[-1])


def _in_words(conditions: Conditions) -> str:
    return ", ".join(_NAMES[condition] for condition in conditions) or "none"


def _known(name: str) -> Corpus | None:
    """The description of a published corpus or the generator, by a name on the command line or in a row."""
    about = CORPORA.get(name.partition(":")[0].partition("-")[0])
    return None if about is None or about.licence == UNKNOWN else about


def _of(name: str) -> CorpusLicence:
    about = _known(name)
    if about is None:
        return CorpusLicence(name, UNKNOWN)
    return CorpusLicence(about.name, about.licence, about.may_be_passed_on)


def _front_matter(place: str, kind: str | None) -> list[str]:
    """The licences that a card names; without a card, `preparation.json` names that of a prepared corpus.

    Args:
        place: Folder or Hub id.
        kind: "dataset", or None for a model.
    """
    for name in ("README.md", PREPARATION) if kind == "dataset" else ("README.md",):
        file = cached_file(
            place,
            name,
            repo_type=kind,
            _raise_exceptions_for_gated_repo=False,
            _raise_exceptions_for_missing_entries=False,
            _raise_exceptions_for_connection_errors=False,
        )
        try:
            if file and name == PREPARATION:
                stated = json.loads(Path(file).read_text(encoding="utf-8")).get("licence")
            else:
                card = (metadata_load(file) or {}) if file else {}
                stated = card.get("license_name") or card.get("license")
        except (ValueError, yaml.YAMLError):  # the card cannot be parsed
            stated = None
        if stated:
            return [
                " ".join(str(licence).lower().split())
                for licence in (stated if isinstance(stated, list) else [stated])
            ]
    return [UNKNOWN]


__all__ = [
    "LICENCES",
    "NOT_TO_BE_SHARED",
    "SEVERAL",
    "UNKNOWN_TERMS",
    "CorpusLicence",
    "LicenceError",
    "WeightsLicence",
    "licence_of_checkpoint",
    "licence_of_recipe",
    "licence_of_training",
    "licences_of_corpora",
]
