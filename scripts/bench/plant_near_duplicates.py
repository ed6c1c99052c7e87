#!/usr/bin/env python3
"""Plants near duplicates in a corpus, to measure the guard against them by brute force.

    plant_near_duplicates.py CORPUS.jsonl [--documents 450] > planted.jsonl

Takes the first documents, cut after 4,000 characters, and puts a copy beside each. In a copy 0, 0.5,
1, 2, 3 or 5 % of the words are replaced by others of the document; every third copy has a sentence
in front. Score the result and select all of it without and with --near-duplicates. Then
Tests/Oracles/check_near_duplicates.py says how good the guard is. It compares every pair, so some
hundred documents are enough.
"""

import argparse
import json
import random

RATES = [0, 0.005, 0.01, 0.02, 0.03, 0.05]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus")
    parser.add_argument("--documents", type=int, default=450)
    options = parser.parse_args()
    rng = random.Random(5)
    planted = []
    with open(options.corpus, encoding="utf-8") as file:
        for place, line in zip(range(options.documents), file):
            text = json.loads(line)["text"][:4000]
            words = text.split(" ")
            rate = RATES[place % len(RATES)]
            copy = [rng.choice(words) if rng.random() < rate else word for word in words]
            if place % 3 == 0:
                copy = ["Inserted before everything else."] + copy
            planted += [{"id": f"original {place}", "text": text},
                        {"id": f"copy {place}", "text": " ".join(copy)}]
    rng.shuffle(planted)
    for row in planted:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
