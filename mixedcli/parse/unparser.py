"""Nodes back to text.  ``parse(unparse(node)) == node`` for every node that the parser can build."""

from __future__ import annotations

from mixedcli import ast

#: how tightly an operator binds; its operands print in parentheses when they bind less
_BINDS = {
    "|": 1, "&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "#": 6, "^": 8
}  # fmt: skip
_SIGN, _NOT, _ATOM = 7, 9, 10


def unparse(node: ast.Node) -> str:
    """A command, expression, variable list or piece of either as text.  Errors: TypeError for other nodes."""
    if isinstance(node, ast.Command):
        return _command(node)
    if isinstance(node, ast.Varlist):
        return _terms(node.terms)
    if isinstance(node, ast.VarRef | ast.VarRange | ast.FactorVar | ast.Interaction | ast.Group):
        return _term(node)
    return _expr(node)


# --------------------------------------------------------------------------------------------------------- expressions


def _expr(node: ast.Node) -> str:
    return _bound(node)[0]


def _bound(node: ast.Node) -> tuple[str, int]:
    """Text of an expression and how tightly it binds."""
    match node:
        case ast.Binary(op=op):
            return _chain(node), _BINDS[op]
        case ast.Unary(op="!", operand=operand):
            return f"!{_power_operand(operand)}", _NOT
        case ast.Unary(op=op, operand=operand):
            return f"{op}{_operand(operand, _SIGN)}", _SIGN
    return _atom(node), _ATOM


def _chain(node: ast.Binary) -> str:
    """``a + b + c``: down the left side without recursion, which may be hundreds of operators deep."""
    pieces: list[str] = []
    first: ast.Node = node
    binds = 0
    while isinstance(first, ast.Binary) and _BINDS[first.op] >= binds:
        binds = _BINDS[first.op]
        # to the right of ^ a sign may stand without parentheses
        right = _power_operand(first.right) if first.op == "^" else _operand(first.right, binds + 1)
        pieces.append(f" {first.op} {right}")
        first = first.left
    return _operand(first, binds) + "".join(reversed(pieces))


def _operand(node: ast.Node, least: int) -> str:
    text, binds = _bound(node)
    return text if binds >= least else f"({text})"


def _power_operand(node: ast.Node) -> str:
    if isinstance(node, ast.Unary) and node.op != "!":
        return f"{node.op}{_power_operand(node.operand)}"
    return _operand(node, _NOT)


def _atom(node: ast.Node) -> str:
    match node:
        case ast.Number(value=value):
            return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)
        case ast.Missing(letter=letter):
            return f".{letter}"
        case ast.String(value=value):
            return quoted(value)
        case ast.Var(name=name, ops=ops):
            return _time(ops) + name
        case ast.Subscript(var=var, index=index):
            return f"{_atom(var)}[{_expr(index)}]"
        case ast.Element(matrix=matrix, row=row, column=column):
            return f"{_atom(matrix)}[{_expr(row)}, {_expr(column)}]"
        case ast.Call(function=function, args=args):
            return f"{function}({', '.join(map(_expr, args))})"
        case ast.Stored(kind=kind, name=name):
            return f"{kind}({name})"
        case ast.Coef(kind=kind, equation=equation, name=name):
            return f"_{kind}[{name if equation is None else f'{equation}:{name}'}]"
        case ast.Transpose(operand=operand):
            return f"{_operand(operand, _ATOM)}'"
        case ast.Join(rows=rows):
            return f"({_rows(rows)})"
        case ast.Part(matrix=matrix, rows=rows_, columns=columns):
            return f"{_operand(matrix, _ATOM)}[{_range(rows_)}, {_range(columns)}]"
    raise TypeError(f"not an expression: {type(node).__name__}")


def _rows(rows: tuple[tuple[ast.Expr, ...], ...]) -> str:
    return " \\ ".join(", ".join(map(_expr, row)) for row in rows)


def _range(where: ast.Range) -> str:
    if where.open:
        return f"{_expr(where.first)}..."
    return _expr(where.first) if where.last is None else f"{_expr(where.first)}..{_expr(where.last)}"


def quoted(text: str) -> str:
    """In plain quotes, or compound ones where the text has quotes itself."""
    return f'`"{text}"\'' if '"' in text else f'"{text}"'


def _time(ops: tuple[ast.TimeOp, ...]) -> str:
    return "".join(f"{op.letter}{'' if op.order == 1 else op.order}" for op in ops) + "." if ops else ""


# ------------------------------------------------------------------------------------------------------ variable lists


def _terms(terms: tuple[ast.Term, ...]) -> str:
    return " ".join(map(_term, terms))


def _term(term: ast.Term) -> str:
    match term:
        case ast.VarRef(pattern=pattern, ops=ops):
            return _time(ops) + pattern
        case ast.VarRange(first=first, last=last, ops=ops):
            return f"{_time(ops)}{first}-{last}"
        case ast.FactorVar(kind="R", var=var):
            return f"R.{_term(var)}"
        case ast.FactorVar(kind="c" | "o" as kind, var=var):
            return f"{kind}.{_term(var)}"
        case ast.FactorVar():
            return _factor(term)
        case ast.Interaction(left=left, right=right, full=full):
            return f"{_term(left)}{'##' if full else '#'}{_term(right)}"
        case ast.Group(terms=terms):
            return f"({_terms(terms)})"


def _factor(term: ast.FactorVar) -> str:
    operator = "i"
    if term.levels:
        operator += _levels(term.levels)
    if term.base is not None:
        operator += "b" + _base(term.base)
    if term.omitted:
        operator += "o" + _levels(term.omitted)
    return f"{operator}.{_term(term.var)}"


def _levels(levels: tuple[int, ...]) -> str:
    return str(levels[0]) if len(levels) == 1 else f"({' '.join(map(str, levels))})"


def _base(base: ast.Base) -> str:
    match base.kind:
        case "level":
            return str(base.value)
        case "nth":
            return f"(#{base.value})"
        case "none":
            return "n"
    return f"({base.kind})"


# ------------------------------------------------------------------------------------------------------------ commands


def _command(command: ast.Command) -> str:
    prefixes = "".join(_prefix(prefix) for prefix in command.prefixes)
    parts = [command.name, _body(command.body), _qualifiers(command)]
    return prefixes + " ".join(part for part in parts if part) + _options(command.options)


def _prefix(prefix: ast.Prefix) -> str:
    if prefix.name in ("quietly", "noisily", "capture"):
        return f"{prefix.name} "
    return f"{prefix.name} {prefix.text}: " if prefix.text else f"{prefix.name}: "


def _body(body: ast.Body) -> str:
    match body:
        case ast.VarlistBody(varlist=varlist, type=storage):
            return f"{storage} {_terms(varlist.terms)}" if storage else _terms(varlist.terms)
        case ast.AssignBody(target=target, expr=expr, type=storage, label=label):
            name = target if label is None else f"{target}:{label}"
            typed = f"{storage} {name}" if storage else name
            return typed if expr is None else f"{typed} = {_expr(expr)}"
        case ast.MatrixBody(target=target, expr=expr, place=place):
            where = "" if place is None else f"[{_expr(place[0])}, {_expr(place[1])}]"
            return f"{target}{where} = {_rows(expr.rows) if isinstance(expr, ast.Join) else _expr(expr)}"
        case ast.EgenBody(target=target, function=function, text=text, type=storage):
            return f"{f'{storage} ' if storage else ''}{target} = {function}({text})"
        case ast.WordsBody(text=text):
            return text
        case ast.DisplayBody(items=items):
            return " ".join(map(_item, items))
        case ast.ExprBody(expr=expr):
            return _expr(expr)
        case ast.TestBody(specs=specs):
            return " ".join(map(_spec, specs))
        case ast.ConstraintBody(number=number, spec=spec):
            return f"{number} {_spec(spec)}"
        case ast.PrefixBody(text=text, inner=inner):
            return f"{text}: {inner}"
        case ast.MixedBody(fixed=None):
            return ""
        case ast.MixedBody(fixed=ast.FixedEquation() as fixed, random=random):
            return " || ".join([_equation(fixed), *map(_equation, random)])
    raise TypeError(f"not a body: {type(body).__name__}")


def _equation(equation: ast.FixedEquation | ast.RandomEquation) -> str:
    head = _term(equation.depvar) if isinstance(equation, ast.FixedEquation) else f"{equation.level}:"
    parts = [head, _terms(equation.terms.terms), _qualifiers(equation)]
    return " ".join(part for part in parts if part) + _options(equation.options)


def _qualifiers(node: ast.Command | ast.FixedEquation | ast.RandomEquation) -> str:
    parts = []
    if node.condition is not None:
        parts.append(f"if {_expr(node.condition)}")
    if node.in_range is not None:
        parts.append(f"in {node.in_range.first}/{node.in_range.last}")
    if node.weight is not None:
        parts.append(f"[{node.weight.kind}={_expr(node.weight.expr)}]")
    if isinstance(node, ast.Command) and node.using is not None:
        parts.append(" ".join(["using", *map(quoted, (node.using, *node.more_using))]))
    return " ".join(parts)


def _options(options: tuple[ast.Option, ...]) -> str:
    texts = [option.name if option.text is None else f"{option.name}({option.text})" for option in options]
    return f", {' '.join(texts)}" if texts else ""


def _item(item: ast.DisplayItem) -> str:
    if item.expr is None:
        return item.text
    text = _operand(item.expr, _NOT)  # a sign would join it to the item before
    return f"{item.format} {text}" if item.format else text


def _spec(spec: ast.TestSpec) -> str:
    if spec.sides:
        return f"({' = '.join(map(_expr, spec.sides))})"
    return " ".join(map(_coef_ref, spec.coefs))


def _coef_ref(ref: ast.CoefRef) -> str:
    if ref.equation is None:
        return f"_b[{ref.name}]"
    return f"[{ref.equation}]" if ref.name is None else f"_b[{ref.equation}:{ref.name}]"
