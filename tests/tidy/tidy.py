#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that can be executed. Prints each breach as FILE:LINE: what is wrong.

usage: tidy.py TREE [RULE...]; without rules, all of them
"""

import sys
from pathlib import Path

import files
import language_folders
import pages
import prose
import sync_tags
from source_tree import SourceTree

RULES = {
    "lengths": files.too_long,
    "columns": files.too_wide,
    "includes": files.wrong_includes,
    "licences": files.without_licence,
    "addresses": files.addresses,
    "blanks": files.stray_blanks,
    "paths": pages.paths_that_do_not_exist,
    "symbols": pages.symbols_without_page_or_test,
    "manual": pages.manual_lint,
    "languages": language_folders.incomplete_languages,
    "readme": pages.readme_differs_from_example,
    "prose": prose.breaches,
    "sync": sync_tags.breaches,
}


def main(top, *names):
    tree = SourceTree(Path(top))
    breaches = [f"{breach}  [{name}]" for name in names or RULES for breach in RULES[name](tree)]
    print("\n".join(breaches) or f"{len(tree.files)} files looked at")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
