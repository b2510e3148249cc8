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
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from pypdf import PdfReader

from exports.child import ask, serve
from exports.notices import NOTICES
from exports.notices.office import Office
from exports.notices.sample import KINDS, STAMP, sample
from exports.notices.stamp import Stamp
from exports.pdf import (
    CHUNK,
    NOT_FETCHED,
    QR,
    SCHEME,
    TEMPLATES,
    Press,
    Rendering,
    SealedPage,
    Tell,
    chunks,
    furnish,
    heard,
    joined,
    marked,
    painted,
    press,
    without_faces,
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
LONGEST, MOST_LINES = 100_000, 2_000
TURN, TURN_SECONDS = BoundedSemaphore(1), 10
"""Checks and previews in one process take turns: each may use a processor for 20 s and a gigabyte."""
MILLIMETRE = 96 / 25.4
SMALLEST_MM, LARGEST_MM = 100, 430
"""Of a page: our stamp is on it, and is not printed smaller than it is because a printer shrinks the page."""
SAMPLE_MARK = "样张"
PAGE_NUMBER = re.compile(r"—\d+—|第\d+页")


def built_in(name: str) -> str:
    """The wording that the program ships, as an office copies it."""
    return (TEMPLATES / "print" / f"{name}.html").read_text("utf-8")


# --- who asks -----------------------------------------------------------------------------------------------------


def check_wording(name: str, source: str, font_folder: Path | None = None) -> None:
    """Refuse a wording that could not be printed, or that lost what every paper must carry. Takes some seconds.

    Hold no transaction while it runs. Raises DomainError wording.* on the field `source`, with `line` among its values.
    """
    if len(source) > LONGEST:
        raise DomainError("wording.too_large", "source", line=0, most=LONGEST // 1000)
    if source.count("\n") > MOST_LINES:
        raise DomainError("wording.too_many_lines", "source", line=0, most=MOST_LINES)
    with _turn():
        _asked("check", name, source, font_folder, CHECK_SECONDS)


def preview_wording(
    name: str, source: str, kind: str, font_folder: Path | None = None, office: Office | None = None
) -> bytes:
    """The PDF of a sample, marked 样张 on each page. Raises DomainError, as check_wording.

    office  who issues it, so that a sample promises nothing that a real paper has not; None for an invented one, as
            the sample with only what must be there always has it
    """
    paper = sample(name, kind)
    if office is not None and kind != "bare":
        paper = replace(paper, office=office)
    with _turn():
        return _asked("preview", name, source, font_folder, CHECK_SECONDS, [paper])[0]


@contextmanager
def _turn() -> Iterator[None]:
    """Wait a short while for one's turn. Raises DomainError("wording.busy")."""
    if not TURN.acquire(timeout=TURN_SECONDS):
        raise DomainError("wording.busy", "source", line=0)
    try:
        yield
    finally:
        TURN.release()


@dataclass(frozen=True, slots=True)
class WordingPress:
    """Prints with an office's own wording what `exports.pdf.Press` prints with ours.

    book and each raise DomainError wording.* where the wording fails with the values of a paper.
    """

    source: str
    font_folder: Path | None

    def book(
        self, name: str, papers: Sequence[object], *, duplex: bool = False, processes: int = 1, tell: Tell = heard
    ) -> bytes:
        """All papers in their order as one PDF, each with page numbers of its own."""
        return joined([*self._runs("book", name, papers, processes, tell, duplex=duplex)], duplex=duplex)

    def each(self, name: str, papers: Sequence[object], *, processes: int = 1, tell: Tell = heard) -> Iterator[bytes]:
        """A PDF for each paper, in their order."""
        return self._runs("each", name, papers, processes, tell)

    def _runs(
        self, task: str, name: str, papers: Sequence[object], processes: int, tell: Tell, *, duplex: bool = False
    ) -> Iterator[bytes]:
        done = 0

        def run(group: Sequence[object]) -> list[bytes]:
            return _asked(
                task, name, self.source, self.font_folder, PRINT_SECONDS, group, heed=lambda: tell(done), duplex=duplex
            )

        groups = list(chunks(papers, RUN))
        with ThreadPoolExecutor(min(processes, len(groups)) or 1) as pool:
            for group, parts in zip(groups, pool.map(run, groups), strict=True):
                yield from parts
                done += len(group)
                tell(done)


def _asked(
    task: str,
    name: str,
    source: str,
    font_folder: Path | None,
    seconds: int,
    papers: Sequence[object] = (),
    heed: Callable[[], None] = lambda: None,
    **more: object,
) -> list[bytes]:
    """What the child answers to one task. Raises DomainError, and what `heed` raises while it is waited for."""
    order = {
        "task": task,
        "notice": name,
        "source": source,
        "fonts": str(font_folder or ""),
        "seconds": seconds,
        **more,
    }
    answer = ask("exports.wording", order, pickle.dumps(list(papers)), seconds * WAIT, heed)
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
    """A press that knows one wording and nothing else of the templates.

    Each paper is a document of its own: no value, style or tag of one reaches another, and whose page a page is follows from
    where it was made. The stamp is painted over the finished pages, by us.
    """

    def __init__(self, name: str, source: str, font_folder: Path | None) -> None:
        super().__init__(font_folder)
        self.template = f"print/{name}.html"
        frame = {path: (TEMPLATES / path).read_text("utf-8") for path in (FRAME, MACROS)}
        self.source = source
        self.sandbox = Sandbox({**frame, self.template: source})
        furnish(self.sandbox)
        self.sandbox.close()

    def html(self, template: str, notices: Sequence[object], *, duplex: bool = False) -> str:
        return render(self.sandbox, self.template, notices=notices, duplex=duplex, sealed=True)

    def render(
        self,
        template: str,
        notices: Sequence[object],
        pictures: Mapping[str, bytes] | None = None,
        *,
        duplex: bool = False,
    ) -> Rendering:
        """One rendering. Raises Fault, also for a page without the paper that it was made for."""
        try:
            documents = [self._paper(paper) for paper in notices]
            stamps = [stamp for paper in notices if (stamp := _stamp_of(paper))]
            seals = iter(self._seals(stamps))
            pages: list[Any] = []
            starts: list[int] = []
            for paper, document in zip(notices, documents, strict=True):
                if duplex and len(pages) % 2:
                    pages.append(self._blank(pages[-1]))
                starts.append(len(pages))
                seal = next(seals) if _stamp_of(paper) else None
                pages += [SealedPage(page, seal) for page in document.pages]
            # A picture is opened as it is painted, by the fetcher of its own document.
            return Rendering(painted(documents[0].copy(pages), documents), starts)
        except Fault:
            raise
        except NOT_FETCHED as error:
            address = str(error).removeprefix("Error fetching ").strip('"')
            line = self._line_with(address)
            if address.startswith(QR):
                raise Fault("wording.other_qr", line) from None
            raise Fault("wording.address", line, address=address[:80]) from None
        except Exception as error:  # WeasyPrint, its parsers and the QR raise what they like.
            raise fault_of(error, self.template) from None

    def _paper(self, paper: object) -> Any:
        """The pages of one paper."""
        document = self._laid(self.html("", [paper]), codes=_codes_of(paper))
        # The office's fonts are known from now on: naming them again would read each file again for each paper.
        self._assets["print/fonts.css"] = without_faces(self._assets["print/fonts.css"])
        if "notice-1" not in document.pages[0].anchors:
            raise Fault("wording.lost_notices")
        for number, page in enumerate(document.pages, 1):
            sides = sorted((page.width / MILLIMETRE, page.height / MILLIMETRE))
            if sides[0] < SMALLEST_MM or sides[1] > LARGEST_MM or any(page.bleed.values()):
                raise Fault("wording.page_size", page=number)
        return document

    def _blank(self, beside: Any) -> Any:
        """The empty back of a leaf."""
        return self._laid(f"<style>@page {{ size: {beside.width}px {beside.height}px }}</style>").pages[0]

    def _line_with(self, text: str) -> int:
        address = text.removeprefix(SCHEME)
        return next((number for number, line in enumerate(self.source.splitlines(), 1) if address in line), 0)


def _stamp_of(paper: Any) -> Stamp | None:
    stamp: Stamp | None = paper.stamp
    return stamp


def _codes_of(paper: Any) -> frozenset[str]:
    """What a QR on the paper may say: where it is checked, whose it is, where a visit is agreed upon."""
    stamp = _stamp_of(paper)
    told = (stamp.link if stamp else "", getattr(paper, "dossier_no", ""), getattr(paper, "link", ""))
    return frozenset(each for each in told if each)


def _answer(order: dict[str, Any], data: bytes) -> bytes:
    name, folder = order["notice"], Path(order["fonts"]) if order["fonts"] else None
    signal.signal(signal.SIGXCPU, _stop)
    try:
        parts = _done(order, _OwnPress(name, order["source"], folder), pickle.loads(data))  # noqa: S301  ours
    except Fault as fault:
        params = fault.params if order["task"] in ("check", "preview") else _without_texts(fault.params)
        return json.dumps({"code": fault.code, "line": fault.line, "params": params}).encode() + b"\n"
    except TooLong:
        return json.dumps({"code": "wording.too_slow", "line": 0, "params": {}}).encode() + b"\n"
    except MemoryError:
        return json.dumps({"code": "wording.too_much", "line": 0, "params": {}}).encode() + b"\n"
    return json.dumps({"sizes": [len(each) for each in parts]}).encode() + b"\n" + b"".join(parts)


def _without_texts(params: dict[str, Any]) -> dict[str, Any]:
    """What a sentence about a real print may be told: numbers. A text could be a household's, and a job keeps its error in clear."""
    return {name: "…" if isinstance(value, str) else value for name, value in params.items()}


def _stop(_signal: int, _frame: object) -> None:
    raise TooLong


def _done(order: dict[str, Any], own: _OwnPress, papers: list[object]) -> list[bytes]:
    name = order["notice"]
    if order["task"] == "check":
        _check(name, own)
        return []
    if order["task"] == "preview":
        check_source(own.sandbox, own.template, type(sample(name)))
        return [marked(own.render(name, papers).data, SAMPLE_MARK)]
    if order["task"] == "each":
        return [part for group in chunks(papers, CHUNK) for part in own.split(name, group)]
    # A wording may take more pages than ours: what is laid out at once is not reckoned by them.
    return [own.book(name, papers, duplex=order["duplex"], chunk=CHUNK)]


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
    _check_carried(
        name, _texts(own.render(name, papers).data), _texts(press(own.font_folder).render(name, papers[:1]).data)
    )


def _texts(data: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def _check_carried(name: str, texts: list[str], ours: list[str]) -> None:
    """What our own wording shows, the office's has to show as well: title and 文号 on the first page, a number on each.

    On the first page: a receipt at the end names the 文号 too, and is no head.
    """
    number, title = "".join(STAMP.document_no.split()), NOTICES[name].title
    if NOTICES[name].letter and number in ours[0] and number not in texts[0]:
        raise Fault("wording.lost_number")
    if title in ours[0] and title not in texts[0]:
        raise Fault("wording.lost_title", title=title)
    if all(map(PAGE_NUMBER.search, ours)) and not all(map(PAGE_NUMBER.search, texts)):
        raise Fault("wording.lost_page_number")


if __name__ == "__main__":
    sys.exit(serve(_answer, MEMORY_BYTES))
