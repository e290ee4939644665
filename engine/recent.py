"""A bounded memory of what was used last; safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keeps so many values, or so many bytes of them, and forgets what was not used for longest."""

    def __init__(self, most: int, *, most_bytes: int | None = None, size: Callable[[V], int] = lambda _: 0) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._values: OrderedDict[K, V] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """What was kept, which counts as a use; None where there is nothing."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: K, value: V) -> None:
        """Remember a value in place of what was known under its key."""
        with self._lock:
            self._forget(key)
            self._values[key] = value
            self._bytes += self._size(value)
            while self._is_full():
                self._forget(next(iter(self._values)))

    def drop(self, key: K) -> None:
        """Forget one value."""
        with self._lock:
            self._forget(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0

    def _is_full(self) -> bool:
        too_heavy = self._most_bytes is not None and self._bytes > self._most_bytes
        return bool(self._values) and (len(self._values) > self._most or too_heavy)

    def _forget(self, key: K) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self._bytes -= self._size(value)
