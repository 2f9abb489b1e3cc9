#!/usr/bin/env python3
"""Compares the public declarations of the libraries with the lists beside this script, or writes the lists.

usage: public_api.py check|write [BUILD_FOLDER]

BUILD_FOLDER holds a debug build for Linux, .build/debug unless named. A line is a declaration or a conformance. What
disappears from a list, or changes, breaks programs that use it: the next version is a major one then.
"""
import difflib
import json
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PACKAGE = HERE.parent.parent
LIBRARIES = ["PerceptCore", "PerceptAudio", "PerceptImage", "PerceptInference", "Percept", "PerceptBatch",
             "PerceptSandbox"]


def module_maps(build):
    """Yields the maps of the C modules: of targets, which the build makes, and of system libraries."""
    for folder in sorted((PACKAGE / "Sources").glob("C*")):
        for path in (folder / "module.modulemap", build / f"{folder.name}.build" / "module.modulemap"):
            if path.exists():
                yield path
                break
    checkouts = build.parent.parent / "checkouts"
    yield from sorted(checkouts.glob("*/*/include/module.modulemap"))
    yield from sorted(checkouts.glob("*/Sources/*/module.modulemap"))
    for path in sorted(build.glob("*.build/module.modulemap")):
        if not (PACKAGE / "Sources" / path.parent.name.removesuffix(".build")).exists():
            yield path


def graphs(library, build, folder):
    """Extracts the symbol graphs of a library: its own, and those of what it adds to other modules."""
    flags = [flag for path in module_maps(build) for flag in ("-Xcc", f"-fmodule-map-file={path}")]
    includes = subprocess.run(["pkg-config", "--cflags-only-I", "freetype2", "opusfile"], capture_output=True, text=True).stdout
    flags += [flag for include in includes.split() for flag in ("-Xcc", include)]
    run = subprocess.run(
        ["swift-symbolgraph-extract", "-module-name", library, "-target", f"{platform.machine()}-unknown-linux-gnu",
         "-I", str(build / "Modules"), "-minimum-access-level", "public", "-skip-synthesized-members",
         "-output-dir", folder, *flags], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{run.stderr}\nThe public declarations of {library} cannot be read; build it: swift build --build-tests")
    for path in sorted(pathlib.Path(folder).glob(f"{library}*.symbols.json")):
        if path.name.split(".")[0].split("@")[0] == library:
            yield json.loads(path.read_text(encoding="utf-8"))


def declarations(library, build):
    """Returns the sorted lines of a library."""
    lines = set()
    with tempfile.TemporaryDirectory() as folder:
        for graph in graphs(library, build, folder):
            names = {symbol["identifier"]["precise"]: ".".join(symbol["pathComponents"]) for symbol in graph["symbols"]}
            for symbol in graph["symbols"]:
                text = "".join(part["spelling"] for part in symbol["declarationFragments"])
                owner = ".".join(symbol["pathComponents"][:-1])
                lines.add(f"{owner}: {' '.join(text.split())}" if owner else " ".join(text.split()))
            for relation in graph["relationships"]:
                if relation["kind"] == "conformsTo" and relation["source"] in names:
                    target = names.get(relation["target"]) or relation.get("targetFallback", "")
                    # The protocols that every type has by itself.
                    if target and not re.search(r"\.(Copyable|Escapable|SendableMetatype|Sendable)$", target):
                        lines.add(f"{names[relation['source']]}: conforms to {target.removeprefix('Swift.')}")
                    elif target.endswith(".Sendable"):
                        lines.add(f"{names[relation['source']]}: conforms to Sendable")
    return sorted(lines)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("check", "write"):
        sys.exit(__doc__)
    if platform.system() != "Linux":
        print("the public declarations are compared on Linux only")
        return
    build = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else PACKAGE / ".build/debug").resolve()
    differences = count = 0
    for library in LIBRARIES:
        lines = declarations(library, build)
        count += len(lines)
        path = HERE / f"{library}.txt"
        if sys.argv[1] == "write":
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            continue
        listed = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in difflib.unified_diff(listed, lines, f"{library}, listed", f"{library}, built", lineterm="", n=0):
            differences += 1
            print(line)
    if differences:
        sys.exit("The public declarations changed. Review the lines above, note them in CHANGELOG.md, and write the "
                 "lists anew: make api")
    print(f"{count} public declarations {'written' if sys.argv[1] == 'write' else 'as listed'}")


if __name__ == "__main__":
    main()
