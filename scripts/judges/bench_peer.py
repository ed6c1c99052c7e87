#!/usr/bin/env python3
"""Tokens a second of Hugging Face transformers in float32 on JSONL documents: the peer to beat.

    bench_peer.py MODEL DOCUMENTS --tokenizer DIR [--threads 2] [--tokens 8192] [--length 512]
                  [--refinectl PATH [--rounds 3]]

With --refinectl the same texts are scored by `refinectl score` too, in the same run: the two take
turns, and the ratio of the medians is printed. refinery's time is that of the whole command,
loading and tokenising included; the peer's is that of its forward passes and log-probs alone.

Every document gives one sequence of at most --length tokens; sequences are sorted by length and
padded a batch, as users of transformers do. Every batch size is tried; the figure counts real
tokens only, and includes the log-prob of every target (log_softmax over the whole vocabulary),
which is the work that refinery does. `refinectl bench` and `refinectl score` give ours.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time

import torch

from judge_models import load_model, load_tokenizer, read_jsonl


@torch.no_grad()
def score_batch(model, sequences: list[list[int]]) -> int:
    """Scores the batch and returns how many real tokens it held."""
    longest = max(map(len, sequences))
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
        mask[row, : len(sequence)] = 1
    # Padding stands behind the text: causal attention never sees it, so the mask may be left out
    # where all are equally long, which is the faster path.
    uniform = bool(mask.all())
    logits = model(ids, attention_mask=None if uniform else mask, use_cache=False).logits
    for row in range(len(sequences)):  # a row at a time: [batch, tokens, vocabulary] twice is GBs
        log_p = torch.log_softmax(logits[row, :-1], dim=-1)
        log_p.gather(1, ids[row, 1:, None]).sum()
    return sum(map(len, sequences))


def measure(model, sequences: list[list[int]], size: int) -> float:
    score_batch(model, sequences[:1])  # warm
    start, tokens = time.perf_counter(), 0
    for first in range(0, len(sequences), size):
        tokens += score_batch(model, sequences[first : first + size])
    return tokens / (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("documents")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=8192, help="tokens to score a batch size")
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--batches", default="1,2,4,8")
    parser.add_argument("--refinectl", help="the binary to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    tokenizer = load_tokenizer(arguments.tokenizer)
    sequences, texts, left = [], [], arguments.tokens
    for document in read_jsonl(arguments.documents):
        ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
        # Text cut between two bytes of a character would not be text: it is cut before it.
        text = tokenizer.decode(ids[: arguments.length], skip_special_tokens=False).rstrip("\ufffd")
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        if len(ids) > 1 and left > 0:
            sequences.append(ids)
            texts.append(text)
            left -= len(ids)
    sequences.sort(key=len, reverse=True)
    model = load_model(arguments.model, torch.float32)
    model.set_attn_implementation("sdpa")  # transformers' default, and its fastest on a CPU

    rates = {}
    for size in map(int, arguments.batches.split(",")):
        rates[size] = measure(model, sequences, size)
        print(f"batch {size}: {rates[size]:.0f} tokens/s", flush=True)
    best = max(rates, key=rates.get)
    print(json.dumps({
        "peer": "transformers float32", "threads": arguments.threads,
        "sequences": len(sequences), "tokens": sum(map(len, sequences)),
        "best_batch": best, "tokens_per_second": round(rates[best], 1)}))
    if arguments.refinectl:
        compare(arguments, model, sequences, texts, best)


def compare(arguments, model, sequences, texts, batch: int) -> None:
    """refinery and the peer in turns, on the same texts."""
    ours, theirs = [], []
    total = sum(map(len, sequences))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as documents:
        for number, text in enumerate(texts):
            print(json.dumps({"id": str(number), "text": text}), file=documents)
        documents.flush()
        command = [arguments.refinectl, "score", arguments.model, documents.name, "--per-token",
                   "--threads", str(arguments.threads)]
        for _ in range(arguments.rounds):
            start = time.perf_counter()
            lines = subprocess.run(command, check=True, capture_output=True).stdout.splitlines()
            ours.append(total / (time.perf_counter() - start))
            counted = sum(len(json.loads(line)["token_ids"]) for line in lines)
            assert counted == total, f"{counted} tokens scored, expected {total}"
            theirs.append(measure(model, sequences, batch))
            print(f"refinery {ours[-1]:.0f}, transformers {theirs[-1]:.0f} tokens/s", flush=True)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(json.dumps({
        "refinery": round(statistics.median(ours), 1),
        "transformers_float32": round(statistics.median(theirs), 1), "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main()
