#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules about prose and columns find their faults: each on small trees with one fault, and with none."""

import tempfile
import unittest
from pathlib import Path

import files
import prose
import sync_tags
from source_tree import SourceTree

LONG = "One " + "more " * 29 + "word."
EXACT = "One " + "more " * 28 + "word."
WHO = "Who dies here is gone."

# A comment of each kind of file, with {} for its sentences.
COMMENTS = {
    "a.c": "/* {}\n */\nint a;\n",
    "b.cpp": 'auto text = "// no comment";\nint b; // {}\n',
    "c.h.in": "/*\n * {}\n */\n",
    "d.i": "// First.\n// {}\n",
    "e.go": "var e = `// no comment`\n\n// {}\n",
    "f.py": 'def f():\n    """{}"""\n',
    "g.py": "g = '# no comment'  # {}\n",
    "h.rb": "h = \"#{{1}}\" # {}\n",
    "i.sh": "#!/bin/sh\necho \"# no comment\" $# # {}\n",
    "CMakeLists.txt": "set(a b) # {}\n",
    "j.pml": "/* {} */\n",
    "k.md": "# Title\n\n- {}\n",
    "l.3": ".SH DESCRIPTION\n.BR call (3)\nends it.\n{}\n",
    "m.patch": "Bug: {}\n\n--- a/a.c\n",
}

NO_SENTENCES = {
    "code.md": "    {}\n\n```\n{}\n```\n\n| {} |\n|---|\n\n# {}\n",
    "list.md": "- One.\n  Two.\n\n## Next\n\n    {}\n",
    "table.c": "/* Rows:\n * first    {}\n *          {}\n * second   {}\n */\n",
    "usage.py": '"""It ends.\n\nusage: it {}\n{}\n"""\n',
    "code.go": "// It is\n//\n//\t{}\n",
    "string.cpp": 'auto a = "// {}";\nauto b = \'"\'; auto c = "/* {} */";\n',
    "page.3": ".SH SEE ALSO\n{}\n.SH NOTES\n.nf\n{}\n.fi\n",
}


def found_in(rule, files):
    with tempfile.TemporaryDirectory() as place:
        for name, text in files.items():
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return list(rule(SourceTree(Path(place))))


class Sentences(unittest.TestCase):
    def test_a_long_sentence_is_found_in_each_kind_of_file(self):
        for name, text in COMMENTS.items():
            with self.subTest(name):
                (breach,) = found_in(prose.breaches, {name: text.format(LONG)})
                self.assertTrue(breach.startswith(f"{name}:"), breach)
                self.assertIn("31 words, 30 at most: One more", breach)

    def test_thirty_words_are_not_too_many(self):
        for name, text in COMMENTS.items():
            self.assertEqual(found_in(prose.breaches, {name: text.format(f"{EXACT} {EXACT}")}), [], name)

    def test_who_is_found_as_a_subject_in_each_kind_of_file(self):
        for name, text in COMMENTS.items():
            with self.subTest(name):
                self.assertEqual(len(found_in(prose.breaches, {name: text.format(WHO)})), 1)

    def test_who_and_whoever_are_found_in_the_middle_of_a_sentence(self):
        for text in ("It ends: who waits goes on.", "It is locked, so who asks waits.", "It is given to whoever comes.",
                     "Whoever comes, waits."):
            self.assertEqual(len(found_in(prose.breaches, {"a.md": text + "\n"})), 1, text)

    def test_a_question_and_a_relative_clause_are_fine(self):
        for text in ("Who holds the lock?", "A user who may write it can spoil it.", "It asks the kernel who is alive.",
                     "Call `who` first."):
            self.assertEqual(found_in(prose.breaches, {"a.md": text + "\n"}), [], text)

    def test_the_line_is_the_one_on_which_the_sentence_begins(self):
        (breach,) = found_in(prose.breaches, {"a.c": f"// One.\n// It\n// ends. {LONG}\n// Next.\n"})
        self.assertTrue(breach.startswith("a.c:3: "), breach)

    def test_code_tables_headings_and_usage_are_no_sentences(self):
        for name, text in NO_SENTENCES.items():
            self.assertEqual(found_in(prose.breaches, {name: text.format(*[LONG] * 4)}), [], name)

    def test_a_list_of_names_or_numbers_is_one_word(self):
        names = ", ".join(f"IPCQ_{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH")
        numbers = ", ".join(str(number) for number in range(40)) + " and 41"
        self.assertEqual(found_in(prose.breaches, {"a.md": f"It answers {names}. It counts {numbers}.\n"}), [])

    def test_an_excepted_section_is_left_out_and_no_other(self):
        (page, title), = prose.EXCEPTIONS
        self.assertEqual(found_in(prose.breaches, {page: f"## {title}\n\n{LONG}\n"}), [])
        self.assertEqual(len(found_in(prose.breaches, {page: f"## {title}\n\n{LONG}\n\n## Other\n\n{LONG}\n"})), 1)

    def test_an_exception_that_is_not_needed_is_found(self):
        page = next(iter(prose.EXCEPTIONS))[0]
        self.assertIn("needs no exception", found_in(prose.breaches, {page: "## Other\n"})[0])


class Columns(unittest.TestCase):
    WIDE = "x" * 121

    def found(self, name, text):
        return found_in(files.too_wide, {name: text})

    def test_a_wide_line_is_found_in_pages_and_sources(self):
        for name in ("a.md", "tests/a.c", "b.py", "c.h.in", "d.7", "CMakeLists.txt", ".clang-tidy", "core/README.md"):
            with self.subTest(name):
                self.assertEqual(self.found(name, f"\n{self.WIDE}\n"), [f"{name}:2: 121 columns, 120 at most"])

    def test_120_columns_are_not_too_many(self):
        self.assertEqual(self.found("a.md", self.WIDE[1:] + "\n"), [])

    def test_rows_of_tables_data_and_excepted_sources_may_be_wide(self):
        for name, text in (("a.md", "| {}\n"), ("a.c", "/* clang-format off */\n{}\n/* clang-format on */\n"),
                           ("a.patch", "{}\n"), ("core/a.cpp", "{}\n"), ("bench/a.cpp", "{}\n")):
            self.assertEqual(self.found(name, text.format(self.WIDE)), [], name)

    def test_a_table_of_code_ends(self):
        self.assertEqual(len(self.found("a.c", f"// clang-format off\n// clang-format on\n{self.WIDE}\n")), 1)


class Tags(unittest.TestCase):
    TABLE = ("## 10. Synchronisation edges\n\n| name | release |\n|---|---|\n| item-commit | a |\n\n"
             "## Next\n\n| other | b |\n")

    def found(self, *tags):
        source = "".join(f"f(); // SYNC {tag}\n" for tag in tags)
        return found_in(sync_tags.breaches, {sync_tags.TABLE: self.TABLE, "core/a.cpp": source})

    def test_two_places_are_both_ends(self):
        self.assertEqual(self.found("item-commit: release", "item-commit"), [])

    def test_one_place_is_not_enough_and_none_neither(self):
        self.assertIn("core/layout/FORMAT.md:5: SYNC item-commit stands at core/a.cpp:1,", self.found("item-commit")[0])
        self.assertIn("stands at no place", self.found()[0])

    def test_a_tag_without_a_row_is_found(self):
        (breach,) = self.found("item-commit", "item-commit", "other")
        self.assertIn("core/a.cpp:3: SYNC other has no row", breach)


if __name__ == "__main__":
    unittest.main()
