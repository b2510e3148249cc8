"""Whose language a sentence is in."""

from __future__ import annotations

from flask import Flask
from flask_babel import get_locale


def test_sentences_are_chinese_where_nobody_asks(app: Flask) -> None:
    with app.app_context():
        assert str(get_locale()) == "zh_Hans_CN"
