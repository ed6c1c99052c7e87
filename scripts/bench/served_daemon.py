#!/usr/bin/env python3
"""What a daemon spends by itself on tokens that an engine scores.

    served_daemon.py [--bin .build/release] [--documents 20000] [--in-flight 16384]

A stand-in answers in vLLM's shape with log-probs made beforehand, for a teacher and a reference, so
that the daemon does nothing but cut, tokenise, ask, check and record. Documents are of about 64 tokens.
Prints the rate, refineryd's processor time a token of a model, its peak memory, and the slowest answer
of /v1/status. Exits 1 where a token costs 5 µs or more, or status takes 100 ms or more.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import random
import socket
import tempfile
import threading
import time
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BINARIES, REFERENCE, ROOT

MOST_MICROSECONDS = 5.0
MOST_STATUS_SECONDS = 0.1
CONTEXT = 2048
VOCABULARY = 50_000


class StandIn:
    """An HTTP server in vLLM's shape for the models "teacher" and "reference"."""

    def __init__(self) -> None:
        self.requests = 0
        self.entries = [
            b'{"%d":{"logprob":-%.6f,"rank":1,"decoded_token":"word"}}' % (i, i % 97 / 16 + 0.01)
            for i in range(VOCABULARY)]
        self.port = 0
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(started)), daemon=True).start()
        started.wait()

    async def serve(self, started: threading.Event) -> None:
        server = await asyncio.start_server(self.connection, "127.0.0.1", 0, limit=1 << 24)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                fields = {name.lower(): value for name, _, value in
                          (line.partition(": ") for line in head.split("\r\n")[1:])}
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                status, answer = self.answer(head.split(" ")[1], body)
                writer.write(b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (status, len(answer), answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, path: str, body: bytes) -> tuple[bytes, bytes]:
        if path == "/v1/models":
            return b"200 OK", json.dumps({"object": "list", "data": [
                {"id": name, "max_model_len": CONTEXT} for name in ("teacher", "reference")]}).encode()
        if path == "/version":
            return b"200 OK", b'{"version":"stand-in"}'
        if path != "/v1/completions":
            return b"404 Not Found", b"{}"
        self.requests += 1
        request = json.loads(body)
        choices = [
            b'{"index":%d,"text":"","logprobs":null,"finish_reason":"length",'
            b'"prompt_logprobs":[null%s]}' % (
                place, b"".join(b"," + self.entries[i] for i in ids[1:]))
            for place, ids in enumerate(request["prompt"])]
        tokens = sum(map(len, request["prompt"]))
        return b"200 OK", (
            b'{"id":"c","object":"text_completion","created":1,"model":"%s","choices":[%s],'
            b'"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":0}}' % (
                request["model"].encode(), b",".join(choices), tokens, tokens))


def status_seconds(path: Path) -> tuple[float, dict]:
    """How long the daemon takes to say what it does, and what it says."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("refinery")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    connection.request("GET", "/v1/status")
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return time.monotonic() - started, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--in-flight", type=int, default=16384)
    options = parser.parse_args()
    require(options.bin / "refineryd", hint="make build")
    words = " ".join(page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))).split()
    draw = random.Random(1)
    server = StandIn()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus.jsonl"
        corpus.write_text("".join(
            json.dumps({"id": str(number), "text": " ".join(draw.choices(words, k=30))}) + "\n"
            for number in range(options.documents)))
        config = folder / "refineryd.toml"
        config.write_text("".join(
            f'[{role}]\nengine = "vllm"\nurl = ["http://127.0.0.1:{server.port}"]\n'
            f'model = "{role}"\ntokenizer = "{REFERENCE}"\nrevision = "r"\n'
            f'tokens_in_flight = {options.in_flight}\n' for role in ("teacher", "reference")))
        with Daemon(options.bin, folder, config, models=()) as daemon:
            daemon.call("pause")
            daemon.call("enqueue", corpus)
            before, requests, started = daemon.cpu_seconds(), server.requests, time.monotonic()
            daemon.call("resume")
            slowest = 0.0
            while True:
                seconds, status = status_seconds(folder / "socket")
                slowest = max(slowest, seconds)
                if status["state"] == "idle":
                    break
                time.sleep(0.1)
            seconds = time.monotonic() - started
            spent, peak = daemon.cpu_seconds() - before, daemon.peak_mb()
            requests = server.requests - requests
    counts = status["corpora"][0]
    tokens = 2 * counts["tokens"]
    if counts["failed"] != {"teacher": 0, "reference": 0} or counts["pending"] != 0:
        fail(f"not every chunk was scored: {counts}")
    print(f"{options.documents:,} documents of {counts['tokens'] / options.documents:.0f} tokens by two "
          f"models, {options.in_flight:,} tokens in flight: {seconds:.1f} s, "
          f"{tokens / seconds:,.0f} tokens/s, {requests / seconds:,.0f} requests/s")
    print(f"refineryd: {1e6 * spent / tokens:.2f} µs of a core a token of a model, cutting and "
          f"recording included; peak memory {peak:.0f} MB; the slowest status {1e3 * slowest:.0f} ms")
    if 1e6 * spent / tokens >= MOST_MICROSECONDS or slowest >= MOST_STATUS_SECONDS:
        fail(f"a token may cost {MOST_MICROSECONDS} µs, and status take {MOST_STATUS_SECONDS} s")


if __name__ == "__main__":
    main()
