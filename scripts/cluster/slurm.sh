#!/usr/bin/env bash
# slurm.sh BIN MODELS CORPUS WORK: scores a corpus in shards under a Slurm of this machine's own, kills a
# task and a node in the middle, and compares with a run on one machine. Needs root, slurmctld, slurmd and
# munge (Debian's packages). With DATATROVE, a Python that has datatrove, the shards are scored once more
# by its executor for Slurm.
set -euo pipefail

bin=$(realpath "$1") corpus=$(realpath "$3") work=$(realpath -m "$4")
root=$(cd "$(dirname "$0")/../.." && pwd)
read -ra models <<<"$2"
shards=${SHARDS:-6} nodes=3
say() { printf '== %s\n' "$*"; }
rm -rf "$work"
mkdir -p "$work"/{corpus,scores,scratch,state,spool,log}
export PATH=$bin:$PATH REFINERY_SCRATCH=$work/scratch SLURM_CONF=$work/slurm.conf

# Shards by lines, in order, so that ids are those of one file.
python3 - "$corpus" "$work/corpus" "$shards" <<'PY'
import pathlib, sys
lines = pathlib.Path(sys.argv[1]).read_bytes().splitlines(keepends=True)
count = int(sys.argv[3])
for number in range(count):
    part = lines[len(lines) * number // count:len(lines) * (number + 1) // count]
    pathlib.Path(sys.argv[2], f"part-{number}.jsonl").write_bytes(b"".join(part))
PY
ls "$work"/corpus/*.jsonl >"$work/shards.txt"

say "a run on one machine"
refinectl refine "$work/corpus" "${models[@]}" --ratio 0.5 --store "$work/one.db" \
    --output "$work/one.jsonl" 2>"$work/log/one"

say "a Slurm of $nodes nodes on this machine"
host=$(hostname -s)
memory=$(awk '/^MemTotal/ {print int($2 / 1100)}' /proc/meminfo)
cat >"$work/slurm.conf" <<CONF
ClusterName=refinery
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/log/slurmctld
SlurmdLogFile=$work/log/slurmd-%n
SlurmctldPort=16817
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=1,sched_min_interval=100000
JobRequeue=1
ReturnToService=2
SlurmdTimeout=10
MinJobAge=3600
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 RealMemory=$memory Port=[16821-$((16820 + nodes))] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
daemons=()
finish() {
    kill "${daemons[@]}" 2>/dev/null || true
    pkill -f "slurmstepd.*$work" 2>/dev/null || true
}
trap finish EXIT
if ! munge -n >/dev/null 2>&1; then
    mkdir -p /run/munge && chown munge: /run/munge
    runuser -u munge -- /usr/sbin/munged
fi
slurmctld -D -f "$work/slurm.conf" >/dev/null 2>&1 &
daemons+=($!)
declare -A node
for number in $(seq $nodes); do
    mkdir -p "$work/spool/n$number"
    slurmd -D -N "n$number" -f "$work/slurm.conf" >/dev/null 2>&1 &
    node[$number]=$!
    daemons+=($!)
done
for _ in $(seq 60); do
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = $nodes ] && break
    sleep 0.5
done
sinfo

say "an array of $shards tasks"
job=$(sbatch --parsable --array=1-"$shards" --cpus-per-task=1 --output="$work/log/task-%a" \
    "$root/Examples/cluster/slurm.sbatch" "$work/shards.txt" "$work/scores" "${models[@]}")
running() { squeue -h -r -j "$job" -t RUNNING -o '%K %N' 2>/dev/null; }
for _ in $(seq 200); do [ -n "$(running)" ] && break; sleep 0.1; done
sleep "${KILL_AFTER:-2}"
kills=0
# A task's process is killed; then the node of another one, with all that runs there.
pid=$(pgrep -f "refinectl score-shard.*$work" | head -1 || true)
if [ -n "$pid" ]; then kill -9 "$pid" && kills=$((kills + 1)); fi
task=$(running | awk '{print $1}' | tail -1)
[ -z "$task" ] || { scontrol requeue "${job}_$task" && kills=$((kills + 1)); }
victim=$(running | awk '{print $2}' | tail -1)
if [ -n "$victim" ]; then
    say "node $victim goes down"
    kill -9 "${node[${victim#n}]}"
    pkill -9 -f "slurmstepd.*$job" || true
    pkill -9 -f "refinectl score-shard.*$work" || true
    kills=$((kills + 1))
    sleep 1
    slurmd -D -N "$victim" -f "$work/slurm.conf" >/dev/null 2>&1 &
    daemons+=($!)
fi
for _ in $(seq "${PATIENCE:-600}"); do [ -z "$(squeue -h -j "$job")" ] && break; sleep 1; done
# What was killed with -9 has failed: the same array again does what is left.
say "the same array again"
sbatch --parsable --wait --array=1-"$shards" --cpus-per-task=1 --output="$work/log/again-%a" \
    "$root/Examples/cluster/slurm.sbatch" "$work/shards.txt" "$work/scores" "${models[@]}"
cat "$work"/log/again-*
ls -l "$work/scores"

if [ -n "${DATATROVE:-}" ]; then
    say "datatrove's executor for Slurm"
    rm -rf "$work/scratch"
    "$DATATROVE" "$root/Examples/cluster/datatrove_shards.py" "$work/shards.txt" "$work/datatrove" \
        "$work/log/datatrove" --tasks "$shards" --executor slurm \
        --options partition=all time=01:00:00 qos= mem_per_cpu_gb=1 \
        "venv_path=$(dirname "$DATATROVE")/activate" -- "${models[@]}" >"$work/log/launch" 2>&1
    for _ in $(seq "${PATIENCE:-600}"); do squeue -h -o %r | grep -qv Never || break; sleep 1; done
    for file in "$work"/scores/*.jsonl.zst; do cmp "$file" "$work/datatrove/${file##*/}"; done
    say "datatrove's score files are those of the array"
fi

say "one selection of all of them"
refinectl refine "$work/corpus" "${models[@]}" --ratio 0.5 --scores "$work"/scores/*.jsonl.zst \
    --output "$work/all.jsonl" 2>"$work/log/all"
cmp "$work/one.jsonl" "$work/all.jsonl"
echo "$shards shards, $kills kills: the export is that of one machine"
