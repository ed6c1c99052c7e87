#!/usr/bin/env python3
"""Times `refinectl select-shards` on made-up score files, and says how much memory it took.

    scripts/bench/select_shards.py REFINECTL FOLDER ROWS [SHARDS [FORM [OPTION...]]]

The files are written into FOLDER once, without any text, a tenth of their rows duplicates. What one
real score file says of its models is taken over. FORM is jsonl, jsonl.zst (by zstd) or parquet (by
pyarrow, in pages and row groups as score-shard writes them). OPTION... is the rule (--ratio 0.2).
FOLDER is the scratch folder as well.
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
MODEL = ROOT + "/models/reference"
DOMAINS = ("code", "news", "prose", "web")
# Chunks of a document.
CHUNKS = 4


def seed_header(refinectl, folder):
    shard, scores = folder + "/one.jsonl", folder + "/one.scores.jsonl"
    if not os.path.exists(scores):
        with open(shard, "w") as file:
            file.write('{"id":"one","text":"The boats went down the river."}\n')
        subprocess.run(
            [refinectl, "score-shard", shard, "--teacher", MODEL, "--reference", MODEL,
             "--output", scores],
            check=True, stderr=subprocess.DEVNULL)
    with open(scores) as file:
        header = json.loads(file.readline())
    # Another reference, so that every row brings two scores.
    header["teacher"]["fingerprint"] = "e" * 64
    header["reference"]["fingerprint"] = "f" * 64
    return header


def outcome(rng, tokens):
    nll = rng.random() * 4 * tokens + 0.5
    return (
        f'{{"outcome":"scored","tokens":{tokens},"bytes":{4 * tokens},"nll":{nll!r},'
        f'"nll_squared":{nll * 3.75!r},"top1":{tokens // 3},"top10":{tokens // 2},'
        f'"nll_adapted":{nll * 0.875!r},"repetition":{rng.randrange(4096) / 16384 + 0.0001!r}}}')


def pool():
    """For each number of tokens some outcomes to draw from: making one takes longer than the rest of a row."""
    rng = random.Random("outcomes")
    return {tokens: [outcome(rng, tokens) for _ in range(256)] for tokens in range(40, 1024)}


def write(path, header, number, rows, outcomes, compress):
    """One score file of so many rows, through zstd where it is asked for."""
    rng = random.Random(number)
    header["shard"]["file"] = f"shard-{number:05}.jsonl"
    header["shard"]["sha256"] = hashlib.sha256(b"shard %d" % number).hexdigest()
    del header["row"]
    first = '{"row":"header",' + json.dumps(header, sort_keys=True, separators=(",", ":"))[1:]
    header["row"] = "header"
    whole = hashlib.sha256()
    with open(path + ".tmp", "wb") as output:
        packer = None
        file = output
        if compress:
            packer = subprocess.Popen(["zstd", "-q", "-c"], stdin=subprocess.PIPE, stdout=output)
            file = packer.stdin

        def put(lines):
            data = ("\n".join(lines) + "\n").encode()
            whole.update(data)
            file.write(data)

        put([first])
        waiting = []
        for row in range(rows):
            line, ordinal = row // CHUNKS, row % CHUNKS
            if ordinal == 0:
                key = f"doc {number}-{line}"
                document = hashlib.sha256(key.encode()).hexdigest()
                domain = DOMAINS[int(rng.random() * 4)]
            # A tenth are texts of which there are 10,000; a text's sums are its own wherever it stands.
            common = rng.random()
            text = f"{int(common * 100_000)}" if common < 0.1 else f"{number} {row}"
            sums = random.Random(text) if common < 0.1 else rng
            tokens = 40 + int(sums.random() * 984)
            drawn = outcomes[tokens]
            start = ordinal * 5000
            waiting.append(
                f'{{"row":"chunk","corpus":"default","id":"{key}","document_sha256":"{document}",'
                f'"domain":"{domain}","line":{line + 1},"ordinal":{ordinal},"start":{start},'
                f'"end":{start + 5000},"sha256":"{hashlib.sha256(text.encode()).hexdigest()}",'
                f'"teacher":{drawn[int(sums.random() * 256)]},'
                f'"reference":{drawn[int(sums.random() * 256)]}}}')
            if len(waiting) == 4096:
                put(waiting)
                waiting = []
        if waiting:
            put(waiting)
        documents = (rows + CHUNKS - 1) // CHUNKS
        file.write(
            f'{{"row":"trailer","documents":{documents},"chunks":{rows},"rejects":0,'
            f'"sha256":"{whole.hexdigest()}"}}\n'.encode())
        if packer:
            packer.stdin.close()
            if packer.wait():
                sys.exit("zstd failed")
    os.rename(path + ".tmp", path)


def columns(path):
    """The same score file as Parquet."""
    import pyarrow
    import pyarrow.parquet

    with open(path) as file:
        header, *lines, trailer = file.read().splitlines()
    names, types = [], []
    for name in ("row", "corpus", "id", "document_sha256", "domain", "line", "ordinal", "start",
                 "end", "sha256", "teacher", "reference", "reason", "detail"):
        if name in ("teacher", "reference"):
            names += [f"{name}_{part}" for part in (
                "outcome", "reason", "tokens", "bytes", "nll", "nll_squared", "top1", "top10",
                "nll_adapted", "repetition")]
            types += [pyarrow.string()] * 2 + [pyarrow.int64()] * 2 + [pyarrow.float64()] * 2
            types += [pyarrow.int64()] * 2 + [pyarrow.float64()] * 2
        else:
            names.append(name)
            types.append(pyarrow.int64() if name in ("line", "ordinal", "start", "end")
                         else pyarrow.string())
    schema = pyarrow.schema(
        list(zip(names, types)),
        metadata={"refinery.header": header, "refinery.trailer": trailer})
    with pyarrow.parquet.ParquetWriter(
            path + ".tmp", schema, compression="zstd", compression_level=3,
            data_page_size=1 << 20, write_page_checksum=True,
            use_dictionary=["row", "corpus", "domain", "teacher_outcome", "reference_outcome"]
            ) as writer:
        for start in range(0, len(lines), 1 << 17):
            found = []
            for line in lines[start:start + (1 << 17)]:
                row = json.loads(line)
                for role in ("teacher", "reference"):
                    row |= {f"{role}_{part}": value for part, value in row.pop(role).items()}
                found.append(row)
            writer.write_table(pyarrow.Table.from_pylist(found, schema))
    os.rename(path + ".tmp", path[:-len("jsonl")] + "parquet")


def main(refinectl, folder, rows, shards=8, form="jsonl", *rule):
    os.makedirs(folder, exist_ok=True)
    header = seed_header(refinectl, folder)
    outcomes = pool()
    paths = []
    for number in range(shards):
        count = rows // shards + (number < rows % shards)
        paths.append(f"{folder}/scores-{rows}-{shards}-{number}.{form}")
        if os.path.exists(paths[-1]):
            continue
        written = paths[-1].removesuffix("parquet") + "jsonl" if form == "parquet" else paths[-1]
        write(written, header, number, count, outcomes, compress=form == "jsonl.zst")
        if form == "parquet":
            columns(written)
            os.remove(written)
    size = sum(os.path.getsize(path) for path in paths)
    cuts = folder + "/cuts"
    shutil.rmtree(cuts, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        [refinectl, "select-shards", *paths, *(rule or ("--ratio", "0.2")), "--output", cuts,
         "--scratch", folder, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    took = time.monotonic() - start
    if done.returncode:
        sys.exit(done.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = json.loads(done.stdout)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(f"{rows} rows in {shards} score files ({form}), {size / 1e9:.2f} GB: {took:.1f} s, "
          f"{rows / took:.0f} rows/s, {cpu:.1f} s of CPU, "
          f"{used.ru_maxrss / 1024:.0f} MiB at most; "
          f"kept {summary['kept_chunks']} of {summary['candidates']} candidates, "
          f"cuts of {sum(e.stat().st_size for e in os.scandir(cuts)) / 1e6:.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *map(int, sys.argv[4:5]), *sys.argv[5:])
