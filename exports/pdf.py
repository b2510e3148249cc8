"""The one importer of WeasyPrint: print templates and plain values in, PDF out.

A `Press` serves only what is bundled (the style sheets of templates/print, the office's own fonts, QR codes made on the
spot and the pictures handed over with a job), all from memory. Everything else that a page or a text asks for (http,
file, data, a redirect, a missing asset) stops the rendering with `AssetMissing`: nothing is ever fetched.

Notices share a rendering, because each PDF that WeasyPrint writes subsets its Chinese fonts anew; a job is laid out in
chunks (a page takes about 0.8 MB while it is in memory) and every notice keeps page numbers of its own.

An office that owns 方正小标宋, 仿宋 and 楷体 drops the font files into a folder (setting FONT_FOLDER); the name of a
file may also be a role (小标宋.ttf, 仿宋.ttf, 楷体.ttf, 黑体.ttf). Nothing licensed is shipped.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import islice
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import segno
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from weasyprint import HTML
from weasyprint.document import Document, Page
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from exports.notices import NOTICES, survey_sheet
from exports.notices.stamp import Stamp
from survey.collector import without_collection
from survey.domain import codes
from survey.domain.codes import Code

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
SCHEME = "asset://"
QR = f"{SCHEME}qr/"
CHUNK = 24
PAGES = 4 * CHUNK  # of a book are laid out at once: CHUNK papers, or more of those that take fewer than four pages
ARCHIVAL = "pdf/a-2b"
Given = TypeVar("Given")
Made = TypeVar("Made")

# The faces of GB/T 9704 by role: as licensed fonts, common systems and Debian call them, in the order of preference.
FACES: dict[str, tuple[str, ...]] = {
    "小标宋": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong", "方正小标宋简体", "方正小标宋_GBK", "STZhongsong", "华文中宋"),
    "仿宋": ("FangSong", "仿宋", "FangSong_GB2312", "仿宋_GB2312", "STFangsong", "Zhuque Fangsong", "FandolFang"),
    "楷体": ("KaiTi", "楷体", "KaiTi_GB2312", "楷体_GB2312", "STKaiti", "FandolKai", "AR PL UKai CN", "LXGW WenKai"),
    "黑体": ("SimHei", "黑体", "STHeiti", "FandolHei", "Noto Sans CJK SC"),
}  # fmt: skip
SONG = ("SimSun", "宋体", "Noto Serif CJK SC")
RARE = ("Noto Sans CJK SC", "BabelStone Han", "HanaMinA", "HanaMinB", "TW-Sung", "TW-Sung-Ext-B", "DejaVu Sans")
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
FONT_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2"})


class AssetMissing(Exception):
    """A page asked for something that is not bundled. The message names it."""


NOT_FETCHED = (AssetMissing, FatalURLFetchingError)
"""What a rendering ends with that asked for something else than what is bundled."""


class BundledFetcher(URLFetcher):  # type: ignore[misc]
    """Serves assets from memory and refuses all else."""

    def __init__(self, assets: Mapping[str, bytes], codes: Collection[str] | None = None) -> None:
        """`codes`: the texts of which a QR may be made; None for any."""
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self.assets, self.codes = assets, codes
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The asset's bytes. Raises AssetMissing, which WeasyPrint does not swallow."""
        code = unquote(url.removeprefix(QR)) if url.startswith(QR) else None
        if code is not None and (self.codes is None or code in self.codes):
            return URLFetcherResponse(url, qr_picture(code), _type_of(".png"))
        name = unquote(url.removeprefix(SCHEME))
        if not url.startswith(SCHEME) or name not in self.assets:
            self.refused.append(url)
            raise AssetMissing(url[:200])
        return URLFetcherResponse(url, self.assets[name], _type_of(Path(name).suffix))

    def check(self) -> None:
        """Raise AssetMissing when something was refused, also where WeasyPrint would go on without it."""
        if self.refused:
            raise AssetMissing(self.refused[0][:200])

    def open(self, *_arguments: object, **_named: object) -> URLFetcherResponse:
        """Refuse: no opener of the standard library is ever used."""
        raise AssetMissing("open")


def _type_of(suffix: str) -> dict[str, str]:
    types = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
    return {"Content-Type": types.get(suffix.lower(), "application/octet-stream")}


@lru_cache(maxsize=256)
def qr_picture(text: str) -> bytes:
    """A QR code of the text as a PNG picture, with a quiet zone of two modules.

    No drawing: WeasyPrint takes 9 ms for its hundreds of lines, a fifth of what all the rest of a card takes. Four dots a module, so
    that a program which smooths pictures leaves each module its place nevertheless; base.css knows the four.
    """
    code = segno.make(text, error="m", micro=False)
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(border=2)]
    modules = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
    out = io.BytesIO()
    modules.resize((4 * modules.width, 4 * modules.height), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def has_fast_subsetting() -> bool:
    """Whether libharfbuzz-subset is there. Without it every PDF with a Chinese font takes seconds."""
    return harfbuzz_subset is not None


# --- fonts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfficeFont:
    """A font file that the office dropped into its folder: the families it answers to, the role its name claims."""

    asset: str
    families: tuple[str, ...]
    role: str = ""
    characters: frozenset[int] = frozenset()


@cache
def installed_families() -> frozenset[str]:
    """The families that fontconfig knows on this machine; empty where it cannot be asked."""
    program = shutil.which("fc-list")
    if program is None:
        return frozenset()
    told = subprocess.run([program, ":", "family"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    return frozenset(name.strip() for line in told.stdout.splitlines() for name in line.split(","))


@cache
def installed_characters() -> tuple[tuple[int, int], ...]:
    """The ranges of characters that some font of this machine can draw, in order; empty where fontconfig cannot be asked."""
    program = shutil.which("fc-list")
    if program is None:
        return ()
    asked = [program, "--format", "%{charset}\n"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    ranges = {
        (int(first, 16), int(last or first, 16))
        for word in set(told.stdout.split())
        for first, _dash, last in [word.partition("-")]
    }
    return tuple(sorted(ranges))


def read_fonts(folder: Path | None) -> tuple[dict[str, bytes], list[OfficeFont]]:
    """The office's font files as assets, and what they are. A file that is no font is passed over."""
    assets: dict[str, bytes] = {}
    fonts: list[OfficeFont] = []
    for path in sorted(folder.iterdir()) if folder is not None and folder.is_dir() else ():
        if path.suffix.lower() not in FONT_SUFFIXES or not path.is_file():
            continue
        data = path.read_bytes()
        families, characters = _names_of(data)
        if families:
            asset = f"font/{len(fonts)}{path.suffix.lower()}"
            assets[asset] = data
            role = next((role for role in FACES if path.stem.startswith(role)), "")
            fonts.append(OfficeFont(asset, families, role, characters))
    return assets, fonts


def _names_of(data: bytes) -> tuple[tuple[str, ...], frozenset[int]]:
    """The families and the characters of a font file; nothing of a file that is none."""
    try:
        face = TTCollection(io.BytesIO(data), lazy=True).fonts[0] if data[:4] == b"ttcf" else TTFont(io.BytesIO(data))
        names = {str(record) for record in face["name"].names if record.nameID in (1, 16)}
        characters = frozenset(face.getBestCmap() or ())
    except Exception:  # fontTools raises many kinds of error for a file that is no font.
        return (), frozenset()
    return tuple(sorted(names)), characters


def face_of(role: str, fonts: Sequence[OfficeFont]) -> str:
    """The family that will carry this role on this machine, "" when only the general fallback is left."""
    dropped = [family for font in fonts for family in font.families]
    if any(font.role == role for font in fonts):
        return role
    known = installed_families()
    return next((family for family in FACES[role] if family in dropped or family in known), "")


def font_sheet(fonts: Sequence[OfficeFont]) -> str:
    """The style sheet that names the faces: @font-face of the office's files and the families of each role."""
    rules = [
        f'@font-face{{font-family:"{_css_name(family)}";src:url("{SCHEME}{font.asset}")}}'
        for font in fonts
        for family in (*font.families, *((font.role,) if font.role else ()))
    ]
    for role, variable in (("小标宋", "title"), ("仿宋", "body"), ("楷体", "kai"), ("黑体", "hei")):
        found = face_of(role, fonts)
        # 小标宋 is drawn heavy; its stand-in has to be set bold to weigh the same, the real one never.
        weight = "font-weight:normal" if found or role != "小标宋" else "font-weight:bold"
        stack = (found,) if found else ()
        families = ",".join(f'"{_css_name(name)}"' for name in dict.fromkeys((*stack, *SONG, *RARE)))
        rules.append(f".{variable}{{font-family:{families};{weight}}}")
        if role == "仿宋":
            rules.append(f"html{{font-family:{families}}}")
    return "\n".join(rules)


def without_faces(sheet: bytes) -> bytes:
    """A font sheet without the files: for a press that has read them."""
    return b"\n".join(line for line in sheet.split(b"\n") if not line.startswith(b"@font-face"))


def _css_name(name: str) -> str:
    return "".join(character for character in name if character not in '"\\\n\r\f<>')


# --- templates ----------------------------------------------------------------------------------------------------


def _word(value: Code | None) -> str:
    return value.label if value is not None else ""


def _area(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def official_day(value: date | None) -> str:
    """2026年3月5日: the day as official documents write it, without leading zeros."""
    return "" if value is None else f"{value.year}年{value.month}月{value.day}日"


def _ticks(codes: type[Code], chosen: Code | Sequence[Code] | None) -> Markup:
    """All words of a code list with the chosen ones ticked, as forms print them."""
    picked = () if chosen is None else (chosen,) if isinstance(chosen, Code) else tuple(chosen)
    parts = (
        Markup('<span class="tick"><i class="{}"></i>{}</span>').format("on" if code in picked else "off", code.label)
        for code in codes
    )
    return Markup(" ").join(parts)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


def qr_address(text: str) -> str:
    """The address of a picture of the text as a QR code."""
    return f"{QR}{quote(text, safe='')}"


CODES = SimpleNamespace(
    **{name: each for name, each in vars(codes).items() if isinstance(each, type) and issubclass(each, Code)}
)
WORDS = SimpleNamespace(
    areas=survey_sheet.areas, ethnicity=survey_sheet.ethnicity, fraction=survey_sheet.fraction,
    labels=survey_sheet.labels, plain=survey_sheet.plain, sex_word=survey_sheet.sex_word,
)  # fmt: skip


@cache
def environment() -> Environment:
    """The print templates' own Jinja: no application, no request, an undefined name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    furnish(made)
    return made


def furnish(made: Environment) -> None:
    """Give a Jinja the words of the print templates: filters, tick boxes, the code lists (C) and the words of the form (F).

    Plain functions and code lists, no module: an office's own wording gets the same (`exports.sandbox`).
    """
    made.filters.update(word=_word, area=_area, day=official_day, yes_no=_yes_no, qr=qr_address)
    made.globals.update(ticks=_ticks, C=CODES, F=WORDS)


@cache
def _bundled() -> dict[str, bytes]:
    folder = TEMPLATES / "print"
    return {f"print/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.css"))}


# --- the press ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rendering:
    """What was laid out: the PDF, the page (from 0) on which each notice begins."""

    data: bytes
    starts: list[int]


class SealedPage(Page):  # type: ignore[misc]
    """A page of a stranger's making, with ours painted over it after everything else that is on it.

    What it had besides what is painted (links, forms, bookmarks) is left out: a reader could show it above ours.
    """

    def __init__(self, page: Page, seal: Page | None) -> None:
        super().__init__(page._page_box)
        for each in (self.links, self.anchors, self.bookmarks, self.forms):
            each.clear()
        self.seal = seal

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Paint the page, then ours."""
        super().paint(stream, scale)
        if self.seal is not None:
            self.seal.paint(stream, scale)


def painted(document: Document, parts: Sequence[Document] = ()) -> bytes:
    """The pages as a PDF. Raises AssetMissing: pictures are opened as they are painted.

    parts  the documents in which the pages were laid out, where it was not this one
    """
    data = bytes(document.write_pdf(pdf_variant=ARCHIVAL))
    for each in parts or (document,):
        each.url_fetcher.check()
    return data


Tell = Callable[[int], None]


def heard(_done: int) -> None:
    """For whoever does not ask how far it is."""


class Press:
    """Renders notices. Keeps the fonts between jobs; one job at a time, for Pango's state is shared by a process."""

    def __init__(self, font_folder: Path | None = None) -> None:
        self.font_folder = font_folder
        font_assets, self.fonts = read_fonts(font_folder)
        self._assets = {**_bundled(), **font_assets, "print/fonts.css": font_sheet(self.fonts).encode()}
        self._configuration = FontConfiguration()
        self._lock = Lock()
        self._drawn: set[str] = set()

    def missing_faces(self) -> list[str]:
        """The roles of GB/T 9704 that this machine can only draw with a stand-in."""
        return [role for role in FACES if not face_of(role, self.fonts)]

    def undrawable(self, text: str) -> str:
        """The characters of a text that no font here has a glyph for: they would be printed as empty boxes."""
        return "".join(dict.fromkeys(each for each in text if each not in self._drawn and not self._can_draw(each)))

    def _can_draw(self, character: str) -> bool:
        code = ord(character)
        known = installed_characters()
        # Marks that only join or choose a shape, spaces and controls have no glyph of their own.
        can = (
            not known
            or unicodedata.category(character) in INVISIBLE
            or 0xFE00 <= code <= 0xFE0F
            or 0xE0100 <= code <= 0xE01EF
            or any(first <= code <= last for first, last in known)
            or any(code in font.characters for font in self.fonts)
        )
        if can:
            self._drawn.add(character)
        return can

    def one(self, template: str, notice: object, *, pictures: Mapping[str, bytes] | None = None) -> bytes:
        """One notice as one PDF."""
        return self.bound(template, [notice], pictures)

    def book(
        self,
        template: str,
        notices: Sequence[object],
        *,
        pictures: Mapping[str, bytes] | None = None,
        duplex: bool = False,
        chunk: int | None = None,
        processes: int = 1,
        tell: Tell = heard,
    ) -> bytes:
        """All notices in their order as one PDF, each with page numbers of its own.

        duplex  begin each notice on a right-hand page, so that a two-sided print never carries two households on a leaf
        chunk   how many are laid out at once; None for as many as take `PAGES` pages
        tell    is told how many are laid out, after each chunk and while one is waited for; what it raises ends the book
        """
        if len(notices) <= (chunk or CHUNK):
            processes = 1
        # Chunks of one size, as many for each process: none waits for another, none subsets fonts for a few leftovers.
        rounds = ceil(len(notices) / processes / (chunk or chunk_of(template)))
        groups = list(chunks(notices, ceil(len(notices) / processes / max(1, rounds))))
        if processes > 1 and len(groups) > 1:
            jobs = [(self.font_folder, template, group, pictures, duplex) for group in groups]
            parts = list(_elsewhere(_bound_elsewhere, jobs, [*map(len, groups)], processes, tell))
        else:
            parts = []
            for done, group in _counted(groups):
                parts.append(self.bound(template, group, pictures, duplex=duplex))
                tell(done)
        return joined(parts, duplex=duplex)

    def each(
        self,
        template: str,
        notices: Sequence[object],
        *,
        pictures: Mapping[str, bytes] | None = None,
        chunk: int = CHUNK,
        processes: int = 1,
        tell: Tell = heard,
    ) -> Iterator[bytes]:
        """A PDF for each notice, in their order, laid out and written in chunks and then split. `tell` as for a book."""
        groups = list(chunks(notices, chunk))
        if processes > 1:
            jobs = [(self.font_folder, template, group, pictures) for group in groups]
            for pieces in _elsewhere(_split_elsewhere, jobs, [*map(len, groups)], processes, tell):
                yield from pieces
            return
        for done, group in _counted(groups):
            yield from self.split(template, group, pictures)
            tell(done)

    def split(self, template: str, group: Sequence[object], pictures: Mapping[str, bytes] | None = None) -> list[bytes]:
        """One chunk of `each`: one rendering, written once, split into a PDF for each notice.

        The written file is split, not the rendering: WeasyPrint would subset the fonts anew for each part, which
        costs as much as a document of its own (bench/notices.py). Each part carries the fonts of its chunk.
        """
        with without_collection():  # its boxes are in use until the chunk is written
            made = self.render(template, group, pictures)
        reader = PdfReader(io.BytesIO(made.data))
        ends = [*made.starts[1:], len(reader.pages)]
        return [_part(reader, start, end) for start, end in zip(made.starts, ends, strict=True)]

    def bound(
        self,
        template: str,
        group: Sequence[object],
        pictures: Mapping[str, bytes] | None = None,
        *,
        duplex: bool = False,
    ) -> bytes:
        """One chunk of `book`: one rendering, written as it is."""
        with without_collection():
            return self.render(template, group, pictures, duplex=duplex).data

    def html(self, template: str, notices: Sequence[object], *, duplex: bool = False) -> str:
        """The page that will be laid out."""
        return environment().get_template(f"print/{template}.html").render(notices=notices, duplex=duplex, sealed=False)

    def render(
        self,
        template: str,
        notices: Sequence[object],
        pictures: Mapping[str, bytes] | None = None,
        *,
        duplex: bool = False,
    ) -> Rendering:
        """One rendering of some notices."""
        with self._lock:
            document = self._laid(self.html(template, notices, duplex=duplex), pictures)
            data = painted(document)
        # An article that runs over several pages leaves its anchor on each of them: the first one counts.
        firsts: dict[str, int] = {}
        for number, sheet in enumerate(document.pages):
            for anchor in sheet.anchors:
                if anchor.startswith("notice-"):
                    firsts.setdefault(anchor, number)
        return Rendering(data, sorted(firsts.values()))

    def _laid(
        self, html: str, pictures: Mapping[str, bytes] | None = None, codes: Collection[str] | None = None
    ) -> Document:
        """The pages of some HTML, not written yet. Raises AssetMissing."""
        assets = {**self._assets, **{f"picture/{name}": data for name, data in (pictures or {}).items()}}
        fetcher = BundledFetcher(assets, codes)
        document = HTML(string=html, base_url=SCHEME, url_fetcher=fetcher).render(font_config=self._configuration)
        fetcher.check()
        return document

    def _seals(self, stamps: Sequence[Stamp]) -> list[Page]:
        """A page for each stamp: the QR and the code where they are painted over a page, nothing else."""
        html = environment().get_template("print/seal.html").render(stamps=stamps)
        return list(self._laid(html).pages) if stamps else []


def joined(parts: Sequence[bytes], *, duplex: bool = False) -> bytes:
    """Several PDFs as one; `duplex`: each begins on a right-hand page."""
    if len(parts) == 1:
        return parts[0]
    writer = PdfWriter()
    for part in parts:
        reader = PdfReader(io.BytesIO(part))
        writer.append(reader)
        if duplex and len(reader.pages) % 2:
            writer.add_blank_page()
    return _written(writer, PdfReader(io.BytesIO(parts[0])))


def _part(reader: PdfReader, start: int, end: int) -> bytes:
    """Some pages of a PDF as a PDF."""
    writer = PdfWriter()
    writer.append(reader, pages=(start, end), import_outline=False)
    return _written(writer, reader)


def marked(data: bytes, text: str) -> bytes:
    """The PDF with a word across each page, over everything that stands there: 样张. Not an archival file any more."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    stamps: dict[tuple[float, float], Any] = {}
    for page in writer.pages:
        size = float(page.mediabox.width), float(page.mediabox.height)
        if size not in stamps:
            html = environment().get_template("print/mark.html").render(text=text, width=size[0], height=size[1])
            made = HTML(string=html, base_url=SCHEME, url_fetcher=BundledFetcher(_bundled())).write_pdf()
            stamps[size] = PdfReader(io.BytesIO(made)).pages[0]
        page.merge_page(stamps[size])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _written(writer: PdfWriter, source: PdfReader) -> bytes:
    """The bytes, still PDF/A: what makes `source` an archival file stands in its catalogue, not in its pages."""
    for name in ("/Metadata", "/OutputIntents"):
        # Raw: a stream has to stay an object of its own, to which the catalogue only refers.
        writer.root_object[NameObject(name)] = source.root_object.raw_get(name).clone(writer)
    # The document information has to say what the metadata stream says, the producer too.
    writer.metadata = {name: str(value) for name, value in (source.metadata or {}).items()}
    writer.pdf_header = source.pdf_header
    writer.generate_file_identifiers()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# --- other processes ----------------------------------------------------------------------------------------------

LOOK_SECONDS = 0.5
"""How often whoever waits for a process is asked whether to go on."""


def _elsewhere(
    work: Callable[[Given], Made], jobs: Sequence[Given], sizes: Sequence[int], processes: int, tell: Tell
) -> Iterator[Made]:
    """What the work makes of each job, in their order, in other processes. `sizes`: how many notices a job has."""
    done = 0
    with _workers(min(processes, len(jobs))) as pool:
        for future, size in zip([pool.submit(work, job) for job in jobs], sizes, strict=True):
            while not wait([future], LOOK_SECONDS).done:
                tell(done)
            yield future.result()
            done += size
            tell(done)


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are gone when the block is left, in the middle of a page too, and when this process is, even killed.

    Each of them watches a pipe of which this process has the only writing end: it ends with whoever holds it.
    """
    context = get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_end_with, initargs=(watched,))
    try:
        yield pool
    except BaseException:
        held.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        watched.close()
        held.close()


def _end_with(watched: Connection) -> None:
    """End this process when the other end of the pipe is closed. A thread: the process may be deep in a page."""

    def watch() -> None:
        with suppress(EOFError, OSError):
            watched.recv_bytes()
        os._exit(1)

    Thread(target=watch, name="watch", daemon=True).start()


def _counted(groups: Sequence[list[object]]) -> Iterator[tuple[int, list[object]]]:
    """Each group with how many notices there are up to its end."""
    done = 0
    for group in groups:
        done += len(group)
        yield done, group


def _split_elsewhere(
    job: tuple[Path | None, str, Sequence[object], Mapping[str, bytes] | None],
) -> list[bytes]:
    font_folder, template, group, pictures = job
    return press(font_folder).split(template, group, pictures)


def _bound_elsewhere(
    job: tuple[Path | None, str, Sequence[object], Mapping[str, bytes] | None, bool],
) -> bytes:
    font_folder, template, group, pictures, duplex = job
    return press(font_folder).bound(template, group, pictures, duplex=duplex)


def chunk_of(template: str) -> int:
    """How many notices of a kind a book lays out at once: many of one page, fewer of long ones; a page takes memory.

    Single files stay with `CHUNK`: each carries the fonts of its chunk.
    """
    notice = NOTICES.get(template)
    return max(CHUNK, PAGES // notice.pages) if notice else CHUNK


def chunks(notices: Sequence[object], size: int) -> Iterator[list[object]]:
    """The notices in lists of at most `size`."""
    rest = iter(notices)
    while group := list(islice(rest, size)):
        yield group


@cache
def press(font_folder: Path | None = None) -> Press:
    """The press of this process for a font folder. A font added later is seen after a restart."""
    return Press(font_folder)
