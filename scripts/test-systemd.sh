#!/usr/bin/env bash
# Runs the shipped unit under a real systemd, as PID 1 of namespaces of its own, on overlays of
# /usr, /etc and /var that are gone afterwards: nothing of this machine is changed. Needs root and
# `make install`'s binaries; `make test-systemd` calls it.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1-}" = "" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "test-systemd: needs root" >&2; exit 1; }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    bin=$(cd "$root" && swift build -c release --static-swift-stdlib --show-bin-path)
    timeout 120 unshare --fork --pid --mount --kill-child \
        bash "$0" inside "$work" "$bin" >"$work/systemd.log" 2>&1 || true
    cat "$work/result" 2>/dev/null || { tail -n 40 "$work/systemd.log" >&2; exit 1; }
    ! grep -q '^failed' "$work/result" && grep -q '^passed' "$work/result"
    exit
fi

if [ "$1" = inside ]; then # in the namespaces, before systemd takes over
    work=$2 bin=$3
    mount --make-rprivate /
    mount --bind "$work" "$work"
    mount -t tmpfs tmpfs /mnt
    for folder in usr etc var; do
        mkdir "/mnt/$folder" "/mnt/$folder.work"
        mount -t overlay overlay "/$folder" \
            -o "lowerdir=/$folder,upperdir=/mnt/$folder,workdir=/mnt/$folder.work"
    done
    "$root/scripts/install.sh" "$bin" "" /usr /etc
    systemd-sysusers /usr/lib/sysusers.d/refinery.conf
    mkdir -p /var/lib/models
    cp -r "$root/Tests/Fixtures/models/pair" "$root/Tests/Fixtures/models/pair.gguf" /var/lib/models
    # The teacher's path stands first in the file, the reference's second.
    sed -i -e '0,/^path = ""/s||path = "/var/lib/models/pair.gguf"|' /etc/refinery/refineryd.toml
    sed -i -e 's|^path = ""|path = "/var/lib/models/pair"|' \
        -e 's|^max_tokens = .*|max_tokens = 128|' /etc/refinery/refineryd.toml
    # Only the daemon and the probe are to start, not a whole system.
    mkdir -p /etc/systemd/system/refineryd.service.d
    printf '[Unit]\nDefaultDependencies=no\n' >/etc/systemd/system/refineryd.service.d/alone.conf
    printf '[Unit]\nDefaultDependencies=no\nWants=refineryd.service probe.service\n' \
        >/etc/systemd/system/probe.target
    printf '[Unit]\nDefaultDependencies=no\nAfter=refineryd.service\n[Service]\nType=oneshot\nExecStart=%s probe %s\n' \
        "/bin/bash $root/scripts/test-systemd.sh" "$work" >/etc/systemd/system/probe.service
    mount -t proc proc /proc
    mount -t tmpfs tmpfs /run
    mkdir -p /run/lock
    export container=refinery
    exec /lib/systemd/systemd --system --unit=probe.target --log-target=console
fi

# As a service of that systemd, once the daemon has sent READY.
work=$2
check() { # check WHAT COMMAND...
    if "${@:2}" >>"$work/probe.log" 2>&1; then echo "passed: $1"; else echo "failed: $1"; fi
}
property() { [ "$(systemctl show refineryd --property "$1" --value)" = "$2" ]; }
export_holds() { refinectl export --ratio 1 --output - 2>/dev/null | grep -q '"id":"one"'; }
{
    check "the daemon said READY" property ActiveState active
    check "it runs as refinery" property User refinery
    check "the socket is the group's" \
        test "$(stat -c '%a %U %G' /run/refinery/refinery.sock)" = "660 refinery refinery"
    echo '{"id":"one","text":"A text that is long enough to be scored by both models."}' \
        >/run/one.jsonl
    check "a corpus is scored under the unit's sandbox" refinectl enqueue /run/one.jsonl --wait
    check "and exported" export_holds
    check "it stops when asked" systemctl stop refineryd
    check "with exit status 0" property ExecMainStatus 0
    check "and result success" property Result success
} >"$work/result"
systemctl exit 0
