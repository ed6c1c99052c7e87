#!/usr/bin/env bash
# install.sh BINARIES DESTDIR PREFIX SYSCONFDIR: puts everything where Debian expects it.
# `make install` calls it. An existing configuration file is kept.
set -euo pipefail

bin=$1 destdir=$2 prefix=$3 sysconfdir=$4
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

put() { install -D --mode "$1" "$2" "$destdir$3"; }

put 755 "$bin/refineryd" "$prefix/bin/refineryd"
put 755 "$bin/refinectl" "$prefix/bin/refinectl"

config=$sysconfdir/refinery/refineryd.toml
if [ -e "$destdir$config" ] && ! cmp --silent config/refineryd.toml "$destdir$config"; then
    put 644 config/refineryd.toml "$config.new"
    echo "kept $destdir$config; the shipped one is beside it as refineryd.toml.new"
else
    put 644 config/refineryd.toml "$config"
fi

# The unit names the daemon and its configuration by their full paths.
unit=$destdir$prefix/lib/systemd/system/refineryd.service
put 644 config/refineryd.service "$prefix/lib/systemd/system/refineryd.service"
sed -i -e "s|/usr/bin/refineryd|$prefix/bin/refineryd|" \
    -e "s|/etc/refinery/|$sysconfdir/refinery/|" "$unit"
put 644 config/refinery.sysusers.conf "$prefix/lib/sysusers.d/refinery.conf"
put 644 config/refinery.tmpfiles.conf "$prefix/lib/tmpfiles.d/refinery.conf"

python3 -B scripts/install_documents.py "$destdir$prefix/share/doc/refinery"

# Completions and manual pages come out of the programs themselves.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for program in refinectl refineryd; do
    for shell in bash zsh fish; do
        "$bin/$program" --generate-completion-script "$shell" >"$made/$shell"
    done
    put 644 "$made/bash" "$prefix/share/bash-completion/completions/$program"
    put 644 "$made/zsh" "$prefix/share/zsh/vendor-completions/_$program"
    put 644 "$made/fish" "$prefix/share/fish/vendor_completions.d/$program.fish"
done
scripts/make-manual.sh "$bin" "$made/man"
for page in "$made"/man/*; do
    put 644 "$page" "$prefix/share/man/man${page##*.}/${page##*/}"
done
