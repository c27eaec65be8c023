"""Downloads, against a server on this machine: cache, errors, interrupted transfers."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mixedcli.data import fetch
from mixedcli.data.read import load, load_dta
from mixedcli.errors import (
    ConnectionTimedOut,
    FileNotFound,
    FileReadError,
    HostNotFound,
    InvalidSyntax,
    NotStataFormat,
    ServerRefused,
)


class Site(http.server.BaseHTTPRequestHandler):
    """Serves what the test put into ``pages``; notes every request."""

    pages: dict[str, bytes] = {}  # noqa: RUF012
    seen: list[tuple[str, str | None]] = []  # noqa: RUF012
    hold = threading.Event()

    def do_GET(self) -> None:
        mark = self.headers.get("If-None-Match")
        self.seen.append((self.path, mark))
        if self.path == "/slow":
            self.hold.wait(5)
            return
        if self.path == "/secret":
            self.send_error(403)
            return
        content = self.pages.get(self.path)
        if content is None:
            self.send_error(404)
            return
        tag = f'"{hash(content)}"'
        if mark == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + (100 if self.path == "/short.csv" else 0)))
        self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(Site, "pages", {"/x.csv": b"a,b\n1,2\n", "/short.csv": b"a\n1\n"})
    monkeypatch.setattr(Site, "seen", [])
    monkeypatch.setattr(Site, "hold", threading.Event())
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_download_and_cache(site: str) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch.fetch(f"{site}/x.csv", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert seen[-1] == (8, 8)
    assert fetch.fetch(f"{site}/x.csv") == path  # the server is asked again and answers "not modified"
    assert Site.seen[0][1] is None and Site.seen[1][1] is not None
    Site.pages["/x.csv"] = b"a,b\n1,3\n"
    assert fetch.fetch(f"{site}/x.csv").read_bytes() == b"a,b\n1,3\n"


def test_lasting_content_is_asked_for_once(site: str) -> None:
    fetch.fetch(f"{site}/x.csv", lasting=True)
    fetch.fetch(f"{site}/x.csv", lasting=True)
    assert len(Site.seen) == 1


def test_without_the_server_the_copy_serves(site: str) -> None:
    port = site.rpartition(":")[2]
    path = fetch.fetch(f"{site}/x.csv")
    Site.pages.clear()
    with pytest.raises(FileNotFound):  # the server is there and says the file is not
        fetch.fetch(f"{site}/x.csv")
    closed = f"http://127.0.0.1:{_closed_port()}/x.csv"
    copy = fetch.cached_path(closed)
    copy.write_bytes(path.read_bytes())
    assert fetch.fetch(closed) == copy
    assert port not in copy.name


def _closed_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_errors(site: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFound, match=r"^file http://.*/none\.dta not found$"):
        fetch.fetch(f"{site}/none.dta")
    with pytest.raises(ServerRefused, match="403"):
        fetch.fetch(f"{site}/secret")
    with pytest.raises(FileReadError, match="before the end"):
        fetch.fetch(f"{site}/short.csv")
    with pytest.raises(ConnectionTimedOut):
        fetch.fetch(f"{site}/slow", timeout=0.05)
    with pytest.raises(HostNotFound, match="could not connect"):
        fetch.fetch(f"http://127.0.0.1:{_closed_port()}/x.csv")
    with pytest.raises(InvalidSyntax):
        fetch.fetch("http://[bad/x.csv")
    with pytest.raises(HostNotFound):
        fetch.fetch("http://127.0.0.1:99999999/x.csv")
    # nothing half-done stays in the cache
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]


def test_unknown_host(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HostNotFound, match=r"^host not found$") as caught:
        fetch.fetch("http://no-such-host.invalid/x.dta")
    assert caught.value.rc == 631


def test_content_is_not_trusted_by_its_name(site: str) -> None:
    Site.pages["/page.dta"] = b"<html>not here</html>"
    with pytest.raises(NotStataFormat, match="not Stata format"):
        load_dta(f"{site}/page.dta")
    assert load(f"{site}/x.csv").names == ("a", "b")


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    path = fetch.fetch(f"{site}/x.csv")
    assert path.read_bytes() == b"a,b\n1,2\n"
    path.unlink()


def test_names_in_the_cache_are_harmless() -> None:
    name = fetch.cached_path("http://h/a/../..%2f%00/" + "é" * 300 + ".dta?q=/../x").name
    assert "/" not in name and len(name.encode()) < 255
    assert fetch.cached_path("http://h/a.dta") != fetch.cached_path("http://g/a.dta")
