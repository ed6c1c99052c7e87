#!/usr/bin/env python3
"""A proof's contrasts, computed again from what its students did.

    proof.py STORE.proof

Reads plan.json and students/*.json and compares every contrast of proof.json: gain, both standard
errors, interval, p (Holm's adjustment among the others), the smallest effect, and the verdict.
Student's t is mpmath's. Exits 1 when a number differs by more than 1e-9 of its size.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import mpmath
import numpy as np

LOG2 = float(np.log(2.0))


def below(t: float, freedom: float) -> float:
    x = freedom / (freedom + t * t)
    tail = mpmath.betainc(freedom / 2, 0.5, 0, x, regularized=True) / 2
    return float(1 - tail if t > 0 else tail)


def quantile(share: float, freedom: float) -> float:
    return float(mpmath.findroot(lambda t: below(t, freedom) - share, (0.5, 3.0), solver="anderson",
                                 tol=1e-14, maxsteps=200, verify=False))


def contrast(arm: np.ndarray, baseline: np.ndarray, size: np.ndarray) -> dict[str, float]:
    """What [seeds, documents] of NLLs in nats say of an arm."""
    seeds, documents = arm.shape
    gains = (baseline - arm).sum(axis=1) / LOG2 / size.sum()
    gain = gains.mean()
    by_seed = gains.var(ddof=1) / seeds
    residual = (baseline - arm).mean(axis=0) / LOG2 - gain * size
    by_document = (residual ** 2).sum() * documents / (documents - 1) / size.sum() ** 2
    error = np.sqrt(by_seed + by_document)
    level = baseline.sum() / LOG2 / size.sum() / seeds
    if error == 0:  # two arms of the same chunks
        return {"gain": gain, "seed_error": 0.0, "document_error": 0.0, "lower": gain,
                "upper": gain, "p": 1.0 if gain == 0 else 0.0, "share": gain / level,
                "detectable": 0.0}
    freedom = (by_seed + by_document) ** 2 / (
        by_seed ** 2 / (seeds - 1) + by_document ** 2 / (documents - 1))
    half = quantile(0.975, freedom) * error
    return {
        "gain": gain, "seed_error": np.sqrt(by_seed), "document_error": np.sqrt(by_document),
        "lower": gain - half, "upper": gain + half,
        "p": 2 * (1 - below(abs(gain) / error, freedom)),
        "share": gain / level,
        "detectable": (quantile(0.975, freedom) + quantile(0.8, freedom)) * error,
    }


def main() -> int:
    folder = Path(sys.argv[1])
    record = json.loads((folder / "proof.json").read_text())
    plan = json.loads((folder / "plan.json").read_text())
    size = np.array([one["bytes"] for one in plan["target"]["documents"]], dtype=float)
    students: dict[str, list[tuple[int, list[float]]]] = {}
    for file in (folder / "students").glob("*.json"):
        one = json.loads(file.read_text())
        if one["nll"]:
            students.setdefault(one["arm"], []).append((one["seed"], one["nll"]))
    nll = {arm: np.array([values for _, values in sorted(found)])
           for arm, found in students.items() if len(found) == plan["request"]["seeds"]}
    good = True

    def check(name: str, found: float, expected: float) -> None:
        nonlocal good
        if not abs(found - expected) <= 1e-9 * max(abs(expected), 1e-3):
            print(f"{name}: {found}, computed again {expected}")
            good = False

    for key in ["primary", "control"]:
        one = record.get(key)
        if one is None:
            continue
        again = contrast(nll[one["arm"]], nll[one["baseline"]], size)
        for field in ["gain", "lower", "upper", "p", "share", "seed_error", "document_error"]:
            check(f"{key} {field}", one[field], again[field])
        print(f"{key}: {one['arm']} over {one['baseline']}: {again['gain']:+.5f} "
              f"({again['lower']:.5f} to {again['upper']:.5f})")
    others = [(one, contrast(nll[one["arm"]], nll[one["baseline"]], size))
              for one in record["others"]]
    least = 0.0
    for place, (one, again) in enumerate(sorted(others, key=lambda pair: pair[1]["p"])):
        least = max(least, min(1.0, again["p"] * (len(others) - place)))
        check(f"{one['arm']} p", one["p"], least)
        for field in ["gain", "lower", "upper", "seed_error", "document_error"]:
            check(f"{one['arm']} {field}", one[field], again[field])
    if record.get("detectable") is not None:
        check("smallest effect", record["detectable"],
              contrast(nll["random"], nll["matched"], size)["detectable"])
    if record.get("primary") and record["verdict"] != "none":
        verdict = ("blind" if record["control"]["lower"] <= 0 else
                   "helps" if record["primary"]["lower"] > 0 else
                   "hurts" if record["primary"]["upper"] < 0 else "no_difference")
        if verdict != record["verdict"]:
            print(f"verdict {record['verdict']}, computed again {verdict}")
            good = False
    print(f"{len(nll)} arms, {len(size)} documents: {'ok' if good else 'DIFFERS'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
