#!/usr/bin/env bash
# Install the programs that run.py compares with into benchmarks/.peers (a Python environment of its own).
# lme4 and nlme are used when Rscript finds them (Debian: r-cran-lme4 r-cran-nlme).
set -euo pipefail
cd "$(dirname "$0")"
python3 -m venv .peers
.peers/bin/pip install --quiet mixedlm mixedlm-rs lme-python gpboost statsmodels pandas polars pyreadstat
