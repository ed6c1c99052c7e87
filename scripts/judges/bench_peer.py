#!/usr/bin/env python3
"""Tokens a second of Hugging Face transformers in float32 on JSONL documents: the peer to beat.

    bench_peer.py MODEL DOCUMENTS --tokenizer DIR [--threads 2] [--tokens 8192] [--length 512]

Every document gives one sequence of at most --length tokens; sequences are sorted by length and
padded a batch, as users of transformers do. Every batch size is tried; the figure counts real
tokens only, and includes the log-prob of every target (log_softmax over the whole vocabulary),
which is the work that refinery does. `refinectl bench` and `refinectl score` give ours.
"""

from __future__ import annotations

import argparse
import json
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
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    tokenizer = load_tokenizer(arguments.tokenizer)
    sequences, left = [], arguments.tokens
    for document in read_jsonl(arguments.documents):
        ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
        ids = ids[: arguments.length]
        if len(ids) > 1 and left > 0:
            sequences.append(ids)
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


if __name__ == "__main__":
    main()
