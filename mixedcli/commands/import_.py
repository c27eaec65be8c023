"""import - load data from text files and spreadsheets

    import delimited [using] filename [, clear delimiters("chars"[, collapse asstring]) varnames(# | nonames)
        case(lower | upper | preserve) rowrange([#][:#]) colrange([#][:#]) encoding("name") stringcols(numlist | _all)
        numericcols(numlist | _all) asfloat asdouble bindquotes(loose | strict | nobind)
        decimalseparator(",") groupseparator(".")]
    import delimited newvarlist using filename [, ...]
    import excel [using] filename [, sheet("name") cellrange([start][:end]) firstrow allstring
        case(lower | upper | preserve) clear]
    import excel newvar=column [newvar=column ...] using filename [, ...]
    import excel [using] filename, describe

The delimiter and the header line are found out unless given.  Whole numbers get the smallest type, others the type
set by set type (float), except that a column which float would blur (1e12 plus noise) becomes double; asfloat takes
float whatever it loses.  import excel needs the Python package openpyxl
(mixedcli[excel]).

Example: import delimited growth.csv, clear
"""

from __future__ import annotations

from dataclasses import replace

from mixedcli import ast
from mixedcli.blocks import Blank, Block, line
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.loading import file_word, guard, loaded, words_of
from mixedcli.data import read, types
from mixedcli.data.dataset import Dataset
from mixedcli.data.files import opening, with_suffix
from mixedcli.errors import AlreadyDefined, InvalidSyntax, TooManySpecified
from mixedcli.results import Stored
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "import",
    options=(
        OptionSpec("clear", "clear"),
        OptionSpec("delimiters", "delim", "text"),
        OptionSpec("varnames", "varn", "text"),
        OptionSpec("case", "case", "name"),
        OptionSpec("rowrange", "rowr", "text"),
        OptionSpec("colrange", "colr", "text"),
        OptionSpec("encoding", "enc", "text"),
        OptionSpec("stringcols", "stringc", "text"),
        OptionSpec("numericcols", "numericc", "text"),
        OptionSpec("bindquotes", "bindq", "name"),
        OptionSpec("stripquotes", "stripq", "name"),
        OptionSpec("maxquotedrows", "maxq", "text"),
        OptionSpec("favorstrfixed", "favor"),
        OptionSpec("asfloat", "asfloat"),
        OptionSpec("asdouble", "asdouble"),
        OptionSpec("decimalseparator", "decimals", "text"),
        OptionSpec("groupseparator", "groups", "text"),
        OptionSpec("describe", "desc"),
        OptionSpec("sheet", "sh", "text"),
        OptionSpec("firstrow", "first"),
        OptionSpec("cellrange", "cellra", "text"),
        OptionSpec("allstring", "allstr", "text", optional=True),
    ),
    allows=frozenset({"using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Load the file.  Errors: r(4), r(198) unknown kind or bad option, r(601), r(603), r(692)."""
    words = words_of(command)
    kind = words[0].text if words else ""
    if kind and len(kind) >= 5 and "delimited".startswith(kind):
        return _delimited(session, command, words[1:], options)
    if kind == "excel":
        return _excel(session, command, words[1:], options)
    raise InvalidSyntax(f"import {kind}: only delimited and excel are available".replace(" :", ":"), command.span)


def _name(command: ast.Command, words: tuple[ast.Word, ...], suffix: str) -> str:
    name = command.using if command.using is not None else file_word(words, command)
    return with_suffix(name, suffix)


def _delimited(session: Session, command: ast.Command, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    from mixedcli.data.text_read import TextOptions, read_text

    name = _name(command, words, ".csv")
    delimiters, collapse, whole = _delimiters(options.get("delimiters"))
    wanted = TextOptions(
        delimiters=delimiters,
        collapse=collapse,
        whole=whole,
        point=_separator("decimalseparator", options, "."),
        group=_separator("groupseparator", options, ""),
        varnames=_varnames(options.get("varnames")),
        case=_choice("case", options.get("case", "lower"), ("lower", "upper", "preserve")),
        rows=_range("rowrange", options.get("rowrange")),
        fields=_range("colrange", options.get("colrange")),
        encoding=_unquoted(options.get("encoding") or ""),
        strings=_columns("stringcols", options.get("stringcols")),
        numerics=_columns("numericcols", options.get("numericcols")),
        decimals=_decimals(session, options),
        binding=_choice("bindquotes", options.get("bindquotes", "loose"), ("loose", "strict", "nobind")),
    )
    guard(session, options)
    path = read.fetched(name, session.settings.cwd, session.progress)
    with opening(name):
        imported = read_text(path, name, wanted, session.progress)
    data = _named(imported.data, words) if command.using is not None else imported.data
    blocks: list[Block] = []
    if imported.encoding:
        blocks.append(line(f"(encoding automatically selected: {imported.encoding})"))
    return loaded(session, data, (*blocks, _counts(data)))


def _excel(session: Session, command: ast.Command, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    from mixedcli.data.excel_read import SheetOptions, read_excel

    name = _name(command, words, ".xlsx")
    if options.get("describe"):
        return _described(session, name)
    chosen = _lettered(words) if command.using is not None else ()
    if chosen and options.get("firstrow"):
        raise InvalidSyntax("option firstrow not allowed with an extended varlist", command.span)  # unverified: wording
    wanted = SheetOptions(
        sheet=_unquoted(options.get("sheet") or ""),
        cells=_unquoted(options.get("cellrange") or ""),
        names=bool(options.get("firstrow")),
        case=_choice("case", options.get("case", "preserve"), ("lower", "upper", "preserve")),
        strings="allstring" in options,
    )
    guard(session, options)
    path = read.fetched(name, session.settings.cwd, session.progress)
    with opening(name):
        data = read_excel(path, name, wanted)
    if chosen:
        data = _columns_of(data, chosen)
    elif words and command.using is not None:
        data = _named(data, words)
    return loaded(session, data, (_counts(data),))


def _lettered(words: tuple[ast.Word, ...]) -> tuple[tuple[str, str], ...]:
    """``x=A y=C``: names and the columns they are for.  Errors: r(198)."""
    text = " ".join(w.text for w in words)
    if "=" not in text:
        return ()
    pairs = [part.strip().split("=") for part in text.replace(" =", "=").replace("= ", "=").split()]
    if not all(len(p) == 2 and p[1].isalpha() for p in pairs):
        raise InvalidSyntax("invalid syntax", words[0].span)
    return tuple((types.check_name(name), letter.upper()) for name, letter in pairs)


def _columns_of(data: Dataset, chosen: tuple[tuple[str, str], ...]) -> Dataset:
    """The columns asked for, under their new names.  Errors: r(110), r(111) a column that is not there."""
    names = [name for name, _ in chosen]
    if len(set(names)) < len(names):
        raise AlreadyDefined("variable names must differ")  # unverified: wording
    made = {}
    for name, letter in chosen:
        made[name] = replace(data.column(letter), name=name)
    return replace(data, columns=made)


def _described(session: Session, name: str) -> Outcome:
    """The worksheets of a file and the cells they fill."""
    from mixedcli.data.excel_read import worksheets

    path = read.fetched(name, session.settings.cwd, session.progress)
    with opening(name):
        found = worksheets(path, name)
    width = max(len("Sheet"), *(len(title) for title, _ in found)) + 1
    rows = [f"  {title:>{width}} | {cells}" for title, cells in found]
    # unverified: widths
    head = [f"  {'Sheet':>{width}} | Range", f"  {'-' * (width + 1)}+-----------------"]
    scalars = {"N_worksheet": float(len(found))}
    macros: dict[str, str] = {}
    for k, (title, cells) in enumerate(found, 1):
        macros |= {f"worksheet_{k}": title, f"range_{k}": cells}
    return Outcome(blocks=(Blank(), *(line(t) for t in (*head, *rows))), r=Stored(scalars, macros))


def _counts(data: Dataset) -> Block:
    k = len(data.columns)
    return line(f"({k:,} {'var' if k == 1 else 'vars'}, {data.n:,} obs)")  # stata: import delimited logs


def _named(data: Dataset, words: tuple[ast.Word, ...]) -> Dataset:
    """``import delimited a b using``: names in place of the file's."""
    if len(words) > len(data.columns):
        raise TooManySpecified("too many variables specified", words[-1].span)
    changes = dict(zip(data.names, [types.check_name(w.text, w.span) for w in words], strict=False))
    final = [changes.get(name, name) for name in data.names]
    if len(set(final)) < len(final):
        raise AlreadyDefined("variable names must differ", words[0].span)  # unverified: wording
    return data.renamed(changes) if words else data


def _decimals(session: Session, options: Options) -> str:
    if options.get("asdouble"):
        return "double"
    if options.get("asfloat"):
        return "float!"
    return "double" if session.settings.default_type == "double" else "float"


def _choice(option: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise InvalidSyntax(f"option {option}() invalid")  # unverified: wording
    return value


def _unquoted(text: str) -> str:
    stripped = text.strip()
    return stripped[1:-1] if len(stripped) > 1 and stripped[0] == stripped[-1] == '"' else stripped


def _separator(option: str, options: Options, default: str) -> str:
    """decimalseparator() and groupseparator(): one character.  Errors: r(198)."""
    if option not in options:
        return default
    body = _unquoted(options[option] or "")
    if len(body) != 1 or body.isalnum():
        raise InvalidSyntax(f"option {option}() invalid")  # unverified: wording
    return body


def _delimiters(text: str | None) -> tuple[str, bool, bool]:
    """Characters, whether runs of them count as one, whether they are one delimiter together."""
    if text is None:
        return "", False, False
    stripped = text.strip()
    body, rest = stripped, ""
    if stripped.startswith('"'):
        end = stripped.find('"', 1)
        body, rest = (stripped[1:end], stripped[end + 1 :]) if end > 0 else (stripped, "")
    elif "," in stripped[1:]:
        body, _, rest = stripped.partition(",")
        rest = "," + rest
    extras = rest.replace(",", " ").split()
    if any(e not in ("collapse", "asstring") for e in extras):
        raise InvalidSyntax("option delimiters() invalid")  # unverified: wording
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "space": " ", "whitespace": " \t"}
    return named.get(body, body), "collapse" in extras or body == "whitespace", "asstring" in extras


def _varnames(text: str | None) -> int:
    if text is None:
        return -1
    stripped = text.strip()
    if stripped in ("nonames", "nonam", "no"):
        return 0
    if not stripped.isdecimal() or int(stripped) < 1:
        raise InvalidSyntax("option varnames() invalid")  # unverified: wording
    return int(stripped)


def _range(option: str, text: str | None) -> tuple[int, int]:
    """``2:10``, ``2:``, ``:10``, ``2``; 0 stands for an open end."""
    if text is None:
        return 0, 0
    first, colon, last = text.strip().partition(":")
    ends = first.strip() or "0", (last.strip() or "0") if colon else "0"
    if not all(e.isdecimal() for e in ends) or (int(ends[1]) and int(ends[0]) > int(ends[1])):
        raise InvalidSyntax(f"option {option}() invalid")  # unverified: wording
    return int(ends[0]), int(ends[1])


def _columns(option: str, text: str | None) -> tuple[int, ...]:
    """Column numbers: ``1 3/5``; (-1,) for _all."""
    out: list[int] = []
    for part in (text or "").replace(",", " ").split():
        if part == "_all":
            return (-1,)
        first, _, last = part.replace("-", "/").partition("/")
        if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) > 100_000:
            raise InvalidSyntax(f"option {option}() invalid")  # unverified: wording
        out.extend(range(int(first), int(last or first) + 1))
    return tuple(out)
