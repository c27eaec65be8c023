"""export - save data as a text file or spreadsheet

    export delimited [using] filename [if] [in] [, delimiter("char" | tab) novarnames nolabel datafmt quote replace]
    export delimited [varlist] using filename [if] [in] [, ...]
    export excel [using] filename [if] [in] [, sheet("name"[, modify | replace]) cell(start)
        firstrow(variables | varlabels) nolabel missing("text") datestring("%fmt") replace]
    export excel [varlist] using filename [if] [in] [, ...]

Value labels are written in place of numbers unless nolabel is given; datafmt writes numbers by their display format.
export excel writes .xlsx files only and needs the Python package openpyxl (mixedcli[excel]).

Examples: export delimited growth.csv, replace
          export excel id weight using growth.xlsx, firstrow(variables) replace
"""

from __future__ import annotations

from mixedcli import ast
from mixedcli.commands import CommandSpec, Options, OptionSpec
from mixedcli.commands.exporting import chosen, delimiter, saved, target, unquoted
from mixedcli.commands.loading import words_of
from mixedcli.errors import InvalidSyntax
from mixedcli.session import Outcome, Session

SPEC = CommandSpec(
    "export",
    options=(
        OptionSpec("replace", "replace"),
        OptionSpec("delimiter", "delim", "text"),
        OptionSpec("novarnames", "novar"),
        OptionSpec("nolabel", "nol"),
        OptionSpec("datafmt", "dataf"),
        OptionSpec("quote", "q"),
        OptionSpec("sheet", "sh", "text"),
        OptionSpec("sheetmodify", "sheetmod"),
        OptionSpec("sheetreplace", "sheetrep"),
        OptionSpec("cell", "cell", "name"),
        OptionSpec("firstrow", "first", "name"),
        OptionSpec("keepcellfmt", "keepcell"),
        OptionSpec("missing", "miss", "text"),
        OptionSpec("datestring", "datestr", "text"),
    ),
    allows=frozenset({"if", "in", "using"}),
)


def run(session: Session, command: ast.Command, options: Options) -> Outcome:
    """Write the file.  Errors: r(111), r(198), r(602) exists, r(603), r(693), and those of if and in."""
    words = words_of(command)
    kind = words[0].text if words else ""
    if len(kind) >= 5 and "delimited".startswith(kind):
        return _delimited(session, command, words[1:], options)
    if len(kind) >= 3 and "excel".startswith(kind):
        return _excel(session, command, words[1:], options)
    raise InvalidSyntax(f"export {kind}: only delimited and excel are available".replace(" :", ":"), command.span)


def _delimited(session: Session, command: ast.Command, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    from mixedcli.data.text_write import TextLayout, write_text

    name, data = chosen(session, command, words, ".csv")
    layout = TextLayout(
        delimiter=delimiter(options.get("delimiter") or ","),
        names=not options.get("novarnames"),
        labels=not options.get("nolabel"),
        formats=bool(options.get("datafmt")),
        quote=bool(options.get("quote")),
    )
    path, exists = target(session, name, allowed=bool(options.get("replace")))
    write_text(data, path, name, layout)
    return Outcome(blocks=saved(name, found=exists, replacing=bool(options.get("replace"))))


def _excel(session: Session, command: ast.Command, words: tuple[ast.Word, ...], options: Options) -> Outcome:
    from mixedcli.data.excel_write import SheetLayout, write_excel

    name, data = chosen(session, command, words, ".xlsx")
    sheet, changes = _sheet(options)
    layout = SheetLayout(
        sheet=sheet or "Sheet1",
        cell=str(options.get("cell", "A1")).upper(),
        header=_header(options.get("firstrow")),
        labels=not options.get("nolabel"),
        missing=unquoted(options.get("missing") or ""),
        dates=unquoted(options.get("datestring") or ""),
        change="" if options.get("replace") else changes or ("add" if sheet else ""),
    )
    # a worksheet of another name may be added to a file
    path, exists = target(session, name, allowed=bool(options.get("replace") or layout.change))
    write_excel(data, path, name, layout)
    return Outcome(blocks=saved(name, found=exists, replacing=bool(options.get("replace"))))


def _sheet(options: Options) -> tuple[str, str]:
    """Name of the worksheet, and "modify" or "replace" when the rest of the file is to stay."""
    text = str(options.get("sheet") or "").strip()
    name, rest = text, ""
    if text.startswith('"') and '"' in text[1:]:
        end = text.index('"', 1)
        name, rest = text[1:end], text[end + 1 :]
    elif "," in text:
        name, _, rest = text.partition(",")
    change = rest.replace(",", " ").strip()
    if options.get("sheetmodify") or options.get("sheetreplace"):
        change = "modify" if options.get("sheetmodify") else "replace"
    if change not in ("", "modify", "replace"):
        raise InvalidSyntax("option sheet() invalid")  # unverified: wording
    return name.strip(), change


def _header(typed: str | None) -> str:
    if typed is None:
        return ""
    for word, least in (("variables", "var"), ("varlabels", "varl")):
        if word.startswith(typed) and len(typed) >= len(least):
            return word
    raise InvalidSyntax("option firstrow() invalid")  # unverified: wording
