#!/usr/bin/env bash
# usage: deb.sh STAGE OUTPUT_FOLDER
# Builds percept_VERSION_ARCHITECTURE.deb from what stage.sh laid out. Equal input gives equal bytes: times come from
# SOURCE_DATE_EPOCH, or from the last commit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stage=$(cd "$1" && pwd) output=$2
version=$("$stage/bin/percept" --version)
architecture=$(dpkg --print-architecture)
maintainer=${DEBFULLNAME:-The Percept authors}" <${DEBEMAIL:-percept@users.noreply.github.com}>"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
umask 022

for package in $(grep -o '\.product(name: "[^"]*", package: "[^"]*")' "$here/../Package.swift" |
        sed 's/.*package: "//; s/".*//' | sort -u); do
    grep -q "^Files: $package$" "$here/debian/copyright" ||
        { echo "packaging/debian/copyright does not name $package, which Package.swift links" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/DEBIAN" "$root/usr"
cp -R "$stage/bin" "$stage/share" "$root/usr/"
share=$root/usr/share
mkdir -p "$share/zsh/vendor-completions"
mv "$share/zsh/site-functions/_percept" "$share/zsh/vendor-completions/"
rmdir "$share/zsh/site-functions"
rm "$share/doc/percept/LICENSE" "$share/doc/percept/CHANGELOG.md"
cp "$here/debian/copyright" "$share/doc/percept/copyright"
python3 "$here/changelog.py" "$here/../CHANGELOG.md" "$version" "$maintainer" > "$share/doc/percept/changelog"
gzip -9n "$share/doc/percept/changelog" "$share"/man/man1/*.1

# dpkg-shlibdeps wants the source package's control file.
mkdir -p "$work/debian"
printf 'Source: percept\n\nPackage: percept\nArchitecture: any\n' > "$work/debian/control"
linked=$(cd "$work" && dpkg-shlibdeps -O -e"$root/usr/bin/percept" 2> "$work/shlibdeps.log") ||
    { cat "$work/shlibdeps.log" >&2; exit 1; }
size=$(du -k -s --apparent-size "$root/usr" | cut -f 1)
sed -e "s|@VERSION@|$version|; s|@ARCHITECTURE@|$architecture|; s|@MAINTAINER@|$maintainer|; s|@SIZE@|$size|" \
    -e "s/@LINKED@/${linked#shlibs:Depends=}/" "$here/debian/control.in" > "$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
find "$root" -type f -path "*/share/*" -exec chmod 644 {} +
chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/md5sums"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$output"
rm -f "$output"/percept_*_"$architecture".deb
file=$output/percept_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$file" >/dev/null
if command -v lintian >/dev/null; then lintian --fail-on error --allow-root "$file"; fi
echo "$file: $(($(stat -c %s "$file") / 1024)) KiB, installed $size KiB"
