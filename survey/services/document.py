"""Documents (材料): photos and scans of a household or a project, checked, cleaned and sealed on the disk.

What a file is follows from its content, never from its name. A picture is drawn anew, so that nothing of the sender's
file remains but what is seen: no position, no camera, no second file behind the first. The bytes lie sealed under the
document's id; the name that somebody gave is only shown, never used as a path. Refuses everything that it cannot read.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError, NotFound
from survey.models import Document, Household, Project, User, db, new_id, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.services import audit

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_PAGES = 500
PREVIEW = (480, 480)
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that may be kept. `preview` is a small JPEG of a picture, None for a PDF."""

    content: bytes
    media_type: str
    pages: int
    preview: bytes | None


def prepare(content: bytes) -> Prepared:
    """The file as it will be kept.

    Raises DomainError: document.empty, document.too_big, document.kind, document.heic, document.too_many_pixels,
    document.damaged, document.encrypted, document.too_many_pages.
    """
    if not content:
        raise DomainError("document.empty", "files")
    if len(content) > MOST_BYTES:
        raise DomainError("document.too_big", "files", megabytes=MOST_BYTES // 1024 // 1024)
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _prepare_pdf(content)
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
        raise DomainError("document.heic", "files")
    return _prepare_image(content)


def _prepare_image(content: bytes) -> Prepared:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint switches it on for the whole process; half a photo is no photo
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise DomainError("document.too_many_pixels", "files", most=MOST_PIXELS // 10_000)
                kind = opened.format
                opened.load()
                image = ImageOps.exif_transpose(opened) or opened
                seen = _plain(image, keep_alpha=kind == "PNG")
    except UnidentifiedImageError:
        raise DomainError("document.kind", "files") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DomainError("document.too_many_pixels", "files", most=MOST_PIXELS // 10_000) from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError):
        raise DomainError("document.damaged", "files") from None
    if kind == "PNG":
        return Prepared(_encoded(seen, "PNG", optimize=False), PNG, 1, _preview(seen))
    return Prepared(_encoded(seen, "JPEG", quality=88, optimize=True), JPEG, 1, _preview(seen))


def _plain(image: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """The picture alone: a new image that carries no text, profile or position of the old one."""
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if keep_alpha and has_alpha:
        mode = "RGBA"
    elif image.mode in ("L", "1", "I;16", "I"):
        mode = "L"
    else:
        mode = "RGB"
    if mode == "RGB" and has_alpha:
        ground = Image.new("RGB", image.size, "white")
        cut = image.convert("RGBA")
        ground.paste(cut, mask=cut.getchannel("A"))
        image = ground
    converted = image.convert(mode)
    fresh = Image.new(mode, converted.size)
    fresh.paste(converted)
    return fresh


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _preview(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail(PREVIEW)
    return _encoded(_plain(small, keep_alpha=False), "JPEG", quality=78)


def _prepare_pdf(content: bytes) -> Prepared:
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise DomainError("document.encrypted", "files")
        pages = len(reader.pages)
    except DomainError:
        raise
    except Exception:  # pypdf raises whatever the file makes it stumble over
        raise DomainError("document.damaged", "files") from None
    if pages == 0:
        raise DomainError("document.damaged", "files")
    if pages > MOST_PAGES:
        raise DomainError("document.too_many_pages", "files", most=MOST_PAGES)
    return Prepared(content, PDF, pages, None)


# --- keeping and giving back ----------------------------------------------------------------------------------------


def add_document(*, actor: User, folder: Path, category: DocumentCategory, prepared: Prepared, title: str = "",
                 household: Household | None = None, project: Project | None = None, is_original: bool = False,
                 with_audit: bool = True) -> Document:  # fmt: skip
    """Keep a file as a document of a household, or of the project alone.

    folder      where the sealed files lie (config.documents)
    with_audit  False where the document is part of another act (a signing, a delivery), which writes the one entry
    """
    document = Document(
        id=new_id(),
        project_id=household.project_id if household else project.id,  # type: ignore[union-attr]
        household_id=household.id if household else None,
        category=category,
        title=clean_title(title),
        media_type=prepared.media_type,
        size_bytes=len(prepared.content),
        sha256=sha256(prepared.content).hexdigest(),
        pages=prepared.pages,
        is_original=is_original,
        added_by_id=actor.id,
    )
    write_whole(_path(folder, document.id), seal_bytes("document.content", document.id, prepared.content))
    if prepared.preview is not None:
        write_whole(_path(folder, document.id, ".small"), seal_bytes("document.preview", document.id, prepared.preview))
    db.session.add(document)
    db.session.flush()
    if with_audit:
        details = {"category": category.value, "media_type": prepared.media_type, "size": len(prepared.content)}
        audit.record(actor, "document.add", document, details)
    return document


def clean_title(name: str) -> str:
    """A name as it may be shown: the last part of a path, one line, at most 100 characters."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in name if char.isprintable()).strip()[:100]


def _path(folder: Path, document_id: UUID, suffix: str = "") -> Path:
    name = document_id.hex
    return folder / name[-2:] / (name + suffix)


def write_whole(path: Path, sealed: bytes) -> None:
    """Write a file whole or not at all, readable by the service alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_content(document: Document, folder: Path) -> bytes:
    """The document's bytes in clear. Raises DomainError document.missing when the file is not where it was put."""
    try:
        sealed = _path(folder, document.id).read_bytes()
    except FileNotFoundError:
        raise DomainError("document.missing") from None
    return open_bytes("document.content", document.id, sealed)


def read_preview(document: Document, folder: Path) -> bytes:
    """A small JPEG of a picture. Raises NotFound for a PDF."""
    try:
        sealed = _path(folder, document.id, ".small").read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    return open_bytes("document.preview", document.id, sealed)


def download_name(document: Document) -> str:
    """What a downloaded copy is called: the title with the ending of what it is."""
    ending = ENDINGS[document.media_type]
    stem = re.sub(r"(?i)\.(jpe?g|png|webp|pdf)\Z", "", clean_title(document.title)) or document.category.label
    return f"{stem}.{ending}"


def get_document(household: Household, document_id: UUID) -> Document:
    """A standing document of the household. Raises NotFound, also for one that was removed."""
    document = db.session.get(Document, document_id)
    if document is None or document.household_id != household.id or document.removed_at is not None:
        raise NotFound
    return document


def list_documents(household: Household, categories: Sequence[DocumentCategory] = ()) -> list[Document]:
    """The standing documents of a household by category, the oldest first."""
    query = (
        select(Document)
        .where(Document.household_id == household.id, Document.removed_at.is_(None))
        .options(joinedload(Document.added_by))
        .order_by(Document.added_at, Document.id)
    )
    if categories:
        query = query.where(Document.category.in_(categories))
    order = list(DocumentCategory)
    return sorted(db.session.scalars(query), key=lambda document: order.index(document.category))


def remove_document(*, actor: User, document: Document, reason: str) -> None:
    """Take a document out of sight, with the reason; the sealed file stays until its term of keeping ends.

    Raises DomainError document.remove_reason.
    """
    if not reason.strip():
        raise DomainError("document.remove_reason", "reason")
    document.removed_at = utc_now()
    document.removed_reason = reason.strip()
    audit.record(actor, "document.remove", document, {"category": document.category.value})
