#!/usr/bin/env python3
"""Examples/monitoring, judged by a real Prometheus that scrapes a real refineryd.

    monitoring.py [--bin .build/release] [--documents 400]

Needs Debian's package prometheus, with promtool. refineryd scores a small corpus with the quickstart's
models while Prometheus asks it every second. Each query of the dashboard must give at least one series,
each alert's must be one that Prometheus evaluates. In the end its chunks must be those of `refinectl
status`. Then the daemon is stopped: the alert that it does not answer must be there. Exits 1 with the
query that gave nothing. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BINARIES, CONFIG, ROOT, TEACHER

MONITORING = ROOT / "Examples/monitoring"
# A rate needs two answers, and Prometheus asks once a second here.
LONGEST_WAIT = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def panels(rows: list[dict]) -> list[tuple[str, str]]:
    """Title and query of every target, with any instance in place of the dashboard's variable."""
    found = []
    for panel in rows:
        found += [(panel["title"], target["expr"].replace("$instance", ".+"))
                  for target in panel.get("targets", [])]
        found += panels(panel.get("panels", []))
    return found


class Prometheus:
    """A Prometheus of its own, which scrapes one port every second."""

    def __init__(self, folder: Path, target: int) -> None:
        configuration = folder / "prometheus.yml"
        configuration.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(MONITORING / "alerts.yml")],
            "scrape_configs": [{
                "job_name": "refinery",
                "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]}))
        subprocess.run(["promtool", "check", "config", configuration], check=True,
                       stdout=subprocess.DEVNULL)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}/api/v1/"
        self.log = open(folder / "prometheus.log", "w")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={configuration}",
             f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}"],
            stderr=self.log)

    def query(self, expression: str) -> list[dict]:
        answer = get(self.address + "query?" + urllib.parse.urlencode({"query": expression}))
        return answer["data"]["result"]

    def until(self, expression: str, seconds: float = LONGEST_WAIT) -> list[dict]:
        """The series of a query, once there is one; none after so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                fail(f"prometheus ended; see {self.log.name}")
            try:
                if found := self.query(expression):
                    return found
            except OSError:
                pass  # it does not answer yet
            time.sleep(0.5)
        return []

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


def judge(options: argparse.Namespace, folder: Path) -> None:
    port = free_port()
    config = folder / "refineryd.toml"
    config.write_text(CONFIG.read_text().replace('http = ""', f'http = "127.0.0.1:{port}"', 1))
    corpus = folder / "corpus.jsonl"
    corpus.write_text("".join(
        json.dumps({"id": str(i), "text": f"Document {i} says how a metric is read. " * 12}) + "\n"
        for i in range(options.documents)) + "no JSON\n")
    subprocess.run(["promtool", "check", "rules", MONITORING / "alerts.yml"], check=True)
    with Daemon(options.bin, folder, config) as daemon:
        prometheus = Prometheus(folder, port)
        try:
            if not prometheus.until("up == 1"):
                fail("Prometheus does not reach refineryd")
            daemon.call("enqueue", corpus)
            dashboard = json.loads((MONITORING / "grafana.json").read_text())
            empty = []
            for title, expression in panels(dashboard["panels"]):
                series = prometheus.until(expression)
                print(f"{len(series):3} series  {title}: {expression}")
                if not series:
                    empty.append(title)
            if empty:
                fail(f"panels without data: {', '.join(empty)}")
            daemon.call("enqueue", corpus, "--wait")
            time.sleep(3)
            (corpus_status,) = daemon.status()["corpora"]
            (chunks,) = prometheus.query("refinery_chunks")
            (done,) = prometheus.query("refinery_corpus_done_ratio")
            seen = int(chunks["value"][1]), float(done["value"][1])
            print(f"{seen[0]} chunks in Prometheus, {corpus_status['chunks']} in status; "
                  f"a share of {seen[1]} is done")
            if seen != (corpus_status["chunks"], 1):
                fail("Prometheus has other numbers than status")
            rules = [r for g in get(prometheus.address + "rules")["data"]["groups"]
                     for r in g["rules"]]
            for rule in rules:
                print(f"{rule['state']:>9}  {rule['name']} ({rule['health']})")
            if any(rule["health"] != "ok" for rule in rules):
                fail("an alert's rule cannot be evaluated")
        except BaseException:
            prometheus.stop()
            raise
    try:
        if not prometheus.until('ALERTS{alertname="RefineryDown"}'):
            fail("the daemon is stopped, and no alert says so")
        print("the daemon is stopped: RefineryDown is pending")
    finally:
        prometheus.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--documents", type=int, default=400)
    options = parser.parse_args()
    require(options.bin / "refineryd", hint="run make build")
    require(TEACHER, hint="run make teacher")
    for program in ("prometheus", "promtool"):
        if shutil.which(program) is None:
            fail(f"no {program}", "apt-get install --no-install-recommends prometheus")
    with tempfile.TemporaryDirectory() as folder:
        judge(options, Path(folder))


if __name__ == "__main__":
    main()
