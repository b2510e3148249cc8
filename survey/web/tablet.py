"""The tablet's shell: one public document with every page in it, its service worker and its manifest. Nobody's data."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from survey.domain.codes import Choice, VisitResult
from survey.domain.household import HouseholdState
from survey.web.access import public
from survey.web.tablet_forms import shell_context

bp = Blueprint("tablet", __name__)

APP_VERSION = "1"
"""What the tablet calls itself. A change of the contract (docs/sync.md) that old tablets cannot follow raises it."""
ASSETS = ("app.css", "theme.js", "tablet.js", "mark.svg", "tablet-icon.png")
PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "templates/tablet/page").glob("*.html"))

_shells: dict[str, str] = {}


@bp.get("/tablet")
@public
def shell() -> Response:
    response = Response(_shell(), mimetype="text/html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _shell() -> str:
    """The document, drawn once a language; each time while the pages are being made (STYLEGUIDE)."""
    language = str(get_locale())
    if language not in _shells or current_app.config["STYLEGUIDE"]:
        _shells[language] = render_template(
            "tablet/shell.html",
            **shell_context(),
            tablet_pages=PAGES,
            app_version=APP_VERSION,
            states=[*HouseholdState],
            results=[*VisitResult],
            choices=[*Choice],
        )
    return _shells[language]


@bp.get("/tablet/sw.js")
@public
def worker() -> Response:
    """The service worker: it names every file that the tablet keeps, so that any change makes a new worker."""
    files = list_files()
    version = sha256(json.dumps(files).encode()).hexdigest()[:16]
    script = render_template("tablet/worker.js", version=version, shell=url_for("tablet.shell"), files=files)
    response = Response(script, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    # The document is /tablet: it lies beside the worker's own folder /tablet/, not in it.
    response.headers["Service-Worker-Allowed"] = url_for("tablet.shell")
    return response


def list_files() -> list[tuple[str, str]]:
    """(address, hash of the content) of everything that the tablet keeps; the names of assets carry theirs."""
    asset = current_app.jinja_env.globals["asset"]
    found = [(url_for("tablet.shell"), _shell()), (url_for("tablet.manifest"), _manifest())]
    found += [(address, address) for address in map(asset, ASSETS)]  # type: ignore[arg-type]
    return [(address, sha256(text.encode()).hexdigest()[:16]) for address, text in found]


@bp.get("/tablet/manifest.webmanifest")
@public
def manifest() -> Response:
    response = Response(_manifest(), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _manifest() -> str:
    asset = current_app.jinja_env.globals["asset"]
    shown = {
        "id": url_for("tablet.shell"),
        "name": _("入户调查"),
        "short_name": _("入户"),
        "lang": str(get_locale()).replace("_", "-"),
        "start_url": url_for("tablet.shell"),
        "scope": url_for("tablet.shell"),
        "display": "standalone",
        "background_color": "#f5f2ec",
        "theme_color": "#0a4551",
        "icons": [
            {"src": asset("mark.svg"), "sizes": "any", "type": "image/svg+xml"},  # type: ignore[operator]
            {"src": asset("tablet-icon.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},  # type: ignore[operator]
        ],
    }
    return json.dumps(shown, ensure_ascii=False)
