"""A refineryd that a script starts, asks through refinectl and stops."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from refinery_scripts.failure import fail
from refinery_scripts.paths import CONFIG, REFERENCE, TEACHER


class Answer(NamedTuple):
    """One refinectl command: what it printed, how long it took, and its peak memory."""

    output: bytes
    seconds: float
    peak_mb: float


# The options that name the quickstart's teacher and the reference model.
QUICKSTART: tuple[object, ...] = ("--teacher", TEACHER, "--reference", REFERENCE)


class Daemon:
    """A refineryd on the store of a folder, with the quickstart's teacher and the reference model.

    Once `__init__` returns it is idle, or answers where it need not be idle. `with` stops it at the
    end, and fails where it ends badly. A configuration may name other models: then `models` is empty.
    """

    def __init__(self, binaries: Path, folder: Path, config: Path = CONFIG,
                 environment: dict[str, str] | None = None,
                 models: tuple[object, ...] = QUICKSTART, until_idle: bool = True) -> None:
        self.refinectl = [binaries / "refinectl", "--socket", folder / "socket"]
        self.log = folder / "refineryd.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [binaries / "refineryd", "--config", config, "--store", folder / "store.db",
                 "--socket", folder / "socket", *models],
                stderr=log, env=os.environ | (environment or {}))
        state = None
        while state is None or until_idle and state != "idle":
            if self.process.poll() is not None:
                fail(f"refineryd ended; {self.log} says:\n{self.log.read_text().strip()}")
            time.sleep(0.05)
            try:
                state = self.status()["state"]
            except subprocess.CalledProcessError:
                continue  # the socket does not answer yet

    def __enter__(self) -> Daemon:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.process.terminate()
        if self.process.wait() != 0 and error is None:
            fail("refineryd did not end well")

    @property
    def pid(self) -> int:
        return self.process.pid

    def call(self, *arguments: object) -> Answer:
        """Runs refinectl; raises CalledProcessError where it fails."""
        started = time.monotonic()
        process = subprocess.Popen(
            [*self.refinectl, *map(str, arguments)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        return Answer(output, seconds, usage.ru_maxrss / 1024)

    def status(self) -> dict:
        """What `refinectl status --json` says."""
        return json.loads(self.call("status", "--json").output)

    def kill(self) -> None:
        """Ends it at once, whatever it is doing."""
        self.process.kill()
        self.process.wait()

    def peak_mb(self) -> float:
        """Peak resident memory since the start (VmHWM)."""
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """CPU time since the start."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
