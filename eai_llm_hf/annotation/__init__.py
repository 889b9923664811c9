"""Annotating many clips: Parquet shards of records, written so that an interrupted run continues where it was.

source --sources.py--> clips --plan.py--> shards of clips, written down before anything is computed
clips --reading.py, in worker processes--> people --model.py--> records --shards.py--> a Parquet file for each shard

making.py does the second line for each shard: run.py lets it, on this machine, or on_ray.py in processes of a cluster.

docs/scale.md describes the files and their columns.
"""

from .run import Annotated, annotate

__all__ = ["Annotated", "annotate"]
