#!/usr/bin/env python3
"""The tables of `make bench-peers`, from what it measured.

    peer_report.py .cache/bench/peers.json [--docs docs/benchmarks.md]

Prints them; with --docs writes them between that file's two marker comments.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.failure import fail

BEGIN = "<!-- bench-peers: written by `make bench-peers`, do not edit -->"
END = "<!-- bench-peers: end -->"
MEGABYTE = 1_000_000
MEMORY_LIMIT = 200 * MEGABYTE  # beside the file


class Results:
    """What was measured, and medians of it."""

    def __init__(self, results: dict) -> None:
        self.all = results
        self.engines = results["engines"]
        self.threads = results["threads"]

    def ours(self, label: str) -> float:
        return statistics.median(self.engines[f"refinery {label}"]["rates"])

    def peer(self, label: str) -> float:
        """A peer's rate in the ratios: transformers' with its log-probs, llama.cpp's without."""
        kept = "model_rates" if label.startswith("llama.cpp") else "rates"
        return statistics.median(self.engines[label][kept])

    def fastest(self, labels: list[str]) -> str:
        return max(labels, key=self.peer)


@dataclass
class Row:
    """A line of the table of ratios."""

    what: str
    ours: str
    other: str
    ratio: float
    target: float | None
    at_most: bool = False

    def cells(self) -> list[str]:
        if self.target is None:
            return [self.what, self.ours, self.other, f"{self.ratio:.2f}", "", ""]
        good = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        return [self.what, self.ours, self.other, f"{self.ratio:.2f}",
                f"{'at most' if self.at_most else 'at least'} {self.target:g}",
                "yes" if good else "no"]


def weights_of(label: str) -> str:
    """The type in a label such as `llama.cpp Q4_0` or `transformers F32, AVX2`."""
    return label.split(",")[0].split()[-1]


def versus(results: Results, what: str, label: str, target: float | None,
           suffix: str = "") -> Row:
    """refinery on the same weights as the peer `label`, against it."""
    kind = weights_of(label)
    ours, theirs = results.ours(kind + suffix), results.peer(label)
    return Row(what, f"{kind}{suffix}: {ours:,.0f}", f"{label}: {theirs:,.0f}", ours / theirs,
               target)


def target_rows(results: Results) -> list[Row]:
    floats = ["transformers F32", "llama.cpp F32", "llama.cpp F16"]
    quantised = [label for label in results.engines if label.startswith("llama.cpp")]
    has_avx512 = "avx512f" in results.all["machine"]["flags"]
    rows = [
        versus(results, "512-token chunks, against the best float peer",
               results.fastest(floats), 1.8 if has_avx512 else 1.6),
        versus(results, "against llama.cpp's best of any type", results.fastest(quantised), 1.5),
        versus(results, "the quickstart's Q4_1 file, against llama.cpp on it",
               "llama.cpp Q4_1", 2.5),
    ]
    if results.all["emulates_avx2"]:
        rows += [
            versus(results, "held to AVX2 on this processor, both", "transformers F32, AVX2", 1.6,
                   ", AVX2"),
            versus(results, "held to AVX2, llama.cpp as built here (AVX-512)",
                   "llama.cpp F32", 1.6, ", AVX2"),
        ]
    two = "Q4_1" if results.threads == 2 else "Q4_1, threads 2"
    one = "Q4_1" if results.threads == 1 else "Q4_1, threads 1"
    rows.append(ours_alone(results, "two threads against one", two, one, 1.85))
    for length, target in [(2048, 0.75), (8192, 0.42)]:
        label = f"Q4_1, chunks of {length}"
        if f"refinery {label}" in results.engines:
            rows.append(ours_alone(results, f"{length:,}-token chunks against 512",
                                   label, "Q4_1, chunks of 512", target))
    bench = results.all["bench"]
    rows += [
        Row("arithmetic of `refinectl bench`, against the peak of fused multiply-adds",
            f"{bench['gflops']:.0f} GFLOP/s", f"{bench['peak_gflops']:.0f} GFLOP/s",
            bench["gflops"] / bench["peak_gflops"], 0.72),
        memory_row(results, {1: one, 2: two}),
    ]
    near = results.all["exactness"]["refinery F32"]
    # The stricter of the two: float32 in a log-softmax over 49,152 logits costs transformers more.
    far = results.all["exactness"]["transformers F32, log-softmax in float64"]
    for key, name in [("max", "largest"), ("mean", "mean")]:
        rows.append(Row(f"{name} distance of a token's NLL from float64, F32", f"{near[key]:.1e}",
                        f"transformers: {far[key]:.1e}", near[key] / far[key], 2, at_most=True))
    return rows


def memory_row(results: Results, by_threads: dict[int, str]) -> Row:
    """Peak memory with as many threads as take 4,096 tokens together, or the most measured."""
    batch = results.all["bench"]["batch_tokens"]
    threads = min(max(1, 4096 // batch), max(by_threads))
    peak = results.engines[f"refinery {by_threads[threads]}"]["peak_bytes"]
    limit = results.all["files"]["Q4_1"] + MEMORY_LIMIT
    return Row(f"peak resident memory, Q4_1 file, {threads * batch:,} tokens in flight over all "
               "threads", f"{peak / MEGABYTE:.0f} MB",
               f"file + 200 MB: {limit / MEGABYTE:.0f} MB", peak / limit, 1, at_most=True)


def ours_alone(results: Results, what: str, label: str, other: str, target: float) -> Row:
    ours, base = results.ours(label), results.ours(other)
    return Row(what, f"{ours:,.0f}", f"{base:,.0f}", ours / base, target)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def speed_table(results: Results) -> str:
    rows = []
    for label, engine in results.engines.items():
        rates, model_rates = engine["rates"], engine.get("model_rates")
        setting = results.all["settings"].get(label, {}).get("setting", {})
        rows.append([
            label, f"{statistics.median(rates):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}",
            f"{statistics.median(model_rates):,.0f}" if model_rates else "",
            ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in setting.items())])
    return table(["engine and weights", "tokens/s", "lowest to highest",
                  "without the log-probs", "fastest setting found"], rows)


def exactness_table(results: Results) -> str:
    rows = [[label, f"{far['mean']:.1e}", f"{far['max']:.1e}", f"{far['max_text_mean']:.1e}"]
            for label, far in results.all["exactness"].items()]
    return table(["engine and weights", "mean of a token", "largest of a token",
                  "largest of a text's mean"], rows)


def machine_table(results: Results) -> str:
    told, bench = results.all["machine"], results.all["bench"]
    peers = results.all["peers"]
    versions = f"refinery {results.all['version']} at {results.all['commit']} · "
    versions += " · ".join(f"{name} {value}" for name, value in {
        name: value for about in peers.values() for name, value in about.items()
        if name in ("transformers", "torch", "llama-cpp-python")}.items())
    capability = " · ".join(f"{label}: {about['torch_cpu_capability']}"
                            for label, about in peers.items() if "torch_cpu_capability" in about)
    system_info = next(about["system_info"] for about in peers.values() if "system_info" in about)
    rows = [
        ["processor", ", ".join(filter(None, [
            told["processor"], told["family"], "virtual machine" if told["virtual"] else ""]))],
        ["cores, threads used", f"{told['cores']}, {results.threads}"],
        ["instruction sets", " ".join(told["flags"])],
        ["peak of fused multiply-adds", f"{bench['peak_gflops']:.0f} GFLOP/s (`refinectl bench`)"],
        ["refinery's kernels", bench["kernels"]],
        ["memory, kernel", f"{told['memory_bytes'] / 1e9:.1f} GB, Linux {told['kernel']}"],
        ["versions", versions],
        ["torch's kernels", capability],
        ["llama.cpp's build", system_info.replace("|", "·")],
        ["texts", " · ".join(results.all["packages"])],
        ["run", f"{results.all['date']}, `{results.all['command']}`, "
                f"{results.all['rounds']} rounds, {results.all['minutes']:.0f} minutes, "
                f"load {results.all['load_at_start']:.2f} before it"],
    ]
    return table(["", ""], rows)


def markdown(measured: dict) -> str:
    results = Results(measured)
    tokens = results.engines["refinery Q4_1"]["tokens"]
    exact = results.all["exactness"]["refinery Q4_1"]["tokens"]
    parts = [
        "### Ratios",
        table(["what", "refinery", "the other", "ratio", "target", "met"],
              [row.cells() for row in target_rows(results)]),
        f"### Tokens a second\n\nMedians of {results.all['rounds']} rounds of {tokens:,} tokens in "
        "512-token texts, all engines in turns.",
        speed_table(results),
        f"### Distance from a float64 forward\n\nNats, over {exact:,} scored tokens; each engine "
        "against transformers in float64 on the values that its own weights stand for.",
        exactness_table(results),
        "### Machine and versions",
        machine_table(results),
    ]
    if results.all["quick"]:
        parts.insert(0, "**A quick try-out: one round of little text. None of this is a figure.**")
    return "\n\n".join(parts)


def write(path: Path, text: str) -> None:
    """Puts `text` between the markers of `path`."""
    whole = path.read_text()
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if len(pattern.findall(whole)) != 1:
        fail(f"{path} has not one place for the tables",
             f"it needs the lines {BEGIN} and {END} once each")
    path.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", whole))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--docs", type=Path)
    arguments = parser.parse_args()
    text = markdown(json.loads(arguments.results.read_text()))
    print(text)
    if arguments.docs:
        write(arguments.docs, text)


if __name__ == "__main__":
    main()
