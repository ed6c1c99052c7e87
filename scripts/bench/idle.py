#!/usr/bin/env python3
"""What an idle refineryd costs: wake-ups and memory once its models are released.

    idle.py [--seconds 20] [--bin .build/release]

Starts refineryd with the repository's reference model and the quickstart's teacher, has it score a
little, waits until it has let go of the models (idle_seconds = 1 here), and counts how often its
threads were woken up in so many seconds: their context switches (/proc/PID/task/*/status). It
runs as under systemd, with a socket for sd_notify. Prints the wake-ups, the notifications and the
anonymous memory (smaps_rollup) before and after. One thread is not refinery's: libdispatch, on
which Swift's concurrency runs on Linux, looks after its thread pools once a second
(_dispatch_workq_monitor_pools), and nothing turns that off; it is told by its stack
(dispatch_monitor.py). Fails where any other thread wakes up, that one more often than once a
second, or 50 MB or more are held. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dispatch_monitor import waits_in_monitor

ROOT = Path(__file__).resolve().parents[2]
# The project's target, and what libraries may need after the last work to put their threads away.
ANONYMOUS_MB, SETTLE_SECONDS = 50, 12
TEXT = "A daemon that has nothing to do should do nothing at all, and hold nothing while it waits. "


def fail(message: str) -> None:
    print(f"idle: {message}", file=sys.stderr)
    sys.exit(1)


def switches(pid: int) -> dict[str, int]:
    """Context switches of each thread so far, by its number."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        lines = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
        found[task.name] = sum(int(lines[key]) for key in
                               ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"))
    return found


def name(pid: int, task: str) -> str:
    return Path(f"/proc/{pid}/task/{task}/comm").read_text().strip() + f" ({task})"


def memory(pid: int) -> tuple[float, float]:
    """Anonymous and resident memory, MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    values = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines}
    return values["Anonymous:"], values["Rss:"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--bin", type=Path, default=ROOT / ".build/release")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(options, Path(name))


def measure(options: argparse.Namespace, folder: Path) -> None:
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(folder / "notify"))
    notices.setblocking(False)
    config = (ROOT / "config/refineryd.toml").read_text()
    config = config.replace("idle_seconds = 30.0", "idle_seconds = 1.0")
    (folder / "refineryd.toml").write_text(config)
    log = folder / "refineryd.log"
    daemon = subprocess.Popen(
        [options.bin / "refineryd", "--config", folder / "refineryd.toml",
         "--store", folder / "store.db", "--socket", folder / "socket",
         "--teacher", ROOT / ".cache/teacher.gguf", "--reference", ROOT / "models/reference"],
        stderr=log.open("w"), env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")})
    try:
        refinectl = [options.bin / "refinectl", "--socket", folder / "socket"]
        while subprocess.run([*refinectl, "status"], capture_output=True).returncode != 0:
            if daemon.poll() is not None:
                fail(log.read_text())
            time.sleep(0.1)
        corpus = folder / "corpus.jsonl"
        corpus.write_text("".join(json.dumps({"id": n, "text": f"{n}. {TEXT * 40}"}) + "\n"
                                  for n in range(4)))
        subprocess.run([*refinectl, "enqueue", corpus, "--wait"], check=True, capture_output=True)
        working = memory(daemon.pid)
        while "models released" not in log.read_text().splitlines()[-1]:
            time.sleep(0.1)
        time.sleep(SETTLE_SECONDS)
        while True:
            try:
                notices.recv(4096)
            except BlockingIOError:
                break
        before, ticks = switches(daemon.pid), cpu(daemon.pid)
        time.sleep(options.seconds)
        after, spent = switches(daemon.pid), cpu(daemon.pid) - ticks
        idle = memory(daemon.pid)
        woken = {task: count - before.get(task, 0) for task, count in after.items()
                 if count != before.get(task, 0)}
        monitors = [task for task in woken if waits_in_monitor(daemon.pid, task)]
        monitored = sum(woken.pop(task) for task in monitors)
        names = {task: name(daemon.pid, task) for task in woken}
        told = 0
        while True:
            try:
                notices.recv(4096)
                told += 1
            except BlockingIOError:
                break
        status = json.loads(subprocess.run(
            [*refinectl, "status", "--json"], check=True, capture_output=True).stdout)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    print(f"wake-ups in {options.seconds:g} s: {sum(woken.values())} of refinery's threads, "
          f"{monitored} of libdispatch's monitor ({len(after)} threads)"
          + "".join(f"\n    {names[task]}: {count}" for task, count in woken.items()))
    print(f"CPU time in them: {spent * 1000:.0f} ms; notifications: {told}")
    print(f"anonymous memory: {idle[0]:.1f} MB (after scoring: {working[0]:.1f})")
    print(f"resident memory: {idle[1]:.1f} MB (after scoring: {working[1]:.1f})")
    print(f"state: {status['state']}, teacher: {status['teacher']['architecture']}, "
          f"reference: {status['reference']['architecture']}")
    if len(monitors) > 1 or monitored > options.seconds + 1:
        fail(f"libdispatch's monitor woke up {monitored} times in {len(monitors)} threads")
    if woken or told or idle[0] >= ANONYMOUS_MB:
        fail(f"missed: no wake-ups, and less than {ANONYMOUS_MB} MB")


def cpu(pid: int) -> float:
    """CPU seconds so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
