"""`Self` for annotations. It is in `typing` from Python 3.11 on, and nothing of it is needed at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self
else:
    Self = object

__all__ = ["Self"]
