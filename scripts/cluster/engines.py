#!/usr/bin/env python3
"""Scores a corpus in shards by datatrove and by Ray on this machine, with kills in the middle.

    engines.py BIN CORPUS WORK [--engine ray] [--shards 12] -- OPTIONS OF score-shard

BIN has refinectl. Each shard is scored once undisturbed. Then Examples/cluster/datatrove_shards.py
runs, its process group is killed, and it runs again; Examples/cluster/ray_shards.py runs on a cluster
of three raylets, of which one is killed, and a worker of another; datatrove_shards.py runs on such a
cluster by datatrove's own executor for Ray, and a raylet is killed. Each time the score files must be
those of the undisturbed run, byte for byte. Exits 1 where they are not.
"""

from __future__ import annotations

import argparse
import collections
import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 1800


def say(text: str) -> None:
    print(f"== {text}", flush=True)


def wait_for(what, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise SystemExit("error: what the trial waits for did not happen")
        time.sleep(0.02)


class Trial:
    """The shards of a corpus, and what scored them."""

    def __init__(self, bin: pathlib.Path, corpus: pathlib.Path, work: pathlib.Path, shards: int,
                 options: list[str]):
        shutil.rmtree(work, ignore_errors=True)
        self.work, self.options = work, options
        (work / "corpus").mkdir(parents=True)
        (work / "bin").mkdir()
        lines = corpus.read_bytes().splitlines(keepends=True)
        self.shards = [work / "corpus" / f"part-{n:02}.jsonl" for n in range(shards)]
        for n, shard in enumerate(self.shards):
            part = lines[len(lines) * n // shards:len(lines) * (n + 1) // shards]
            shard.write_bytes(b"".join(part))
        self.list = work / "shards.txt"
        self.list.write_text("".join(f"{shard}\n" for shard in self.shards))
        # Says which shard was begun, and becomes refinectl.
        self.begun = work / "begun"
        program = work / "bin" / "refinectl"
        program.write_text(f'#!/bin/sh\necho "$2" >>"{self.begun}"\n'
                           f'exec "{bin}/refinectl" "$@" 2>>"{work}/errors"\n')
        program.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{work}/bin:{os.environ['PATH']}",
                            "REFINERY_SCRATCH": str(work / "scratch")}

    def undisturbed(self) -> None:
        (self.work / "alone").mkdir()
        start = time.monotonic()
        for shard in self.shards:
            subprocess.run(
                ["refinectl", "score-shard", str(shard), *self.options, "--output",
                 str(self.work / "alone" / f"{shard.stem}.jsonl.zst")],
                env=self.environment, check=True, stdout=subprocess.DEVNULL)
        say(f"{len(self.shards)} shards, one after the other: {time.monotonic() - start:.1f} s")

    def start_fresh(self, scores: str) -> pathlib.Path:
        shutil.rmtree(self.work / "scratch", ignore_errors=True)
        self.begun.write_text("")
        return self.work / scores

    def whole(self, scores: pathlib.Path) -> int:
        return len(list(scores.glob("*.jsonl.zst"))) if scores.exists() else 0

    def compare(self, scores: pathlib.Path, engine: str) -> None:
        names = [f"{shard.stem}.jsonl.zst" for shard in self.shards]
        _, other, missing = filecmp.cmpfiles(self.work / "alone", scores, names, shallow=False)
        others = {path.name for path in scores.iterdir()} - set(names)
        if other or missing or others:
            raise SystemExit(f"error: {engine}: differ {other}, missing {missing}, besides {others}")
        begun = collections.Counter(self.begun.read_text().split())
        again = {pathlib.Path(shard).stem: count for shard, count in begun.items() if count > 1}
        say(f"{engine}: {len(names)} score files are those of the undisturbed run; "
            f"begun more than once: {again or 'none'}")


def datatrove(trial: Trial) -> None:
    scores = trial.start_fresh("datatrove")
    shards = len(trial.shards)
    command = [sys.executable, ROOT / "Examples/cluster/datatrove_shards.py", trial.list, scores,
               trial.work / "logs", "--tasks", str(shards), "--workers", "2", "--", *trial.options]

    def run() -> subprocess.Popen:
        return subprocess.Popen(command, env=trial.environment, start_new_session=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    process = run()
    wait_for(lambda: trial.whole(scores) >= shards // 3 or process.poll() is not None)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    say(f"datatrove: its process group killed with {trial.whole(scores)} of {shards} shards whole")
    if run().wait() != 0:
        raise SystemExit("error: datatrove failed")
    trial.compare(scores, "datatrove")
    start = time.monotonic()
    run().wait()
    say(f"datatrove: {time.monotonic() - start:.1f} s where nothing is to be done")


def raylets(trial: Trial):
    """A cluster of three raylets beside its head, and the three."""
    from ray.cluster_utils import Cluster

    os.environ.update(trial.environment)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    return cluster, [cluster.add_node(num_cpus=1) for _ in range(3)]


def datatrove_ray(trial: Trial) -> None:
    import ray

    scores = trial.start_fresh("datatrove-ray")
    shards = len(trial.shards)
    cluster, nodes = raylets(trial)
    command = [sys.executable, ROOT / "Examples/cluster/datatrove_shards.py", trial.list, scores,
               trial.work / "logs-ray", "--tasks", str(shards), "--executor", "ray",
               "--options", "mem_per_cpu_gb=1", "--", *trial.options]

    def run() -> subprocess.Popen:
        return subprocess.Popen(
            command, env={**trial.environment, "RAY_ADDRESS": cluster.address},
            stdout=subprocess.DEVNULL, stderr=open(trial.work / "datatrove-ray.log", "a"))

    process = run()
    wait_for(lambda: trial.whole(scores) >= shards // 3 or process.poll() is not None)
    cluster.remove_node(nodes[0], allow_graceful=False)
    say(f"datatrove on Ray: a raylet killed with {trial.whole(scores)} of {shards} shards whole")
    if process.wait() != 0:
        raise SystemExit("error: datatrove on Ray failed")
    if trial.whole(scores) < shards:
        say(f"datatrove on Ray: ended with {trial.whole(scores)} of {shards}; the same again")
        run().wait()
    trial.compare(scores, "datatrove on Ray")
    ray.shutdown()
    cluster.shutdown()


def ray_core(trial: Trial) -> None:
    import ray

    scores = trial.start_fresh("ray")
    shards = len(trial.shards)
    cluster, nodes = raylets(trial)
    command = [sys.executable, ROOT / "Examples/cluster/ray_shards.py", trial.list, scores, "--",
               *trial.options]

    def run() -> subprocess.Popen:
        return subprocess.Popen(
            command, env={**trial.environment, "RAY_ADDRESS": cluster.address},
            stdout=subprocess.DEVNULL)

    process = run()
    wait_for(lambda: trial.whole(scores) >= shards // 4 or process.poll() is not None)
    # A worker is the parent of its scorer.
    scorer = subprocess.run(["pgrep", "-f", f"refinectl score-shard {trial.work}"],
                            stdout=subprocess.PIPE, text=True).stdout.split()
    worker = int(pathlib.Path(f"/proc/{scorer[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not os.path.exists(f"/proc/{scorer[0]}"), seconds=10)
    say(f"Ray: a worker killed with {trial.whole(scores)} of {shards} shards whole")
    wait_for(lambda: trial.whole(scores) >= shards // 2 or process.poll() is not None)
    cluster.remove_node(nodes[0], allow_graceful=False)
    say(f"Ray: a raylet killed with {trial.whole(scores)} of {shards} shards whole")
    if process.wait() != 0:
        raise SystemExit("error: Ray failed")
    trial.compare(scores, "Ray")
    start = time.monotonic()
    run().wait()
    say(f"Ray: {time.monotonic() - start:.1f} s where nothing is to be done")
    ray.shutdown()
    cluster.shutdown()


ENGINES = {"datatrove": datatrove, "ray": ray_core, "datatrove-ray": datatrove_ray}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--engine", choices=list(ENGINES), action="append")
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("options", nargs="+")
    a = parser.parse_args()
    trial = Trial(a.bin.resolve(), a.corpus.resolve(), a.work.resolve(), a.shards, a.options)
    trial.undisturbed()
    for engine, run in ENGINES.items():
        if engine in (a.engine or ENGINES):
            run(trial)
    return 0


if __name__ == "__main__":
    sys.exit(main())
