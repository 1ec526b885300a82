# SPDX-License-Identifier: Apache-2.0
"""Finds the prose of a file. A passage is a list of (line number, text): a paragraph, or one item of a list.

Left out are code blocks, tables, headings, usage blocks, rules of dashes and the SPDX line: they are not sentences.
"""

import ast
import io
import re
import tokenize

from source_tree import is_script

C_FAMILY = {".c", ".cpp", ".h", ".hpp", ".i", ".def", ".go", ".java", ".pml"}
HASH_FAMILY = {".rb", ".sh", ".cmake", ".txt", ".yml", ".toml", ".recipes", ".map", ".pc", ".gemspec"}
MANUAL = {".3", ".7"}

# A comment, or a literal that may contain what looks like one. A quote after a digit separates digits.
C_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'""", re.DOTALL)
GO_TOKEN = re.compile(C_TOKEN.pattern + r"|`[^`]*`", re.DOTALL)
HASH = re.compile(r"""^(?P<before>(?:[^#"'\n]|"[^"\n]*"|'[^'\n]*'|(?<=\S)\#)*?)(?<!\S)\#(?!!)(?P<text>.*)$""")

ITEM = re.compile(r"\s*(?:[-*+]|\(?\d+[.)])\s+")
ROW = re.compile(r"\S(?<![.!?])  +\S")
CODE_INDENT = 4


def passages(path):
    """The passages of one file; none for a file whose kind holds no prose."""
    suffix = path.with_suffix("").suffix if path.suffix == ".in" else path.suffix
    text = path.read_text(errors="replace")
    if suffix == ".md":
        return list(flow(enumerate(without_comments_and_front(text).splitlines(), 1), markdown=True))
    if suffix in MANUAL:
        return list(manual(text))
    if suffix == ".patch":
        return list(patch_head(text))
    return [passage for block in comments(path, suffix, text) for passage in flow(block)]


def comments(path, suffix, text):
    """The comments of a source file as blocks of (line number, text)."""
    if suffix in C_FAMILY:
        return c_comments(text, GO_TOKEN if suffix == ".go" else C_TOKEN)
    if suffix == ".py" or is_script(path) and "python" in text.split("\n", 1)[0]:
        return python_comments(text)
    if suffix in HASH_FAMILY or is_script(path):
        return joined(hash_comments(text))
    return []


def c_comments(text, token):
    single, blocks = [], []
    for match in token.finditer(text):
        if not match[0].startswith(("//", "/*")):
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        column, number = match.start() - start, text.count("\n", 0, match.start()) + 1
        alone = not text[start:match.start()].strip()
        if match[0].startswith("//"):
            single.append((number, column, alone, match[0].lstrip("/").removeprefix("<")))
        else:
            blocks.append(list(star_block(number, column, match[0])))
    return blocks + joined(single)


def star_block(number, column, comment):
    for index, line in enumerate(comment[2:-2].splitlines()):
        star = re.match(r"\s*\*+ ?", line)
        if index and star:
            line = line[star.end():]
        elif index:
            line = re.sub(rf"^ {{0,{column + 3}}}", "", line)
        else:
            line = line.lstrip("*!<").removeprefix(" ")
        yield number + index, line


def hash_comments(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = HASH.match(line)
        if match:
            yield number, match.start("text") - 1, not match["before"].strip(), match["text"].lstrip("#")


def python_comments(text):
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(("#!", "# noqa")):
            found.append((*token.start, not token.line[:token.start[1]].strip(), token.string.lstrip("#")))
    return [*docstrings(ast.parse(text)), *joined(found)]


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                    and isinstance(first.value.value, str)):
                indent = re.compile(rf"^ {{0,{first.col_offset}}}")
                yield [(first.lineno + index, indent.sub("", line))
                       for index, line in enumerate(first.value.value.splitlines())]


def joined(lines):
    """Comment lines that stand below each other in one column are one block, the first of them may follow code."""
    blocks, last = [], (None, None)
    for number, column, alone, text in lines:
        if alone and last == (number - 1, column):
            blocks[-1].append((number, text.removeprefix(" ")))
        else:
            blocks.append([(number, text.removeprefix(" "))])
        last = (number, column)
    return blocks


def without_comments_and_front(text):
    return re.sub(r"<!--.*?-->", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)


def patch_head(text):
    """The first lines of a patch say in words what it does. `Sources:` and `Found-by:` are names and options."""
    for number, line in enumerate(text.split("\n--- ", 1)[0].splitlines(), 1):
        if line.strip() and not line.startswith(("Sources:", "Found-by:")):
            yield [(number, line)]


class Flow:
    """Divides the lines of a comment or page into passages."""

    def __init__(self):
        self.passage, self.indent, self.skipped_below = [], 0, None

    def end(self):
        passage, self.passage = self.passage, []
        return [passage] if passage else []


def flow(lines, markdown=False):
    state, fenced, usage = Flow(), False, False
    for number, line in ((number, line.expandtabs(CODE_INDENT)) for number, line in lines):
        text, indent = line.strip(), len(line) - len(line.lstrip())
        if text.startswith("```"):
            fenced = not fenced
            yield from state.end()
            continue
        if not text or not re.search(r"\w", text):
            usage = False
            yield from state.end()
            state.skipped_below = None
            continue
        usage = usage or text.lower().startswith("usage:")
        if is_heading_or_row(text, markdown):
            state.indent = 0
        if fenced or usage or "SPDX-License-Identifier" in text or is_heading_or_row(text, markdown):
            yield from state.end()
        elif state.skipped_below is not None and indent > state.skipped_below:
            continue  # a row goes on
        elif ITEM.match(line) and (markdown or not state.passage or indent <= state.indent + 1):
            yield from state.end()
            state.skipped_below = None
            state.indent = ITEM.match(line).end()
            state.passage = [(number, line[state.indent:])]
        elif indent >= CODE_INDENT + (state.indent if state.passage or markdown and indent >= state.indent else 0):
            yield from state.end()
        elif not markdown and ROW.search(text):
            yield from state.end()
            state.skipped_below = indent
        else:
            if not state.passage:
                state.indent = indent
            state.skipped_below = None
            state.passage.append((number, text))
    yield from state.end()


def is_heading_or_row(text, markdown):
    return text.startswith("|") or markdown and bool(re.match(r"#{1,6} ", text))


BREAKS = {"SH", "SS", "TP", "PP", "P", "LP", "IP", "TH", "RS", "RE", "TQ", "HP"}
FONTS = {"B", "I", "BR", "RB", "IR", "RI", "BI", "IB"}
UNFILLED = {"nf": "fi", "EX": "EE", "TS": "TE"}


def manual(text):
    """The prose of a manual page. NAME, SYNOPSIS and SEE ALSO are lists of names."""
    state, until, section, tag = Flow(), None, "", False
    for number, line in enumerate(text.splitlines(), 1):
        request, _, rest = line[1:].partition(" ") if line.startswith((".", "'")) else ("", "", line)
        if until:
            until = None if request == until else until
        elif request in UNFILLED:
            yield from state.end()
            until = UNFILLED[request]
        elif request in BREAKS or not line.strip():
            yield from state.end()
            section = rest.strip('"') if request == "SH" else section
            tag = request in {"TP", "TQ"}
        elif line.startswith((".", "'")) and request not in FONTS:
            continue
        elif tag:
            tag = False
        elif section not in {"NAME", "SYNOPSIS", "SEE ALSO"}:
            state.passage.append((number, plain(request, rest)))
    yield from state.end()


def plain(request, rest):
    if request:
        parts = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', rest)]
        rest = ("" if len(request) == 2 else " ").join(parts)
    rest = re.sub(r"\\f.|\\&|\\c$", "", rest)
    return rest.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\(dq", '"').replace(r"\e", "\\")
