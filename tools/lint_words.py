# SPDX-License-Identifier: BSD-2-Clause
"""The word list of `make lint`: plain English in comments, messages and docs.

CONTRIBUTING.md has the rules and the glossary; a machine can check this much of
them. Comments and docstrings must not open with a relative clause, and neither
they nor messages nor documents may use the phrases of PHRASES. `tools/lint.py
--words [PATH...]` lists the findings of the whole tree, folder by folder.
"""

import ast
import io
import re
import tokenize

# A comment opens with a verb or a noun phrase.
OPENER = re.compile(r"(What|Who|Whose|Whom|Of|As)\b")

# Phrase -> what to write in its place.
PHRASES = {
    r"nobody('s)?": "name the subject: no neighbor, no process, no packet",
    r"somebody('s)?": "name the subject: a neighbor, a process, a client",
    r"anybody('s)?": "name the subject: any neighbor, any process",
    r"whoever|whom(ever)?": "name the subject",
    r"what is none": "say what it is",
    r"as it ha(s|d) come": "say unchanged, or as received",
    r"(is|are|be|been|was|were) let go( of)?": "say released or freed",
    r"(is|are|be|been|was|were) told( of)?": "say announced, reported or set",
}
PHRASE = re.compile("|".join(rf"(?P<p{n}>\b(?:{phrase})\b)"
                             for n, phrase in enumerate(PHRASES)), re.I)
ADVICE = list(PHRASES.values())

# The glossary's words in place of these, in names of C.
NAMES = re.compile(r"\b\w*(next_hop|greeting|audience|rival|let_go|put_down|nobody|somebody|whom|told)\w*\b")

# (file, text in the line, why it may stand there)
EXCEPTIONS = (
    ("tools/lint_words.py", "", "the list itself"),
)


def excepted(path, line):
    return any(path == file and text in line for file, text, _ in EXCEPTIONS)


def comments_of_c(text):
    """Yield (line, text) for each comment."""
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|/\*(.*?)\*/|//([^\n]*)', text, re.S):
        if match[1] is None and match[2] is None:
            continue
        comment = match[1] if match[1] is not None else match[2]
        yield text.count("\n", 0, match.start()) + 1, re.sub(r"\n\s*\*", "\n", comment)


def strings_of_c(text):
    """Yield (line, text) for each string literal of more than one word."""
    without = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
    for match in re.finditer(r'"((?:\\.|[^"\\\n])*)"', without):
        if " " in match[1]:
            yield without.count("\n", 0, match.start()) + 1, match[1]


def comments_of_python(text):
    """Yield (line, text) for each docstring and each run of # lines."""
    previous = None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line = token.start[0]
            words = token.string.lstrip("#! ")
            if previous and previous[0] + previous[1].count("\n") + 1 == line:
                previous = previous[0], previous[1] + "\n" + words
                continue
            if previous:
                yield previous
            previous = line, words
    if previous:
        yield previous
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=False)
            if docstring:
                yield node.body[0].lineno, docstring


def strings_of_python(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def comments_of_script(text):
    """Yield (line, text) for each run of # lines."""
    number, lines = 0, text.split("\n")
    while number < len(lines):
        start = number
        while number < len(lines) and re.match(r"\s*#", lines[number]):
            number += 1
        if number > start:
            yield start + 1, "\n".join(line.lstrip("#! \t") for line in lines[start:number])
        number += 1


def prose_of_markdown(text):
    """Yield (line, text) for each line outside of code blocks, without `code`."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, re.sub(r"`[^`]*`", "``", line)


def texts(path, text):
    """Yield (line, text, is a comment) for all that the list applies to."""
    if path.endswith((".c", ".h")):
        comments, strings = comments_of_c, strings_of_c
    elif path.endswith(".py"):
        comments, strings = comments_of_python, strings_of_python
    elif path.endswith(".md"):
        comments, strings = None, prose_of_markdown
    else:
        comments, strings = comments_of_script, None
    for line, words in comments(text) if comments else ():
        if not words.startswith(" SPDX") and "SPDX-License" not in words[:30]:
            yield line, words, True
    for line, words in strings(text) if strings else ():
        yield line, words, False


def name_findings(path, text):
    """Yield (line, problem) for each name in C that the glossary replaces."""
    if path.endswith((".c", ".h")) and not path.startswith("tests/"):
        code = re.sub(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*',
                      lambda match: "\n" * match[0].count("\n"), text, flags=re.S)
        for match in NAMES.finditer(code):
            yield (code.count("\n", 0, match.start()) + 1,
                   f"{match[0]}: use the glossary's word (CONTRIBUTING.md)")


def word_findings(path, text):
    """Yield (line, problem) for each break of the list in a file."""
    yield from name_findings(path, text)
    lines = text.split("\n")
    seen = set()
    for line, words, is_comment in texts(path, text):
        opener = OPENER.match(words.strip("* \n\t")) if is_comment else None
        if opener and not excepted(path, lines[line - 1]):
            yield line, f"comment opens with {opener[0]}: begin with a verb or a noun"
        for match in PHRASE.finditer(words):
            at = line + words.count("\n", 0, match.start())
            phrase = match[0].lower()
            if (at, phrase) in seen or excepted(path, lines[min(at, len(lines)) - 1]):
                continue
            seen.add((at, phrase))
            yield at, f"'{match[0]}': {ADVICE[int(match.lastgroup[1:])]}"
