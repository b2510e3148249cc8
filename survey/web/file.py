"""Files of households that pages give out: to the one who asks, kept by no cache, running nothing."""

from __future__ import annotations

from io import BytesIO

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
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers.pop("ETag", None)
    response.headers.pop("Last-Modified", None)
    return response
