#!/usr/bin/env bash
# make quickstart: from a fresh clone to a refined corpus and a table of what was kept and why.
# Everything it writes lies under .cache; Ctrl-C stops it cleanly, and it can be run again.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
cache=${REFINERY_CACHE:-$root/.cache}
work=$cache/quickstart
mkdir -p "$work"

# Each step says what it did and how long it took, and then what comes next and how long that takes.
steps=6 number=0 began=0
step() { # step WHAT [HOW_LONG]
    number=$((number + 1)) began=$SECONDS
    printf '\n== %d of %d: %s\n' "$number" "$steps" "$1" >&2
    [ -z "${2:-}" ] || printf '   takes %s\n' "$2" >&2
}
did() { # did WHAT
    local seconds=$((SECONDS - began)) time
    time="$seconds s"
    [ "$seconds" -lt 120 ] || time="$((seconds / 60)) min $((seconds % 60)) s"
    printf '   done in %s: %s\n' "$time" "$*" >&2
}
fail() { # fail MESSAGE HINT
    printf 'quickstart: %s\nhint: %s\n' "$1" "$2" >&2
    exit 1
}

# One at a time: a second run would pull the first one's store away.
exec 9>"$work/lock"
flock --nonblock 9 || fail "another quickstart is running here" "wait for it, or stop it"

daemon='' sockets=''
stop_daemon() {
    [ -n "$daemon" ] || return 0
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
    daemon=''
}
finish() {
    stop_daemon
    [ -z "$sockets" ] || rm -rf "$sockets"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

step "packages, teacher and release build" \
    "10 to 20 minutes on 2 cores the first time (98 MB to download), else some seconds"
scripts/deps.sh
teacher=$(scripts/fetch-teacher.sh)
# A reference of one's own needs 2,000,000 tokens of its slice, and this corpus has some 60,000.
reference=$root/models/reference
make --no-print-directory build >&2
bin=$(swift build -c release --static-swift-stdlib --show-bin-path)
refinectl() { "$bin/refinectl" "$@"; }
did "the programs are in $bin, the teacher is $teacher"

step "a corpus of about 60,000 tokens: documentation, code and junk" \
    "a minute the first time (53 MB to download), else some seconds"
corpus=$work/corpus.jsonl
if ! scripts/make_quickstart_corpus.py --cache "$cache" --output "$corpus"; then
    # Most often the package lists are missing or name versions that are gone.
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update --quiet >&2
    scripts/make_quickstart_corpus.py --cache "$cache" --output "$corpus"
fi
did "$(wc -l <"$corpus") documents are in $corpus"
echo '   too few to train a reference on: models/reference is taken; `make quickstart-full` trains one' >&2

step "refineryd on a store of its own" "some seconds"
# A daemon that an earlier run's kill -9 left behind still holds the store.
if [ -s "$work/pid" ] && old=$(cat "$work/pid") &&
    [ "$(readlink "/proc/$old/exe" 2>/dev/null)" = "$(readlink -f "$bin/refineryd")" ]; then
    kill -TERM "$old"
    while kill -0 "$old" 2>/dev/null; do sleep 0.2; done
fi
rm -f "$work"/store.db*
# A socket's path may have 107 bytes at most; a clone may lie deeper than that.
sockets=$(mktemp -d "${TMPDIR:-/tmp}/refinery.XXXXXX")
export REFINERY_SOCKET=$sockets/socket
# In a process group of its own, so that Ctrl-C reaches the client first and us, not the daemon.
set -m
"$bin/refineryd" --config config/refineryd.toml --store "$work/store.db" \
    --socket "$REFINERY_SOCKET" --teacher "$teacher" --reference "$reference" \
    >"$work/refineryd.log" 2>&1 9>&- &
daemon=$!
set +m
printf '%s\n' "$daemon" >"$work/pid"
for _ in $(seq 150); do
    refinectl status --json >"$work/status.json" 2>/dev/null && break
    if ! kill -0 "$daemon" 2>/dev/null; then
        tail -n 20 "$work/refineryd.log" >&2
        fail "refineryd did not start" "its log is $work/refineryd.log"
    fi
    sleep 0.2
done
[ -s "$work/status.json" ] ||
    fail "refineryd does not answer after 30 s" "its log is $work/refineryd.log"
did "the daemon waits for documents; its log is $work/refineryd.log"

step "enqueue, and wait until every chunk is scored by both models" \
    "one to four minutes on 2 cores; it says how long once it has measured the speed"
started=$(date +%s.%N)
refinectl enqueue "$corpus" --wait
ended=$(date +%s.%N)
refinectl status --json >"$work/status.json"
did "every chunk has a score; another selection needs no model any more"

step "export the better half of the tokens, and make a page that shows what was kept and why" \
    "one to three minutes on 2 cores: the tokens of the page's examples are scored once more"
refinectl export --token-ratio 0.5 --name better-half --output "$work/refined.jsonl"
# Everything in order of score, what the guards keep out included, for the table alone.
refinectl export --ratio 1 --no-guards --order score --output "$work/ranked.jsonl" 2>/dev/null
refinectl report --selection better-half --output "$work/report.html"
stop_daemon
did "the corpus is $work/refined.jsonl, the page $work/report.html"

step "what came out"
scripts/quickstart_table.py --corpus "$corpus" --ranked "$work/ranked.jsonl" \
    --refined "$work/refined.jsonl" --seconds "$(awk "BEGIN {print $ended - $started}")"
cat <<END

What was kept, why:   $work/report.html
    (a page for a browser: file://$work/report.html)
the refined corpus:   $work/refined.jsonl
its manifest:         $work/refined.jsonl.manifest.json
the corpus:           $corpus
the store (SQLite):   $work/store.db
the daemon's log:     $work/refineryd.log

Your own corpus, in one command:
    $bin/refinectl refine CORPUS.jsonl --teacher MODEL --reference MODEL --token-ratio 0.5 --output refined.jsonl
From a folder of files to a trained student:
    $root/docs/tutorial.md
END
