"""What emotion do the clips in this folder express, and how can you tell?

    python hub_examples/quickstart.py
    python hub_examples/quickstart.py walk.bvh --model runs/mine/checkpoint

The model may be a checkpoint of the package ("default" or "generator"), a folder or a Hub id.
"""

import argparse
from pathlib import Path

from eai_llm_hf import load_pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description="Explains clips of body movement.")
    parser.add_argument("clips", nargs="*", help="motion files (default: those in hub_examples/clips)")
    parser.add_argument("--model", help="checkpoint: default, generator, a folder or a Hub id")
    args = parser.parse_args()
    clips = args.clips or sorted(str(path) for path in (Path(__file__).parent / "clips").iterdir())

    explain = load_pipeline(args.model)
    for record in explain(clips, batch_size=len(clips)):
        print(record["source"])
        if "error" in record:
            print(f"  could not be read: {record['error']['message']}")
            continue
        for label, score in record["scores"].items():
            print(f"  {label:<16} {score:6.1%}")
        print(f"  {record['explanation']}")


if __name__ == "__main__":
    main()
