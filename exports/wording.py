"""An office's own wording of a notice (文书模板): checked, previewed and printed, always in a process of its own.

The wording is a stranger's program, however small. It is parsed, compiled, rendered and laid out in a child process with
limits of time and memory, in the `Sandbox`, with a bounded page; the child gets the wording and plain values, and no key, no database
and no setting. That holds for every print and not for the check alone: what passes with samples may still go wrong with
the values of a household. docs/decisions/wordings.md says why.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from exports.child import ask, serve
from exports.notices import NOTICES
from exports.notices.sample import KINDS, STAMP, sample
from exports.pdf import (
    CHUNK,
    NOT_FETCHED,
    SCHEME,
    TEMPLATES,
    Press,
    Rendering,
    chunks,
    furnish,
    joined,
    marked,
    press,
    qr_address,
)
from exports.sandbox import FRAME, MACROS, Fault, Sandbox, TooLong, check_source, fault_of, render
from survey.domain.errors import DomainError

MEMORY_BYTES = 1024 * 1024 * 1024
"""Of address space: laying out 24 long papers with a Chinese font maps about 700 MB of it."""
CHECK_SECONDS, PRINT_SECONDS = 20, 300
WAIT = 6
"""How much longer than its time of the processor a child is waited for: the machine does other things besides."""
RUN = 2 * CHUNK
"""Papers for one child: starting one costs about as much as three pages."""
LONGEST = 100_000
LEAST_QR_MM = 12.0
SAMPLE_MARK = "样张"
PAGE_NUMBER = re.compile(r"—\d+—|第\d+页")


def built_in(name: str) -> str:
    """The wording that the program ships, as an office copies it."""
    return (TEMPLATES / "print" / f"{name}.html").read_text("utf-8")


# --- who asks -----------------------------------------------------------------------------------------------------


def check_wording(name: str, source: str, font_folder: Path | None = None) -> None:
    """Refuse a wording that could not be printed, or that lost what every paper must carry. Takes some seconds.

    Raises DomainError wording.* on the field `source`, with `line` among its values.
    """
    if len(source) > LONGEST:
        raise DomainError("wording.too_large", "source", line=0, most=LONGEST // 1000)
    _asked("check", name, source, font_folder, CHECK_SECONDS)


def preview_wording(name: str, source: str, kind: str, font_folder: Path | None = None) -> bytes:
    """The PDF of a sample, marked 样张 on each page. Raises DomainError, as check_wording."""
    return _asked("preview", name, source, font_folder, CHECK_SECONDS, kind=kind)[0]


@dataclass(frozen=True, slots=True)
class WordingPress:
    """Prints with an office's own wording what `exports.pdf.Press` prints with ours.

    book and each raise DomainError wording.* where the wording fails with the values of a paper.
    """

    source: str
    font_folder: Path | None

    def book(self, name: str, papers: Sequence[object], *, duplex: bool = False, processes: int = 1) -> bytes:
        """All papers in their order as one PDF, each with page numbers of its own."""
        return joined([*self._runs("book", name, papers, processes, duplex=duplex)], duplex=duplex)

    def each(self, name: str, papers: Sequence[object], *, processes: int = 1) -> Iterator[bytes]:
        """A PDF for each paper, in their order."""
        return self._runs("each", name, papers, processes)

    def _runs(
        self, task: str, name: str, papers: Sequence[object], processes: int, *, duplex: bool = False
    ) -> Iterator[bytes]:
        def run(group: Sequence[object]) -> list[bytes]:
            return _asked(task, name, self.source, self.font_folder, PRINT_SECONDS, group, duplex=duplex)

        groups = chunks(papers, RUN)
        if processes == 1 or len(papers) <= RUN:
            for group in groups:
                yield from run(group)
            return
        with ThreadPoolExecutor(processes) as pool:
            for parts in pool.map(run, groups):
                yield from parts


def _asked(
    task: str,
    name: str,
    source: str,
    font_folder: Path | None,
    seconds: int,
    papers: Sequence[object] = (),
    **more: object,
) -> list[bytes]:
    """What the child answers to one task. Raises DomainError."""
    order = {
        "task": task,
        "notice": name,
        "source": source,
        "fonts": str(font_folder or ""),
        "seconds": seconds,
        **more,
    }
    answer = ask("exports.wording", order, pickle.dumps(list(papers)), seconds * WAIT)
    if answer is None:
        raise DomainError("wording.too_slow", "source", line=0)
    head, _newline, body = answer.partition(b"\n")
    told = json.loads(head)
    if "code" in told:
        raise DomainError(told["code"], "source", line=told["line"], **told["params"])
    parts, at = [], 0
    for size in told["sizes"]:
        parts.append(body[at : at + size])
        at += size
    return parts


# --- the child ----------------------------------------------------------------------------------------------------


class _OwnPress(Press):
    """A press that knows one wording and nothing else of the templates."""

    def __init__(self, name: str, source: str, font_folder: Path | None) -> None:
        super().__init__(font_folder)
        self.template = f"print/{name}.html"
        frame = {path: (TEMPLATES / path).read_text("utf-8") for path in (FRAME, MACROS)}
        self.source = source
        self.sandbox = Sandbox({**frame, self.template: source})
        furnish(self.sandbox)
        self.sandbox.close()

    def html(self, template: str, notices: Sequence[object], *, duplex: bool = False) -> str:
        return render(self.sandbox, self.template, notices=notices, duplex=duplex)

    def render(
        self,
        template: str,
        notices: Sequence[object],
        pictures: Mapping[str, bytes] | None = None,
        *,
        duplex: bool = False,
    ) -> Rendering:
        """One rendering. Raises Fault, also for a page without the papers that it was made for."""
        try:
            made = super().render(template, notices, pictures, duplex=duplex)
        except Fault:
            raise
        except NOT_FETCHED as error:
            address = str(error).removeprefix("Error fetching ").strip('"')
            raise Fault("wording.address", self._line_with(address), address=address[:80]) from None
        except Exception as error:  # WeasyPrint, its parsers and the QR raise what they like.
            raise fault_of(error, self.template) from None
        if len(made.starts) != len(notices):
            raise Fault("wording.lost_notices")
        return made

    def _line_with(self, text: str) -> int:
        address = text.removeprefix(SCHEME)
        return next((number for number, line in enumerate(self.source.splitlines(), 1) if address in line), 0)


def _answer(order: dict[str, Any], data: bytes) -> bytes:
    name, folder = order["notice"], Path(order["fonts"]) if order["fonts"] else None
    signal.signal(signal.SIGXCPU, _stop)
    try:
        parts = _done(order, _OwnPress(name, order["source"], folder), pickle.loads(data))  # noqa: S301  ours
    except Fault as fault:
        return json.dumps({"code": fault.code, "line": fault.line, "params": fault.params}).encode() + b"\n"
    except TooLong:
        return json.dumps({"code": "wording.too_slow", "line": 0, "params": {}}).encode() + b"\n"
    except MemoryError:
        return json.dumps({"code": "wording.too_much", "line": 0, "params": {}}).encode() + b"\n"
    return json.dumps({"sizes": [len(each) for each in parts]}).encode() + b"\n" + b"".join(parts)


def _stop(_signal: int, _frame: object) -> None:
    raise TooLong


def _done(order: dict[str, Any], own: _OwnPress, papers: list[object]) -> list[bytes]:
    name = order["notice"]
    if order["task"] == "check":
        _check(name, own)
        return []
    if order["task"] == "preview":
        check_source(own.sandbox, own.template, type(sample(name)))
        return [marked(own.render(name, [sample(name, order["kind"])]).data, SAMPLE_MARK)]
    if order["task"] == "each":
        return [part for group in chunks(papers, CHUNK) for part in own.split(name, group)]
    return [own.book(name, papers, duplex=order["duplex"])]


def _check(name: str, own: _OwnPress) -> None:
    """The wording with every sample, and what each paper must still carry."""
    check_source(own.sandbox, own.template, type(sample(name)))
    papers = [sample(name), *(sample(name, kind) for kind in KINDS)]  # two with everything, so that one follows another
    for kind, paper in zip(KINDS, papers[1:], strict=True):
        try:
            own.html(name, [paper])
        except Fault as fault:
            fault.params["sample"] = KINDS[kind]
            raise
    made = own.render(name, papers)
    texts = _texts(made.data)
    _check_carried(name, texts, _texts(press(own.font_folder).render(name, papers[:1]).data))
    ends = [*made.starts[1:], len(texts)]
    for paper, start, end in zip(papers, made.starts, ends, strict=True):
        if paper.stamp:
            _check_stamps(made.pages[start:end], texts[start:end], paper.stamp)


def _texts(data: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def _check_carried(name: str, texts: list[str], ours: list[str]) -> None:
    """What our own wording shows, the office's has to show as well: the 文号, a number on each page."""
    number = "".join(STAMP.document_no.split())
    if NOTICES[name].letter and any(number in text for text in ours) and not any(number in text for text in texts):
        raise Fault("wording.lost_number")
    if all(map(PAGE_NUMBER.search, ours)) and not all(map(PAGE_NUMBER.search, texts)):
        raise Fault("wording.lost_page_number")


def _check_stamps(pages: Sequence[Any], texts: list[str], stamp: Any) -> None:
    """The QR and the 校验码 on each page, large enough to be read."""
    address = qr_address(stamp.link)
    for number, (page, text) in enumerate(zip(pages, texts, strict=True), 1):
        boxes = (box for box in page._page_box.descendants() if getattr(box, "replacement", None) is not None)
        seen = any(box.element.get("src") == address and _is_seen(box, page) for box in boxes)
        if not seen or stamp.code not in text:
            raise Fault("wording.lost_qr", page=number)


def _is_seen(box: Any, page: Any) -> bool:
    """Whether a picture is large enough, not hidden and on the page."""
    millimetre = 96 / 25.4
    return bool(
        min(box.width, box.height) >= LEAST_QR_MM * millimetre
        and box.style["visibility"] == "visible"
        and 0 <= box.content_box_x() <= page.width - box.width
        and 0 <= box.content_box_y() <= page.height - box.height
    )


if __name__ == "__main__":
    sys.exit(serve(_answer, MEMORY_BYTES))
