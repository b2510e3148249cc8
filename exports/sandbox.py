"""The Jinja in which an office's own wording of a notice is rendered: plain values, a handful of words, nothing else.

What a wording may say is a list of what is allowed, not of what is forbidden: it extends the one frame and imports the one
file of macros; it reads the attributes of the paper's own values; it calls the macros, `ticks`, `range`, the few
functions of `F` and the methods of the values; it uses the filters named in `FILTERS`. Everything else is a `Fault` with the line
and the reason. It bounds no time and no memory: that is done by the process in which it runs (`exports.wording`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.filters import do_format
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from exports.notices.value import element_of, members_of
from survey.domain.codes import Code

FRAME, MACROS = "print/base.html", "print/macros.html"
BLOCKS = frozenset({"title", "sheets", "notice"})
FILTERS = frozenset(
    {"area", "day", "default", "first", "format", "int", "join", "last", "length", "qr", "replace", "trim", "upper", "word",
     "yes_no"}
)  # fmt: skip
GLOBALS = frozenset({"C", "F", "range", "ticks"})
NAMES = GLOBALS | {"notice", "loop"}
RESERVED = frozenset({"duplex", "loop", "notice", "notices", "sealed"})
"""What the frame is handed and hands on: a wording may not give these names to anything of its own."""
TOKENS = {"end of print statement": "}}", "end of statement block": "%}"}
"""What the parser calls some signs."""
LONGEST_PRODUCT = 10_000
MOST_CHARACTERS = 8_000_000
"""Of the HTML of one chunk: twenty times what the longest of ours needs."""


class Fault(Exception):
    """Why a wording cannot be used: a code of the catalogue, the line (0 where none can be named), values of the sentence."""

    def __init__(self, code: str, line: int = 0, **params: object) -> None:
        super().__init__(code, line, params)
        self.code, self.line, self.params = code, line, params


class TooLong(BaseException):
    """The time of the processor is used up. No Exception, so that nothing on its way takes it for one of its own."""


class UnknownName(UndefinedError):
    """A name that has no value, with the name."""

    def __init__(self, message: str | None, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class _Unknown(StrictUndefined):
    """An undefined value that tells its name when it is used."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = UndefinedError
    ) -> None:
        told: Any = partial(UnknownName, name=str(name or "")) if exc is UndefinedError else exc
        super().__init__(hint, obj, name, told)


class _Loader(BaseLoader):
    """The frame, the macros and the one wording, from memory. The name of a file tells a traceback whose line it is."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.sources:
            raise TemplateNotFound(template)
        return self.sources[template], template, lambda: True


class Sandbox(ImmutableSandboxedEnvironment):
    """Attributes of the paper's values and calls of what was handed in; every other attribute or call is refused."""

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__(
            loader=_Loader(sources), autoescape=True, undefined=_Unknown, trim_blocks=True, lstrip_blocks=True,
            finalize=_printable,
        )  # fmt: skip

    def close(self) -> None:
        """Drop what Jinja offers and no notice needs. Call it once filters and globals are in place."""
        self.filters = {name: each for name, each in self.filters.items() if name in FILTERS}
        self.globals = {name: each for name, each in self.globals.items() if name in GLOBALS}
        if "format" in self.filters:
            self.filters["format"] = _format
        words = self.globals.get("F", SimpleNamespace())
        self.callables = [self.globals["range"], self.globals["ticks"], *vars(words).values()]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        plain = (
            isinstance(value, Code)
            or isinstance(obj, (SimpleNamespace, LoopContext, Code, date, Fraction))
            or (dataclasses.is_dataclass(obj) and not isinstance(obj, type))
        )
        return plain and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        of = getattr(obj, "__self__", None)
        return (
            isinstance(obj, Macro)
            or any(obj is each for each in self.callables)
            or isinstance(of, LoopContext)
            or (dataclasses.is_dataclass(of) and not isinstance(of, type))
        )

    def unsafe_undefined(self, obj: Any, attribute: str) -> Any:
        """The refusal names the attribute and nothing of the object."""
        return self.undefined(attribute, name=attribute, obj=obj, exc=SecurityError)

    def call(self, context: Any, called: Any, /, *args: Any, **named: Any) -> Any:
        """The refusal names what was called, never its address in memory."""
        if isinstance(called, Undefined):
            return called()  # raises what it was made with, and that names it
        if not self.is_safe_callable(called):
            raise SecurityError(f"{getattr(called, '__name__', '')}()")
        return super().call(context, called, *args, **named)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Products stay small: one line could otherwise fill the memory."""
        sizes = [len(each) for each in (left, right) if hasattr(each, "__len__")]
        numbers = [abs(each) for each in (left, right) if isinstance(each, int)]
        if operator == "**" or (sizes and max(numbers, default=0) * max(sizes) > LONGEST_PRODUCT):
            raise SecurityError(operator)
        return super().call_binop(context, operator, left, right)


def _printable(value: Any) -> Any:
    """The value, where it can stand on a paper: no record as a whole, no function, no class.

    Raises SecurityError: of these a page would show how they are called in the program, or where they lie in its memory.
    """
    is_record = dataclasses.is_dataclass(value) or isinstance(value, (type, SimpleNamespace, LoopContext))
    if is_record or (callable(value) and not isinstance(value, Undefined)):
        raise SecurityError("{{ … }}")
    return value


def _format(text: Any, *values: Any, **named: Any) -> str:
    """Jinja's filter, for values that can stand on a paper."""
    for each in (*values, *named.values()):
        _printable(each)
    return do_format(text, *values, **named)


def check_source(sandbox: Sandbox, template: str, paper: type) -> None:
    """Refuse a wording that is not written as one. `paper`: the class of its values. Raises Fault."""
    source = sandbox.loader.get_source(sandbox, template)[0]  # type: ignore[union-attr]
    try:
        tree = sandbox.parse(source, template)
        _check_frame(tree)
        for node in tree.find_all(nodes.Node):
            _check_node(node, frozenset(sandbox.filters))
            _check_names(node)
        unknown = find_undeclared_variables(tree) - NAMES - _defined(tree)
        for name in tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name in unknown:
                raise Fault("wording.unknown_name", name.lineno, name=name.name, near=near(name.name, NAMES))
        _check_values(tree, {"notice": paper})
    except TemplateSyntaxError as error:
        raise _syntax(error) from None
    except RecursionError:
        raise Fault("wording.too_deep") from None


def _defined(tree: nodes.Template) -> set[str]:
    """What the wording imports or defines before its blocks: Jinja's own search does not look from a block to there."""
    names = {
        each if isinstance(each, str) else each[1] for node in tree.find_all(nodes.FromImport) for each in node.names
    }
    for node in tree.body:
        if isinstance(node, nodes.Macro):
            names.add(node.name)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            names.add(node.target.name)
    return names


def near(name: str, known: Iterator[str] | frozenset[str] | list[str]) -> str:
    """The names that are meant most probably; all of them where none is like it."""
    names = sorted(known)
    return "、".join(get_close_matches(name, names, 3, 0.5) or names[:30])


def _check_frame(tree: nodes.Template) -> None:
    """The wording fills the frame's blocks and nothing besides: number of papers, anchors and QR are the frame's."""
    extends = [*tree.find_all(nodes.Extends)]
    first = next((each for each in tree.body if not _is_blank(each)), None)
    if len(extends) != 1 or first is not extends[0] or _constant(extends[0].template) != FRAME:
        line = extends[-1].lineno if extends else 1
        raise Fault("wording.frame", line, frame=FRAME)
    blocks = [*tree.find_all(nodes.Block)]
    for block in blocks:
        if block.name not in BLOCKS:
            raise Fault("wording.block", block.lineno, name=block.name)
    if "notice" not in {block.name for block in blocks}:
        raise Fault("wording.no_notice", 1)


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(each, nodes.TemplateData) and not each.data.strip() for each in node.nodes
    )


def _constant(node: nodes.Expr) -> object:
    return node.value if isinstance(node, nodes.Const) else None


def _check_node(node: nodes.Node, filters: frozenset[str]) -> None:
    if isinstance(node, (nodes.Include, nodes.Import)) or (
        isinstance(node, nodes.FromImport) and _constant(node.template) != MACROS
    ):
        raise Fault("wording.other_file", node.lineno, macros=MACROS)
    if isinstance(node, (nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
        raise Fault("wording.forbidden", node.lineno, what="autoescape")
    if isinstance(node, nodes.Filter) and node.name not in filters:
        raise Fault("wording.unknown_filter", node.lineno, name=node.name, known="、".join(sorted(filters)))


def _check_names(node: nodes.Node) -> None:
    """The names of the frame stay the frame's, wherever a wording gives a name: set, for, macro, argument, import."""
    given: list[str] = []
    if (isinstance(node, nodes.Name) and node.ctx in ("store", "param")) or isinstance(node, nodes.Macro):
        given = [node.name]
    elif isinstance(node, nodes.FromImport):
        given = [each if isinstance(each, str) else each[1] for each in node.names]
    for name in given:
        if name in RESERVED:
            raise Fault("wording.reserved", node.lineno, name=name)


def _check_values(node: nodes.Node, types: dict[str, Any]) -> None:
    """Refuse a value that the paper does not have, also in a branch that no sample reaches.

    types  name -> what is known of its type; a name without an entry may be anything
    """
    if isinstance(node, nodes.Getattr):
        _type_of(node, types)
    elif isinstance(node, nodes.Macro):
        inner = {name: each for name, each in types.items() if name not in {argument.name for argument in node.args}}
        for child in node.iter_child_nodes():
            _check_values(child, inner)
    elif isinstance(node, nodes.For):
        _check_values(node.iter, types)
        inner = dict(types)
        _name(node.target, element_of(_type_of(node.iter, types)), inner)
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            _check_values(child, inner)
    else:
        for child in node.iter_child_nodes():
            _check_values(child, types)
        if isinstance(node, nodes.Assign):
            _name(node.target, _type_of(node.node, types), types)


def _name(target: nodes.Node, found: Any, types: dict[str, Any]) -> None:
    """What is known of the names that a loop or an assignment gives."""
    for name in (target, *target.find_all(nodes.Name)):
        if isinstance(name, nodes.Name):
            types.pop(name.name, None)
    if isinstance(target, nodes.Name) and found is not None:
        types[target.name] = found


def _type_of(node: nodes.Node, types: dict[str, Any]) -> Any:
    """What is known of an expression's type, None where nothing is. Raises Fault for a value that does not exist."""
    if isinstance(node, nodes.Name):
        return types.get(node.name)
    if not isinstance(node, nodes.Getattr):
        return None
    of: Any = _type_of(node.node, types)
    if not dataclasses.is_dataclass(of):
        return None
    members: dict[str, Any] = members_of(cast("Any", of))
    if node.attr not in members:
        raise Fault("wording.unknown_name", node.lineno, name=_path(node), near=near(node.attr, [*members]))
    return members[node.attr]


def _path(node: nodes.Node) -> str:
    """notice.office.name, as it is written."""
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _syntax(error: TemplateSyntaxError) -> Fault:
    """The parser's words by what an office has to do; of what is rarer, at which sign the parser stopped."""
    told = error.message or ""
    if told.startswith("Encountered unknown tag") and not told.startswith("Encountered unknown tag 'end"):
        return Fault("wording.unknown_tag", error.lineno, name=told.split("'")[1])
    if "innermost block that needs to be closed is" in told:
        return Fault("wording.unclosed", error.lineno, name=told.rstrip(".").split("'")[-2])
    found = re.search(r"(?:got|unexpected) '([^']+)'", told)
    return Fault("wording.syntax", error.lineno, detail=TOKENS.get(found[1], found[1]) if found else "…")


def render(sandbox: Sandbox, template: str, **values: object) -> str:
    """The page. Raises Fault, with the line of the wording at which it stopped."""
    pieces: list[str] = []
    size = 0
    try:
        stream = cast("Generator[str]", sandbox.get_template(template).generate(**values))
        for piece in stream:
            size += len(piece)
            if size > MOST_CHARACTERS:
                stream.throw(MemoryError())  # where it stands in the wording, so that the line is known
            pieces.append(piece)
    except TemplateSyntaxError as error:
        raise _syntax(error) from None
    except TooLong as error:
        # Jinja rewrites the traceback of an Exception only: this one still tells a line of the compiled wording.
        line = sandbox.get_template(template).get_corresponding_lineno(_line_of(error, template))
        raise Fault("wording.too_slow", line) from None
    except Exception as error:
        raise fault_of(error, template) from None
    return "".join(pieces)


def fault_of(error: BaseException, template: str) -> Fault:
    """What went wrong while a wording was rendered, in a sentence of ours, with the line where it happened."""
    line = _line_of(error, template)
    if isinstance(error, UnknownName):
        return Fault("wording.no_value", line, name=error.name)
    if isinstance(error, SecurityError):
        return Fault("wording.forbidden", line, what=str(error)[:80])
    if isinstance(error, RecursionError):
        return Fault("wording.too_deep", line)
    if isinstance(error, (MemoryError, OverflowError)):
        return Fault("wording.too_much", line)
    if isinstance(error, ZeroDivisionError):
        return Fault("wording.division_by_zero", line)
    if isinstance(error, (TypeError, ValueError)):
        return Fault("wording.wrong_type", line)
    return Fault("wording.failed", line, detail=type(error).__name__)


def _line_of(error: BaseException, template: str) -> int:
    """The innermost line of the wording in the traceback; 0 where it is not in it."""
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == template:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
