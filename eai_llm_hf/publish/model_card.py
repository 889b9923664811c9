"""The model card of a checkpoint, generated from the records of its training and evaluation."""

from dataclasses import MISSING, fields

from eai_llm_hf.modeling.configuration_eai_llm import EaiLlmConfig

from ..cli.evaluate import as_table
from ..training.settings import Recipe
from .checkpoints import has_seen, rounds, trained_on
from .licences import NOT_TO_BE_SHARED, SEVERAL, UNKNOWN_TERMS, WeightsLicence

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
_NO_MATTER = ("output_dir", "corpora", "model", "num_workers", "report_to", "logging_steps", "save_steps", "use_cpu")
"""Settings that the result does not depend on, or that are told in another way."""
_WATTS, _GRAMS_PER_KWH = 30, 400

_PLACES = {"manifest": "FILE", "hub": "USER/NAME"}
"""What stands after the name of a corpus; a folder for the others."""

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

Inputs are motion files (.bvh .c3d .csv .json .npy .npz .trc) and joint arrays of any rig whose joints can be matched
by name.
Emotions it was trained on: {labels}.
Other words may be passed as `candidate_labels`; how well they work is not measured.
"""

_LICENCE = {
    None: "These weights are under {licence}, the most restrictive licence of what they were trained on.",
    NOT_TO_BE_SHARED: "These weights may not be shared: the terms of a corpus that they were trained on forbid it.",
    UNKNOWN_TERMS: "The licence of a corpus that these weights were trained on is not known. Ask its owner before you "
    "share them.",
    SEVERAL: "No licence of the corpora that these weights were trained on keeps the conditions of all.",
}
"""What the card says, by the `license_name` in its metadata."""

_LIMITS = """## Limits

- The emotions were acted or generated. What a body expresses is not what a person feels: do not use this to judge
  people, in hiring, policing, education or diagnosis.
- With `verify=True` (the default) statements in the explanation that the measured movement does not bear out are taken
  out, as far as the reader of statements knows their words. How far what remains is also why the model chose the label
  is what `eai-llm evaluate explanations` measures, by hiding the body parts that a text speaks of.
- "High" and "low" are relative to the clips that the reference was fitted on, see `preprocessor_config.json` or
  `processor_config.json`.
- Clips shorter than 2 s and rigs far from a human body were not tested.
"""


def model_card(config: EaiLlmConfig, training: dict | None, evaluation: dict | None, licence: WeightsLicence) -> str:
    """The card as Markdown.

    Args:
        config: The checkpoint's configuration.
        training: Its `training.json`, or None where it is not known.
        evaluation: Its `evaluation.json`, or None where it was not evaluated.
        licence: The licence of its weights.
    """
    backbone = config.backbone or "unknown"
    front = f"license: {licence.licence}" + (f"\nlicense_name: {licence.name}" if licence.name else "")
    card = _FRONT.format(licence=front, backbone=backbone)
    card += "\n" + _USE.format(backbone_name=backbone.rpartition("/")[2], labels=", ".join(config.labels))
    if training:
        card += "\n" + _training_section(training)
    card += "\n" + _licence_section(licence)
    card += "\n## Evaluation\n\n"
    if evaluation:
        new = [corpus for corpus in evaluation if training and not has_seen(training, corpus)]
        corpora = [*_named(training), *(f"{corpus}=FOLDER" for corpus in new)]
        card += (
            "Clips whose contents or performers were never trained on; nothing was chosen by "
            "their scores.\n`eai-llm evaluate` prints the same tables:\n\n```\n"
            f"eai-llm evaluate --corpora {' '.join(corpora)}\n```\n\n"
        )
        if new:
            card += (
                f"Nothing of {', '.join(new)} was trained on: all clips are tested, and the baseline learned from the "
                "other corpora."
            )
            if any(corpus.startswith("bandai") for corpus in new):
                card += (
                    " The sizes of the generator's effects were set after looking at statistics of the "
                    "Bandai-Namco-Research-Motiondataset: the two kinds of movement are not independent."
                )
            card += "\n\n"
        card += (
            f"{as_table(evaluation)}\n\n"
            'Intervals are 95% bootstrap intervals over clips. "Hold" is the share of the '
            "claims in explanations, without the guard, that the measured movement bears out; beside it the same "
            "texts held against another clip.\n"
        )
        for corpus, result in evaluation.items():
            card += "\n" + _confusion(corpus, result["model"])
        card += _failures(evaluation)
    else:
        card += "Not evaluated.\n"
    return card + "\n" + _LIMITS


def _training_section(training: dict) -> str:
    """How the checkpoint was made, round by round where it started from another one."""
    history = rounds(training)
    clips = ", ".join(f"{count} {side}" for side, count in training["clips"].items())
    section = f"""## Training

- Stage one: skeleton-language alignment of the tower against the frozen backbone's text states.
- Stage two: question answering with the projector and LoRA.
- Corpora: {", ".join(trained_on(training))}; clips: {clips}.
  Clips without one of the labels teach the descriptors alone.
- Held out: of recordings the content families {", ".join(training["held_out"])}; of generated movement every fifth
  virtual performer, whose contents are trained on.
- Backbone: {training["backbone_form"]}.
"""
    for number, record in enumerate(history, start=1):
        times = ", ".join(f"{stage} {value / 60:.0f} min" for stage, value in record["seconds"].items())
        if len(history) > 1:
            section += f"\nRound {number} of {len(history)}, {_steps(record)} ({times}):\n"
        else:
            section += f"\n{_steps(record).capitalize()} ({times}):\n"
        section += f"```\n{_command(record)}\n```\n"
    hours = sum(value for record in history for value in record["seconds"].values()) / 3600
    grams = hours * _WATTS / 1000 * _GRAMS_PER_KWH
    section += f"""
{hours:.1f} hours in all, at an assumed {_WATTS} W and {_GRAMS_PER_KWH} g CO2 a kWh about {max(grams, 1):.0f} g of CO2;
neither was measured.
"""
    if any(has_seen(training, corpus) for corpus in ("bandai1", "bandai2")):
        section += """
The sizes of the generator's effects were set after looking at statistics of the Bandai-Namco-Research-Motiondataset:
generated and recorded movement are not independent.
"""
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


def _steps(record: dict) -> str:
    first = f"{record['stage_one_steps']} steps of {record['stage_one_batch_size']} crops"
    second = f"{record['stage_two_steps']} steps of {record['stage_two_batch_size']} chats"
    rank = record["lora_rank"]
    return f"{first}, then {second} with {f'LoRA of rank {rank}' if rank else 'the projector alone'}"


def _command(training: dict) -> str:
    """The command that trains such a checkpoint: whatever differs from the recipe's defaults."""
    parts = ["eai-llm train --output-dir runs/mine", f"--corpora {' '.join(_named(training))}"]
    if training.get("before"):
        parts.append("--model CHECKPOINT_OF_THE_ROUND_BEFORE")
    for setting in fields(Recipe):
        default = setting.default if setting.default_factory is MISSING else setting.default_factory()
        value = training.get(setting.name, default)
        if setting.name not in _NO_MATTER and value != default:
            words = [f'"{word}"' if " " in word else word for word in value] if isinstance(value, list) else [value]
            parts.append(f"--{setting.name.replace('_', '-')} {' '.join(map(str, words))}")
    return " ".join(parts)


def _named(training: dict | None) -> list[str]:
    """The corpora as the command line names them, with a word in place of their folder."""
    specs = (training or {}).get("corpora", [])
    return [spec if spec.startswith("generated") else f"{spec}={_PLACES.get(spec, 'FOLDER')}" for spec in specs]


def _confusion(corpus: str, scores: dict) -> str:
    lines = [f"{corpus}, rows true, columns given:", "", f"| | {' | '.join(scores['labels'])} |"]
    lines.append("|---" * (len(scores["labels"]) + 1) + "|")
    for label, row in zip(scores["labels"], scores["confusion"], strict=True):
        lines.append(f"| {label} | {' | '.join(map(str, row))} |")
    return "\n".join(lines) + "\n"


def _failures(evaluation: dict) -> str:
    """The most frequent mistakes, which nobody should have to look for in a table."""
    mistakes = [
        (count, corpus, true, given)
        for corpus, result in evaluation.items()
        for true, row in zip(result["model"]["labels"], result["model"]["confusion"], strict=True)
        for given, count in zip(result["model"]["labels"], row, strict=True)
        if true != given and count
    ]
    lines = [
        f"- {corpus}: {count} of {evaluation[corpus]['model']['per_class'][true]['support']} clips that are {true} "
        f"are called {given}."
        for count, corpus, true, given in sorted(mistakes, reverse=True)[:_SHOWN_MISTAKES]
    ]
    return "\n### Known failures\n\n" + ("\n".join(lines) or "None on these clips.") + "\n"


__all__ = ["model_card"]
