#!/usr/bin/env python3
"""One selection made twice, by a store and from score files alone: the exports must be the same bytes.

    scripts/bench/shards_and_store.py REFINECTL FOLDER CHUNKS [SHARDS]

Makes a corpus of so many chunks, a tenth of them copies, in files of four kinds of text. Two small
models of Tests/Fixtures really score every file (`score-shard`). A store takes the score files
(`refine --scores`), and each rule is applied once by `export --store`, once by `select-shards` and
`export-shard`, file by file. Prints times, memory and the SHA-256 of each pair of exports, and exits 1
where they differ. What is in FOLDER already is used again.
"""

import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = ROOT + "/Tests/Fixtures/models"
PAIR = ("--teacher", MODELS + "/pair", "--reference", MODELS + "/f32.gguf")
DOMAINS = ("code", "news", "prose", "web")
MAX_TOKENS = 64
RULES = {
    "ratio": ("--ratio", "0.2"),
    "mix": ("--token-ratio", "0.3", "--mix", "code=0.4,web=0.4,prose=0.2", "--spill"),
    "steps": ("--ratio", "0.3", "--score", "difference:1,relative:0.5",
              "--where", "difference=q0.02..q0.98", "--max-repetition", "0.4"),
    "sample": ("--ratio", "0.25", "--sample", "--temperature", "0.3", "--keep-duplicates"),
}


def timed(what, *command, output=None):
    """Runs a command, prints its time, processor time and memory, and returns its stdout."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=output or subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{err.decode()}")
    print(f"{what}: {time.monotonic() - start:.1f} s", flush=True)
    return out


def write_corpus(path, number, chunks):
    """Documents until there are about so many chunks: lines of random words, some of them copies."""
    rng = random.Random(number)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randrange(2, 8)))
             for _ in range(500)]
    copies = [" ".join(random.Random(i).choices(words[:50], k=20)) for i in range(200)]
    with open(path + ".tmp", "w") as file:
        made = document = 0
        while made < chunks:
            document += 1
            if rng.random() < 0.1:
                text, count = rng.choice(copies), 1
            else:
                count = rng.randrange(1, 4)
                text = " ".join(rng.choices(words, k=11 * count))
            file.write(json.dumps({"id": f"{number}-{document}", "domain": rng.choice(DOMAINS),
                                   "text": text}) + "\n")
            made += count
    os.rename(path + ".tmp", path)


def sha256(paths):
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                whole.update(piece)
    return whole.hexdigest()


def main(refinectl, folder, chunks, shards=8):
    os.makedirs(folder + "/corpus", exist_ok=True)
    os.makedirs(folder + "/scores", exist_ok=True)
    files = [f"{folder}/corpus/shard-{number:03}.jsonl" for number in range(shards)]
    scores = [f"{folder}/scores/shard-{number:03}.jsonl.zst" for number in range(shards)]
    for number, path in enumerate(files):
        if not os.path.exists(path):
            write_corpus(path, number, chunks // shards)
    start, rows = time.monotonic(), 0
    for path, score in zip(files, scores):
        said = json.loads(subprocess.run(
            [refinectl, "score-shard", path, *PAIR, "--domain-field", "domain", "--max-tokens",
             str(MAX_TOKENS), "--output", score, "--json"], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout)
        rows += said["chunks"]
    print(f"{rows} chunks scored in {time.monotonic() - start:.1f} s", flush=True)

    store = folder + "/store.db"
    if not os.path.exists(store):
        timed("refine --scores, a first selection with it", refinectl, "refine", *files, *PAIR,
              "--domain-field", "domain", "--scores", *scores, "--ratio", "0.5", "--dry-run",
              "--store", store)
    failed = []
    for name, rule in RULES.items():
        whole = f"{folder}/{name}.jsonl"
        for path in (whole, whole + ".manifest.json"):
            if os.path.exists(path):
                os.remove(path)
        timed(f"{name}: export --store", refinectl, "export", "--store", store, *rule,
              "--no-record", "--output", whole)
        cuts, refined = f"{folder}/{name}.cuts", f"{folder}/{name}"
        shutil.rmtree(cuts, ignore_errors=True)
        shutil.rmtree(refined, ignore_errors=True)
        os.makedirs(refined)
        timed(f"{name}: select-shards", refinectl, "select-shards", *scores, *rule, "--scratch",
              folder, "--output", cuts)
        start, parts = time.monotonic(), []
        for path, score in zip(files, scores):
            parts.append(f"{refined}/{os.path.basename(path)}")
            subprocess.run([refinectl, "export-shard", path, score, cuts, "--output", parts[-1]],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(f"{name}: export-shard, {shards} times: {time.monotonic() - start:.1f} s")
        one, other = sha256([whole]), sha256(parts)
        print(f"{name}: {os.path.getsize(whole) / 1e6:.1f} MB, {one[:16]} {other[:16]} "
              f"{'the same bytes' if one == other else 'DIFFERS'}", flush=True)
        if one != other:
            failed.append(name)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"no command took more than {most:.0f} MiB")
    if failed:
        sys.exit(f"differs: {', '.join(failed)}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *map(int, sys.argv[4:5]))
