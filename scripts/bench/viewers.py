#!/usr/bin/env python3
"""What viewers of the live page cost a refineryd, in processor time of its threads.

    viewers.py [CORPUS] [--viewers 50] [--seconds 60] [--bin .build/release]

Starts refineryd with the quickstart's models, and counts the processor time of its threads, by their
names (/proc/PID/task/*/stat), for so many seconds without a viewer and for so many with all of them.
A viewer loads the page and holds the stream of events that the page holds. With a corpus the daemon
scores it meanwhile: then the threads that score are left out, and with them what runs on the same
pool, which an idle daemon shows. Fails where the viewers cost 1 % of a core or more. Standard library
only.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import os
import socket
import tempfile
import threading
import time
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail
from refinery_scripts.paths import BINARIES, CONFIG

# Shares of a core.
MOST = 0.01


def spent(pid: int) -> collections.Counter[str]:
    """Seconds of processor time of each thread name so far; scoring threads come and go."""
    found: collections.Counter[str] = collections.Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (task / "stat").read_text()
        except FileNotFoundError:
            continue
        name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        found[name] += (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")
    return found


class Viewer(threading.Thread):
    """Holds a stream of events as a browser does, and counts them."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.events = 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.request("GET", "/events")
        self.stream = connection.getresponse()
        if self.stream.status != 200:
            fail(f"no stream of events: {self.stream.status}")

    def run(self) -> None:
        for line in self.stream:
            self.events += line.startswith(b"data:")


def measured(pid: int, seconds: float) -> collections.Counter[str]:
    before = spent(pid)
    time.sleep(seconds)
    after = spent(pid)
    after.subtract(before)
    return after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--bin", type=Path, default=BINARIES)
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        config = Path(name) / "refineryd.toml"
        config.write_text(CONFIG.read_text().replace('http = ""', f'http = "127.0.0.1:{port}"', 1))
        with Daemon(options.bin, Path(name), config) as daemon:
            if options.corpus:
                daemon.call("enqueue", options.corpus)
                while daemon.status()["state"] != "scoring":
                    time.sleep(0.2)
            time.sleep(5)
            alone = measured(daemon.pid, options.seconds)
            viewers = [Viewer(port) for _ in range(options.viewers)]
            for viewer in viewers:
                viewer.start()
            time.sleep(2)
            seen = measured(daemon.pid, options.seconds)
            if options.corpus and daemon.status()["state"] != "scoring":
                fail("the corpus was too small: all is scored")
            events = sum(viewer.events for viewer in viewers)
            if min(viewer.events for viewer in viewers) == 0:
                fail("a viewer saw nothing")
    for thread in sorted(alone.keys() | seen.keys()):
        print(f"{thread:20} {alone[thread] / options.seconds:9.4f} of a core alone, "
              f"{seen[thread] / options.seconds:9.4f} with {options.viewers} viewers")
    scoring = max(alone, key=lambda name: alone[name]) if options.corpus else None
    cost = sum(seen[name] - alone[name] for name in alone.keys() | seen.keys()
               if name != scoring) / options.seconds
    print(f"{events} events; the viewers cost {100 * cost:.2f} % of a core"
          + (f" beside the threads {scoring}" if scoring else ""))
    if cost >= MOST:
        fail(f"missed: less than {100 * MOST:g} %")


if __name__ == "__main__":
    main()
