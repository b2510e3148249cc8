"""Every sentence that a page can show stands in the English catalogue, with the same places for values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PLACES = re.compile(r"%\(\w+\)s|\{\w*\}|%%")


@pytest.fixture(scope="module")
def catalogue() -> dict[str, str]:
    with (ROOT / "survey/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "_l": None, "N_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
    found = set()
    for folder in ("survey", "exports", "templates"):
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**/translations/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")],
            options_map=options, keywords=keywords,
        ):  # fmt: skip
            found |= {text} if isinstance(text, str) else set(text)
    assert methods
    return {text for text in found if text}


def test_every_sentence_has_its_english(sentences: set[str], catalogue: dict[str, str]) -> None:
    missing = sorted(text for text in sentences if not catalogue.get(text))
    assert len(sentences) > 1000
    assert not missing, f"run `make translations` and translate {missing[:5]} ({len(missing)} in all)"


def test_a_translation_has_the_places_of_its_sentence(catalogue: dict[str, str]) -> None:
    wrong = [
        text for text, english in catalogue.items() if sorted(PLACES.findall(text)) != sorted(PLACES.findall(english))
    ]
    assert not wrong, f"the values of {wrong[:3]} would be lost"


def test_the_catalogue_has_no_sentence_that_nobody_says(sentences: set[str], catalogue: dict[str, str]) -> None:
    unused = sorted(set(catalogue) - sentences)
    assert not unused, f"run `make translations`: {unused[:5]}"
