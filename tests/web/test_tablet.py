"""The tablet's shell: public, nobody's data, one document with every page in it, and a worker that names what it keeps."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.models import db
from survey.web import tablet
from tests import factories

PAGES = Path(__file__).parents[2] / "templates/tablet/page"


def test_the_shell_is_the_same_for_everybody_and_knows_nobody(client: FlaskClient, app: Flask, as_, project) -> None:
    factories.household(project, "1-1-101", factories.sheet(persons=(factories.person("欧阳若兰", 1),)))
    surveyor = factories.member(project, Role.SURVEYOR, name="司马青山")
    db.session.commit()
    signed_out = client.get("/tablet")
    signed_in = as_(surveyor).get("/tablet")
    assert signed_out.status_code == signed_in.status_code == 200
    assert signed_out.headers["Cache-Control"] == signed_in.headers["Cache-Control"] == "no-cache"
    assert signed_out.text == signed_in.text
    for private in (project.name, "欧阳若兰", "司马青山", "csrf_token"):
        assert private not in signed_in.text


def test_every_page_is_an_inert_template_of_its_name(client: FlaskClient) -> None:
    text = client.get("/tablet").text
    names = sorted(path.stem for path in PAGES.glob("*.html"))
    assert names == tablet.PAGES
    for name in names:
        source = (PAGES / f"{name}.html").read_text("utf-8")
        assert f'<template id="page-{name}">' in source
        assert text.count(f'<template id="page-{name}">') == 1
    main = text[text.index("<main") : text.index("</main>")]
    assert "<form" not in main
    assert "<h1" not in main


def test_the_shell_is_drawn_the_same_twice(client: FlaskClient) -> None:
    assert client.get("/tablet").text == client.get("/tablet").text


def test_every_page_has_one_heading_that_takes_the_focus(client: FlaskClient) -> None:
    for path in PAGES.glob("*.html"):
        assert "<h1" in path.read_text("utf-8") or "door_head(" in path.read_text("utf-8"), path.name


def test_the_worker_names_every_file_that_the_shell_asks_for(client: FlaskClient) -> None:
    shell, worker = client.get("/tablet"), client.get("/tablet/sw.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.headers["Service-Worker-Allowed"] == "/tablet"
    files = dict(json.loads(re.search(r"FILES = (\[.*?\]);", worker.text)[1]))
    assert files["/tablet"] == sha256(shell.data).hexdigest()[:16]
    asked = set(re.findall(r'(?:src|href)="(/[^"#]*)"', shell.text)) - {"/tablet"}
    assert {address for address in asked if not address.startswith("/tablet/page")} <= set(files)
    for address in files:
        answer = client.get(address)
        assert answer.status_code == 200, address


def test_a_changed_file_makes_another_worker(client: FlaskClient, monkeypatch) -> None:
    before = client.get("/tablet/sw.js").text
    monkeypatch.setattr(tablet, "APP_VERSION", "99")
    assert client.get("/tablet/sw.js").text != before


def test_the_manifest_installs_the_shell_alone(client: FlaskClient) -> None:
    told = client.get("/tablet/manifest.webmanifest")
    assert told.mimetype == "application/manifest+json"
    manifest = json.loads(told.text)
    assert manifest["start_url"] == manifest["scope"] == "/tablet"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200
