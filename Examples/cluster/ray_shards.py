#!/usr/bin/env python3
"""Scores the shards of a corpus as tasks of Ray Core, one a shard.

    ray_shards.py shards.txt scores/ --cpus 8 -- --teacher big.gguf --reference small/

Connects to the cluster of RAY_ADDRESS. What a lost worker or node had begun starts elsewhere. Run it
again after any failure: a shard that is whole is left alone. Every node must see shards, models and scores/.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
import ray


class ComeAgain(Exception):
    """SIGTERM stopped the scorer."""


@ray.remote(max_retries=-1, retry_exceptions=[ComeAgain])
def score(shard: str, scores: str, options: list[str]) -> None:
    # On a disk of the node, by a name that a second try on it finds again.
    node = ray.get_runtime_context().get_node_id()[:12]
    scratch = Path(os.environ.get("REFINERY_SCRATCH", "/var/tmp"), f"refinery-{os.getuid()}-{node}")
    scratch.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\.(jsonl|ndjson|json|parquet|txt)(\.(gz|zst|xz|bz2))?$", "", Path(shard).name)
    # A lost worker takes its scorer along.
    ended = subprocess.run(
        ["setpriv", "--pdeathsig", "KILL", "refinectl", "score-shard", shard,
         "--output", f"{scores}/{name}.jsonl.zst", "--store", f"{scratch}/{name}.sqlite", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if ended.returncode == 75:
        raise ComeAgain(shard)
    if ended.returncode:
        raise RuntimeError(f"{shard}: exit code {ended.returncode}\n{ended.stderr[-2000:]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shards"), parser.add_argument("scores")
    parser.add_argument("--cpus", type=int, default=1, help="cores of a task")
    parser.add_argument("options", nargs="+", help="after --: options of score-shard")
    a = parser.parse_args()
    ray.init(log_to_driver=False)
    Path(a.scores).mkdir(parents=True, exist_ok=True)
    shards = Path(a.shards).read_text().split()
    options, task = [*a.options, "--threads", str(a.cpus)], score.options(num_cpus=a.cpus)
    waiting, failed = [task.remote(shard, a.scores, options) for shard in shards], 0
    while waiting:
        [done], waiting = ray.wait(waiting)
        try:
            ray.get(done)
        except ray.exceptions.RayTaskError as error:
            failed += 1
            print(error.cause, file=sys.stderr)
        print(f"{len(shards) - len(waiting)} of {len(shards)} shards, {failed} failed", flush=True)
    sys.exit(bool(failed))
