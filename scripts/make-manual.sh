#!/usr/bin/env bash
# make-manual.sh BINARIES FOLDER: the manual pages of both programs. `make man` calls it.
set -euo pipefail

bin=$1 folder=$2
cd "$(dirname "$0")/.."
# The date of the last change, so that the same sources make the same pages.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH
python3 -B scripts/make_manual.py "$bin/refinectl" --section 1 --output "$folder"
python3 -B scripts/make_manual.py "$bin/refineryd" --section 8 --output "$folder"
