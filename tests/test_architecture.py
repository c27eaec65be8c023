"""The layers and the house rules, read off the source files."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mixedcli.commands import ABBREVIATIONS, CommandSpec

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mixedcli"
FILES = sorted(PACKAGE.rglob("*.py"))
TRACKED = [
    p
    for top in ("mixedcli", "tests", "fixtures", "benchmarks", "grammar", ".ci")
    for p in sorted((ROOT / top).rglob("*"))
    if p.suffix in {".py", ".lark", ".R", ".md", ".do", ""} and p.is_file()
    if not {".peers", ".cache"} & set(p.parts)  # what benchmarks/ installs and generates
] + sorted(ROOT.glob("*.md"))

#: tools of the language itself, for everyone: standard library only
COMMON = {"frozen"}

#: layer -> (layers it may import, third-party packages it may import)
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "frozen": (set(), set()),
    "numfmt": ({"errors", "datefmt"}, set()),
    "datefmt": ({"numfmt", "errors"}, set()),
    "ast": ({"errors"}, set()),
    "blocks": ({"errors"}, set()),
    "results": ({"errors"}, {"numpy"}),
    "parse": ({"ast", "errors"}, {"lark"}),
    # scipy: special functions of expressions, imported when one is called
    "data": ({"ast", "errors", "numfmt", "datefmt"}, {"numpy", "scipy", "pandas", "pyreadstat", "pyarrow", "openpyxl"}),
    "engine": ({"results", "errors"}, {"numpy", "scipy", "threadpoolctl"}),
    "render": ({"blocks", "errors", "numfmt", "datefmt"}, {"rich"}),
    "model": ({"ast", "data", "engine", "results", "errors"}, {"numpy"}),
    "session": ({"data", "results", "errors"}, set()),
    "commands": (
        {
            "ast",
            "blocks",
            "results",
            "data",
            "engine",
            "model",
            "session",
            "errors",
            "numfmt",
            "datefmt",
        },
        {"numpy"},
    ),
    "dispatch": ({"parse", "ast", "commands", "render", "session", "errors"}, set()),
    "cli": ({"shell", "dispatch", "session", "render", "errors"}, set()),
    "shell": ({"dispatch", "session", "render", "errors"}, {"prompt_toolkit"}),
}
#: the package's own entry points may see everything
DOORS = {"__init__", "__main__", "api"}

#: what a one-liner on a small file must not load: each costs more than numpy's own start-up allows
HEAVY = {"pandas", "pyreadstat", "scipy", "rich.console", "prompt_toolkit", "urllib.request", "statistics"}


def layer_of(path: pathlib.Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def ident(path: pathlib.Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: pathlib.Path) -> Iterator[str]:
    """Dotted names of every module a file imports, wherever the import stands."""
    package = [PACKAGE.name, *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            if module == PACKAGE.name:
                yield from (f"{module}.{alias.name}" for alias in node.names)
            else:
                yield module


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_layers_import_only_what_they_may(path: pathlib.Path) -> None:
    layer = layer_of(path)
    if layer in DOORS:
        return
    layers, packages = ALLOWED[layer]
    for name in imported(path):
        top, *rest = name.split(".")
        if top == PACKAGE.name:
            target = rest[0] if rest else ""
            version = target == "__version__"
            assert target == layer or target in layers | COMMON or version, f"{ident(path)} imports {name}"
        elif top not in sys.stdlib_module_names:
            assert top in packages, f"{ident(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_files_hold_one_idea(path: pathlib.Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(source)), "a module says what it is for"


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_nothing_is_left_undone(path: pathlib.Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError", path.read_text(encoding="utf-8"))


def calls(path: pathlib.Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_only_the_front_prints(path: pathlib.Path) -> None:
    if layer_of(path) not in {"cli", "shell", *DOORS} and path.name != "console.py":
        assert not {"print", "input", "sys.stdout.write", "sys.stderr.write", "sys.exit"} & set(calls(path))


def assigned(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_no_module_state(path: pathlib.Path) -> None:
    """Module-level names are constants and registries (in capitals), types, other names for things, or dunders."""
    tree = tree_of(path)
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global), f"{ident(path)}:{node.lineno}: global statement"
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            for name in (n.id for n in ast.walk(target) if isinstance(n, ast.Name)):
                dunder = name.startswith("__") and name.endswith("__")
                constant = re.fullmatch(r"_?[A-Z][A-Za-z0-9_]*|_", name)
                assert dunder or constant, f"{ident(path)}:{node.lineno}: {name}"


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_dataclasses_are_slotted(path: pathlib.Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("dataclass"):
                    assert "slots=True" in text, f"{ident(path)}:{node.lineno}: {node.name}"


@pytest.mark.parametrize("path", FILES, ids=ident)
def test_public_names_are_explained(path: pathlib.Path) -> None:
    for node in tree_of(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            short = (node.end_lineno or node.lineno) - node.lineno < 8  # its name and types say it all
            assert short or ast.get_docstring(node), f"{ident(path)}:{node.lineno}: {node.name}"


@pytest.mark.parametrize("module", sorted({m for _, m in ABBREVIATIONS.values()}))
def test_every_command_has_a_spec_a_run_and_a_help_text(module: str) -> None:
    command = importlib.import_module(f"mixedcli.commands.{module}")
    assert isinstance(command.SPEC, CommandSpec)
    assert callable(command.run)
    assert command.__doc__, "the docstring is the command's help"


@pytest.mark.parametrize("path", TRACKED, ids=ident)
def test_no_path_of_one_machine_is_named(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    assert not re.search(r"(?<![\w.])/(?:work|root|home|Users)/\w", text)


def test_a_one_liner_loads_nothing_heavy() -> None:
    code = (
        "import sys; from mixedcli.cli import main\n"
        "try: status = main(sys.argv[1:])\n"
        "except SystemExit as stop: status = stop.code\n"
        f"print('loaded', sorted({HEAVY!r} & set(sys.modules)), status)"
    )
    data = ROOT / "fixtures/rdatasets/sleepstudy.csv"
    one_liner = [sys.executable, "-c", code, "-d", str(data), "mixed reaction days || subject: days, cov(un)"]
    done = subprocess.run(one_liner, capture_output=True, text=True, timeout=60, check=True)
    loaded = done.stdout.splitlines()[-1]
    assert loaded == "loaded [] 0", done.stdout + done.stderr
