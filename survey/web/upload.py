"""Files that a form brings: read whole, prepared for keeping, and refused in words on the field that brought them."""

from __future__ import annotations

from pathlib import Path

from flask import current_app
from werkzeug.datastructures import FileStorage

from survey.config import Config
from survey.domain.errors import DomainError
from survey.services.document import Prepared, prepare


def document_folder() -> Path:
    """Where the sealed files lie."""
    config: Config = current_app.config["RUHU"]
    return config.documents


def read_file(storage: FileStorage | None, field: str) -> Prepared | None:
    """The file of a field, prepared; None when none was chosen. Raises DomainError document.* on the field."""
    if storage is None or not getattr(storage, "filename", ""):  # a request may bring a text in the file's place
        return None
    try:
        return prepare(storage.stream.read())
    except DomainError as error:
        raise DomainError(error.code, field, **error.params) from error
