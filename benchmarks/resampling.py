"""Times bootstrap on a data set of the size of a growth study: one core, all cores, and the fits alone.

python benchmarks/resampling.py [replications]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from mixedcli.commands.context import expression_context
from mixedcli.data.dataset import Column, Dataset
from mixedcli.data.resampling import draw, units_of
from mixedcli.dispatch.language import Stata
from mixedcli.engine.fit import fit
from mixedcli.model.assemble import assemble
from mixedcli.session import Session

MODEL = "mixed weight week || new: week"


def growth(animals: int = 48, weeks: int = 9) -> Dataset:
    """432 rows: random intercepts and slopes of known size."""
    rng = np.random.default_rng(2)
    ids = np.repeat(np.arange(1.0, animals + 1), weeks)
    week = np.tile(np.arange(1.0, weeks + 1), animals)
    u = rng.normal(size=(animals, 2)) * [2.6, 0.6]
    place = ids.astype(int) - 1
    weight = 19.4 + u[place, 0] + (6.2 + u[place, 1]) * week + rng.normal(0, 1.26, len(ids))
    columns = {"id": ids, "new": ids, "week": week, "weight": weight}
    return Dataset().with_columns(Column(name, "double", values) for name, values in columns.items())


def main() -> None:
    """Print seconds and milliseconds per replication."""
    reps = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    session = Session(data=growth(), language=Stata())
    for cores in ("1", "0"):
        session.settings.other["processors"] = cores  # type: ignore[index]
        began = time.perf_counter()
        session.language.run(session, f"bootstrap, reps({reps}) seed(1) cluster(id) idcluster(new): {MODEL}")
        spent = time.perf_counter() - began
        print(f"{'one core' if cores == '1' else 'all cores'}: {spent:.2f} s, {1000 * spent / reps:.1f} ms each")
    session = session.language.run(session, MODEL).session
    spec = session.estimates.fit.spec
    base, spent = session.data, 0.0
    units = units_of(base, ["id"])
    for k in range(100):
        drawn = draw(units, np.random.default_rng(k))
        rows = base.rows(drawn.rows, keeps_order=False)
        data = rows.with_columns([Column("new", "double", drawn.place + 1.0)])
        session.data = data
        design = assemble(spec, data, np.ones(data.n, dtype=bool), expression_context(session)).design
        began = time.perf_counter()
        fit(design, spec.fit)
        spent += time.perf_counter() - began
    print(f"the fits alone: {10 * spent:.1f} ms each")


if __name__ == "__main__":
    main()
