"""What cannot be said in FEEL."""

from __future__ import annotations

from engine.errors import AnlanError


class Untranslatable(AnlanError):
    """这个表达式不能自动译成 FEEL。"""

    code = "untranslatable"
