"""Files from http(s) addresses, kept in a cache folder so that a script reruns without a network."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from pathlib import Path
from typing import Any

from mixedcli.data.files import Progress, write_atomic
from mixedcli.errors import (
    ConnectionTimedOut,
    FileNotFound,
    FileReadError,
    HostNotFound,
    InvalidSyntax,
    ServerRefused,
    StataError,
)

TIMEOUT = 20.0
"""Seconds without an answer."""

CHUNK = 1 << 16


def cache_folder() -> Path:
    """Where downloads are kept: $XDG_CACHE_HOME/mixedcli or ~/.cache/mixedcli."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "mixedcli" / "web"


def cached_path(url: str) -> Path:
    """The file that holds (or will hold) an address's content."""
    last = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    readable = "".join(c if c.isalnum() or c in "._-" else "_" for c in last)[-60:]
    return cache_folder() / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}-{readable}"


def fetch(url: str, progress: Progress | None = None, *, lasting: bool = False, timeout: float = TIMEOUT) -> Path:
    """Download an address into the cache and return the file.

    With a copy in the cache: the server is asked whether it has changed, and when it cannot be reached the copy serves;
    ``lasting`` content (data of a book that never change) is not asked for again.
    Errors: r(631) host not found, r(2) no answer, r(601) 404, r(672) refused, r(692) cut short.
    """
    copy = cached_path(url)
    known = copy.is_file()
    if known and lasting:
        return copy
    try:
        return _download(url, copy, known, progress, timeout)
    except (HostNotFound, ConnectionTimedOut, ServerRefused, FileReadError):
        if known:
            return copy
        raise


def _download(url: str, copy: Path, known: bool, progress: Progress | None, timeout: float) -> Path:
    import http.client
    import urllib.error
    import urllib.request

    mark = copy.with_name(copy.name + ".etag")
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "mixedcli"})
        if known:
            with contextlib.suppress(OSError, UnicodeDecodeError):
                name, _, value = mark.read_text().partition("\n")
                request.add_header(name, value)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            content = _body(answer, url, progress)
            tag = _validator(answer.headers)
    except urllib.error.HTTPError as error:
        if error.code == 304 and known:
            return copy
        raise _refusal(url, error.code) from None
    except urllib.error.URLError as error:
        raise _unreachable(url, error.reason) from None
    except (http.client.InvalidURL, ValueError, UnicodeError):
        raise InvalidSyntax(f"{url} invalid address") from None
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, error) from None
    return _kept(copy, mark, content, tag)


def _body(answer: Any, url: str, progress: Progress | None) -> bytes:
    total = int(answer.headers.get("Content-Length") or 0)
    pieces: list[bytes] = []
    done = 0
    while piece := answer.read(CHUNK):
        pieces.append(piece)
        done += len(piece)
        if progress is not None:
            progress(done, total)
    if total and done < total:
        raise FileReadError(f"file {url}: connection closed before the end")
    return b"".join(pieces)


def _validator(headers: Any) -> str:
    """Header to send next time, name and value on two lines; "" if the server gave none."""
    if headers.get("ETag"):
        return f"If-None-Match\n{headers['ETag']}"
    if headers.get("Last-Modified"):
        return f"If-Modified-Since\n{headers['Last-Modified']}"
    return ""


def _kept(copy: Path, mark: Path, content: bytes, tag: str) -> Path:
    """Content written into the cache, or into a temporary file when there is no writable cache."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        mark.unlink(missing_ok=True)
        write_atomic(copy, copy.name, lambda file: _write(file, content))
        if tag:
            write_atomic(mark, mark.name, lambda file: _write(file, tag.encode()))
    except (OSError, StataError):
        import tempfile

        with tempfile.NamedTemporaryFile(prefix="mixedcli-", delete=False) as file:
            file.write(content)
        return Path(file.name)
    return copy


def _write(file: Any, content: bytes) -> None:
    file.write(content)


def _refusal(url: str, code: int) -> StataError:
    if code in (404, 410):
        return FileNotFound(f"file {url} not found")
    return ServerRefused(f"server refused to send file {url} (status {code})")


def _unreachable(url: str, reason: object) -> StataError:
    if isinstance(reason, TimeoutError) or "timed out" in str(reason):
        return ConnectionTimedOut("connection timed out")
    if isinstance(reason, socket.gaierror):
        return HostNotFound("host not found")
    if isinstance(reason, ConnectionError):
        return HostNotFound(f"could not connect to {url.split('/')[2]}")
    return HostNotFound("host not found")
