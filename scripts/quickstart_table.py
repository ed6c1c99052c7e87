#!/usr/bin/env python3
"""The quickstart's last page: what was kept, by domain, and the best and worst chunks.

    quickstart_table.py --corpus FILE --ranked FILE --refined FILE --seconds S

`ranked` is an export of every candidate (`--ratio 1 --order score`), `refined` the one that a
trainer would read. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

JUNK = {"noise", "boilerplate"}


def rows(path: Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def first_words(text: str, width: int = 58) -> str:
    words = " ".join(text.split())
    return words if len(words) <= width else words[: width - 1] + "…"


def domain_table(ranked: list[dict], kept: set) -> None:
    print(f"{'domain':<14}{'kept':>6}{'of':>6}{'':>7}{'difference':>13}{'median':>9}"
          f"{'teacher':>10}{'reference':>11}")
    print(f"{'':<14}{'chunks':>12}{'':>7}{'mean, nats a token':>22}{'nats a token':>19}")
    by_domain: dict[str, list[dict]] = {}
    for row in ranked:
        by_domain.setdefault(row["domain"] or "-", []).append(row)
    mean = lambda mine, value: statistics.fmean(value(row) for row in mine)
    order = sorted(by_domain, key=lambda d: -mean(by_domain[d], lambda row: row["score"]))
    for domain in order:
        mine = by_domain[domain]
        count = sum((row["id"], row["chunk"]) in kept for row in mine)
        print(f"{domain:<14}{count:>6}{len(mine):>6}{count / len(mine):>7.0%}"
              f"{mean(mine, lambda row: row['score']):>13.2f}"
              f"{statistics.median(row['score'] for row in mine):>9.2f}"
              f"{mean(mine, lambda row: row['teacher_nll'] / row['tokens']):>10.2f}"
              f"{mean(mine, lambda row: row['reference_nll'] / row['tokens']):>11.2f}")
    print()
    verdict(by_domain)


def verdict(by_domain: dict[str, list[dict]]) -> None:
    """Says whether the junk came out below the good text, and what it means if it did not."""
    medians = {d: statistics.median(r["score"] for r in mine)
               for d, mine in by_domain.items() if d not in JUNK}
    if not medians:
        return
    lowest = min(medians, key=medians.get)
    for domain in sorted(JUNK & set(by_domain)):
        score = statistics.fmean(row["score"] for row in by_domain[domain])
        below = score < medians[lowest]
        print(f"{domain}: mean {score:.2f}, "
              + ("below" if below else "NOT below")
              + f" the median of every good domain (lowest: {lowest}, {medians[lowest]:.2f})")
        if not below:
            print("    A reference model that never saw such junk finds it as hard as the teacher "
                  "finds it easy.\n    Train it on a random slice of the corpus, junk and all.")


def chunk_list(title: str, chunks: list[dict]) -> None:
    print(f"\n{title}")
    for row in chunks:
        print(f"  {row['score']:>7.3f}  {row['domain'] or '-':<12} {first_words(row['text'])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("corpus", "ranked", "refined"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()

    documents = rows(arguments.corpus)
    ranked, refined = rows(arguments.ranked), rows(arguments.refined)
    tokens = sum(row["tokens"] for row in ranked)
    copies = len(documents) - len({document["text"] for document in documents})
    print(f"{len(documents)} documents ({copies} of them copies of another), "
          f"{len(ranked)} different chunks, {tokens} tokens; "
          f"{len(refined)} chunks, {sum(row['tokens'] for row in refined)} tokens kept\n")
    domain_table(ranked, {(row["id"], row["chunk"]) for row in refined})
    chunk_list("The five best chunks", ranked[:5])
    chunk_list("The five worst chunks", ranked[-5:])
    print(f"\n{tokens / arguments.seconds:.0f} tokens/s through both models: "
          f"{arguments.seconds:.0f} s from enqueue to the last score, loading included")


if __name__ == "__main__":
    main()
