"""Draws the picture at the top of the README: a clip of the repository next to its record.

python docs/make_readme_picture.py
python docs/make_readme_picture.py --clip hub_examples/clips/wave-happy.csv --output wave-happy.png
"""

import argparse
import json
import sys
from pathlib import Path

from eai_llm_hf import load_pipeline
from eai_llm_hf.report.record_picture import draw_record

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Explains one clip and writes the picture; returns 1 if the clip cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--clip", type=Path, default=ROOT / "hub_examples" / "clips" / "walk-sad.bvh", help="clip to draw"
    )
    parser.add_argument("--model", help="checkpoint; the default one if omitted")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "explained-clip.png", help="picture to write")
    args = parser.parse_args()
    explain = load_pipeline(args.model)
    record = explain(str(args.clip))
    record = record[0] if isinstance(record, list) else record
    if "error" in record:
        print(f"{args.clip}: {record['error']['message']}", file=sys.stderr)
        return 1
    draw_record(record, explain.feature_extractor.clips(args.clip)[0], args.output)
    print(json.dumps(record, indent=1, ensure_ascii=False), file=sys.stderr)
    print(args.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
