"""Times the reading of a long do-file, nothing of it run: statements found, every line parsed and checked.

python benchmarks/parsing.py [lines]
"""

from __future__ import annotations

import sys
import time

from mixedcli.dispatch.checking import check
from mixedcli.parse import statements

_SECTION = """
* section {k}
use wave{k}, clear
generate double x{k} = ln(income{k} + 1) - {k}/3 if age > {k} & !missing(sex)
replace x{k} = . if x{k} < {k} /// a note
    & age == 3
label variable x{k} "log of income, wave {k}"
label define l{k} 1 "one" 2 "two" 3 "three"
label values g{k} l{k}
bysort id (time): egen m{k} = mean(x{k})
summarize x{k} m{k}, detail
local mean{k} = r(mean)
foreach v of varlist x{k} m{k} {{
    generate c_`v'_{k} = `v' - `mean{k}'
    quietly summarize `v' if e(sample)
}}
forvalues i = 1/9 {{
    display as text "wave " `i' " of {k}" %9.3f r(mean)
}}
mixed y{k} i.g{k}##c.time x{k} || id: time, covariance(unstructured) reml nolog
estimates store m{k}
lrtest m{k} m0
predict double f{k}, fitted
test x{k} = 0
if `mean{k}' > 3 {{
    display "large {k}"
}}
else {{
    drop x{k}
}}
merge 1:1 id using other{k}, keep(match) nogenerate
recode age (1/{k} = 1) (else = 2), generate(a{k})
list id x{k} in 1/20, clean noobs
sort id time
"""


def script(lines: int) -> str:
    """So many lines of what scripts around mixed consist of, no section the same as another."""
    each = _SECTION.count("\n")
    rows = "".join(_SECTION.format(k=k) for k in range(1, lines // each + 2)).split("\n")[:lines]
    return "\n".join(rows) + "\n"


def main() -> None:
    """Print seconds of the processor, the first use of the grammar included."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    text = script(lines)
    began = time.process_time()
    list(statements(text))
    split = time.process_time()
    check(text)
    print(
        f"{lines} lines: {split - began:.2f} s into statements, {time.process_time() - split:.2f} s parsed and checked"
    )


if __name__ == "__main__":
    main()
