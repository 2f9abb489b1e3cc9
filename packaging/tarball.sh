#!/usr/bin/env bash
# usage: tarball.sh STAGE CHECKOUTS OUTPUT_FOLDER
# Packs what stage.sh laid out, with the licences of all that is linked in, as percept-VERSION-SYSTEM-PROCESSOR.tar.gz.
# Equal input gives equal bytes with GNU tar.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stage=$1 checkouts=$2 output=$3
version=$("$stage/bin/percept" --version)
name=percept-$version-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$name"
cp -R "$stage/bin" "$stage/share" "$work/$name/"
mv "$work/$name"/share/doc/percept/{LICENSE,README.md,CHANGELOG.md} "$work/$name/"
rmdir -p "$work/$name/share/doc/percept" 2>/dev/null || true
"$here/licences.sh" "$checkouts" "$work/$name/LICENCES-OF-PARTS.txt"
options=()
if tar --version 2>/dev/null | grep -q GNU; then
    options=(--sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w)
fi
mkdir -p "$output"
tar "${options[@]}" -C "$work" -cf - "$name" | gzip -9n > "$output/$name.tar.gz"
echo "$output/$name.tar.gz: $(($(wc -c < "$output/$name.tar.gz") / 1024)) KiB"
