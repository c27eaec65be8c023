"""What commands after a fit need of e(): programs may leave it without coefficients."""

from __future__ import annotations

from mixedcli.errors import LastEstimatesNotFound
from mixedcli.results import Estimates, Stored


def with_coefficients(estimates: Estimates | None) -> Stored:
    """The results with e(b) and e(V).  Errors: r(301)."""
    if estimates is None or not {"b", "V"} <= set(estimates.stored.matrices):
        raise LastEstimatesNotFound("last estimates not found")
    return estimates.stored
