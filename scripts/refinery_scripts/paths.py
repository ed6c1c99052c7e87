"""Where the repository keeps what scripts read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "scripts/bench"
JUDGES = ROOT / "scripts/judges"
FIXTURES = ROOT / "Tests/Fixtures"
MIGRATIONS = ROOT / "migrations"
CONFIG = ROOT / "config/refineryd.toml"

# Both release binaries are in BINARIES.
BINARIES = ROOT / ".build/release"
REFINECTL = BINARIES / "refinectl"

# `make teacher` brings the teacher; the reference model is committed.
CACHE = ROOT / ".cache"
TEACHER = CACHE / "teacher.gguf"
REFERENCE = ROOT / "models/reference"
