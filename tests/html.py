"""A page must be well-formed: every element closed in order, ids unique, labels and descriptions pointing somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a page says of itself; `problems` lists what is wrong with its markup."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.ids: set[str] = set()
        self.pointed: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"not closed: {self.open}")
        self.problems += [f"{name}={to!r} points nowhere" for name, to in self.pointed if to not in self.ids]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if len(values) != len(attrs):
            self.problems.append(f"<{tag}> names an attribute twice: {attrs}")
        if "style" in values or any(name.startswith("on") for name in values):
            self.problems.append(f"<{tag}> has an inline style or script, which the page's policy forbids")
        identity = values.get("id")
        if identity and "template" not in self.open:
            if identity in self.ids:
                self.problems.append(f"id {identity!r} stands twice")
            self.ids.add(identity)
        if "template" not in self.open:
            for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
                self.pointed += [(name, each) for each in (values.get(name) or "").split()]
        if tag == "form" and "form" in self.open:
            self.problems.append("a form stands inside a form")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> at line {self.getpos()[0]} while open are {self.open[-3:]}")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
            return
        self.open.pop()


def without_tokens(page: str) -> str:
    """A page without its form tokens, which carry the second in which they were made."""
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", page)
