"""How often a checkpoint's labels are right on corpora that it was not trained on, for its configuration and its card.

    python benchmarks/certainty.py PREDICTIONS.json [--checkpoint FOLDER]

PREDICTIONS.json is a list with an object for each clip: `corpus`, `reference` (what the clip was compared with:
"default", "recordings" or "performer"), `probability` of the most probable label, `right` (whether it is right) and,
for videos, `"recording": "video"`. Prints the accuracy against the coverage as a Markdown table. With
--checkpoint, `label_accuracy` in its `config.json` is replaced, which `certainty` in records comes from.
"""

import argparse
import json
from pathlib import Path

from eai_llm_hf.evaluation.selective import label_accuracy, read_predictions, selective_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--checkpoint", type=Path, help="folder of the checkpoint whose labels these are")
    given = parser.parse_args()
    predictions = read_predictions(given.predictions)
    if given.checkpoint is not None:
        path = given.checkpoint / "config.json"
        state = json.loads(path.read_text(encoding="utf-8")) | {"label_accuracy": label_accuracy(predictions)}
        path.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(selective_table(predictions), end="")


if __name__ == "__main__":
    main()
