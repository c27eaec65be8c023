"""Time mixedcli beside its peers: python benchmarks/run.py [CASE ...] [--rows N] [--repeat N] [--json FILE].

Cases: intercept-1m slope-1m threelevel-1m crossed-73k crossed-1m ar1-100k un-30k oneliner load-dta load-csv
margins-at margins-cells and the data commands of datacommands.py (data: all of these); all when none is named.
Run it with the Python that has mixedcli installed, after benchmarks/peers.sh; what is not installed is left out.  Every
program runs in a process of its own, one after another.  Times are the best and the median of the repetitions; a ratio
is a program's median over mixedcli's.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from typing import Any

from cases import FITS, FitCase, fit_data, load_data, store
from datacommands import CASES as DATA
from margins import CASES as MARGINS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
CACHE = HERE / ".cache"
PEERS = HERE / ".peers/bin/python"
PYTHON_PEERS = ("mixedlm-rs", "mixedlm", "lme-python", "gpboost", "statsmodels")

Result = dict[str, Any]


def environment() -> dict[str, str]:
    """The process environment without settings that hold numpy's kernels back on this or that machine."""
    hidden = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONPATH"}
    return {k: v for k, v in os.environ.items() if k not in hidden}


def ask(command: list[str], timeout: int = 900) -> Result | None:
    """A worker's JSON object, or None (its complaint goes to standard error)."""
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=timeout, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        complaint = (done.stderr.strip().splitlines() or ["no output"])[-1]
        print(f"  {command[2] if len(command) > 2 else command}: {complaint}", file=sys.stderr)
        return None
    answer: Result = json.loads(lines[-1])
    return answer


def fits(name: str, rows: int, repeat: int, skip: list[str]) -> dict[str, Result | None]:
    case = FITS[name]
    folder = CACHE / f"{name}-{rows}"
    if not folder.exists():
        store(folder, fit_data(case, rows))
    arguments = [name, str(folder), str(repeat)]
    worker = str(HERE / "worker.py")
    out = {"mixedcli-command": ask([sys.executable, worker, "mixedcli-command", *arguments])}
    if case.residual:
        return {**out, **residual_peers(case, folder, repeat, skip)}
    out = {"mixedcli": ask([sys.executable, worker, "mixedcli", *arguments]), **out}
    if PEERS.exists():
        for peer in [p for p in PYTHON_PEERS if p not in skip]:
            out[peer] = ask([str(PEERS), worker, peer, *arguments])
    if shutil.which("Rscript"):
        method = "reml" if case.reml else "ml"
        for peer in [p for p in ("lme4", "nlme") if p not in skip]:
            out[peer] = ask(["Rscript", str(HERE / "peer.R"), peer, case.lme4, method, str(folder), str(repeat)])
    return out


def residual_peers(case: FitCase, folder: pathlib.Path, repeat: int, skip: list[str]) -> dict[str, Result | None]:
    """nlme and glmmTMB fit correlated residuals; nobody else here does."""
    if not shutil.which("Rscript"):
        return {}
    fixed = f"y ~ {' + '.join(case.covariates)}"
    out = {}
    for peer in [p for p in ("nlme", "glmmTMB") if p not in skip]:
        script = [str(HERE / "peer_residual.R"), peer, fixed, case.residual]
        out[peer] = ask(["Rscript", *script, "reml" if case.reml else "ml", str(folder), str(repeat)])
    return out


def whole_process(command: list[str], repeat: int) -> Result:
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment(), check=True)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds[1:]}  # the first one warms the file cache


def oneliner(repeat: int) -> dict[str, Result | None]:
    """A 180-row CSV, as whole processes; the unit is python -c 'import numpy'."""
    data = "fixtures/rdatasets/sleepstudy.csv"
    model = "reaction ~ days + (days | subject)"
    script = pathlib.Path(sys.executable).parent / "mixedcli"
    out: dict[str, Result | None] = {
        "mixedcli": whole_process(
            [str(script), "-d", data, "mixed reaction days || subject: days, covariance(unstructured) reml"], repeat
        ),
        "import numpy": whole_process([sys.executable, "-c", "import numpy"], repeat),
    }
    if shutil.which("Rscript"):
        read = f"d <- read.csv('{data}'); "
        nlme = "nlme::lme(reaction ~ days, d, ~ days | subject)"
        out["nlme"] = whole_process(["Rscript", "-e", f"{read} print(summary({nlme}))"], repeat)
        out["lme4"] = whole_process(["Rscript", "-e", f"{read} print(summary(lme4::lmer({model}, d)))"], repeat)
    if PEERS.exists():
        pandas = f"import pandas as pd; d = pd.read_csv('{data}'); "
        codes = {
            "lme-python": f"import lme_python as m, polars as pl; d = pl.read_csv('{data}').with_columns("
            f"pl.col('subject').cast(pl.String)); print(m.lmer('{model}', data=d, reml=True).summary())",
            "mixedlm": f"{pandas}import mixedlm as m; print(m.lmer('{model}', d).summary())",
            "statsmodels": f"{pandas}import statsmodels.formula.api as m; print(m.mixedlm('reaction ~ days', d, "
            "groups='subject', re_formula='~days').fit().summary())",
        }
        for peer, code in codes.items():
            out[peer] = whole_process([str(PEERS), "-W", "ignore", "-c", code], repeat)
    return out


def loads(kind: str, rows: int, repeat: int) -> dict[str, Result | None]:
    path = CACHE / f"load-{rows}.{kind}"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        import pandas as pd

        frame = pd.DataFrame(load_data(rows))
        whole = {k: "int32" for k in frame if k.startswith("k")}
        if kind == "dta":
            frame.astype(whole).to_stata(path, write_index=False, version=118)
        else:
            frame.astype(whole).to_csv(path, index=False)
    worker = str(HERE / "loaders.py")
    peers = ("pandas", "pyreadstat") if kind == "dta" else ("pandas", "polars")
    out = {"mixedcli": ask([sys.executable, worker, "mixedcli", str(path), str(repeat)])}
    if PEERS.exists():
        out |= {p: ask([str(PEERS), worker, p, str(path), str(repeat)]) for p in peers}
    return out


def data_command(name: str, rows: int, repeat: int) -> dict[str, Result | None]:
    """A data command beside the bare pandas call, with the same Python."""
    worker = str(HERE / "datacommands.py")
    return {p: ask([sys.executable, worker, p, name, str(rows), str(repeat)]) for p in ("mixedcli", "pandas")}


def margins(name: str, rows: int, repeat: int) -> dict[str, Result | None]:
    """margins beside predictions made one margin at a time."""
    worker = str(HERE / "margins.py")
    times = {"mixedcli": repeat, "numpy": 1}  # the latter takes minutes
    return {p: ask([sys.executable, worker, p, name, str(rows), str(k)]) for p, k in times.items()}


def table(name: str, results: dict[str, Result | None]) -> str:
    """A Markdown table: best, median, ratio to mixedcli, log likelihood above or below mixedcli's, peak memory."""
    own = results.get("mixedcli", results.get("mixedcli-command"))
    unit = statistics.median(own["seconds"]) if own else float("nan")
    lines = [
        f"### {name}",
        "",
        "| program | best s | median s | ratio | ll - ours | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    for program, r in results.items():
        if r is None:
            continue
        middle = statistics.median(r["seconds"])
        ll = f"{r['ll'] - own['ll']:.1e}" if own and "ll" in r else ""
        peak = f"{r['peak_mb']:.0f}" if "peak_mb" in r else ""
        lines.append(f"| {program} | {min(r['seconds']):.3f} | {middle:.3f} | {middle / unit:.2f} | {ll} | {peak} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    names = [*FITS, "oneliner", "load-dta", "load-csv", *MARGINS, *DATA, "data"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(names))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--skip", action="append", default=[], metavar="PROGRAM", help="leave a peer's fits out")
    parser.add_argument("--json", type=pathlib.Path, help="also write every figure to this file")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(names):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    figures = {}
    wanted = options.cases or names[:-1]
    if "data" in wanted:
        wanted = [name for name in wanted if name != "data"] + list(DATA)
    for name in wanted:
        if name in DATA:
            figures[name] = data_command(name, options.rows, options.repeat)
        elif name in MARGINS:
            figures[name] = margins(name, options.rows, min(options.repeat, 3))
        elif name in FITS:
            figures[name] = fits(name, options.rows, options.repeat, options.skip)
        elif name == "oneliner":
            figures[name] = oneliner(2 * options.repeat)
        else:
            figures[name] = loads(name.removeprefix("load-"), options.rows, options.repeat)
        print(table(name, figures[name]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
