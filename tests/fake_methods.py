"""Methods for the tests of the benchmark that are no models. Worker processes import them, so they need little."""

import numpy as np

from eai_llm_hf.evaluation.methods.registry import note_cost
from eai_llm_hf.evaluation.methods.task import among


def reader(task):
    """Reads the label off the joints, where the corpora below write it, but errs by the seed and the clip."""
    places = np.array([round(float(row["joints"][0, 0, 0])) for row in task.test])
    rng = np.random.default_rng([task.seed, len(task.train)])
    said = np.full((len(task.test), len(task.all_labels)), 0.1)
    for number, place in enumerate(places):
        said[number, (place + (rng.random() < 0.05)) % len(task.all_labels)] += 0.5
    note_cost(parameters=7)
    return among(said, task.candidates(task.test))


def constant(task):
    """The same for every clip."""
    return among(np.ones((len(task.test), len(task.all_labels))), task.candidates(task.test))


def breaks(task):
    """Raises for the fold that holds out the walks."""
    if any(row["family"] == "walks" for row in task.test):
        raise RuntimeError("no walks,\nplease")
    return constant(task)


def odd(task):
    """Gives no probabilities."""
    return 2 * constant(task)


def interrupts(task):
    """Interrupts the run in its second fold."""
    if any(row["family"] == "runs" for row in task.test):
        raise KeyboardInterrupt
    return constant(task)


def seen(task):
    """Fails if anything is there that a method must not see or be offered."""
    for row in task.test:
        assert row["label"] is None and row["intensity"] is None and row["expression"] is None
    train, test = ({(row["corpus"], row["clip_id"]) for row in rows} for rows in (task.train, task.test))
    assert not train & test
    return constant(task)
