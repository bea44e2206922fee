"""How a source is made wrong: each operator finds places in a syntax tree and changes one of them.

A mutant is one place and one change. What is no matter of the wire (docstrings, annotations, messages of
errors) is left alone: a change there is no fault of a recorder.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
NEIGHBOURS = {
    "start": "end",
    "end": "start",
    "first": "last",
    "last": "first",
    "seconds": "hundredths",
    "hundredths": "seconds",
    "hours": "minutes",
    "minutes": "hours",
    "width": "height",
    "height": "width",
    "begin": "end",
    "following": "preceding",
    "preceding": "following",
    "min": "max",
    "max": "min",
    "sequence": "ssrc",
    "camera": "number",
}
"""Attributes and names easily taken for each other. What an object has not makes a crash: not counted."""

SECTION = re.compile(r"\d+(\.\d+)+")
"""Where something stands in the document: for readers of the table."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Change = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """One fault. ``source`` is the line it stands in, so that a list of mutants outlives moves of lines."""

    module: str
    function: str
    line: int
    column: int
    operator: str
    text: str
    source: str
    number: int
    """The how-manieth of its module: by it, the change is found again."""
    at_import: bool = False
    """Whether it takes effect when the module is imported, and not when its line is executed later."""
    choice: tuple[str, str] | None = None
    """Name and value, where it changes nothing but a test whether an attribute has that value."""

    @property
    def key(self) -> str:
        """What names the mutant without line numbers."""
        return f"{self.module}:{self.function}: {self.source}: {self.text}"


@dataclass(frozen=True)
class _Place:
    node: ast.AST
    function: str
    operator: str
    text: str
    change: Change
    at_import: bool = False
    choice: tuple[str, str] | None = None


def mutants_of(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its source."""
    lines = source.splitlines()
    return [
        Mutant(
            module,
            place.function,
            _line(place.node),
            getattr(place.node, "col_offset", 0),
            place.operator,
            place.text,
            lines[_line(place.node) - 1].strip(),
            number,
            place.at_import,
            place.choice,
        )
        for number, place in enumerate(_places(ast.parse(source)))
    ]


def mutated(source: str, number: int) -> ast.Module:
    """The tree of a module with its mutant of that number."""
    tree = ast.parse(source)
    for counted, place in enumerate(_places(tree)):
        if counted == number:
            place.change(place.node)
            return ast.fix_missing_locations(tree)
    raise ValueError(f"the module has no mutant {number}")


def difference(source: str, number: int) -> tuple[str, str]:
    """The statement that a mutant changes: as it was, and as it is."""
    before, after = ast.parse(source), mutated(source, number)
    for old, new in zip(_statements(before), _statements(after), strict=False):
        if _own(old) != _own(new):
            return _own(old), _own(new)
    return "", "(dropped)"


def _line(node: ast.AST) -> int:
    """Where it stands; a function where its first statement does, which runs when it is called."""
    if isinstance(node, FUNCTIONS):
        node = node.body[1 if len(node.body) > 1 and ast.get_docstring(node) is not None else 0]
    return int(getattr(node, "lineno", 1))


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            yield node


def _own(statement: ast.stmt) -> str:
    """A statement without those inside it."""
    bare = copy.copy(statement)
    for field in ("body", "orelse", "finalbody", "handlers"):
        if isinstance(getattr(bare, field, None), list):
            setattr(bare, field, [ast.Pass()] if field == "body" else [])
    return ast.unparse(ast.fix_missing_locations(bare)).removesuffix("\n    pass")


def _places(tree: ast.Module) -> Iterator[_Place]:
    later = {inner for node in ast.walk(tree) if isinstance(node, FUNCTIONS) for inner in ast.walk(node)}
    yield from (replace(place, at_import=place.node not in later) for place in _of_body(tree.body, ""))


def _of_body(body: list[ast.stmt], function: str) -> Iterator[_Place]:
    for index, statement in enumerate(body):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{function}.{statement.name}".lstrip(".")
            if statement.name in ("__repr__", "__str__"):
                continue
            yield from _early_return(statement, name)
            yield from _of_body(statement.body, name)
        elif isinstance(statement, ast.ClassDef):
            yield from _of_body(statement.body, f"{function}.{statement.name}".lstrip("."))
        elif _is_left_alone(statement):
            continue
        else:
            yield from _dropped(body, index, statement, function)
            yield from _of_statement(statement, function)


def _is_left_alone(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) == "TYPE_CHECKING"
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return text or isinstance(statement, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom)


def _of_statement(statement: ast.stmt, function: str) -> Iterator[_Place]:
    """The places in the expressions of a statement, then those in its inner statements."""
    for field, value in ast.iter_fields(statement):
        if field in ("annotation", "type_comment", "returns", "decorator_list"):
            continue
        values = value if isinstance(value, list) else [value]
        inner = [item for item in values if isinstance(item, ast.stmt)]
        if inner:
            yield from _of_body(inner if inner is values else value, function)
            continue
        for item in values:
            if isinstance(item, ast.ExceptHandler | ast.match_case):
                yield from _of_body(item.body, function)
            elif isinstance(item, ast.withitem):
                yield from _of_expression(item.context_expr, function)
            elif isinstance(item, ast.expr):
                yield from _of_expression(item, function)
    if isinstance(statement, ast.If | ast.While):
        choice = _choice_of(statement.test)
        yield _Place(statement, function, "condition", "the condition negated", _negate, choice=choice)


def _choice_of(node: ast.AST) -> tuple[str, str] | None:
    """Name and value, where an expression asks whether an attribute has that value (or has not)."""
    match node:
        case ast.Compare(
            left=ast.Attribute(attr=name),
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Constant(value=str(value))],
        ):
            return name, value
    return None


def _of_expression(expression: ast.expr, function: str) -> Iterator[_Place]:
    choices: dict[ast.AST, tuple[str, str]] = {
        inner: choice
        for node in _visible(expression)
        if isinstance(node, ast.Compare) and (choice := _choice_of(node))
        for inner in (node, node.comparators[0])
    }
    for place in _in_expression(expression, function):
        yield replace(place, choice=choices.get(place.node))


def _in_expression(expression: ast.expr, function: str) -> Iterator[_Place]:
    for node in _visible(expression):
        if isinstance(node, ast.Compare):
            for index, operator in enumerate(node.ops):
                other = COMPARISONS[type(operator)]
                text = f"{type(operator).__name__} is {other.__name__}"
                yield _Place(node, function, "comparison", text, _compare(index, other))
        elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_format(node):
            swapped = ARITHMETIC[type(node.op)]
            text = f"{type(node.op).__name__} is {swapped.__name__}"
            yield _Place(node, function, "arithmetic", text, _operate(swapped))
        elif isinstance(node, ast.BoolOp):
            joined = ast.Or if isinstance(node.op, ast.And) else ast.And
            text = f"{type(node.op).__name__} is {joined.__name__}"
            yield _Place(node, function, "boolean", text, _operate(joined))
        elif isinstance(node, ast.Constant):
            yield from _of_constant(node, function)
        elif isinstance(node, ast.Call):
            if len(node.args) > 1 and not any(isinstance(arg, ast.Starred) for arg in node.args[:2]):
                yield _Place(node, function, "arguments", "the first two arguments swapped", _swap)
        elif isinstance(node, ast.Attribute) and node.attr in NEIGHBOURS:
            text = f"{node.attr} is {NEIGHBOURS[node.attr]}"
            yield _Place(node, function, "attribute", text, _rename("attr", NEIGHBOURS[node.attr]))
        elif isinstance(node, ast.Name) and node.id in ("min", "max"):
            yield _Place(
                node,
                function,
                "attribute",
                f"{node.id} is {NEIGHBOURS[node.id]}",
                _rename("id", NEIGHBOURS[node.id]),
            )


def _visible(expression: ast.expr) -> Iterator[ast.AST]:
    """The nodes of an expression; not inside texts that are put together for people (f-strings)."""
    waiting: list[ast.AST] = [expression]
    while waiting:
        node = waiting.pop(0)
        yield node
        if isinstance(node, ast.JoinedStr):
            continue
        waiting[:0] = list(ast.iter_child_nodes(node))


def _is_format(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant)


def _of_constant(node: ast.Constant, function: str) -> Iterator[_Place]:
    value = node.value
    if isinstance(value, bool):
        yield _Place(node, function, "constant", f"{value} is {not value}", _set(not value))
    elif isinstance(value, int):
        yield _Place(node, function, "constant", f"{value} is {value + 1}", _set(value + 1))
        if value > 1:
            yield _Place(node, function, "constant", f"{value} is {value - 1}", _set(value - 1))
    elif isinstance(value, float):
        yield _Place(node, function, "constant", f"{value} is {value * 2 + 1}", _set(value * 2 + 1))
    elif isinstance(value, bytes) and value:
        changed = bytes((value[0] ^ 1,)) + value[1:]
        yield _Place(node, function, "wire string", f"{value!r} is {changed!r}", _set(changed))
    elif isinstance(value, str) and value and not SECTION.fullmatch(value):
        other = value[:-1] + chr(ord(value[-1]) ^ 1) if value[-1].isascii() else value[:-1]
        yield _Place(node, function, "wire string", f"{value!r} is {other!r}", _set(other))


def _early_return(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[_Place]:
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    returns = function.returns
    nothing = isinstance(returns, ast.Constant) and returns.value is None
    if (yields or nothing) and not name.endswith("__init__"):
        yield _Place(function, name, "early return", f"{function.name} returns at once", _return_first)


def _dropped(body: list[ast.stmt], index: int, statement: ast.stmt, function: str) -> Iterator[_Place]:
    """A statement that can be left out without a name missing afterwards."""
    call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call | ast.Await | ast.Yield)
    assigned = isinstance(statement, ast.Assign) and all(
        isinstance(target, ast.Attribute | ast.Subscript) for target in statement.targets
    )
    if (
        function
        and not function.endswith("__init__")
        and (call or assigned or isinstance(statement, ast.AugAssign))
    ):

        def drop(node: ast.AST) -> None:
            body[index] = ast.copy_location(ast.Pass(), statement)

        yield _Place(statement, function, "dropped statement", "the statement dropped", drop)


def _compare(index: int, operator: type[ast.cmpop]) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[index] = operator()

    return change


def _operate(operator: type[ast.operator] | type[ast.boolop]) -> Change:
    def change(node: ast.AST) -> None:
        node.op = operator()  # type: ignore[attr-defined]

    return change


def _set(value: object) -> Change:
    def change(node: ast.AST) -> None:
        node.value = value  # type: ignore[attr-defined]

    return change


def _rename(field: str, name: str) -> Change:
    return lambda node: setattr(node, field, name)


def _swap(node: ast.AST) -> None:
    assert isinstance(node, ast.Call)
    node.args[:2] = node.args[1::-1]


def _negate(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.While)
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _return_first(node: ast.AST) -> None:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    yields = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    # A generator stays one: what it would yield stands behind the return.
    node.body = [ast.Return(), *node.body] if yields else [ast.Return()]
