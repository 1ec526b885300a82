# SPDX-License-Identifier: Apache-2.0
"""What a page tells its reader to type."""

import re


class Page:
    def __init__(self, path):
        self.path = path
        self._text = path.read_text()

    def commands(self, heading):
        """The shell blocks of a section, without those of other sections of its level."""
        start = re.search(rf"^(#+) {re.escape(heading)}$", self._text, flags=re.MULTILINE)
        if not start:
            raise LookupError(f"{self.path} has no section {heading!r}")
        rest = self._text[start.end():]
        end = re.search(rf"^#{{1,{len(start[1])}}} ", re.sub(r"^```.*?^```", _blank, rest, flags=re.S | re.M), re.M)
        blocks = re.findall(r"^```sh\n(.*?)^```", rest[:end.start()] if end else rest, flags=re.S | re.M)
        if not blocks:
            raise LookupError(f"{self.path} has no command in the section {heading!r}")
        return "".join(blocks)

    def program(self, language):
        """The first whole program in that language."""
        for block in re.findall(rf"^```{language}\n(.*?)^```", self._text, flags=re.S | re.M):
            if "main(" in block:
                return block
        raise LookupError(f"{self.path} has no program in {language}")


def _blank(block):
    """Of the same length, so that positions stay; a comment of a shell is no heading."""
    return re.sub(r"[^\n]", " ", block[0])
