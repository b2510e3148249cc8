"""What a file is, told by its bytes and never by its name, and what is refused before anything is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from enum import StrEnum

from survey.domain.errors import DomainError

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PARTS = 200
MAX_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024
"""Small parts may be as repetitive as they like."""
MAX_DIRECTORY_BYTES = 256 * 1024

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_END = b"PK\x05\x06"
OTHER_FILES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文档"),
    (b"\xff\xd8\xff", "图片"),
    (b"\x89PNG", "图片"),
    (b"GIF8", "图片"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", "写字板文档"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"SQLite format 3", "数据库"),
)


class Kind(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


def sniff(data: bytes) -> Kind:
    """The kind of a spreadsheet. Nothing is unpacked and nothing is parsed but the directory of a zip.

    Raises DomainError: roster.too_big, roster.empty, roster.damaged, roster.encrypted, roster.macros,
    roster.not_spreadsheet, roster.too_complex.
    """
    if len(data) > MAX_FILE_BYTES:
        raise DomainError("roster.too_big", "file", megabytes=MAX_FILE_BYTES // 1024 // 1024)
    if not data.strip(b"\x00\xef\xbb\xbf\r\n\t ,;"):
        raise DomainError("roster.empty", "file")
    if data.startswith(OLE):
        return _sniff_ole(data)
    if data.startswith(b"PK"):
        return _sniff_zip(data)
    for mark, kind in OTHER_FILES:
        if data.startswith(mark):
            raise DomainError("roster.not_spreadsheet", "file", kind=kind)
    head = data[:4096].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<div", b"<style")):
        raise DomainError("roster.not_spreadsheet", "file", kind="网页（请用 Excel 或 WPS 打开后另存为 .xlsx）")
    if head.startswith(b"<"):
        raise DomainError("roster.not_spreadsheet", "file", kind="XML 文件（请用 Excel 或 WPS 打开后另存为 .xlsx）")
    if b"\x00" in data[:65536] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DomainError("roster.not_spreadsheet", "file", kind="其他类型的文件")
    return Kind.CSV


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _sniff_ole(data: bytes) -> Kind:
    if _utf16("EncryptedPackage") in data or _utf16("EncryptionInfo") in data:
        raise DomainError("roster.encrypted", "file")
    if _utf16("Workbook") in data or _utf16("Book\x00") in data:
        return Kind.XLS
    if _utf16("WordDocument") in data:
        raise DomainError("roster.not_spreadsheet", "file", kind="Word 文档")
    if _utf16("PowerPoint Document") in data:
        raise DomainError("roster.not_spreadsheet", "file", kind="演示文稿")
    raise DomainError("roster.damaged", "file")


def _sniff_zip(data: bytes) -> Kind:
    # The directory is measured before zipfile reads it: a directory of a million entries would cost the parent dearly.
    end = data.rfind(ZIP_END, max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise DomainError("roster.damaged", "file")
    entries, directory_bytes = struct.unpack("<HI", data[end + 10 : end + 16])
    if entries > MAX_PARTS or directory_bytes > MAX_DIRECTORY_BYTES:
        raise DomainError("roster.too_complex", "file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            mimetype = archive.read("mimetype")[:100] if _is_small(parts, "mimetype") else b""
            manifest = archive.read("META-INF/manifest.xml") if _is_small(parts, "META-INF/manifest.xml") else b""
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        struct.error,
    ) as error:
        raise DomainError("roster.damaged", "file") from error
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]
        raise DomainError("roster.damaged", "file") from error
    if len(parts) > MAX_PARTS or len(parts) != len(names):
        raise DomainError("roster.too_complex", "file")
    if any(part.flag_bits & 1 for part in parts):
        raise DomainError("roster.encrypted", "file")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or any(is_bomb(part.file_size, part.compress_size) for part in parts):
        raise DomainError("roster.too_complex", "file")
    return _kind_of_parts(names, mimetype, manifest)


def is_bomb(unpacked: int, packed: int) -> bool:
    """Whether a part shrinks more than any table that a person made."""
    return unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(packed, 1)


def _is_small(parts: list[zipfile.ZipInfo], name: str) -> bool:
    return any(part.filename == name and part.file_size < 1_000_000 for part in parts)


def _kind_of_parts(names: set[str], mimetype: bytes, manifest: bytes) -> Kind:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise DomainError("roster.macros", "file")
    if mimetype.startswith(b"application/vnd.oasis.opendocument."):
        if b"encryption-data" in manifest:
            raise DomainError("roster.encrypted", "file")
        if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            return Kind.ODS
        raise DomainError("roster.not_spreadsheet", "file", kind="其他类型的文档")
    if "xl/workbook.bin" in names:
        raise DomainError("roster.not_spreadsheet", "file", kind="二进制工作簿（.xlsb），请另存为 .xlsx")
    if "xl/workbook.xml" in names or ("[Content_Types].xml" in names and any(n.startswith("xl/") for n in names)):
        return Kind.XLSX
    if "word/document.xml" in names or any(name.startswith("word/") for name in names):
        raise DomainError("roster.not_spreadsheet", "file", kind="Word 文档")
    if any(name.startswith("ppt/") for name in names):
        raise DomainError("roster.not_spreadsheet", "file", kind="演示文稿")
    raise DomainError("roster.not_spreadsheet", "file", kind="压缩包")
