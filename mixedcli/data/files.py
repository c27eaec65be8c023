"""File names as Stata takes them, and writing a file so that a crash leaves the old one."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mixedcli.errors import FileCannotOpen, FileNotFound, FileWriteError, InvalidSyntax, OutOfMemory

Progress = Callable[[int, int], None]
"""progress(done, total); total 0 when it is not known."""


def is_url(name: str) -> bool:
    """Whether a file name is an http(s) address."""
    return name[:8].lower().startswith(("http://", "https://"))


def with_suffix(name: str, suffix: str) -> str:
    """The name with ``suffix`` added unless its last part has one already ("pig" -> "pig.dta")."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return name if "." in last.lstrip(".") else name + suffix


def located(name: str, cwd: str) -> Path:
    """The path a file name stands for, ~ expanded, relative to ``cwd`` ("" is the process's directory).

    Errors: r(198) for an empty name or one with a NUL.
    """
    if not name or "\0" in name:
        raise InvalidSyntax("invalid file specification")
    path = Path(name)
    if name.startswith("~"):
        with contextlib.suppress(RuntimeError):
            path = path.expanduser()
    found = Path(cwd) / path if cwd else path
    if "\\" in name and os.sep == "/" and not found.exists():
        # do-files written on Windows; a file whose name really holds a backslash comes first
        return located(name.replace("\\", "/"), cwd)
    return found


@contextmanager
def opening(name: str) -> Iterator[None]:
    """Turns the failures of opening and reading into Stata's: r(601) not found, r(603) could not be opened, r(950)."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFound(f"file {name} not found") from None
    except MemoryError:
        raise OutOfMemory("op. sys. refuses to provide memory") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            raise OutOfMemory("op. sys. refuses to provide memory") from None
        if isinstance(error, ValueError) and "null" not in str(error):
            raise
        raise FileCannotOpen(f"file {name} could not be opened") from None


def write_atomic(path: Path, name: str, write: Callable[[BinaryIO], None]) -> None:
    """Write a file in one step: a temporary file in the same folder, flushed to the disk, then put in place.

    Whatever goes wrong, the file that was there before is still there.
    Errors: r(603) cannot be created, r(693) writing failed (disk full).
    """
    import tempfile

    target = path.resolve()  # a link stays a link: its target is replaced
    if target.is_dir():
        raise FileCannotOpen(f"file {name} could not be opened")
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
    except OSError:
        raise FileCannotOpen(f"file {name} could not be opened") from None
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except OSError as error:
        reason = "disk full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "I/O error"
        raise FileWriteError(f"{reason} writing file {name}") from None
    finally:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """Permissions of the file being replaced, or those a new file would get."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; systems that cannot open a folder do without."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
