"""What all nodes share."""

from __future__ import annotations

from dataclasses import Field, field
from typing import TYPE_CHECKING, Any, ClassVar

from mixedcli.errors import Span
from mixedcli.frozen import frozen


@frozen
class Node:
    """What all nodes share: their place in the line."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)
