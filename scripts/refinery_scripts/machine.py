"""The machine that figures are of, as Linux describes it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

# Of all a processor's flags, those that decide which kernels run.
TOLD = ("avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni",
        "avx512_bf16", "avx_vnni", "amx_tile", "asimd", "asimddp", "sve")


def field(name: str) -> str:
    """A field of /proc/cpuinfo, of the first processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def flags() -> set[str]:
    return set((field("flags") or field("Features")).split())


def describe() -> dict:
    """Processor, cores, instruction sets, memory, kernel."""
    memory = next(int(line.split()[1]) * 1024 for line in Path("/proc/meminfo").open()
                  if line.startswith("MemTotal"))
    family = ", ".join(f"{name} {field(key)}" for name, key in
                       [("family", "cpu family"), ("model", "model")] if field(key))
    return {
        "processor": field("model name") or platform.machine(),
        "family": family,
        "cores": len(os.sched_getaffinity(0)),
        "flags": [flag for flag in TOLD if flag in flags()],
        "virtual": "hypervisor" in flags(),
        "memory_bytes": memory,
        "kernel": platform.release(),
    }
