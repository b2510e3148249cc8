"""Built files by their plain names: `asset("app.js")` is the address of the hashed file that frontend/build.mjs made.

The manifest is read once. A file that it does not list is an error that says how
to build the assets, never a silent 404.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue

from survey.web.access import public


class AssetMissing(RuntimeError):
    """A page asks for a file that the build did not make."""


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`."""
    dist = Path(app.static_folder or "") / "dist"

    @cache
    def manifest(_built_at: float) -> dict[str, str]:
        names: dict[str, str] = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
        return names

    def names() -> dict[str, str]:
        # While the pages are being made (STYLEGUIDE), a new build shows without a restart.
        try:
            return manifest((dist / "manifest.json").stat().st_mtime if app.config.get("STYLEGUIDE") else 0.0)
        except FileNotFoundError as error:
            raise AssetMissing("The assets are not built: run `make assets`.") from error

    def asset(name: str) -> str:
        """The address of a built file, e.g. /static/dist/app.4f2c.js for "app.js"."""
        if name not in names():
            raise AssetMissing(f"{name} is not in static/dist/manifest.json: run `make assets`.")
        return url_for("static", filename=f"dist/{names()[name]}")

    app.jinja_env.globals["asset"] = asset

    @app.get("/favicon.ico")
    @public
    def favicon() -> ResponseReturnValue:
        """Where browsers look for a mark when they show what is no page of ours: a PDF, a picture."""
        return redirect(asset("mark.svg"))
