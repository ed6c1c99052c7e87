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

for document in README.md CHANGELOG.md docs/*.md; do
    [ ! -e "$document" ] || put 644 "$document" "$prefix/share/doc/refinery/${document#docs/}"
done

# Completions come out of the program itself.
completions=$(mktemp -d)
trap 'rm -rf "$completions"' EXIT
for program in refinectl refineryd; do
    for shell in bash zsh fish; do
        "$bin/$program" --generate-completion-script "$shell" >"$completions/$shell"
    done
    put 644 "$completions/bash" "$prefix/share/bash-completion/completions/$program"
    put 644 "$completions/zsh" "$prefix/share/zsh/vendor-completions/_$program"
    put 644 "$completions/fish" "$prefix/share/fish/vendor_completions.d/$program.fish"
done
