"""One file per Stata command, found by name.

Each module defines ``SPEC`` (a CommandSpec) and ``run(session, command, options) -> Outcome``; its docstring is the
command's help.  ``ABBREVIATIONS`` is the one table that maps a command word to its module; modules are imported when
looked up.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from mixedcli.errors import NotYetAvailable, UnrecognizedCommand
from mixedcli.frozen import frozen

if TYPE_CHECKING:
    from mixedcli import ast
    from mixedcli.session import Outcome, Session

#: how dispatch types an option's text: "flag" no argument; "text" raw; "name" one word; "int", "real"; "expr" ast.Expr;
#: "varlist" ast.Varlist; "numlist" tuple[float, ...]; "words" tuple[ast.Word, ...]; "raw" the ast.Option itself.
ArgumentType = Literal["flag", "text", "name", "int", "real", "expr", "varlist", "numlist", "words", "raw"]


@frozen
class OptionSpec:
    """One row of a command's option table: full name, minimum abbreviation, argument type.

    ``optional``: the parenthesis may be missing (value is then None).  ``no``: ``noNAME`` is accepted and gives False.
    ``repeat``: it may be given several times; the value is a tuple.
    """

    name: str
    abbreviation: str
    type: ArgumentType = "flag"
    optional: bool = False
    no: bool = False
    repeat: bool = False


@frozen
class CommandSpec:
    """Static facts of a command.

    allows: which of "if" "in" "weight" "using" it takes; "files": several names after using.  by: "" refuses the
    prefix; "groups" runs once with ``session.by`` set (generate: whole columns at a time); "each" runs once per
    group, limited to it by ``in``.
    """

    name: str
    options: tuple[OptionSpec, ...] = ()
    allows: frozenset[str] = frozenset()
    by: Literal["", "groups", "each"] = ""
    prefix: bool = False  # it stands before a colon: run gets an ast.PrefixBody (see CONTRIBUTING)
    any_option: bool = False  # the command reads its options itself (mixed: they belong to equations)


Options = Mapping[str, Any]
"""Full option name -> typed value (True for a flag); absent when not given."""

Runner = Callable[["Session", "ast.Command", Options], "Outcome"]

#: command -> (minimum abbreviation, module below this package)
ABBREVIATIONS: dict[str, tuple[str, str]] = {
    "mixed": ("mixed", "mixed"),
    "xtmixed": ("xtmixed", "mixed"),
    "estimates": ("est", "estimates"),
    "lrtest": ("lrtest", "lrtest"),
    "test": ("te", "test"),
    "testparm": ("testp", "testparm"),
    "lincom": ("lincom", "lincom"),
    "estat": ("estat", "estat"),
    "predict": ("predict", "predict"),
    "anova": ("an", "anova"),
    "table": ("table", "table"),
    "constraint": ("cons", "constraint"),
    "ereturn": ("eret", "ereturn"),
    "return": ("ret", "return_"),
    "matrix": ("mat", "matrix"),
    "use": ("u", "use"),
    "webuse": ("webuse", "webuse"),
    "import": ("import", "import_"),
    "save": ("sa", "save"),
    "saveold": ("saveold", "save"),
    "describe": ("d", "describe"),
    "summarize": ("su", "summarize"),
    "list": ("l", "list_"),
    "count": ("cou", "count"),
    "generate": ("g", "generate"),
    "replace": ("replace", "replace"),
    "drop": ("drop", "drop"),
    "keep": ("keep", "keep"),
    "sort": ("so", "sort"),
    "label": ("la", "label"),
    "xtset": ("xtset", "xtset"),
    "tsset": ("tsset", "xtset"),
    "display": ("di", "display"),
    "clear": ("clear", "clear"),
    "set": ("set", "set"),
    "version": ("vers", "version"),
    "help": ("h", "help"),
    "exit": ("e", "exit_"),
    "scalar": ("sca", "scalar"),
    "cd": ("cd", "cd"),
    "order": ("order", "order"),
    "rename": ("ren", "rename"),
    "format": ("form", "format_"),
    # programming: the language itself
    "local": ("loc", "local"),
    "global": ("gl", "local"),
    "macro": ("ma", "macro"),
    "tempvar": ("tempvar", "tempvar"),
    "tempname": ("tempname", "tempvar"),
    "tempfile": ("tempfile", "tempvar"),
    "statsby": ("statsby", "prefix.statsby"),
    "eststo": ("eststo", "prefix.eststo"),
    "collect": ("collect", "prefix.collect"),
    "program": ("pr", "program"),
    "args": ("args", "args"),
    "syntax": ("syntax", "syntax"),
    "tokenize": ("token", "tokenize"),
    "gettoken": ("gettoken", "gettoken"),
    "marksample": ("marksample", "marksample"),
    "mark": ("mark", "marksample"),
    "markout": ("markout", "marksample"),
    "do": ("do", "do"),
    "run": ("ru", "do"),
    "include": ("inc", "do"),
    "shell": ("sh", "shell"),
    "sreturn": ("sret", "sreturn"),
    "foreach": ("foreach", "blocks"),
    "forvalues": ("forv", "blocks"),
    "while": ("while", "blocks"),
    "if": ("if", "blocks"),
    "else": ("else", "blocks"),
    "by": ("by", "prefix.by"),
    "bysort": ("bys", "prefix.by"),
    "xi": ("xi", "prefix.xi"),
    "bootstrap": ("bootstrap", "prefix.bootstrap"),
    "jackknife": ("jackknife", "prefix.jackknife"),
    "simulate": ("simulate", "prefix.simulate"),
    "permute": ("permute", "prefix.permute"),
    "rolling": ("rolling", "prefix.rolling"),
    "bs": ("bs", "prefix.bootstrap"),
    "ssc": ("ssc", "accepted"),
    "net": ("net", "accepted"),
    "adopath": ("adopath", "accepted"),
    "ado": ("ado", "accepted"),
    "adoupdate": ("adoupdate", "accepted"),
    "update": ("update", "accepted"),
    "which": ("which", "accepted"),
    "sysdir": ("sysdir", "accepted"),
    "findit": ("findit", "accepted"),
    "search": ("sea", "accepted"),
    "discard": ("discard", "accepted"),
    "cls": ("cls", "accepted"),
    "more": ("mor", "accepted"),
    "pause": ("pause", "accepted"),
    "sleep": ("sleep", "sleep_"),
    "preserve": ("preserve", "preserve"),
    "restore": ("restore", "restore"),
    "continue": ("continue", "continue_"),
    "error": ("err", "error_"),
    # programming
    "assert": ("as", "assert_"),
    "confirm": ("conf", "confirm"),
    "levelsof": ("levelsof", "levelsof"),
    "ds": ("ds", "ds"),
    "lookfor": ("lookfor", "lookfor"),
    "unab": ("unab", "unab"),
    "tsunab": ("tsunab", "unab"),
    "fvunab": ("fvunab", "unab"),
    "numlist": ("numlist", "numlist_"),
    "char": ("cha", "char"),
    "notes": ("note", "notes"),
    "codebook": ("cod", "codebook"),
    "labelbook": ("labelbook", "labelbook"),
    "inspect": ("ins", "inspect_"),
    "about": ("about", "accepted"),
    "query": ("q", "accepted"),
    "log": ("log", "log"),
    "cmdlog": ("cmdlog", "log"),
    "file": ("file", "file_"),
    "postfile": ("postfile", "post"),
    "post": ("post", "post"),
    "postclose": ("postclose", "post"),
    "postutil": ("postutil", "post"),
    "filefilter": ("filefilter", "filefilter"),
    "timer": ("timer", "timer"),
    "mkdir": ("mkdir", "mkdir"),
    "rmdir": ("rmdir", "mkdir"),
    "erase": ("erase", "erase"),
    "rm": ("rm", "erase"),
    "dir": ("dir", "dir"),
    "ls": ("ls", "dir"),
    "copy": ("copy", "copy_"),
    "pwd": ("pwd", "cd"),
    "type": ("ty", "type_"),
    "viewsource": ("viewsource", "type_"),
    # matrices, files, time
    "input": ("inp", "input"),
    "creturn": ("cret", "creturn"),
    "mata": ("mata", "mata"),
    "python": ("python", "mata"),
    "java": ("java", "mata"),
    "matlist": ("matlist", "matlist"),
    "mkmat": ("mkmat", "mkmat"),
    "svmat": ("svmat", "svmat"),
    # one data set
    "egen": ("egen", "egen"),
    "recode": ("recode", "recode"),
    "encode": ("encode", "encode"),
    "decode": ("decode", "decode"),
    "mvdecode": ("mvdecode", "mvdecode"),
    "mvencode": ("mvencode", "mvencode"),
    "destring": ("destring", "destring"),
    "tostring": ("tostring", "tostring"),
    "duplicates": ("duplicates", "duplicates"),
    "isid": ("isid", "isid"),
    "gsort": ("gsort", "gsort"),
    "expand": ("expand", "expand"),
    "compress": ("compress", "compress"),
    "clonevar": ("clonevar", "clonevar"),
    "contract": ("contract", "contract"),
    "recast": ("recast", "recast"),
    "numlabel": ("numlabel", "numlabel"),
    "fillin": ("fillin", "fillin"),
    "sample": ("sample", "sample"),
    "bsample": ("bsample", "bsample"),
    "splitsample": ("splitsample", "splitsample"),
    "pctile": ("pctile", "pctile"),
    "_pctile": ("_pctile", "pctile_"),
    "xtile": ("xtile", "xtile"),
    "mkspline": ("mkspline", "mkspline"),
    "split": ("split", "split"),
    "separate": ("separate", "separate"),
    "stack": ("stack", "stack"),
    "ipolate": ("ipolate", "ipolate"),
    "tsfill": ("tsfill", "tsfill"),
    "range": ("range", "range_"),
    "drawnorm": ("drawnorm", "drawnorm"),
    "corr2data": ("corr2data", "corr2data"),
    "fvexpand": ("fvexpand", "revars"),
    "fvrevar": ("fvrevar", "revars"),
    "tsrevar": ("tsrevar", "revars"),
    "misstable": ("misstable", "misstable"),
    # several data sets
    "merge": ("merge", "merge"),
    "append": ("ap", "append"),
    "joinby": ("joinby", "joinby"),
    "cross": ("cross", "cross"),
    "reshape": ("reshape", "reshape"),
    "sysuse": ("sysuse", "sysuse"),
    "datasignature": ("datasignature", "datasignature"),
    "xtdescribe": ("xtdes", "xtdescribe"),
    "xtsum": ("xtsum", "xtsum"),
    "xttab": ("xttab", "xttab"),
    "export": ("export", "export"),
    "outsheet": ("outsheet", "outsheet"),
    "insheet": ("insheet", "insheet"),
    "collapse": ("collapse", "collapse"),
    # descriptive tables
    "tabulate": ("ta", "tabulate"),
    "tab1": ("tab1", "tab1"),
    "tab2": ("tab2", "tab2"),
    "tabstat": ("tabstat", "tabstat"),
    "correlate": ("cor", "correlate"),
    "pwcorr": ("pwcorr", "pwcorr"),
    "ttest": ("ttest", "ttest"),
    "ttesti": ("ttesti", "ttesti"),
    "ci": ("ci", "ci"),
    "centile": ("centile", "centile"),
    "oneway": ("on", "oneway"),
    "loneway": ("lone", "loneway"),
    "mean": ("mean", "mean"),
    "total": ("total", "total"),
    "proportion": ("prop", "proportion"),
    # other estimators
    "regress": ("reg", "regress"),
    "xtreg": ("xtreg", "xtreg"),
    "areg": ("areg", "areg"),
    "dfbeta": ("dfbeta", "dfbeta"),
    "xttest0": ("xttest0", "xttest0"),
    # after estimation: hypotheses
    "nlcom": ("nlcom", "nlcom"),
    "testnl": ("testnl", "testnl"),
    "predictnl": ("predictnl", "predictnl"),
    "_diparm": ("_diparm", "diparm"),
    # after estimation: margins and contrasts
    "contrast": ("contrast", "contrast"),
    "pwcompare": ("pwcomp", "pwcompare"),
    "margins": ("margins", "margins"),
    # after estimation: models compared
    "hausman": ("hausman", "hausman"),
}

#: words that shadow a longer command's abbreviation in Stata
EXACT: dict[str, str] = {"e": "exit", "l": "list", "d": "describe", "g": "generate", "u": "use", "h": "help"}


def resolve(word: str) -> str:
    """Full command name for a word as typed.  Errors: r(199), r(198) one of Stata's that there is not yet."""
    if word in ABBREVIATIONS:
        return word
    if word in EXACT:
        return EXACT[word]
    for name, (least, _) in ABBREVIATIONS.items():
        if name.startswith(word) and len(word) >= len(least):
            return name
    from mixedcli.commands.later import known_name

    later = known_name(word)
    if later is not None:
        raise NotYetAvailable(f"{later} is not yet available")
    raise UnrecognizedCommand(f"command {word} is unrecognized")


def find(word: str) -> tuple[CommandSpec, Runner]:
    """The command behind a word as typed: its SPEC and its run function.  Errors: r(199)."""
    module = importlib.import_module(f"{__name__}.{ABBREVIATIONS[resolve(word)][1]}")
    return module.SPEC, module.run
