"""Lets vLLM write the texts: the merged language model as a folder of its own, and prompts as embeddings.

    python hub_examples/serve_with_vllm.py hub_examples/clips/* --output-dir runs/backbone
    python hub_examples/serve_with_vllm.py hub_examples/clips/* --output-dir runs/backbone --engine transformers

vLLM needs a GPU (pip install vllm). Tower, projector and label scores stay in this package; what the language model
reads, words and skeleton tokens, goes to the engine as embeddings. --engine transformers continues the same embeddings
with the same folder on a CPU, so that what vLLM should write can be seen without it. The marks that bind a text to the
measurements while it is written are a logits processor of transformers, which neither engine has here: the text is
checked afterwards, and parts that do not agree with the measurements give way to those of templates.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM

from eai_llm_hf import SkeletonEmotionExplanationPipeline, load_pipeline
from eai_llm_hf.modeling.modeling_eai_llm import CLIP_INPUTS

Engine = Callable[[list[torch.Tensor], int], list[list[int]]]
"""From embeddings of prompts, each (tokens, text width), and the most tokens to write, to the tokens of each text."""


def save_backbone(pipe: SkeletonEmotionExplanationPipeline, folder: Path) -> None:
    """Writes the language model, with what training changed in it, as any program loads it."""
    pipe.model.load_backbone()
    pipe.model.language_model.save_pretrained(folder)
    pipe.processor.tokenizer.save_pretrained(folder)


def vllm_engine(folder: Path) -> Engine:
    """The engine of vLLM on that folder."""
    from vllm import LLM, SamplingParams

    llm = LLM(model=str(folder), enable_prompt_embeds=True)

    def write(prompts: list[torch.Tensor], longest: int) -> list[list[int]]:
        greedy = SamplingParams(temperature=0.0, max_tokens=longest)
        written = llm.generate([{"prompt_embeds": prompt} for prompt in prompts], greedy)
        return [list(each.outputs[0].token_ids) for each in written]

    return write


def transformers_engine(folder: Path) -> Engine:
    """The same by transformers, one text at a time."""
    backbone = AutoModelForCausalLM.from_pretrained(folder)

    def write(prompts: list[torch.Tensor], longest: int) -> list[list[int]]:
        texts = []
        for prompt in prompts:
            mask = torch.ones(1, len(prompt), dtype=torch.long)
            given = {"inputs_embeds": prompt[None].to(backbone.dtype), "attention_mask": mask}
            texts.append(backbone.generate(**given, max_new_tokens=longest, do_sample=False)[0].tolist())
        return texts

    return write


def write_with(pipe: SkeletonEmotionExplanationPipeline, engine: Engine) -> None:
    """Lets an engine write in place of the pipeline's own language model."""
    model = pipe.model

    def generate(input_ids, attention_mask, max_new_tokens=None, generation_config=None, **given):
        clips = {name: given[name] for name in CLIP_INPUTS if name in given}
        with torch.inference_mode():
            embedded = model.embed_prompts(input_ids, **clips)
        prompts = [row[mask.bool()].cpu() for row, mask in zip(embedded, attention_mask, strict=True)]
        longest = max_new_tokens or generation_config.max_new_tokens
        texts = [torch.tensor(text, dtype=torch.long) for text in engine(prompts, longest)]
        padded = pad_sequence(texts, batch_first=True, padding_value=pipe.processor.tokenizer.pad_token_id)
        return torch.cat([input_ids, padded.to(input_ids)], dim=1)

    model.generate = generate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", metavar="CLIP")
    parser.add_argument("--model", help="checkpoint (default: that of the package)")
    parser.add_argument("--output-dir", type=Path, required=True, metavar="DIR", help="folder for the language model")
    parser.add_argument("--engine", choices=("vllm", "transformers"), default="vllm")
    parser.add_argument("--max-new-tokens", type=int, default=256, metavar="N")
    args = parser.parse_args()

    pipe = load_pipeline(args.model, device="cpu")
    save_backbone(pipe, args.output_dir)
    engines = {"vllm": vllm_engine, "transformers": transformers_engine}
    write_with(pipe, engines[args.engine](args.output_dir))
    for record in pipe((clip for clip in args.clips), batch_size=len(args.clips), max_new_tokens=args.max_new_tokens):
        print(json.dumps(record))


if __name__ == "__main__":
    main()
