"""Documents: what is kept of a file, what is refused, and how it lies on the disk."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from PIL import Image, ImageFile
from pypdf import PdfWriter

from survey.domain.access import Role
from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError, NotFound
from survey.models import AuditEntry, Document, Project, db
from survey.models.crypto import SealBroken
from survey.services import document
from tests import factories


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 200 if mode == "L" else "orange").save(out, kind, **options)
    return out.getvalue()


def pdf(pages: int = 2, password: str = "") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(DomainError) as caught:
        document.prepare(content)
    return caught.value.code


def test_a_photo_loses_its_position_and_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    exif[0x010F] = "CAMERA-OF-SOMEBODY"
    exif.get_ifd(0x8825)[1] = "N"
    kept = document.prepare(picture(exif=exif))
    with Image.open(BytesIO(kept.content)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 60))
        assert not image.getexif()
    assert b"CAMERA-OF-SOMEBODY" not in kept.content
    assert (kept.media_type, kept.pages) == ("image/jpeg", 1)


def test_what_hides_behind_a_picture_is_left_behind() -> None:
    kept = document.prepare(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in kept.content


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("PNG", mode="RGBA"), "image/png"),
        (picture("WEBP"), "image/jpeg"),
        (picture("WEBP", mode="RGBA"), "image/jpeg"),
        (picture("JPEG", mode="L"), "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
    ],
    ids=["png", "png with holes", "webp", "webp with holes", "grey", "printer's colours"],
)
def test_pictures_become_jpeg_or_png_with_a_preview(content: bytes, media_type: str) -> None:
    kept = document.prepare(content)
    assert kept.media_type == media_type
    assert kept.preview is not None
    with Image.open(BytesIO(kept.preview)) as small:
        assert small.format == "JPEG"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document.empty"),
        (b"\0" * (document.MOST_BYTES + 1), "document.too_big"),
        (b"GIF89a" + b"\0" * 40, "document.kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document.kind"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "document.heic"),
        (picture(size=(400, 400))[:300], "document.damaged"),
        (picture("PNG", size=(300, 300))[:200], "document.damaged"),
        (pdf(password="x"), "document.encrypted"),
        (b"%PDF-1.7 nothing more", "document.damaged"),
        (pdf()[:120], "document.damaged"),
    ],
    ids=["empty", "too big", "gif", "svg", "heic", "half a photo", "half a png", "locked", "no pdf", "half a pdf"],
)
def test_files_that_cannot_be_kept_are_refused_in_words(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_half_a_picture_is_refused_also_after_a_notice_was_printed() -> None:
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as WeasyPrint leaves it
    assert refused(picture("PNG", size=(300, 300))[:200]) == "document.damaged"


def test_a_flood_of_pixels_is_refused_before_it_is_drawn() -> None:
    content = picture("PNG", mode="L")
    header = b"IHDR" + struct.pack(">II", 60_000, 60_000) + content[24:29]
    assert (
        refused(content[:12] + header + struct.pack(">I", crc32(header)) + content[33:]) == "document.too_many_pixels"
    )
    assert refused(picture("PNG", size=(10_000, 5_001), mode="L")) == "document.too_many_pixels"


def test_a_pdf_is_kept_as_it_is_with_its_pages_counted() -> None:
    content = pdf(3)
    kept = document.prepare(content)
    assert (kept.content, kept.media_type, kept.pages, kept.preview) == (content, "application/pdf", 3, None)


def test_the_file_lies_sealed_under_its_id_and_opens_for_its_document_only(project: Project, tmp_path: Path) -> None:
    home, other = factories.household(project, "3-1-101"), factories.household(project, "3-1-102")
    actor = factories.member(project, Role.SURVEYOR)
    prepared = document.prepare(picture())
    row = document.add_document(
        actor=actor, folder=tmp_path, category=DocumentCategory.PHOTO, prepared=prepared, title="../../客厅\0.jpg",
        household=home,
    )  # fmt: skip
    assert row.title == "客厅.jpg"
    assert document.read_content(row, tmp_path) == prepared.content
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == [row.id.hex, row.id.hex + ".small"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert all(prepared.content[:20] not in path.read_bytes() for path in files)
    another = Document(id=other.id, media_type="image/jpeg", category=DocumentCategory.PHOTO)
    moved = tmp_path / other.id.hex[-2:] / other.id.hex
    moved.parent.mkdir(exist_ok=True)
    moved.write_bytes((tmp_path / row.id.hex[-2:] / row.id.hex).read_bytes())
    with pytest.raises(SealBroken):
        document.read_content(another, tmp_path)
    with pytest.raises(NotFound):
        document.get_document(other, row.id)


def test_a_lost_file_is_named_and_no_crash(project: Project, tmp_path: Path) -> None:
    row = document.add_document(
        actor=factories.member(project, Role.SURVEYOR), folder=tmp_path, category=DocumentCategory.OTHER,
        prepared=document.prepare(pdf()), household=factories.household(project),
    )  # fmt: skip
    with pytest.raises(NotFound):
        document.read_preview(row, tmp_path)
    with pytest.raises(DomainError, match=r"document\.missing"):
        document.read_content(row, tmp_path / "elsewhere")


def test_a_removed_document_is_out_of_sight_but_not_gone(project: Project, tmp_path: Path) -> None:
    home, actor = factories.household(project), factories.member(project, Role.OFFICE)
    row = document.add_document(
        actor=actor, folder=tmp_path, category=DocumentCategory.TITLE, prepared=document.prepare(picture()),
        household=home,
    )  # fmt: skip
    with pytest.raises(DomainError, match=r"document\.remove_reason"):
        document.remove_document(actor=actor, document=row, reason=" ")
    document.remove_document(actor=actor, document=row, reason="拍错了")
    assert document.list_documents(home) == []
    assert document.read_content(row, tmp_path)
    actions = list(
        db.session.scalars(db.select(AuditEntry.action).where(AuditEntry.noun == "document").order_by(AuditEntry.seq))
    )
    assert actions == ["document.add", "document.remove"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("客厅", "客厅.jpg"), ("IMG_1.JPEG", "IMG_1.jpg"), ("", "房屋照片.jpg"), ("a/b\\c.webp", "c.jpg")],
)
def test_a_copy_is_called_by_its_title_with_the_ending_of_what_it_is(title: str, name: str) -> None:
    row = Document(category=DocumentCategory.PHOTO, media_type="image/jpeg", title=title)
    assert document.download_name(row) == name
