#!/usr/bin/env python3
"""What an idle refineryd costs: wake-ups and memory once its models are released.

    idle.py [--seconds 20] [--bin .build/release]

Starts refineryd with the repository's reference model and the quickstart's teacher, and with a
socket for sd_notify, as under systemd. It scores a little and lets go of the models (idle_seconds
is 1 here). Then the context switches of its threads (/proc/PID/task/*/status) are counted for so
many seconds: each is a wake-up. Prints the wake-ups, the notifications and the anonymous memory
(smaps_rollup) before and after.

One thread is not refinery's. Swift's concurrency runs on libdispatch on Linux, which looks after
its thread pools once a second (_dispatch_workq_monitor_pools); nothing turns that off. The script
knows the thread by its stack. It fails where any other thread wakes up, where that one wakes up
more often than once a second, or where 50 MB or more are held. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import socket
import tempfile
import time
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.dispatch_monitor import waits_in_monitor
from refinery_scripts.failure import fail
from refinery_scripts.paths import BINARIES, CONFIG

# The project's target, and what libraries may need after the last work to put their threads away.
ANONYMOUS_MB, SETTLE_SECONDS = 50, 12
TEXT = "A daemon that has nothing to do should do nothing at all, and hold nothing while it waits. "


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
    parser.add_argument("--bin", type=Path, default=BINARIES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(options, Path(name))


def received(notices: socket.socket) -> int:
    """How many notifications lay in the socket, which is empty afterwards."""
    count = 0
    while True:
        try:
            notices.recv(4096)
        except BlockingIOError:
            return count
        count += 1


def measure(options: argparse.Namespace, folder: Path) -> None:
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(folder / "notify"))
    notices.setblocking(False)
    config = folder / "refineryd.toml"
    config.write_text(CONFIG.read_text().replace("idle_seconds = 30.0", "idle_seconds = 1.0"))
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(json.dumps({"id": n, "text": f"{n}. {TEXT * 40}"}) + "\n"
                              for n in range(4)))
    with Daemon(options.bin, folder, config, {"NOTIFY_SOCKET": str(folder / "notify")}) as daemon:
        daemon.call("enqueue", corpus, "--wait")
        working = memory(daemon.pid)
        while "models released" not in daemon.log.read_text().splitlines()[-1]:
            time.sleep(0.1)
        time.sleep(SETTLE_SECONDS)
        received(notices)
        before, ticks = switches(daemon.pid), daemon.cpu_seconds()
        time.sleep(options.seconds)
        after, spent = switches(daemon.pid), daemon.cpu_seconds() - ticks
        idle = memory(daemon.pid)
        woken = {task: count - before.get(task, 0) for task, count in after.items()
                 if count != before.get(task, 0)}
        monitors = [task for task in woken if waits_in_monitor(daemon.pid, task)]
        monitored = sum(woken.pop(task) for task in monitors)
        names = {task: name(daemon.pid, task) for task in woken}
        told = received(notices)
        status = json.loads(daemon.call("status", "--json").output)
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


if __name__ == "__main__":
    main()
