"""Teaches the language model your own wording with an adapter, shares the adapter alone, pulls it and merges it.

    python hub_examples/adapters.py --output-dir runs/wording
    python hub_examples/adapters.py my/answers.csv --model me/my-eai-llm --push me/my-wording --license cc-by-4.0

The table has the columns file (relative to the table), question and answer. Without --push the adapter is written to
a folder only. An adapter names the checkpoint that it belongs to, so push that first, with push_and_pull.py. --license
is the licence under which you share the adapter: it must keep the conditions of the checkpoint, and only you know the
licence of your answers. Label probabilities do not change, because they come from the skeleton side; to teach labels,
use finetune_on_your_folder.py.
"""

import argparse
import csv
from pathlib import Path

import torch
from huggingface_hub import HfApi, ModelCard
from peft import PeftModel
from transformers import Trainer, TrainingArguments, pipeline

from eai_llm_hf import DEFAULT_CHECKPOINT, TASK, EaiLlmForCausalLM, EaiSkeletonProcessor
from eai_llm_hf.publish.licences import licence_of_recipe
from eai_llm_hf.training.adapters import add_lora, fold_lora
from eai_llm_hf.training.answering import ChatCollator


def read_chats(table: Path) -> list[list[dict]]:
    """One chat, a question and its answer, for each row of the table."""
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        [
            {
                "role": "user",
                "content": [
                    {"type": "skeleton", "skeleton": str(table.parent / row["file"])},
                    {"type": "text", "text": row["question"]},
                ],
            },
            {"role": "assistant", "content": row["answer"]},
        ]
        for row in rows
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains, shares, pulls and merges an adapter.")
    parser.add_argument("answers", nargs="?", type=Path, default=Path(__file__).parent / "answers.csv")
    parser.add_argument("--output-dir", type=Path, default=Path("runs/wording"))
    parser.add_argument("--model", default=str(DEFAULT_CHECKPOINT), help="checkpoint: folder or Hub id")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--push", metavar="USER/NAME", help="share the adapter as this Hub repository")
    parser.add_argument("--private", action="store_true", help="make that repository private")
    parser.add_argument("--license", metavar="ID", help="licence of the adapter, such as cc-by-4.0")
    args = parser.parse_args()
    if args.push and Path(args.model).exists():
        parser.error(f"others cannot load {args.model}: push it first and pass its Hub id as --model")
    licence = (
        licence_of_recipe([f"manifest={args.answers}"], args.model, args.license).to_push() if args.push else None
    )

    chats = read_chats(args.answers)
    clip, question = (part[part["type"]] for part in chats[0][0]["content"])
    processor = EaiSkeletonProcessor.from_pretrained(args.model)
    inputs = processor.training_inputs(chats[:1])

    def load() -> EaiLlmForCausalLM:
        """The base model, in float32: in bfloat16, merging would round the update."""
        model = EaiLlmForCausalLM.from_pretrained(args.model, dtype=torch.float32)
        model.load_backbone()  # downloads it the first time
        return model

    def logits(model: torch.nn.Module) -> torch.Tensor:
        with torch.no_grad():
            return model.eval()(**inputs).logits

    def say(what: str, model: EaiLlmForCausalLM) -> None:
        record = pipeline(TASK, model=model, processor=processor, device="cpu")(clip, question=question)
        print(f"{what}: {record['explanation']}")

    # Train LoRA and the projector, which maps skeleton tokens to the backbone. The backbone is frozen.
    base = load()
    say("answer before", base)
    adapter = add_lora(base, rank=8, alpha=16)
    arguments = TrainingArguments(
        output_dir=str(args.output_dir / "training"),
        max_steps=args.steps,
        per_device_train_batch_size=4,
        learning_rate=5e-4,
        remove_unused_columns=False,
        save_strategy="no",
        report_to="none",
    )
    Trainer(adapter, arguments, train_dataset=chats, data_collator=ChatCollator(processor)).train()
    trained = logits(adapter.cpu())

    # Share the trained weights and adapter_config.json, which names the base model.
    adapter.save_pretrained(args.output_dir / "adapter")
    if args.push:
        # Not adapter.push_to_hub: its card does not name the base model. PEFT's card in the folder does.
        card = ModelCard.load(args.output_dir / "adapter" / "README.md")
        card.data.license = licence
        card.save(args.output_dir / "adapter" / "README.md")
        api = HfApi()
        repo = api.create_repo(args.push, private=args.private, exist_ok=True).repo_id
        api.upload_folder(repo_id=repo, folder_path=args.output_dir / "adapter", commit_message="Upload adapter")
    shared = args.push or str(args.output_dir / "adapter")

    # Pull, as a PeftModel or into the model itself; the pipeline works with both.
    pulled = PeftModel.from_pretrained(load(), shared)
    print(f"pulled {shared}: logits differ by {(logits(pulled) - trained).abs().max():.1e}")
    attached = load()
    attached.load_adapter(shared)
    print(f"load_adapter: logits differ by {(logits(attached) - trained).abs().max():.1e}")

    # Merge. fold_lora merges like merge_and_unload and keeps the factors, which the small form needs.
    merged = fold_lora(pulled)
    print(f"merged: logits differ by {(logits(merged) - trained).abs().max():.1e}")
    merged.save_pretrained(args.output_dir / "checkpoint", include_backbone=False)
    processor.save_pretrained(args.output_dir / "checkpoint")
    restored = EaiLlmForCausalLM.from_pretrained(args.output_dir / "checkpoint")
    print(f"saved and loaded: logits differ by {(logits(restored) - trained).abs().max():.1e}")
    say("answer after", restored)
    for file in ("adapter/adapter_model.safetensors", "checkpoint/model.safetensors"):
        print(f"{file}: {(args.output_dir / file).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
