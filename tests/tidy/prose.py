# SPDX-License-Identifier: Apache-2.0
"""Rules about sentences in comments and pages: none is too long, and none has "who" for a subject."""

import re

from passages import passages

WORDS_MAX = 30

# A section of a page that is not looked at, and the reason.
EXCEPTIONS = {
    ("tests/proof/RELIABILITY.md", "Figures"): "figures: lists of counts, written anew after each run of the proof",
}

CODE = re.compile(r"``.+?``|`[^`]*`")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# A full stop that ends no abbreviation, or a colon before a capital letter.
END = re.compile(r"""(?<=[.!?])(?<!\.\.)(?<!e\.g\.)(?<!i\.e\.)(?<!cf\.)["')\]*_]*\s+|(?<=:)\s+(?=[A-Z][a-z]*\s)""")
WORD = re.compile(r"[\w'./-]*\w[\w'./()-]*")

# A list of names or numbers counts as one word: a_name, IPCQ_OK, call(), --option, 12, 1.5, code in backquotes.
NAME = r"(?:CODE|--?[a-z][\w-]*|\w+\(\d?\)|\w*_\w+|[A-Z][A-Z0-9_]+|[\d.,:]*\d)"
LIST = re.compile(rf"{NAME}(?:,? (?:and |or |to )?{NAME}(?!\w))+")

# "who" begins a clause without a noun before it. A question and a relative clause are fine.
WHO = re.compile(r"(?:^|[;:(]\s*|\b(?:so|so that|then|because|since|when|while|unless|but)\s+)(who)\b", re.IGNORECASE)
WHOEVER = re.compile(r"\b(whoever)\b", re.IGNORECASE)


def breaches(tree):
    for path in tree.files:
        name = tree.name(path)
        titles = {title for page, title in EXCEPTIONS if page == name}
        skipped = lines_below(titles, path) if titles else {}
        for title in sorted(titles - set(skipped.values())):
            yield f"{name}: has no section {title}, so tests/tidy/prose.py needs no exception for it"
        for passage in passages(path):
            if passage[0][0] in skipped:
                continue
            for line, sentence in sentences(passage):
                for fault in faults(sentence):
                    yield f"{name}:{line}: {fault}: {sentence}"


def lines_below(titles, page):
    """The numbers of the lines in these sections, each with its section's title."""
    found, title = {}, ""
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("## "):
            title = line.removeprefix("## ").strip()
        if title in titles:
            found[number] = title
    return found


def sentences(passage):
    """Each sentence of a passage with the number of the line on which it begins."""
    whole, starts = "", []
    for number, text in passage:
        starts.append((len(whole), number))
        whole += text.strip() + " "
    hidden = CODE.sub(lambda code: "C" + "_" * (len(code[0]) - 1), whole)
    begin = 0
    for end in [*(match.end() for match in END.finditer(hidden)), len(whole)]:
        if whole[begin:end].strip():
            yield max(number for start, number in starts if start <= begin), whole[begin:end].strip()
        begin = end


def faults(sentence):
    plain = LINK.sub(r"\1", CODE.sub("CODE", sentence))
    count = len(WORD.findall(LIST.sub("LIST", plain)))
    if count > WORDS_MAX:
        yield f"{count} words, {WORDS_MAX} at most"
    match = WHO.search(plain) or WHOEVER.search(plain)
    if match and not plain.endswith("?"):
        yield f'"{match[1]}" is the subject; name the noun'
