"""Is a label of a fraction of a second worth less? Labels the middle of each clip, of several lengths, and the whole.

    python benchmarks/short_clips.py --model generator --corpora bandai1=FOLDER style100=FOLDER

Name corpora that the checkpoint was not trained on. Each has its own labels as candidates, and there is no reference.
Prints the balanced accuracy as a Markdown table.
"""

import argparse
import runpy
from pathlib import Path

from sklearn.metrics import balanced_accuracy_score
from tqdm import tqdm

from eai_llm_hf import load_pipeline
from eai_llm_hf.corpora.rows import as_clip
from eai_llm_hf.processing.skeleton.clip import UnifiedClip

ROOT = Path(__file__).resolve().parents[1]
SECONDS = (0.5, 1.0, 2.0, 3.0)
FRAMES_PER_SECOND = 30


def middle(clip: UnifiedClip, seconds: float) -> UnifiedClip:
    """The middle of a clip, or all of a shorter one."""
    frames = round(seconds * FRAMES_PER_SECOND)
    start = max((len(clip.joints) - frames) // 2, 0)
    return clip.cut(start, min(start + frames, len(clip.joints)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="generator", help="name or folder of the checkpoint (default generator)")
    parser.add_argument("--corpora", nargs="+", required=True, metavar="CORPUS", help="as in a recipe")
    given = parser.parse_args()
    load_rows = runpy.run_path(str(ROOT / "benchmarks" / "unseen_corpora.py"))["load_rows"]
    pipe = load_pipeline(given.model)
    print(f"| corpus | clips | {' | '.join(f'{seconds} s' for seconds in SECONDS)} | whole |")
    print("|---|---|" + "---|" * (len(SECONDS) + 1))
    for spec in given.corpora:
        rows = [row for row in load_rows(spec) if row["label"]]
        clips, labels = [as_clip(row) for row in rows], [row["label"] for row in rows]
        asked = {"candidate_labels": sorted(set(labels)), "label_only": True}
        found = []
        for seconds in (*SECONDS, None):
            some = [clip if seconds is None else middle(clip, seconds) for clip in clips]
            records = [pipe(clip, **asked) for clip in tqdm(some, desc=f"{seconds or 'whole'}", unit="clip")]
            found.append(balanced_accuracy_score(labels, [record["label"] for record in records]))
        print(f"| {rows[0]['corpus']} | {len(rows)} | {' | '.join(f'{value:.2f}' for value in found)} |")


if __name__ == "__main__":
    main()
