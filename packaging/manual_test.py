#!/usr/bin/env python3
"""Tests of manual.py. Those that need mandoc are skipped without it."""
import datetime
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import manual


def argument(kind, name, **others):
    names = {} if kind == "positional" else {
        "names": [{"kind": "short", "name": name[0]}, {"kind": "long", "name": name}]}
    return {"kind": kind, "valueName": name, "isOptional": True, "isRepeating": False, "shouldDisplay": True,
            "abstract": f"Set the {name}."} | names | others


HELP = json.dumps({"serializationVersion": 0, "command": {
    "commandName": "percept", "abstract": "Do this. And that.", "arguments": [argument("flag", "help")],
    "subcommands": [
        {"commandName": "help", "abstract": "Show help."},
        {"commandName": "cut", "abstract": "Cut a recording.", "discussion": "Faults:\n  one: first\n  two: second",
         "arguments": [
             argument("positional", "source", isRepeating=True),
             argument("option", "size", sectionTitle="Images", defaultValue="small", allValues=["small", "large"]),
             argument("option", "output", isOptional=False),
             argument("flag", "secret", shouldDisplay=False),
             argument("option", "odd", abstract=".begins like a request. 'So does this… “quoted” \\ back. -x")]}]}})


class ManualTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.names = manual.write_pages(HELP, self.folder.name, datetime.date(2026, 11, 3), "1.2.3")

    def page(self, name):
        return (pathlib.Path(self.folder.name) / f"{name}.1").read_text(encoding="utf-8")

    def test_a_page_per_verb_without_help(self):
        self.assertEqual(self.names, ["percept", "percept-cut"])

    def test_the_head_states_date_and_version(self):
        self.assertIn(".Dd November 3, 2026\n.Dt PERCEPT-CUT 1\n.Os percept 1.2.3\n", self.page("percept-cut"))

    def test_the_summary_is_one_sentence(self):
        self.assertIn(".Nd do this\n", self.page("percept"))

    def test_required_options_are_in_the_synopsis(self):
        self.assertIn(".Op Ar source ...\n.Fl o Ar output\n", self.page("percept-cut"))

    def test_groups_have_titles_and_hidden_options_are_left_out(self):
        page = self.page("percept-cut")
        self.assertIn(".Ss Images\n", page)
        self.assertIn("One of small, large.\nDefault: small.\n", page)
        self.assertNotIn("secret", page)

    def test_no_text_is_a_request(self):
        page = self.page("percept-cut")
        self.assertIn("\n\\&.begins like a request. ", page)
        self.assertIn("\\(lqquoted\\(rq \\e back.", page)

    def test_indented_lines_are_a_list(self):
        self.assertIn(".Bl -tag -width Ds\n.It Cm one\nfirst\n.It Cm two\nsecond\n.El\n", self.page("percept-cut"))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_finds_no_fault(self):
        for name in self.names:
            run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", f"{self.folder.name}/{name}.1"],
                                 capture_output=True, text=True)
            self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
