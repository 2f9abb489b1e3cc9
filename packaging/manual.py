#!/usr/bin/env python3
"""Writes the manual pages of percept, percept.1 and percept-VERB.1, as mdoc(7).

usage: manual.py PERCEPT FOLDER

The options come from `percept --experimental-dump-help`; examples, files and the environment from the files beside
this script in manual/: VERB.mdoc belongs to one page; environment.mdoc, files.mdoc and status.mdoc to all.
The date is that of SOURCE_DATE_EPOCH, or of the day.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

SECTIONS = pathlib.Path(__file__).parent / "manual"
# A line that begins like this would be a request of roff; in a line of macros, these would end or change it.
PUNCTUATION = set(".,:;()[]?!|")
MACRO = re.compile(r"^[A-Z][a-z]$|^[A-Z][a-z0-9]$|^%[A-Z]$")


def text(words):
    """Escapes running text: no line of it is a request, and dashes stay dashes."""
    words = words.replace("\\", "\\e").replace("-", "\\-").replace("“", "\\(lq").replace("”", "\\(rq")
    for character, escape in (("…", "..."), ("×", "\\(mu"), ("±", "\\(+-"), ("→", "\\(->"), ("’", "\\(cq")):
        words = words.replace(character, escape)
    return words


def word(value):
    """Escapes one argument of a macro."""
    escaped = text(value).replace('"', "\\(dq")
    if value in PUNCTUATION or MACRO.match(value):
        return "\\&" + escaped
    return f'"{escaped}"' if not value or re.search(r"\s", value) else escaped


def sentences(paragraph):
    """Returns lines of text, each sentence on a line of its own, as mdoc asks, and none above 80 bytes."""
    lines = []
    for sentence in re.split(r"(?<=[.!?:])\s+(?=[A-Z“(]|percept )", paragraph.strip()):
        line = ""
        for part in text(sentence).split():
            if line and len((line + " " + part).encode()) > 78:
                lines.append(line)
                line = part
            else:
                line = f"{line} {part}" if line else part
        lines.append(line)
    # A period or an apostrophe would begin a request.
    return [("\\&" + line if line[:1] in (".", "'") else line) for line in lines]


def paragraphs(discussion):
    """Returns the lines of a text: paragraphs, and indented lines as a list."""
    lines = []
    in_list = False
    for row in discussion.split("\n"):
        entry = re.match(r"  (\S+): (.*)", row)
        if entry and not in_list:
            lines.append(".Bl -tag -width Ds")
        if in_list and not entry:
            lines.append(".El")
        in_list = bool(entry)
        if entry:
            lines += [f".It Cm {word(entry[1])}"] + sentences(entry[2])
        elif row.strip():
            lines += sentences(row)
        elif lines and not lines[-1].startswith((".Pp", ".El")):
            lines.append(".Pp")
    return lines + ([".El"] if in_list else [])


def flags(argument):
    """Returns the macros of an argument in a list: `Fl o , Fl -output Ar file`."""
    if argument["kind"] == "positional":
        return f"Ar {word(argument['valueName'])}" + (" ..." if argument["isRepeating"] else "")
    names = [("-" if name["kind"] == "long" else "") + name["name"] for name in argument["names"]]
    value = "" if argument["kind"] == "flag" else f" Ar {word(argument['valueName'])}"
    return " , ".join(f"Fl {text(name)}{value}" for name in names)


def shown(arguments):
    return [argument for argument in arguments or [] if argument["shouldDisplay"]]


def item(argument):
    lines = [f".It {flags(argument)}"] + sentences(argument.get("abstract", ""))
    values = argument.get("allValues") or []
    if not all(re.search(rf"\b{re.escape(value)}\b", argument.get("abstract", "")) for value in values):
        lines += sentences(f"One of {', '.join(values)}.")
    if argument.get("defaultValue"):
        lines += sentences(f"Default: {argument['defaultValue']}.")
    return lines


def options(arguments):
    """Returns the arguments as lists, one per group, in the order of the help."""
    groups = {}
    for argument in shown(arguments):
        groups.setdefault(argument.get("sectionTitle") or "", []).append(argument)
    ungrouped = groups.pop("", [])
    lines = []
    if ungrouped:
        lines += [".Bl -tag -width Ds"] + [line for argument in ungrouped for line in item(argument)] + [".El"]
    for title, group in groups.items():
        lines += [f".Ss {text(title)}", ".Bl -tag -width Ds"]
        lines += [line for argument in group for line in item(argument)] + [".El"]
    return lines


def synopsis(command, name):
    """Returns the usage; options that may be left out are `options`."""
    lines = [".Nm percept" if name == "percept" else f".Nm percept {text(command['commandName'])}"]
    if name == "percept":
        return lines + [".Ar verb", ".Op Ar options", ".Op Ar source ..."]
    lines.append(".Op Ar options")
    for argument in sorted(shown(command.get("arguments")), key=lambda argument: argument["kind"] != "positional"):
        if argument["kind"] == "positional" and argument["isOptional"]:
            lines.append(f".Op {flags(argument)}")
        elif not argument["isOptional"]:
            lines.append("." + flags(argument).split(" , ")[0])
    return lines


def section(title):
    """Returns the lines of a file beside this script; none if it does not exist."""
    path = SECTIONS / f"{title}.mdoc"
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n") if path.exists() else []


def page(command, name, pages, date, version):
    summary = text(command["abstract"].split(". ")[0].rstrip("."))
    lines = ['.\\" Generated by packaging/manual.py', f".Dd {date.strftime('%B')} {date.day}, {date.year}",
             f".Dt {name.upper()} 1", f".Os percept {version}", ".Sh NAME", f".Nm {name}", f".Nd {summary[:1].lower() + summary[1:]}",
             ".Sh SYNOPSIS"] + synopsis(command, name) + [".Sh DESCRIPTION"]
    lines += sentences(command["abstract"])
    if command.get("discussion"):
        lines += [".Pp"] + paragraphs(command["discussion"])
    if name == "percept":
        lines += [".Pp", "The verbs, each with a page of its own:", ".Bl -tag -width Ds"]
        for verb in command["subcommands"]:
            if f"percept-{verb['commandName']}" in pages:
                lines += [f".It Cm {word(verb['commandName'])}"] + sentences(verb["abstract"])
        lines += [".El"]
    else:
        lines += [".Pp", "The arguments and options:"]
    lines += options(command.get("arguments"))
    lines += section("environment") + section("files") + section("status") + section(name.removeprefix("percept-"))
    others = [other for other in pages if other != name] if name == "percept" else ["percept"]
    others += ["ffmpeg"] if name == "percept" else []
    lines += [".Sh SEE ALSO"] + [f".Xr {other} 1{' ,' if other != sorted(others)[-1] else ''}" for other in sorted(others)]
    return "\n".join(lines) + "\n"


def write_pages(help_text, folder, date, version):
    """Writes the pages for the JSON of `--experimental-dump-help`; returns their names."""
    command = json.loads(help_text)["command"]
    verbs = [verb for verb in command["subcommands"] if verb.get("shouldDisplay", True) and verb["commandName"] != "help"]
    pages = {"percept": command} | {f"percept-{verb['commandName']}": verb for verb in verbs}
    for name, content in pages.items():
        (pathlib.Path(folder) / f"{name}.1").write_text(page(content, name, pages, date, version), encoding="utf-8")
    return list(pages)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    day = (datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc) if epoch else datetime.datetime.now()).date()
    dump, version = (subprocess.run([sys.argv[1], option], check=True, capture_output=True).stdout.decode()
                     for option in ("--experimental-dump-help", "--version"))
    names = write_pages(dump, sys.argv[2], day, version.strip())
    print(f"{len(names)} manual pages")


if __name__ == "__main__":
    main()
