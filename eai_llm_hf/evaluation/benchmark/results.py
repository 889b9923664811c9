"""Scores the cells of a benchmark: scores with intervals, paired differences and cost, as JSON and Markdown.

A score is over all clips of a corpus, pooled over the folds of one seed, then averaged over seeds. Intervals come from
bootstrap draws of clips and seeds; a difference is taken between two methods on the same draw.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...publish.checkpoints import EMBEDDED_CHECKPOINTS
from ...version import __version__
from ..methods.registry import METHODS, OURS
from ..methods.task import among, corpus_of
from ..scores import (
    BOOTSTRAPS,
    LABEL_MEASURES,
    MEASURES,
    Bootstrap,
    difference,
    mean_and_spread,
    measures,
    per_class,
    pooled,
    reliability,
    tally,
    with_interval,
)
from .answers import MATCHED, PLAIN, Answers, Gathered, Variant, variant_of
from .equal_speed import LEAST_FACTOR, MOST_FACTOR
from .picture import draw_results
from .plan import BenchmarkSettings
from .run import Run
from .tables import as_markdown

FORMAT = 1
EQUAL_AROUSAL = (("happy", "angry"), ("sad", "not confident"))
"""Pairs of emotions that speed hardly separates: equal in arousal, unequal in valence."""

MEAN_OVER_CORPORA = "mean over corpora"


def summarise(run: Run) -> dict[str, Any]:
    """The results of a run, ready for JSON; docs/benchmark.md explains each field."""
    gathered = Gathered(run)
    main = OURS if OURS in run.methods else run.methods[0]
    baselines = [name for name in run.methods if name in METHODS and METHODS[name].baseline]
    scores = [
        _scores(gathered, corpus, variant)
        for corpus in gathered.corpora
        for variant in gathered.variants
        if (variant, corpus) in gathered.answers
    ]
    for entry in scores:
        entry["baseline"] = entry["method"] in baselines
        entry["missing"] = _missing(run, entry)
    return {
        "format": FORMAT,
        "version": __version__,
        "command": command(run.settings),
        "settings": {
            **asdict(run.settings),
            "corpora": [without_place(spec) for spec in run.settings.corpora],
            "extra_corpora": [without_place(spec) for spec in run.settings.extra_corpora],
            "output": Path(run.settings.output).name,
            "model": _without_folder(run.settings.model),
            "methods": run.methods,
            "main_method": main,
            "protocols": run.protocols,
            "leaky": any(fold.leaky for fold in run.folds),
            "labels": {corpus: run.clips.labels[corpus] for corpus in run.clips.test_corpora},
            "bootstraps": BOOTSTRAPS,
        },
        "folds": [
            {
                "name": fold.name,
                "leaky": fold.leaky,
                "train": _count(run.clips.rows[i]["corpus"] for i in fold.train),
                "test": _count(run.clips.rows[i]["corpus"] for i in fold.test),
            }
            for fold in run.folds
        ],
        "scores": scores,
        "comparisons": list(_comparisons(gathered, main, baselines, scores)),
        "costs": [_cost(variant, cells) for variant, cells in gathered.cells.items()],
        "failures": [
            {
                "method": failure.cell.method,
                "fold": failure.cell.fold_name,
                "seed": failure.cell.seed,
                "train_on": failure.cell.train_on,
                "label_share": failure.cell.label_share,
                "reason": failure.reason,
            }
            for failure in run.failures
        ],
    }


def _missing(run: Run, entry: Mapping[str, Any]) -> list[str]:
    """The failed trainings that would have labelled clips of a score entry."""
    kind = Variant(entry["method"], entry["train_on"], entry["label_share"])
    return [
        f"fold {cell.fold + 1}, seed {cell.seed}"
        for cell in (failure.cell for failure in run.failures)
        if variant_of(cell) == kind
        and any(entry["corpus"] in (row["corpus"], corpus_of(row)) for row in (run.clips.rows[i] for i in cell.test))
    ]


def _scores(gathered: Gathered, corpus: str, variant: Variant) -> dict[str, Any]:
    answers, labels = gathered.answers[variant, corpus], gathered.labels_of(corpus)
    seeds, clips, _ = answers.tallies.shape
    by_seed = pooled(answers.tallies, len(labels))
    draws = gathered.bootstrap(corpus, seeds, clips).scores(answers.tallies, len(labels))
    by_fold = [
        measures(answers.tallies[:, answers.folds == fold].sum(axis=1, dtype=np.float64), len(labels))
        for fold in np.unique(answers.folds)
    ]
    found: dict[str, Any] = {
        name: with_interval(float(by_seed[name].mean()), draws[name]) | {"over_seeds": mean_and_spread(by_seed[name])}
        for name in MEASURES
    }
    for name in LABEL_MEASURES:
        found[name]["over_folds"] = mean_and_spread([float(fold[name].mean()) for fold in by_fold])
    confusion = answers.tallies[..., : len(labels) ** 2].sum(axis=1, dtype=np.float64).mean(axis=0)
    confusion = confusion.reshape(len(labels), len(labels))
    whole = corpus.partition("-")[0]
    entry = {
        "corpus": corpus,
        "part_of": whole if whole != corpus else None,
        "protocol": gathered.protocols[whole],
        "leaky": gathered.protocols[whole] == "random",
        **asdict(variant),
        "clips": clips,
        "seeds": seeds,
        "labels": labels,
        "chance": round(1 / len(labels), 4),
        "majority": round(float(np.bincount(answers.truth).max() / clips), 4),
        "measures": found,
        "per_class": per_class(confusion, labels),
        "confusion": confusion.round(2).tolist(),
        "reliability": reliability(answers.truth, answers.probabilities),
        "pairs": _pairs(gathered, answers, labels),
    }
    if variant.test == MATCHED:
        limits = np.isin(answers.factors, (LEAST_FACTOR, MOST_FACTOR))
        entry["time_factor"] = {
            "lowest": float(answers.factors.min()),
            "highest": float(answers.factors.max()),
            "share_at_the_limit": round(float(limits.mean()), 4),
        }
    return entry


def _pairs(gathered: Gathered, answers: Answers, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Accuracy between two labels of equal arousal, on their clips, with only these two as candidates."""
    found = []
    for pair in EQUAL_AROUSAL:
        if not set(pair) <= set(labels):
            continue
        places = [labels.index(label) for label in pair]
        own = np.isin(answers.truth, places)
        if not own.any():
            continue
        truth = (answers.truth[own] == places[1]).astype(int)
        both = answers.probabilities[:, own][..., places]
        flat = both.reshape(-1, 2)
        tallies = tally(truth, among(flat, np.ones_like(flat, bool)).reshape(both.shape))
        bootstrap = Bootstrap(len(truth), len(both), seed=gathered.settings.seed)
        accuracy = with_interval(
            float(pooled(tallies, 2)["accuracy"].mean()), bootstrap.scores(tallies, 2)["accuracy"]
        )
        found.append({"labels": list(pair), "clips": len(truth), "accuracy": accuracy})
    return found


def _cost(variant: Variant, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    noted: dict[str, list[float]] = defaultdict(list)
    for cell in cells:
        for name, value in cell["told"].items():
            noted[name].append(value)
    tested = [len(cell["clip_ids"]) * (2 if cell["speed_matched"] is not None else 1) for cell in cells]
    return {
        "method": variant.method,
        "train_on": variant.train_on,
        "label_share": variant.label_share,
        "trainings": len(cells),
        "seconds": mean_and_spread([cell["seconds"] for cell in cells]),
        "train_clips": mean_and_spread([cell["train_clips"] for cell in cells])["mean"],
        "train_labels": mean_and_spread([cell["train_labels"] for cell in cells])["mean"],
        "test_clips": mean_and_spread(tested)["mean"],
        "told": {name: mean_and_spread(values)["mean"] for name, values in noted.items()},
    }


# --------------------------------------------------------------------------------------------------------- differences


def _comparisons(
    gathered: Gathered, main: str, baselines: Sequence[str], scores: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """All paired differences of the run for which both sides exist."""
    value = {
        (
            entry["corpus"],
            Variant(entry["method"], entry["train_on"], entry["label_share"], entry["test"]),
        ): entry["measures"]["macro_f1"]["value"]
        for entry in scores
    }

    def best(corpus: str, like: Variant) -> Variant | None:
        found = [other for name in baselines if (corpus, other := replace(like, method=name)) in value]
        found = [other for other in found if other.method != main]
        return max(found, key=lambda other: value[corpus, other], default=None)

    ours = [variant for variant in gathered.variants if variant.method == main]
    others = [name for name in dict.fromkeys(variant.method for variant in gathered.variants) if name != main]
    shares = sorted(gathered.settings.label_share)
    for corpus in gathered.corpora:
        for variant in ours:
            for name in others:
                yield from _compared(gathered, "method", corpus, variant, replace(variant, method=name))
            if (strongest := best(corpus, variant)) is not None:
                yield from _compared(gathered, "best baseline", corpus, variant, strongest)
            for share in (share for share in shares if share > variant.label_share):
                if (strongest := best(corpus, replace(variant, label_share=share))) is not None:
                    yield from _compared(gathered, "fewer labels", corpus, variant, strongest)
        for variant in gathered.variants:
            if variant.test == MATCHED:
                yield from _compared(gathered, "speed-matched", corpus, variant, replace(variant, test=PLAIN))
            if variant.train_on == "all":
                yield from _compared(gathered, "joint", corpus, variant, replace(variant, train_on="own"))
    for variant in gathered.variants:
        if variant.train_on == "all" and "own" in gathered.settings.train_on and len(gathered.units) > 1:
            yield from _mean_gain(gathered, variant)


def _compared(gathered: Gathered, kind: str, corpus: str, first: Variant, second: Variant) -> Iterator[dict[str, Any]]:
    """The difference on the clips that both labelled; nothing if there are none."""
    found = _difference(gathered, corpus, first, second)
    if found is not None:
        clips, values, draws = found
        yield _comparison(kind, corpus, first, second, clips, values, draws)


def _mean_gain(gathered: Gathered, variant: Variant) -> Iterator[dict[str, Any]]:
    """The gain of joint training as the mean over corpora (and rigs), each with its own draws."""
    own = replace(variant, train_on="own")
    found = [_difference(gathered, corpus, variant, own) for corpus in gathered.units]
    there = [difference_of for difference_of in found if difference_of is not None]
    if len(there) == len(found):
        values = {name: float(np.mean([each[name] for _, each, _ in there])) for name in MEASURES}
        draws = {name: np.mean([each[name] for _, _, each in there], axis=0) for name in MEASURES}
        clips = sum(clips for clips, _, _ in there)
        yield _comparison("joint", MEAN_OVER_CORPORA, variant, own, clips, values, draws)


def _difference(
    gathered: Gathered, corpus: str, first: Variant, second: Variant
) -> tuple[int, dict[str, float], dict[str, np.ndarray]] | None:
    if (first, corpus) not in gathered.answers or (second, corpus) not in gathered.answers:
        return None
    one, other = gathered.answers[first, corpus], gathered.answers[second, corpus]
    clips = sorted(set(one.clips) & set(other.clips))
    if not clips:
        return None
    bootstrap = gathered.bootstrap(corpus, len(one.tallies), len(clips))
    labels = len(gathered.labels_of(corpus))
    return len(clips), *difference(one.of(clips), other.of(clips), labels, bootstrap)


def _comparison(
    kind: str,
    corpus: str,
    first: Variant,
    second: Variant,
    clips: int,
    values: Mapping[str, float],
    draws: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    return {
        "kind": kind,
        "corpus": corpus,
        "first": asdict(first),
        "second": asdict(second),
        "clips": clips,
        "measures": {name: with_interval(values[name], draws[name], "difference") for name in MEASURES},
    }


def write_results(run: Run) -> dict[str, Any]:
    """Writes results.json, results.md and results.png into the folder of the run.

    Returns:
        The content of results.json.
    """
    results = summarise(run)
    folder = Path(run.settings.output)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(as_markdown(results), encoding="utf-8")
    if results["scores"]:
        draw_results(results, folder / "results.png")
    return results


def command(settings: BenchmarkSettings) -> str:
    """The command that gives these results, without the folders of this machine."""
    parts = ["eai-llm evaluate --protocol", *settings.protocol, "--corpora", *map(without_place, settings.corpora)]
    if settings.extra_corpora:
        parts += ["--extra-corpora", *map(without_place, settings.extra_corpora)]
    parts += ["--methods", *(f'"{name}"' if " " in name else name for name in settings.methods)]
    if settings.model is not None:
        parts += ["--model", str(_without_folder(settings.model))]
    if settings.labels:
        parts += ["--labels", *(f'"{label}"' if " " in label else label for label in settings.labels)]
    usual = BenchmarkSettings(settings.corpora, settings.methods, settings.output)
    for name in ("train_on", "label_share", "folds", "seeds", "steps", "batch_size", "seed"):
        given, default = (np.ravel(getattr(each, name)).tolist() for each in (settings, usual))
        if given != default:
            parts += [f"--{name.replace('_', '-')}", *map(str, given)]
    if settings.speed_matched is not None:
        parts += ["--speed-matched", settings.speed_matched]
    return " ".join([*parts, "--output", Path(settings.output).name])


def _count(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for name in names:
        found[name] += 1
    return dict(sorted(found.items()))


def without_place(spec: str) -> str:
    """The name of a corpus on the command line, with a word in place of its folder or file."""
    name, there, _ = spec.partition("=")
    return f"{name}={'FILE' if name == 'manifest' else 'FOLDER'}" if there and name != "hub" else spec


def _without_folder(model: str | None) -> str | None:
    names = {str(folder): name for name, folder in EMBEDDED_CHECKPOINTS.items()}
    return model and names.get(model, Path(model).name)


__all__ = ["EQUAL_AROUSAL", "MEAN_OVER_CORPORA", "command", "summarise", "without_place", "write_results"]
