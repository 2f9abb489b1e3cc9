#!/usr/bin/env bash
# usage: stage.sh PERCEPT FOLDER
# Lays out what an installation contains, from a built command: FOLDER/bin, FOLDER/share. Replaces FOLDER.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
binary=$1 stage=$2
[ -x "$binary" ] || { echo "$binary is missing: build it first" >&2; exit 1; }

rm -rf "$stage"
mkdir -p "$stage"/bin "$stage"/share/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d,doc/percept}
install -m 755 "$binary" "$stage/bin/percept"
strip "$stage/bin/percept" 2>/dev/null || strip -x "$stage/bin/percept"

percept=$stage/bin/percept
python3 "$here/manual.py" "$percept" "$stage/share/man/man1" >/dev/null
# Debian wants no interpreter in a file that is sourced.
"$percept" --generate-completion-script bash | sed '1{/^#!/d;}' > "$stage/share/bash-completion/completions/percept"
"$percept" --generate-completion-script zsh > "$stage/share/zsh/site-functions/_percept"
"$percept" --generate-completion-script fish > "$stage/share/fish/vendor_completions.d/percept.fish"
cp "$here/../LICENSE" "$here/../README.md" "$here/../CHANGELOG.md" "$stage/share/doc/percept/"
find "$stage" -type d -exec chmod 755 {} +
find "$stage/share" -type f -exec chmod 644 {} +
