#!/usr/bin/env bash
# One machine with eight GPUs: a server of the teacher on each, on loopback, and one refinery before them.
#
#   eight-gpus.sh Qwen/Qwen2.5-7B Qwen2.5-7B/ sha256:1f3c corpus/ --reference small/ \
#       --token-ratio 0.5 --store refine.sqlite --output refined.jsonl.zst
#
# MODEL is what the server loads and is asked for, TOKENIZER a local folder with its tokenizer.json, and
# REVISION what you call the weights. The options behind them are those of `refinectl refine`.
# GPUS=4 takes four; SERVE and ENGINE name another server of docs/engines.md. Stop it and start it again
# as you like: with --store it goes on where it was. A corpus that fills the machine for days is better
# given to refineryd, with the same addresses as `url` in its configuration.
set -euo pipefail

model=$1 tokenizer=$2 revision=$3 corpus=$4
shift 4
gpus=${GPUS:-8} port=${PORT:-8000} engine=${ENGINE:-vllm}
serve=${SERVE:-vllm serve --no-enable-prefix-caching --max-num-batched-tokens 2048
    --gpu-memory-utilization 0.8 --fingerprint-mode custom --fingerprint-value $revision}

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
addresses=
for ((gpu = 0; gpu < gpus; gpu++)); do
    # shellcheck disable=SC2086 # words of a command
    CUDA_VISIBLE_DEVICES=$gpu $serve "$model" --host 127.0.0.1 --port $((port + gpu)) \
        >"${TMPDIR:-/tmp}/refinery-gpu-$gpu.log" 2>&1 &
    addresses+=${addresses:+,}http://127.0.0.1:$((port + gpu))
done

# It waits until the servers have loaded their weights.
refinectl refine "$corpus" --teacher "$engine+$addresses $model" \
    --teacher-tokenizer "$tokenizer" --teacher-revision "$revision" "$@"
