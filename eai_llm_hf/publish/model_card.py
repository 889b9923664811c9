"""The model card of a checkpoint, generated from its metadata: `training.json` and `evaluation.json`."""

from collections.abc import Mapping
from typing import Any

import yaml

from eai_llm_hf.modeling.configuration_eai_llm import EaiLlmConfig
from eai_llm_hf.processing.reading.formats import READABLE_SUFFIXES

from ..corpora.registry import MADE
from .checkpoints import TRAINING_FACTS, has_seen, rounds, trained_on
from .licences import NOT_TO_BE_SHARED, SEVERAL, UNKNOWN_TERMS, WeightsLicence
from .tables import evaluation_tables

_FRONT = """---
{licence}
library_name: transformers
pipeline_tag: other
base_model: {backbone}
tags:
- emotion-recognition
- skeleton
- motion-capture
- explainability
- eai-llm
---
"""

_SHOWN_MISTAKES = 5
_WITHOUT_EFFECT = ("output_dir", "model", "num_workers", "report_to", "logging_steps", "save_steps", "use_cpu")
"""Settings that do not change the result, or that the card states elsewhere."""
_WATTS, _GRAMS_PER_KWH = 30, 400

_PLACES = {"manifest": "FILE", "hub": "USER/NAME"}
"""What follows the name of a corpus; for other corpora it is a folder."""

_USE = """# EAI-LLM on {backbone_name}

What emotion does a 3-D body movement express, and how can you tell? This checkpoint answers with the emotion, its
probabilities and an explanation in words, after "Understanding Emotional Body Expressions via Large Language Models"
(arXiv 2412.12581).

```python
from transformers import pipeline

explain = pipeline("skeleton-emotion-explanation", model="THIS REPOSITORY OR FOLDER", trust_remote_code=True)
record = explain("walk.bvh")
print(record["label"], record["scores"], record["explanation"])
```

Inputs are motion files ({suffixes}) and joint arrays of any rig whose joints can be matched
by name.
It was trained on these emotions: {labels}.
You can pass other words as `candidate_labels`; how well they work was not measured.
"""

_LICENCE = {
    None: "These weights are under {licence}, the most restrictive licence of the corpora that they were trained on.",
    NOT_TO_BE_SHARED: "These weights may not be shared: the terms of a corpus that they were trained on forbid it.",
    UNKNOWN_TERMS: "The licence of a corpus that these weights were trained on is unknown. Ask its owner before you "
    "share them.",
    SEVERAL: "No licence of the corpora that these weights were trained on keeps the conditions of all.",
}
"""What the card says, by the `license_name` in its front matter."""

_LIMITS = """## Limits

- Labels of people and rigs that training never saw are often wrong: on 120 real walks of 30 people, the default
  checkpoint of the package has a balanced accuracy of .39 (chance .25, human raters .49); compared with three other
  clips of the same person and the recordings, .67. Without such a reference, "high" and "low" may describe the rig.
- The emotions were acted or generated. What a body expresses is not what a person feels. Do not use this model to
  judge people, for example in hiring, policing, education or diagnosis.
- The model sees a skeleton: no face, no fingers, no clothes, no voice.
- With `verify=True` (the default), statements that the measurements do not support are removed from an explanation, if
  the parser knows their words. A true statement need not be the reason for the label: `eai-llm evaluate explanations`
  tests that by occluding the body parts that a text names.
- "High" and "low" are relative to the clips of the reference in `processor_config.json` (in older checkpoints
  `preprocessor_config.json`).
- Clips shorter than half a second and rigs that are far from a human body were not tested.
"""

_HELD_OUT = """
  Of {others}: about a fifth of the performers where they are known, otherwise of the content families."""

_NOT_INDEPENDENT = (
    "The sizes of the generator's effects were set after looking at statistics of the Bandai-Namco-Research-\n"
    "Motiondataset: generated and recorded movement are not independent."
)

_SECOND_STAGE = "Stage two: explanations and answers to questions, with the projector and LoRA."

_NO_SECOND_STAGE = (
    "Stage two was left out: the language model has not learned to explain. Explanations are texts of templates;\n"
    "  what they state comes from the measurements."
)


def model_card(config: EaiLlmConfig, training: dict | None, evaluation: dict | None, licence: WeightsLicence) -> str:
    """The card as Markdown.

    Args:
        config: Configuration of the checkpoint.
        training: Its `training.json`, or None if there is none.
        evaluation: Its `evaluation.json`, or None if it was not evaluated.
        licence: Licence of its weights.
    """
    backbone = config.backbone or "unknown"
    front = f"license: {licence.licence}" + (f"\nlicense_name: {licence.name}" if licence.name else "")
    sections = [
        _FRONT.format(licence=front, backbone=backbone),
        _USE.format(
            backbone_name=backbone.rpartition("/")[2],
            labels=", ".join(config.labels),
            suffixes=" ".join(READABLE_SUFFIXES),
        ),
        _LIMITS,
        _training_section(training) if training else "",
        _licence_section(licence),
        _evaluation_section(training, evaluation),
    ]
    return "\n".join(section for section in sections if section)


def _training_section(training: Mapping[str, Any]) -> str:
    """How the checkpoint was made, one round after another if it started from another checkpoint."""
    history = rounds(dict(training))
    clips = ", ".join(f"{count} {side}" for side, count in training["clips"].items())
    others = [name for name in trained_on(dict(training)) if not _is_made(name) and not name.startswith("bandai")]
    held_out = _HELD_OUT.format(others=", ".join(others)) if others else ""
    second = _SECOND_STAGE if any(each["stages"] != "one" for each in history) else _NO_SECOND_STAGE
    section = f"""## Training

- Stage one: skeleton-language alignment of the tower with the text states of the frozen backbone.
- {second}
- Corpora: {", ".join(trained_on(dict(training)))}; clips: {clips}.
  Clips without one of the labels train the descriptors only.
- Held out: of recordings the content families {", ".join(training["held_out"])}; of generated movement every fifth
  virtual performer, whose contents are in training.{held_out}
- Backbone: {training["backbone_form"]}.

`eai-llm train RECIPE.yaml --output-dir runs/mine` repeats a training by its recipe below, once you have put in your
folders.
"""
    for number, each in enumerate(history, start=1):
        times = ", ".join(f"{stage} {value / 60:.0f} min" for stage, value in each["seconds"].items())
        heading = f"Round {number} of {len(history)}: " if len(history) > 1 else ""
        section += f"\n{heading}{_steps(each)} ({times}):\n\n```yaml\n{_recipe(each)}```\n"
    hours = sum(value for each in history for value in each["seconds"].values()) / 3600
    grams = hours * _WATTS / 1000 * _GRAMS_PER_KWH
    section += f"""
{hours:.1f} hours in all. At {_WATTS} W and {_GRAMS_PER_KWH} g CO2 per kWh that is about {max(grams, 1):.0f} g of CO2;
both figures are assumed, not measured.
"""
    if any(has_seen(dict(training), corpus) for corpus in ("bandai1", "bandai2")):
        section += f"\n{_NOT_INDEPENDENT}\n"
    return section


def _licence_section(licence: WeightsLicence) -> str:
    """What may be done with the weights, and why."""
    if licence.stated:
        says = f"These weights are under {licence.licence}. The person who shares them chose this licence."
    else:
        says = _LICENCE[licence.name].format(licence=licence.licence)
    if licence.is_non_commercial:
        says += " **They are for non-commercial use.**"
    rows = "\n".join(f"| {part.title} | {part.licence} | {part.terms} |" for part in licence.corpora)
    return f"""## Licence

{says}

| trained on | licence | terms |
|---|---|---|
{rows}

The LICENSE file covers the code.
"""


def _evaluation_section(training: dict | None, evaluation: dict | None) -> str:
    """The scores, what is most often confused, and the command that prints them."""
    if not evaluation:
        return "## Evaluation\n\nNot evaluated.\n"
    new = [corpus for corpus in evaluation if training and not has_seen(training, corpus)]
    corpora = [*_named(training), *(f"{corpus}=FOLDER" for corpus in new)]
    section = (
        "## Evaluation\n\n"
        "Training never saw the contents or performers of the test clips, and nothing was chosen by their scores.\n"
        "`eai-llm evaluate` prints such tables. Of generated clips, fewer may have been made than for the training;\n"
        "the column of clips says how many were tested:\n\n```\n"
        f"eai-llm evaluate --corpora {' '.join(corpora)}\n```\n\n"
    )
    if new:
        section += (
            f"Training used no clip of {', '.join(new)}: all clips are tested, and the baseline learned from the\n"
            "other corpora.\n\n"
        )
        if any(corpus.startswith("bandai") for corpus in new):
            section += f"{_NOT_INDEPENDENT}\n\n"
    section += (
        f"{evaluation_tables(evaluation)}\n\n"
        'Intervals are 95% bootstrap intervals over clips. "Hold" is the share of the claims in the explanations\n'
        "that the measurements of the clip support: nearly all, since explanations state what was measured. The\n"
        "column after it gives the share that the measurements of another clip support.\n"
    )
    for corpus, result in evaluation.items():
        section += "\n" + _confusion(corpus, result["model"])
    return section + _failures(evaluation)


def _steps(training: Mapping[str, Any]) -> str:
    """The steps of the stages of a round."""
    first = f"{training['stage_one_steps']} steps of {training['stage_one_batch_size']} crops"
    second = f"{training['stage_two_steps']} steps of {training['stage_two_batch_size']} chats"
    rank = training["lora_rank"]
    second = f"{second} with {f'LoRA of rank {rank}' if rank else 'the projector only'}"
    return {"one": first, "two": second}.get(training["stages"], f"{first}, then {second}")


def _recipe(training: Mapping[str, Any]) -> str:
    """The recipe of a training as YAML, with words in place of the folders."""
    left_out = (*TRAINING_FACTS, *_WITHOUT_EFFECT)
    settings = {name: value for name, value in training.items() if name not in left_out and value is not None}
    settings["corpora"] = _named(training)
    if training.get("before"):
        settings = {"model": "CHECKPOINT_OF_THE_ROUND_BEFORE"} | settings
    return yaml.safe_dump(settings, sort_keys=False, default_flow_style=None, width=110)


def _named(training: Mapping[str, Any] | None) -> list[str]:
    """The corpora as the command line names them, with a word in place of their folder."""
    specs = (training or {}).get("corpora", [])
    return [spec if _is_made(spec) else f"{spec}={_PLACES.get(spec, 'FOLDER')}" for spec in specs]


def _is_made(spec: str) -> bool:
    """Whether the generator makes the corpus."""
    return spec.partition(":")[0] in MADE


def _confusion(corpus: str, scores: Mapping[str, Any]) -> str:
    lines = [f"{corpus}, true labels in rows, predicted labels in columns:", ""]
    lines.append(f"| | {' | '.join(scores['labels'])} |")
    lines.append("|---" * (len(scores["labels"]) + 1) + "|")
    for label, row in zip(scores["labels"], scores["confusion"], strict=True):
        lines.append(f"| {label} | {' | '.join(map(str, row))} |")
    return "\n".join(lines) + "\n"


def _failures(evaluation: Mapping[str, Any]) -> str:
    """The most frequent mistakes in words, so that a reader does not have to find them in a table."""
    mistakes = [
        (count, corpus, true, given)
        for corpus, result in evaluation.items()
        for true, row in zip(result["model"]["labels"], result["model"]["confusion"], strict=True)
        for given, count in zip(result["model"]["labels"], row, strict=True)
        if true != given and count
    ]
    lines = [
        f"- {corpus}: {count} of {evaluation[corpus]['model']['per_class'][true]['support']} clips labelled {true} "
        f"are predicted as {given}."
        for count, corpus, true, given in sorted(mistakes, reverse=True)[:_SHOWN_MISTAKES]
    ]
    return "\n### Known failures\n\n" + ("\n".join(lines) or "None on these clips.") + "\n"


__all__ = ["model_card"]
