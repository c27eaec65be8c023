"""Residual structures: how R depends on its parameters, one module per structure."""

from mixedcli.engine.residual.independent import Independent

__all__ = ["Independent"]
