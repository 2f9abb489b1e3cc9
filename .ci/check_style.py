#!/usr/bin/env python3
"""Checks what swift-format does not: `make lint` runs it after swift-format.

Prints `file:line: message` for each finding and exits with 1 if there is one. Looks at the files that git tracks.
"""
import pathlib
import re
import subprocess
import sys
import unicodedata

LINE_LENGTH = 120
SHORTEST_SWIFT_FILE = 25
# Files shorter than that: each is a type that several others use.
SHORT_FILES = {
    "Sources/Percept/Operations/ClassifyOperation.swift",
    "Sources/PerceptAudio/Reading/SampleSource.swift",
    "Sources/PerceptAudio/Preparing/SilenceTrimming.swift",
    "Sources/PerceptAudio/Reading/ReadingOptions.swift",
    "Sources/PerceptCommand/Options/GeneralOptions.swift",
    "Sources/PerceptCommand/Options/SoundPictureOptions.swift",
    "Sources/PerceptImage/Preparing/GeometryReceipt+Reduction.swift",
    "Sources/PerceptInference/Tasks/Tabular/TabularClassification.swift",
    "Sources/PerceptInference/Tasks/Tabular/TabularRegression.swift",
    "Tests/PerceptImageTests/Building/EXIFBuilder.swift",
    "Tests/PerceptTestSupport/Kernels.swift",
    "Tests/PerceptTestSupport/SplitMix64.swift",
}
assert len(SHORT_FILES) <= 14, "merge short files instead of listing them"

# Phrases that read as if translated, in comments, strings and prose; none in a docstring. In space, “behind” is fine.
PHRASES = {
    "is no": r"(?<!\b[Tt]here )\b[Ii]s no\b(?! (longer|more)\b)",
    "behind": r"(?<!left )(?<!colour )(?<!plate )(?<!provider )(?<!providers )\b[Bb]ehind\b(?! (a|the) (\w+ )?prox)",
    "of which": r"(?<!each )(?<!first )(?<!second )(?<!last )\b[Oo]f which\b",
    "told": r"\b[Tt]old\b",
}
PHRASE_BUDGET = 5
FRAGMENT = re.compile(r"\s*/// (What|Of|As|Whether)\b")
OWN_PATH = re.compile(r"(?<![\w.~/-])/(work|home)/(?!me\b)")
OTHER_COMMAND = re.compile(r"`(?!percept )[\w-]+ [^`]*`")

findings, other_phrases = [], []


def tracked():
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout.decode().split("\0")
    return [name for name in names if pathlib.Path(name).is_file()]


def check_length(name, number, line):
    columns = sum(unicodedata.category(character) not in ("Mn", "Me", "Cf") for character in line)
    is_exempt = "://" in line or name.endswith(".md") and line.lstrip().startswith("|")
    if columns > LINE_LENGTH and not is_exempt:
        findings.append(f"{name}:{number}: {columns} columns, at most {LINE_LENGTH}")


def check_phrases(name, number, text, is_docstring):
    for phrase, pattern in PHRASES.items():
        if re.search(pattern, text):
            (findings if is_docstring else other_phrases).append(f"{name}:{number}: “{phrase}”")


def prose(lines, is_markdown):
    """Yields line numbers, the words of each line that a person reads, and True in a docstring."""
    is_inside = False
    for number, line in enumerate(lines, 1):
        fence = line.count("```" if is_markdown else '"""')
        if fence % 2 == 1:
            is_inside = not is_inside
        if is_markdown:
            yield number, "" if is_inside else line, False
        elif line.lstrip().startswith("///"):
            yield number, line, True
        elif is_inside or line.lstrip().startswith(("//", "*", "/*")):
            yield number, line, False
        else:
            comment = re.search(r"(?<!:)//.*", line)
            yield number, " ".join(re.findall(r'"(?:\\.|[^"\\])*"', line)) + (comment.group() if comment else ""), False


def check(name):
    lines = pathlib.Path(name).read_text(encoding="utf-8").split("\n")
    is_library = name.startswith("Sources/") and not name.startswith("Sources/PerceptCommand/")
    for number, text, is_docstring in prose(lines, name.endswith(".md")):
        line = lines[number - 1]
        check_length(name, number, line)
        check_phrases(name, number, text, is_docstring)
        if FRAGMENT.match(line) and not (number > 1 and lines[number - 2].lstrip().startswith("///")):
            findings.append(f"{name}:{number}: a docstring is a sentence about the thing named: “{line.strip()}”")
        is_string = not line.lstrip().startswith("//") and not name.endswith(".md")
        if is_library and is_string and re.search(r"[\s(“]-(-[a-z]|[a-z]\b)|\"--[a-z]", OTHER_COMMAND.sub("", text)):
            findings.append(f"{name}:{number}: an option of the command in a library")
    is_prescribed = pathlib.Path(name).name in ("Package.swift", "main.swift")
    if name.endswith(".swift") and name not in SHORT_FILES and not is_prescribed:
        if len(lines) - 1 < SHORTEST_SWIFT_FILE:
            findings.append(f"{name}:1: {len(lines) - 1} lines, at least {SHORTEST_SWIFT_FILE}: join what it serves")


for file in tracked():
    if file.endswith((".swift", ".c", ".h", ".md")):
        check(file)
    if file == ".ci/check_style.py":
        continue
    try:
        for row, content in enumerate(pathlib.Path(file).read_text(encoding="utf-8").split("\n"), 1):
            if OWN_PATH.search(content):
                findings.append(f"{file}:{row}: a path of one machine")
    except UnicodeDecodeError:
        pass  # a recording or an image
names = {pathlib.Path(name).name for name in tracked()}
for row, content in enumerate(pathlib.Path("CONTRIBUTING.md").read_text(encoding="utf-8").split("\n"), 1):
    for name in re.findall(r"`([\w+/]+\.(?:swift|c))`", content):
        if pathlib.Path(name).name not in names:
            findings.append(f"CONTRIBUTING.md:{row}: {name} does not exist")
findings += [f"{name}:1: listed in SHORT_FILES, but missing" for name in SHORT_FILES if not pathlib.Path(name).is_file()]
if len(other_phrases) > PHRASE_BUDGET:
    findings += other_phrases
    findings.append(f".ci/check_style.py:1: {len(other_phrases)} phrases outside docstrings, at most {PHRASE_BUDGET}")
print("\n".join(findings))
sys.exit(1 if findings else 0)
