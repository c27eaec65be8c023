"""Options that change how a coefficient table looks, the same for every estimator."""

from __future__ import annotations

from mixedcli.commands import Options, OptionSpec
from mixedcli.errors import InvalidSyntax
from mixedcli.model.spec import Display

OPTIONS = (
    OptionSpec("level", "l", "real"),
    OptionSpec("header", "header", no=True),
    OptionSpec("table", "table", no=True),
    OptionSpec("coeflegend", "coefl"),
    OptionSpec("ci", "ci", no=True),
    OptionSpec("pvalues", "pv", no=True),
    OptionSpec("omitted", "omit", no=True),
    OptionSpec("vsquish", "vsquish"),
    OptionSpec("emptycells", "emptycells", no=True),
    OptionSpec("baselevels", "base"),
    OptionSpec("allbaselevels", "allbase"),
    OptionSpec("fvlabel", "fvlabel", no=True),
    OptionSpec("fvwrap", "fvwrap", "int"),
    OptionSpec("fvwrapon", "fvwrapon", "name"),
    OptionSpec("lstretch", "lstretch", no=True),
    OptionSpec("cformat", "cformat", "text"),
    OptionSpec("pformat", "pformat", "text"),
    OptionSpec("sformat", "sformat", "text"),
)


def display(options: Options) -> Display:
    """The display settings among the options.  Errors: r(198) for a level out of range."""
    level = options.get("level")
    if level is not None and not 10 <= level <= 99.99:
        raise InvalidSyntax("level() must be between 10 and 99.99 inclusive")
    return Display(
        level=level,
        header=options.get("header", True),
        fetable=options.get("table", True),
        coeflegend=bool(options.get("coeflegend")),
        ci=options.get("ci", True),
        pvalues=options.get("pvalues", True),
        omitted=options.get("omitted", True),
        vsquish=bool(options.get("vsquish")),
        emptycells=options.get("emptycells", True),
        baselevels=bool(options.get("baselevels")),
        allbaselevels=bool(options.get("allbaselevels")),
        fvlabel=options.get("fvlabel", True),
        lstretch=options.get("lstretch", True),
        cformat=options.get("cformat", "%9.0g"),
        pformat=options.get("pformat", "%5.3f"),
        sformat=options.get("sformat", "%8.2f"),
    )
