"""Files of households that pages give out: to the one who asks, kept by no cache, running nothing."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from urllib.parse import quote

from flask import Response, send_file

from survey.services.document import PDF


def send_private(content: bytes, media_type: str, name: str | None = None, *, is_download: bool = False) -> Response:
    """A picture to look at; a PDF, or what is asked for so, to download. No cache keeps it, and it runs nothing."""
    response = send_file(
        BytesIO(content),
        mimetype=media_type,
        as_attachment=media_type == PDF or is_download,
        download_name=name,
        max_age=None,
    )
    response.headers.pop("ETag", None)
    response.headers.pop("Last-Modified", None)
    return _harmless(response)


def stream_private(pieces: Iterable[bytes], media_type: str, name: str, size: int) -> Response:
    """A file to download that is too big to be held whole; cut off where a piece does not open."""
    response = Response(pieces, mimetype=media_type)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return _harmless(response)


def _harmless(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
