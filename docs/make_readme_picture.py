"""Draws the picture at the top of the README: a clip of the repository beside what the pipeline says about it.

python docs/make_readme_picture.py
python docs/make_readme_picture.py --clip hub_examples/clips/wave.bvh --output docs/wave.png
"""

import argparse
import json
import sys
from pathlib import Path

from transformers import pipeline

from eai_llm_hf import DEFAULT_CHECKPOINT, TASK, SkeletonEmotionExplanationPipeline
from eai_llm_hf.processing.motion_reading import READABLE_SUFFIXES
from eai_llm_hf.record_picture import draw_record

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ROOT / "hub_examples" / "clips"


def main() -> int:
    """Explains one clip and writes the picture; 1 where the clip cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=CLIPS / "wave-happy.csv", help="clip to draw")
    parser.add_argument("--model", default=str(DEFAULT_CHECKPOINT), help="checkpoint; the embedded one by default")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "explained-clip.png", help="picture to write")
    args = parser.parse_args()
    clips = sorted(path for path in CLIPS.glob("*") if path.suffix.lower() in READABLE_SUFFIXES)
    if args.clip is None and not clips:
        parser.error(f"{CLIPS} holds no clip; name one with --clip.")
    path = args.clip or clips[0]

    explain = pipeline(TASK, model=args.model, pipeline_class=SkeletonEmotionExplanationPipeline)
    record = explain(str(path))
    record = record[0] if isinstance(record, list) else record
    if "error" in record:
        print(f"{path}: {record['error']['message']}", file=sys.stderr)
        return 1
    draw_record(record, explain.feature_extractor.clips(path)[0], args.output)
    print(json.dumps(record, indent=1, ensure_ascii=False), file=sys.stderr)
    print(args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
