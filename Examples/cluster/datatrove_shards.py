#!/usr/bin/env python3
"""Scores the shards of a corpus by datatrove's executors, a rank a part of the shards.

    datatrove_shards.py shards.txt scores/ LOGS --tasks 12 --workers 3 -- \
        --teacher big.gguf --reference small/ --threads 8

Run it again after any failure: datatrove leaves out the ranks that ended, and refinectl the shards that
are whole. Under Slurm, give the same pipeline to `SlurmPipelineExecutor(pipeline=[...], tasks=1000,
time="08:00:00", partition="cpu", cpus_per_task=8, logging_dir=LOGS)`; under Ray, to
`RayPipelineExecutor(pipeline=[...], tasks=1000, cpus_per_task=8, logging_dir=LOGS)`. shards.txt and
scores/ must then lie where every node sees them.
"""

import argparse
import os
import subprocess
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep


class ScoreShards(PipelineStep):
    """Runs `refinectl score-shard` on every shard of a rank."""

    name = "score shards"
    type = "refinery"

    def __init__(self, shards: str, scores: str, options: list[str]):
        super().__init__()
        self.shards, self.scores, self.options = shards, scores, options

    def run(self, data, rank: int = 0, world_size: int = 1):
        scratch = Path(os.environ.get("REFINERY_SCRATCH", "/var/tmp"), f"refinery-{os.getuid()}")
        scratch.mkdir(parents=True, exist_ok=True)
        Path(self.scores).mkdir(parents=True, exist_ok=True)
        for shard in Path(self.shards).read_text().splitlines()[rank::world_size]:
            name = Path(shard).name.split(".")[0]
            with self.track_time("shard"):
                # A lost worker takes its scorer along.
                subprocess.run(
                    ["setpriv", "--pdeathsig", "KILL", "refinectl", "score-shard", shard,
                     "--output", f"{self.scores}/{name}.jsonl.zst",
                     "--store", f"{scratch}/{name}.sqlite", *self.options], check=True)
            self.stat_update("shards")
        yield from data or ()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards"), parser.add_argument("scores"), parser.add_argument("logs")
    parser.add_argument("--tasks", type=int, required=True, help="ranks")
    parser.add_argument("--workers", type=int, default=1, help="ranks at a time")
    parser.add_argument("options", nargs="+", help="after --: options of score-shard")
    a = parser.parse_args()
    LocalPipelineExecutor(
        pipeline=[ScoreShards(a.shards, a.scores, a.options)], tasks=a.tasks, workers=a.workers,
        logging_dir=a.logs).run()
