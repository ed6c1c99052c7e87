#!/usr/bin/env python3
"""Judges the prediction of differences on chunks whose true differences are known.

    prediction.py ridge CHUNKS --tool PATH/prediction-judge
    prediction.py table CHUNKS --tool PATH/prediction-judge [--seeds 50] [--ratio 0.5] [--shares 20 100]

CHUNKS is what summaries.py wrote. `ridge` computes every regression again with numpy: the strength
by the same folds, the coefficients by numpy's solver, and the predictions of chunks by regressions
that did not see them or their documents; it exits 1 where a coefficient differs by more than 1e-9 of the
largest. `table` runs the whole procedure over random samples and shares of the teacher, compares
what it says of itself with the truth, and exits 1 where fewer than 90 % of the true overlaps lie in
the stated intervals.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter

import numpy as np

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import read_jsonl

FOLDS, CHUNK_FOLDS = 5, 10
FEATURES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
DOMAINS = [2, 8, 32, 128, 1024]
FEWEST_OF_DOMAIN = 8
SHARES = [20, 50, 100, 200, 300, 500]
TOLERANCE = 1e-9


def run_tool(tool: str, command: str, order: dict) -> list[dict]:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(order, file)
        file.flush()
        out = subprocess.run([tool, command, file.name], check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in out.stdout.splitlines()]


def fold(sha256: str, count: int) -> int:
    digest = hashlib.sha256(b"refinery-fold-1" + bytes(8) + bytes.fromhex(sha256)).digest()
    return int.from_bytes(digest[:8], "big") * count >> 64


def fit(x: np.ndarray, y: np.ndarray, features: int, strength: tuple[float, float]) -> np.ndarray:
    """Coefficients of the inputs as they are, then the intercept."""
    mean, scale = x.mean(axis=0), np.ones(x.shape[1])
    scale[:features] = x[:, :features].std(axis=0)
    scale[scale == 0] = np.inf
    z = (x - mean) / scale
    penalty = np.full(x.shape[1], float(strength[1]))
    penalty[:features] = strength[0] * len(x)
    beta = np.linalg.solve(z.T @ z + np.diag(penalty), z.T @ (y - y.mean())) / scale
    return np.append(beta, y.mean() - mean @ beta)


def fit_chosen(x, y, folds, features, inside):
    """The regression on the chunks inside, with its strength chosen by their documents' folds."""
    others = [f for f in range(FOLDS) if (inside & (folds == f)).any()]

    def error(strength):
        total = 0.0
        for held in others:
            training, judged = inside & (folds != held), inside & (folds == held)
            beta = fit(x[training], y[training], features, strength)
            total += ((x[judged] @ beta[:-1] + beta[-1] - y[judged]) ** 2).sum()
        return total

    first = min(FEATURES, key=lambda s: error((s, 8)))
    strength = (first, 8)
    if x.shape[1] > features:
        strength = (first, min(DOMAINS, key=lambda s: error((first, s))))
    return strength, fit(x[inside], y[inside], features, strength)


def ridge(tool: str, path: str) -> int:
    chunks = read_jsonl(path)
    worst = 0.0
    for with_states in (True, False):
        said = run_tool(tool, "fit", {
            "chunks": path, "with_states": with_states, "ratio": 0.5, "shares": [], "seeds": 0})[0]
        # The tool prints the shortest decimals of float32.
        x = np.array(said["features"], dtype=np.float32).astype(np.float64)
        features = x.shape[1]
        counts = Counter(c["domain"] for c in chunks if c["domain"] is not None)
        names = [d for d, count in counts.items() if count >= FEWEST_OF_DOMAIN]
        x = np.hstack([x] + [
            np.array([[float(c["domain"] == name)] for c in chunks]) for name in names])
        y = np.array([c["difference"] for c in chunks])
        folds = np.array([fold(c["document"], FOLDS) for c in chunks])
        chunk_folds = np.array([fold(c["sha256"], CHUNK_FOLDS) for c in chunks])
        strength, beta = fit_chosen(x, y, folds, features, np.full(len(y), True))
        regression = said["regression"]
        same = strength == (regression["strength"]["features"], regression["strength"]["domains"])
        ours = np.array(regression["coefficients"] + [regression["domains"][n] for n in names]
                        + [regression["intercept"]])
        off = np.abs(ours - beta).max() / np.abs(beta).max()
        off_held = 0.0
        for by, key in ((chunk_folds, "out_of_fold"), (folds, "out_of_document")):
            held = np.empty(len(y))
            for f in range(by.max() + 1):
                judged = by == f
                _, other = fit_chosen(x, y, folds, features, ~judged)
                held[judged] = x[judged] @ other[:-1] + other[-1]
            off_held = max(off_held, np.abs(held - said[key]).max())
        print(f"{features} features, {len(names)} domains: strength {strength}"
              f"{'' if same else ' DIFFERS'}, coefficients differ by {off:.1e}, "
              f"held-out predictions by {off_held:.1e}")
        worst = max(worst, off, off_held, 0.0 if same else 1.0)
    return 0 if worst <= TOLERANCE else 1


def ranks(values: np.ndarray) -> np.ndarray:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def truth(expected: np.ndarray, y: np.ndarray, ratio: float) -> dict[str, float]:
    kept = round(ratio * len(y))
    chosen, best = np.argsort(-expected)[:kept], np.argsort(-y)[:kept]
    return {
        "rank_correlation": float(np.corrcoef(ranks(expected), ranks(y))[0, 1]),
        "overlap": len(set(chosen) & set(best)) / kept,
        "gain": float((y[chosen].sum() - kept * y.mean()) / (y[best].sum() - kept * y.mean())),
    }


def table(tool: str, path: str, seeds: int, ratio: float, shares: list[int], with_states: bool,
          without: set[str]) -> int:
    chunks = read_jsonl(path)
    y = np.array([c["difference"] for c in chunks])
    good = np.array([c["domain"] not in without for c in chunks])
    print(f"{len(y)} chunks of {len({c['document'] for c in chunks})} documents, ratio {ratio}, "
          f"{seeds} samples")
    print("| teacher's share | sample, read | prediction's rank correlation | rank correlation "
          "| overlap | gain | rank correlation stated, in its interval | overlap stated "
          "| gain stated |")
    print("|---|---|---|---|---|---|---|---|---|")
    honest = True
    for share in shares:
        of_share = run_tool(tool, "run", {
            "chunks": path, "with_states": with_states, "ratio": ratio, "shares": [share],
            "seeds": seeds})
        if not of_share:
            print(f"| {share / 1000} | too few chunks: refused |")
            continue
        true = [truth(np.array(r["expected"]), y, ratio) for r in of_share]
        alone = [truth(np.array(r["predicted"]), y, ratio)["rank_correlation"] for r in of_share]
        inside = {
            key: sum(r["quality"]["whole"][key]["lower"] <= t[key]
                     <= r["quality"]["whole"][key]["upper"] for r, t in zip(of_share, true))
            for key in ("rank_correlation", "overlap", "gain")}
        mean = {key: np.mean([t[key] for t in true]) for key in true[0]}
        stated = {key: [r["quality"]["whole"][key] for r in of_share] for key in inside}

        def said(key: str) -> str:
            width = np.mean([s["upper"] - s["lower"] for s in stated[key]])
            value = np.mean([s["value"] for s in stated[key]])
            return f"{value:.3f} ± {width / 2:.3f}, {inside[key]} / {len(true)}"

        print(f"| {share / 1000} | {np.mean([len(r['sampled']) for r in of_share]):.0f}, "
              f"{np.mean([sum(r['read']) for r in of_share]):.0f} | {np.mean(alone):.3f} | "
              f"{mean['rank_correlation']:.3f} | {mean['overlap']:.3f} | {mean['gain']:.3f} | "
              f"{said('rank_correlation')} | {said('overlap')} | {said('gain')} |")
        honest = honest and inside["overlap"] >= 0.9 * len(true)
        if not good.all():
            part = [truth(np.array(r["expected"])[good], y[good], ratio) for r in of_share]
            print(f"| {share / 1000}, good text | | | "
                  + " | ".join(f"{np.mean([t[k] for t in part]):.3f}"
                               for k in ("rank_correlation", "overlap", "gain")) + " | | | |")
    return 0 if honest else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["ridge", "table"])
    parser.add_argument("chunks")
    parser.add_argument("--tool", required=True)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--ratio", type=float, default=0.5)
    parser.add_argument("--shares", type=int, nargs="*", default=SHARES,
                        help="of the teacher, in thousandths")
    parser.add_argument("--nll-only", action="store_true", help="as of a served reference")
    parser.add_argument("--without", nargs="*", default=["noise", "boilerplate"],
                        help="domains that are not good text")
    arguments = parser.parse_args()
    if arguments.command == "ridge":
        return ridge(arguments.tool, arguments.chunks)
    return table(arguments.tool, arguments.chunks, arguments.seeds, arguments.ratio,
                 arguments.shares, not arguments.nll_only, set(arguments.without))


if __name__ == "__main__":
    sys.exit(main())
