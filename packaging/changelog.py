#!/usr/bin/env python3
"""Prints CHANGELOG.md as a Debian changelog.

usage: changelog.py CHANGELOG.md VERSION MAINTAINER

VERSION must be the newest released version in the file, so that nothing is packaged under another number.
"""
import datetime
import pathlib
import re
import sys
import textwrap


def releases(markdown):
    """Yields (version, date, changes) for each released version, the newest first."""
    for part in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]:
        head = re.match(r"\[(\d+\.\d+\.\d+\S*)\] - (\d{4}-\d{2}-\d{2})\n", part)
        if head:
            items = re.findall(r"^- (.*(?:\n  .*)*)", part, flags=re.MULTILINE)
            yield head[1], datetime.date.fromisoformat(head[2]), [" ".join(item.split()) for item in items]


def debian(markdown, version, maintainer):
    entries = list(releases(markdown))
    if not entries or entries[0][0] != version:
        raise SystemExit(f"the newest release in CHANGELOG.md is {entries[0][0] if entries else 'none'}, not {version}")
    for number, date, changes in entries:
        lines = [f"percept ({number}) unstable; urgency=medium", ""]
        for change in changes:
            change = change.replace("`", "")
            lines += textwrap.wrap(change, 78, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False)
        yield "\n".join(lines + ["", f" -- {maintainer}  {date.strftime('%a, %d %b %Y')} 12:00:00 +0000", ""])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    print("\n".join(debian(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2], sys.argv[3])), end="")
