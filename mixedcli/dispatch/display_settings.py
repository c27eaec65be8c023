"""Settings about tables (set cformat, set showbaselevels ...) as the options a command would have been given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mixedcli import ast
from mixedcli.commands import CommandSpec

#: setting and its value -> option: name, shortest abbreviation, how its opposite begins
_FLAGS = {
    ("showbaselevels", "on"): ("baselevels", 4),
    ("showbaselevels", "all"): ("allbaselevels", 7),
    ("showomitted", "off"): ("noomitted", 6),
    ("showemptycells", "off"): ("noemptycells", 12),
    ("fvlabel", "off"): ("nofvlabel", 9),
    ("lstretch", "off"): ("nolstretch", 10),
    ("iterlog", "off"): ("nolog", 5),
}
_FORMATS = ("cformat", "pformat", "sformat")
_FAMILY = {"baselevels": ("base", "allbase"), "allbaselevels": ("base", "allbase")}


def with_settings(command: ast.Command, spec: CommandSpec, settings: Mapping[str, str]) -> ast.Command:
    """The command with the options that the settings stand for, where it takes them and was not given others."""
    body = command.body
    typed = list(command.options)
    if isinstance(body, ast.MixedBody):
        typed += [] if body.fixed is None else body.fixed.options
        typed += [option for equation in body.random for option in equation.options]
    more = tuple(_options(spec, settings, [option.name for option in typed]))
    if not more:
        return command
    if isinstance(body, ast.MixedBody) and body.fixed is not None:
        if body.random:
            last = replace(body.random[-1], options=(*body.random[-1].options, *more))
            return replace(command, body=replace(body, random=(*body.random[:-1], last)))
        fixed = replace(body.fixed, options=(*body.fixed.options, *more))
        return replace(command, body=replace(body, fixed=fixed))
    return replace(command, options=(*command.options, *more))


def _options(spec: CommandSpec, settings: Mapping[str, str], typed: list[str]) -> Iterator[ast.Option]:
    taken = {row.name for row in spec.options} | {f"no{row.name}" for row in spec.options if row.no}
    mixed = spec.name in ("mixed", "xtmixed")
    for name in _FORMATS:
        value = settings.get(name)
        if value and (mixed or name in taken) and name not in typed:
            yield ast.Option(name, value)
    for (setting, value), (name, least) in _FLAGS.items():
        if settings.get(setting) != value or not (mixed or name in taken):
            continue
        families = _FAMILY.get(name, (name[:least], name.removeprefix("no")[: max(least - 2, 3)]))
        if not any(word.startswith(family) for word in typed for family in families):
            yield ast.Option(name)
