#!/usr/bin/env python3
"""Scores the shards of a corpus by datatrove's executors, a rank a part of the shards.

    datatrove_shards.py shards.txt scores/ LOGS --tasks 12 --workers 3 -- \
        --teacher big.gguf --reference small/ --threads 8
    datatrove_shards.py shards.txt scores/ LOGS --tasks 1000 --executor slurm --cpus 8 \
        --options partition=cpu time=08:00:00 -- --teacher big.gguf --reference small/ --threads 8

Run it again after any failure: datatrove leaves out the ranks that ended, and refinectl the shards that
are whole. `--executor ray` runs on the cluster that RAY_ADDRESS names. Under Slurm and Ray, files must
lie where every node sees them. `--options` are the executor's own.
"""

import argparse
import os
from datatrove import executor
from datatrove.pipeline.base import PipelineStep


class ScoreShards(PipelineStep):
    """Runs `refinectl score-shard` on every shard of a rank."""

    name, type = "score shards", "refinery"
    def __init__(self, shards: str, scores: str, options: list[str]):
        super().__init__()
        self.shards, self.scores, self.options = shards, scores, options

    def run(self, data, rank: int = 0, world_size: int = 1):
        # Under Slurm this class is unpickled without the file's imports.
        import os, re, subprocess
        from pathlib import Path
        scratch = Path(os.environ.get("REFINERY_SCRATCH", "/var/tmp"), f"refinery-{os.getuid()}")
        for folder in (scratch, Path(self.scores)):
            folder.mkdir(parents=True, exist_ok=True)
        for shard in Path(self.shards).read_text().splitlines()[rank::world_size]:
            name = re.sub(r"\.(jsonl|ndjson|json|parquet|txt)(\.(gz|zst|xz|bz2))?$", "", Path(shard).name)
            # A lost worker takes its scorer along.
            subprocess.run(["setpriv", "--pdeathsig", "KILL", "refinectl", "score-shard", shard,
                            "--output", f"{self.scores}/{name}.jsonl.zst", "--store",
                            f"{scratch}/{name}.sqlite", *self.options], check=True)
        yield from data or ()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards", type=os.path.abspath)
    parser.add_argument("scores", type=os.path.abspath)
    parser.add_argument("logs", type=os.path.abspath)
    parser.add_argument("--tasks", type=int, required=True, help="ranks")
    parser.add_argument("--workers", type=int, default=-1, help="ranks at a time")
    parser.add_argument("--executor", default="local", help="local, ray or slurm")
    parser.add_argument("--cpus", type=int, default=1, help="cores a rank, under Slurm and Ray")
    parser.add_argument("--options", nargs="*", default=[], help="NAME=VALUE of the executor")
    parser.add_argument("models", nargs="+", help="after --: options of score-shard")
    a = parser.parse_args()
    engine = getattr(executor, a.executor.title() + "PipelineExecutor")
    own = {key: int(v) if v.isdecimal() else v for key, v in (o.split("=", 1) for o in a.options)}
    own |= {} if a.executor == "local" else {"cpus_per_task": a.cpus}
    engine(pipeline=[ScoreShards(a.shards, a.scores, a.models)], tasks=a.tasks,
           workers=a.workers, logging_dir=a.logs, **own).run()
