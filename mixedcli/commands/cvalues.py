"""c(): the values of settings and of this program, in the groups of creturn list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from mixedcli.data.missing import MAX_DOUBLE
from mixedcli.data.stream import DEFAULT_SEED
from mixedcli.session import Session

Getter = Callable[[Session], "float | str"]

_MAX_FLOAT = float(np.nextafter(np.float32(2.0**127), np.float32(0)))


def _now(pattern: str) -> str:
    from datetime import datetime

    return datetime.now().strftime(pattern)


def _day() -> str:
    text = _now("%d %b %Y")
    return " " + text[1:] if text.startswith("0") else text


def _working_directory(session: Session) -> str:
    from pathlib import Path

    return session.settings.cwd or str(Path.cwd())


def _temporary_folder(session: Session) -> str:
    import tempfile

    return tempfile.gettempdir()


def _user(session: Session) -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _host(session: Session) -> str:
    import platform

    return platform.node()


def _machine(session: Session) -> str:
    import platform

    return platform.machine()


def _system(session: Session) -> str:
    import platform

    return {"Darwin": "MacOSX", "Windows": "Windows"}.get(platform.system(), "Unix")


def _cores(session: Session) -> float:
    import os

    return float(os.cpu_count() or 1)


def _width(session: Session) -> float:
    """Bytes of one observation."""
    sizes = {"byte": 1, "int": 2, "long": 4, "float": 4, "double": 8, "strL": 8}
    types = [column.type for column in session.data.columns.values()]
    return float(sum(sizes[t] if t in sizes else int(t[3:]) for t in types))


def switch(on: bool) -> Literal["on", "off"]:
    """A setting that is on or off."""
    return "on" if on else "off"


def _seed(session: Session) -> int:
    return DEFAULT_SEED if session.settings.seed is None else session.settings.seed


def _setting(name: str, otherwise: str) -> Getter:
    return lambda s: s.settings.other.get(name, otherwise)


def _fixed(value: float | str) -> Getter:
    return lambda s: value


GROUPS: Mapping[str, Mapping[str, Getter]] = {
    "System values": {
        "current_date": lambda s: _day(),
        "current_time": lambda s: _now("%H:%M:%S"),
        "rmsg_time": _fixed(0.0),
        "stata_version": _fixed(19.0),
        "version": lambda s: s.settings.version,
        "userversion": lambda s: s.settings.version,
        "caller_version": _fixed(19.0),
        "flavor": _fixed("IC"),
        "edition": _fixed("SE"),
        "edition_real": _fixed("SE"),
        "bit": _fixed(64.0),
        "SE": _fixed(1.0),
        "MP": _fixed(0.0),
        "processors": _cores,
        "processors_lic": _fixed(1.0),
        "processors_mach": _cores,
        "processors_max": _fixed(1.0),
        "mode": lambda s: "" if s.interactive else "batch",
        "console": _fixed("console"),
        "os": _system,
        "osdtl": _fixed(""),
        "hostname": _host,
        "machine_type": _machine,
        "byteorder": _fixed("lohi"),
        "username": _user,
    },
    "Directories and paths": {
        "sysdir_stata": _fixed(""),
        "sysdir_base": _fixed(""),
        "sysdir_site": _fixed(""),
        "sysdir_plus": _fixed(""),
        "sysdir_personal": _fixed(""),
        "sysdir_oldplace": _fixed(""),
        "tmpdir": _temporary_folder,
        "adopath": _fixed(""),
        "pwd": _working_directory,
        "dirsep": _fixed("/"),
    },
    "System limits": {
        "max_N_theory": _fixed(1099511627775.0),
        "max_k_theory": _fixed(32767.0),
        "max_width_theory": _fixed(1048576.0),
        "max_matdim": _fixed(11000.0),
        "max_it_cvars": _fixed(64.0),
        "max_it_fvars": _fixed(8.0),
        "max_macrolen": _fixed(4227143.0),
        "macrolen": _fixed(4227143.0),
        "charlen": _fixed(67783.0),
        "max_cmdlen": _fixed(4227159.0),
        "cmdlen": _fixed(4227159.0),
        "namelenbyte": _fixed(128.0),
        "namelenchar": _fixed(32.0),
        "eqlen": _fixed(1337.0),
    },
    "Numerical and string limits": {
        "mindouble": _fixed(-MAX_DOUBLE),
        "maxdouble": _fixed(MAX_DOUBLE),
        "epsdouble": _fixed(2.0**-52),
        "smallestdouble": _fixed(2.0**-1022),
        "minfloat": _fixed(-_MAX_FLOAT),
        "maxfloat": _fixed(_MAX_FLOAT),
        "epsfloat": _fixed(2.0**-23),
        "minlong": _fixed(-2147483647.0),
        "maxlong": _fixed(2147483620.0),
        "minint": _fixed(-32767.0),
        "maxint": _fixed(32740.0),
        "minbyte": _fixed(-127.0),
        "maxbyte": _fixed(100.0),
        "maxstrvarlen": _fixed(2045.0),
        "maxstrlvarlen": _fixed(2000000000.0),
        "maxvlabellen": _fixed(32000.0),
    },
    "Current dataset": {
        "frame": _fixed("default"),
        "N": lambda s: float(s.data.n),
        "k": lambda s: float(len(s.data.columns)),
        "width": _width,
        "changed": lambda s: float(s.data.changed),
        "filename": lambda s: s.data.source,
        "filedate": lambda s: s.data.timestamp,
        "sortedby": lambda s: " ".join(s.data.sorted_by),
    },
    "Memory settings": {
        "memory": _fixed(33554432.0),
        "maxvar": lambda s: float(s.settings.other.get("maxvar", "5000")),
        "niceness": _fixed(5.0),
        "min_memory": _fixed(0.0),
        "max_memory": _fixed("."),
        "segmentsize": _fixed(33554432.0),
    },
    "Output settings": {
        "more": _fixed("off"),
        "rmsg": _fixed("off"),
        "dp": _fixed("period"),
        "linesize": lambda s: float(s.settings.linesize),
        "pagesize": _fixed(24.0),
        "logtype": _setting("logtype", "smcl"),
        "iterlog": _setting("iterlog", "on"),
        "level": lambda s: s.settings.level,
        "clevel": lambda s: s.settings.level,
        "showbaselevels": _setting("showbaselevels", ""),
        "showemptycells": _setting("showemptycells", ""),
        "showomitted": _setting("showomitted", ""),
        "fvlabel": _setting("fvlabel", "on"),
        "fvwrap": _fixed(1.0),
        "fvwrapon": _fixed("word"),
        "lstretch": _setting("lstretch", ""),
        "cformat": _setting("cformat", ""),
        "sformat": _setting("sformat", ""),
        "pformat": _setting("pformat", ""),
        "coeftabresults": _fixed("on"),
    },
    "Graphics settings": {
        "graphics": _setting("graphics", "on"),
        "scheme": _setting("scheme", "stcolor"),
        "printcolor": _fixed("automatic"),
    },
    "Program settings": {
        "varabbrev": lambda s: switch(s.settings.varabbrev),
        "emptycells": _fixed("keep"),
        "type": lambda s: s.settings.default_type,
        "maxiter": _fixed(300.0),
        "trace": _fixed("off"),
        "tracedepth": _fixed(32000.0),
        "matastrict": _fixed("off"),
        "matsize": lambda s: float(s.settings.other.get("matsize", "400")),
        "adosize": _fixed(1000.0),
        "noisily": _fixed(1.0),
        "rc": lambda s: float(s.rc),
    },
    "Random-number settings": {
        "rng": _fixed("pcg64"),
        "rng_current": _fixed("pcg64"),
        "rngstate": lambda s: f"pcg{_seed(s)}",
        "rngseed_mt64s": _fixed(123456789.0),
        "rngstream": _fixed(1.0),
        "seed": lambda s: str(_seed(s)),
    },
    "Other": {
        "pi": _fixed(float(np.pi)),
        "alpha": _fixed(" ".join("abcdefghijklmnopqrstuvwxyz")),
        "ALPHA": _fixed(" ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
        "Mons": _fixed("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        "Months": _fixed("January February March April May June July August September October November December"),
        "Wdays": _fixed("Sun Mon Tue Wed Thu Fri Sat"),
        "Weekdays": _fixed("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
    },
}

VALUES: Mapping[str, Getter] = {name: getter for group in GROUPS.values() for name, getter in group.items()}
