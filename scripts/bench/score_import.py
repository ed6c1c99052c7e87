#!/usr/bin/env python3
"""Times `refinectl import-scores` on made-up rows: a store of N chunks and a score file of all.

    scripts/bench/score_import.py REFINECTL FOLDER ROWS

The store is made by `refinectl refine` on one document, which also says what the header is like, and
then filled by SQLite. Nothing is scored but that document.
"""

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODEL = ROOT + "/models/reference"


def run(*arguments):
    subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def outcome(rng, tokens):
    nll = rng.random() * 4 * tokens
    return json.dumps(
        {
            "outcome": "scored",
            "tokens": tokens,
            "bytes": 4 * tokens,
            "nll": nll,
            "nll_squared": nll * 3.7,
            "top1": tokens // 3,
            "top10": tokens // 2,
            "nll_adapted": nll * 0.9,
            "repetition": rng.random(),
        },
        separators=(",", ":"),
    )


def main(refinectl, folder, count):
    os.makedirs(folder, exist_ok=True)
    shard, store, seed, scores = (folder + "/" + name for name in
                                  ("one.jsonl", "store.db", "one.scores.jsonl", "all.jsonl.zst"))
    with open(shard, "w") as file:
        file.write('{"id":"one","text":"The boats went down the river."}\n')
    pair = ("--teacher", MODEL, "--reference", MODEL)
    run(refinectl, "refine", shard, *pair, "--ratio", "1", "--no-guards", "--dry-run",
        "--store", store)
    run(refinectl, "score-shard", shard, *pair, "--output", seed)
    header = json.loads(open(seed).readline())
    # Another reference, so that every row brings two scores.
    header["reference"]["fingerprint"] = "f" * 64
    header["teacher"]["fingerprint"] = "e" * 64
    header["shard"]["sha256"] = "d" * 64

    rng = random.Random(1)
    db = sqlite3.connect(store)
    text = zlib.compress(b"x")
    hashes = []
    # Four chunks a document.
    for document in range(2, 2 + (count + 3) // 4):
        key = b"doc %d" % document
        db.execute(
            "INSERT INTO document (id, corpus, key, file, line, job, bytes, sha256, chunker) "
            "VALUES (?, 1, ?, 1, ?, 1, 400, ?, 1)",
            (document, key, document, hashlib.sha256(key).digest()))
        db.execute("INSERT INTO document_text (document, deflated) VALUES (?, ?)", (document, text))
        for ordinal in range(4):
            digest = hashlib.sha256(b"%d %d" % (document, ordinal)).digest()
            hashes.append((document, ordinal, key, digest))
            db.execute(
                'INSERT INTO chunk (document, ordinal, start, "end", tokens, sha256) '
                "VALUES (?, ?, ?, ?, 25, ?)",
                (document, ordinal, 100 * ordinal, 100 * ordinal + 100, digest))
    db.commit()
    db.close()

    writer = subprocess.Popen(["zstd", "-q", "-f", "-o", scores], stdin=subprocess.PIPE)
    digest = hashlib.sha256()

    def put(line):
        data = line.encode() + b"\n"
        digest.update(data)
        writer.stdin.write(data)

    rest = {key: header[key] for key in header if key != "row"}
    put('{"row":"header",' + json.dumps(rest, separators=(",", ":"), sort_keys=True)[1:])
    for document, ordinal, key, sha in hashes:
        put(
            '{"row":"chunk","corpus":"default","id":"%s","document_sha256":"%s","domain":null,'
            '"line":%d,"ordinal":%d,"start":%d,"end":%d,"sha256":"%s","teacher":%s,"reference":%s}'
            % (key.decode(), hashlib.sha256(key).hexdigest(), document, ordinal, 100 * ordinal,
               100 * ordinal + 100, sha.hex(), outcome(rng, 25), outcome(rng, 25)))
    end = '{"row":"trailer","documents":%d,"chunks":%d,"rejects":0,"sha256":"%s"}\n' % (
        len(hashes) // 4, len(hashes), digest.hexdigest())
    writer.stdin.write(end.encode())
    writer.stdin.close()
    writer.wait()
    print(f"{len(hashes)} rows, {os.path.getsize(scores) / len(hashes):.1f} bytes a row", flush=True)

    for name in ("first", "again"):
        start, before = time.time(), os.times()
        ended = subprocess.run(
            ["taskset", "-c", "0", refinectl, "import-scores", scores, "--store", store, "--json"],
            capture_output=True, text=True)
        if ended.returncode:
            sys.exit(ended.stderr)
        seconds, after = time.time() - start, os.times()
        used = (after.children_user - before.children_user
                + after.children_system - before.children_system)
        print(f"{name}: {seconds:.1f} s, {len(hashes) / seconds:,.0f} rows/s, "
              f"{used:.1f} s of the core {ended.stdout}", end="")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
