"""Built files by their plain names: `asset("app.js")` is the address of the hashed file that frontend/build.mjs made.

The manifest is read once, when the application starts to serve. A file that it does not list is an error that says how
to build the assets, never a silent 404.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Flask, url_for


class AssetMissing(RuntimeError):
    """A page asks for a file that the build did not make."""


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`."""
    dist = Path(app.static_folder or "") / "dist"

    @cache
    def manifest() -> dict[str, str]:
        try:
            names: dict[str, str] = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise AssetMissing("The assets are not built: run `make assets` (node frontend/build.mjs).") from error
        return names

    def asset(name: str) -> str:
        """The address of a built file, e.g. /static/dist/app.4f2c.js for "app.js"."""
        if name not in manifest():
            raise AssetMissing(f"{name} is not in static/dist/manifest.json: run `make assets` (node frontend/build.mjs).")
        return url_for("static", filename=f"dist/{manifest()[name]}")

    app.jinja_env.globals["asset"] = asset
