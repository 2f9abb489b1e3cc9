#!/usr/bin/env bash
# usage: licences.sh CHECKOUTS FILE
# Writes the licences of what the binary contains besides Percept: the packages that Package.swift links, from their
# checkouts, and Swift's own libraries.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkouts=$1 file=$2
mkdir -p "$(dirname "$file")"
: > "$file"
for package in $(grep -o '\.product(name: "[^"]*", package: "[^"]*")' "$here/../Package.swift" |
        sed 's/.*package: "//; s/".*//' | sort -u); do
    licence=$(find "$checkouts/$package" -maxdepth 1 -iname 'LICENSE*' 2>/dev/null | head -n 1)
    [ -n "$licence" ] || { echo "no licence of $package in $checkouts" >&2; exit 1; }
    printf '==== %s ====\n\n%s\n\n' "$package" "$(cat "$licence")" >> "$file"
done
swift_root=$(cd "$(dirname "$(readlink -f "$(command -v swift)")")/../.." 2>/dev/null && pwd || true)
for licence in "$swift_root"/usr/share/swift/LICENSE.txt "$swift_root"/share/swift/LICENSE.txt; do
    [ -f "$licence" ] || continue
    printf '==== the Swift runtime and standard library ====\n\n%s\n' "$(cat "$licence")" >> "$file"
    exit 0
done
echo "==== the Swift runtime and standard library: Apache License 2.0 with Runtime Library Exception, \
https://swift.org/LICENSE.txt ====" >> "$file"
