#!/usr/bin/env bash
# make quickstart-full: the whole method on a part of the Debian corpus, in about an hour on 2 cores:
# train a reference on a slice, score with both models, select, and a page of what was kept and why.
# Everything it writes lies under .cache; Ctrl-C stops it cleanly, and the next run goes on.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
cache=${REFINERY_CACHE:-$root/.cache}
work=$cache/quickstart-full
mkdir -p "$work"

step() { printf '\n== %s\n' "$*" >&2; }

step "packages, teacher and release build"
scripts/deps.sh
teacher=$(scripts/fetch-teacher.sh)
make --no-print-directory build >&2
bin=$(swift build -c release --static-swift-stdlib --show-bin-path)

step "a corpus of about 40 million tokens, and the first million or so of them to be scored"
[ -s "$work/corpus.jsonl" ] ||
    scripts/make_debian_corpus.py --cache "$cache/debian" --output "$work/corpus.jsonl" \
        --megabytes "${CORPUS_MEGABYTES:-115}"
[ -s "$work/part.jsonl" ] ||
    scripts/make_debian_corpus.py --cache "$cache/debian" --output "$work/part.jsonl" \
        --megabytes "${PART_MEGABYTES:-3}"

step "a reference, trained on a slice of the corpus"
[ -d "$work/reference" ] ||
    "$bin/refinectl" train-reference "$work/corpus.jsonl" --teacher "$teacher" \
        --output "$work/reference"

step "three minutes: what would the whole corpus cost here, and is the pair any good?"
[ -s "$work/estimate.html" ] ||
    "$bin/refinectl" estimate "$work/corpus.jsonl" --teacher "$teacher" \
        --reference "$work/reference" --minutes 3 --output "$work/estimate.html"

step "score with both models, and keep half of the tokens"
"$bin/refinectl" refine "$work/part.jsonl" --teacher "$teacher" --reference "$work/reference" \
    --token-ratio 0.5 --name better-half --store "$work/store.db" \
    --output "$work/refined.jsonl" --overwrite

step "a page that shows what was kept and why"
"$bin/refinectl" report --store "$work/store.db" --selection better-half \
    --output "$work/report.html" --overwrite
cat <<END

what it would cost:   $work/estimate.html
The refined corpus:   $work/refined.jsonl
what was kept, why:   $work/report.html
the reference:        $work/reference

Does it help? Small students say, in an hour or two:
    $bin/refinectl prove $work/corpus.jsonl --store $work/store.db --judge-domains readme,man-page,text-manual
END
