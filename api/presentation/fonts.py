"""A font with Chinese characters, found on the machine; none is shipped."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: file name without its ending, in lower case -> the face in a collection; the best first
_KNOWN: Mapping[str, int] = {
    "notosanscjk-regular": 2,
    "notoserifcjk-regular": 2,
    "notosanssc-regular": 0,
    "notoserifsc-regular": 0,
    "sourcehansanssc-regular": 0,
    "sourcehansanscn-regular": 0,
    "sourcehanserifsc-regular": 0,
    "simsun": 0,
    "simhei": 0,
    "msyh": 0,
    "wqy-microhei": 0,
    "wqy-zenhei": 0,
    "uming": 0,
    "ukai": 0,
    "droidsansfallbackfull": 0,
    "droidsansfallback": 0,
    "stheiti light": 0,
    "songti": 0,
}
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)


@dataclass(frozen=True, kw_only=True)
class Font:
    """A font file, and the face within it."""

    path: Path
    face: int = 0


@cache
def chinese_font() -> Font | None:
    """The font named by ANLAN_FONT, or the best known one on this machine."""
    named = os.environ.get("ANLAN_FONT")
    if named:
        return Font(path=Path(named), face=_KNOWN.get(Path(named).stem.lower(), 0))
    found = {path.stem.lower(): path for folder in _FOLDERS for path in _fonts_in(Path(folder).expanduser())}
    return next((Font(path=found[stem], face=face) for stem, face in _KNOWN.items() if stem in found), None)


def _fonts_in(folder: Path) -> list[Path]:
    return [path for ending in ("ttc", "ttf", "otf") for path in sorted(folder.rglob(f"*.{ending}"))]
