"""Pushes a checkpoint to the Hub and loads it back, as someone with transformers but without this package will.

    hf auth login
    python hub_examples/push_and_pull.py --repo me/my-eai-llm --model runs/mine/checkpoint walk.bvh

The repository gets weights, code, processor, model card and licence. Nothing is uploaded if the licence of a training
corpus forbids it. If a licence is unknown, such as that of your own clips, state the licence of the weights with
--license. Users of the repository allow its code with `trust_remote_code=True`. (This script imports the package, so
its classes are used; the code is the same.)
"""

import argparse
import tempfile
from pathlib import Path

from transformers import AutoModelForCausalLM, AutoProcessor, pipeline

from eai_llm_hf import DEFAULT_CHECKPOINT, TASK
from eai_llm_hf.publish.export import export


def main() -> None:
    parser = argparse.ArgumentParser(description="Pushes a checkpoint to the Hub and loads it back.")
    parser.add_argument("clips", nargs="+", help="motion files to explain with what was pulled")
    parser.add_argument("--repo", required=True, help="the Hub repository, USER/NAME")
    parser.add_argument("--model", default=str(DEFAULT_CHECKPOINT), help="checkpoint to push")
    parser.add_argument("--private", action="store_true", help="make the repository private")
    parser.add_argument("--license", metavar="ID", help="licence of the weights, such as cc-by-4.0")
    args = parser.parse_args()

    repo = args.repo
    with tempfile.TemporaryDirectory() as folder:
        export(args.model, Path(folder), license=args.license, push_to=repo, private=args.private)
    print(f"pushed to {repo}")

    model = AutoModelForCausalLM.from_pretrained(repo, trust_remote_code=True)
    processor = AutoProcessor.from_pretrained(repo, trust_remote_code=True)
    print(f"pulled {type(model).__name__} and {type(processor).__name__}")

    explain = pipeline(TASK, model=repo, trust_remote_code=True)
    for record in explain(args.clips):
        print(record["source"], record["label"], record["scores"])


if __name__ == "__main__":
    main()
