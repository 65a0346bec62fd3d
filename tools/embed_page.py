#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the status page as a C header: embed_page.py FILE. The page is cut at its marks
{{NAME}}, and the header has the pieces, the names of the parts between them, and a
Content-Security-Policy with the hashes of its style and script."""

import base64
import hashlib
import re
import sys

MARK = re.compile(r"\{\{(\w+)\}\}")


def hash_of(text, tag):
    """Return the source of an element's text, as a policy names it."""
    inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
    digest = hashlib.sha256(inside.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def literal(text):
    lines = text.replace("\\", "\\\\").replace('"', '\\"').split("\n")
    return "\n\t".join(f'"{line}\\n"' for line in lines[:-1]) + (
        f'\n\t"{lines[-1]}"' if lines[-1] else "" if len(lines) > 1 else '""')


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    *pieces, last = MARK.split(text)
    policy = "; ".join([
        "default-src 'none'", f"style-src {hash_of(text, 'style')}",
        f"script-src {hash_of(text, 'script')}", "connect-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
    print("/* Made by tools/embed_page.py. */")
    print(f'#define STATUS_PAGE_POLICY "{policy}"\n')
    print("static const struct {\n\tconst char *text;\n\tenum page_part part; "
          "/* behind it */\n} page_pieces[] = {")
    for piece, name in zip(pieces[::2], pieces[1::2]):
        print(f"\t{{ {literal(piece)},\n\t  PAGE_{name.upper()} }},")
    print(f"\t{{ {literal(last)},\n\t  PAGE_END }},\n}};")


if __name__ == "__main__":
    main()
