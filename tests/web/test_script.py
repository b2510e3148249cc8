"""The pages' scripts say the same of a number or a date as the server's checks: both are run over one table."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from wtforms import Form

from survey.domain.errors import DomainError
from survey.domain.identity import check_resident_id
from survey.forms.fields import DateField

SOURCE = Path(__file__).parents[2] / "frontend" / "page" / "identity.js"
ASK = """
import { readId, typedDate } from %s;
const cases = JSON.parse(process.argv[1]);
console.log(JSON.stringify({
  ids: cases.resident_id.map((one) => readId(one.text)),
  dates: cases.typed_date.map((one) => typedDate(one.text)),
}));
"""


@pytest.fixture(scope="module")
def cases() -> Any:
    return json.loads((Path(__file__).parents[1] / "data" / "identity_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(cases: Any) -> Any:
    """What the script says of every case."""
    node = shutil.which("node")
    assert node, "node is needed: run make setup"
    script = ASK % json.dumps(SOURCE.as_uri())
    run = [node, "--input-type=module", "--eval", script, "--", json.dumps(cases)]
    return json.loads(subprocess.run(run, capture_output=True, check=True, text=True, timeout=60).stdout)


def test_an_id_number_tells_the_page_what_it_tells_the_server(cases: Any, told: Any) -> None:
    for case, script in zip(cases["resident_id"], told["ids"], strict=True):
        try:
            known = check_resident_id(case["text"])
            server = {"birth": known.birth_date.isoformat(), "sex": str(known.sex)}
        except DomainError:
            server = None
        wanted = {"birth": case["birth_date"], "sex": case["sex"]} if case["birth_date"] else None
        assert (server, script) == (wanted, wanted), case["text"]


def test_a_typed_date_reads_the_same_on_the_page_and_on_the_server(app: Flask, cases: Any, told: Any) -> None:
    class DayForm(Form):
        day = DateField("哪一天？")

    for case, script in zip(cases["typed_date"], told["dates"], strict=True):
        with app.test_request_context():
            form = DayForm(data=None)
            form.day.process_formdata([]) if not case["text"] else None
            try:
                server = form.day.read(form.day.clean(case["text"])).isoformat()
            except ValueError:
                server = None
        assert (server, script) == (case["date"], case["date"]), case["text"]
