"""Whether an article's HTML keeps the platform's rules, and how it looks in dark mode. Pure: HTML in, findings out."""

from __future__ import annotations

from .checking import lint
from .finding import Finding

__all__ = ["Finding", "lint"]
