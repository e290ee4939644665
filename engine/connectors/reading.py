"""An answer as a case may keep it: values or text, without our secrets and other people's cookies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

from engine.connectors import json_values
from engine.connectors.exchange import Answer
from engine.connectors.requests import is_json
from engine.connectors.secrets import Secrets

_PRIVATE = frozenset({"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"})
#: characters of an answer that a message tells
_SHOWN = 200
#: Some codecs take minutes for a megabyte; these do not. What is not known is read as UTF-8.
_CHARSETS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **{name: name for name in ("big5", "iso-8859-1", "utf-16", "us-ascii")},
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What an answer says."""

    headers: dict[str, str]
    #: JSON as FEEL values, text as text, anything else is nothing that a case could use
    body: Any
    #: whether it calls itself JSON and is not
    broken: bool = False

    @classmethod
    def of(cls, answer: Answer, secrets: Secrets) -> Reading:
        headers = {name: secrets.masked(value) for name, value in answer.headers.items() if name not in _PRIVATE}
        kind, charset = _kind(answer)
        if not answer.body or not (is_json(kind) or _is_text(kind)):
            return cls(headers=headers, body=None)
        text = _decoded(answer.body, charset)
        if not is_json(kind):
            return cls(headers=headers, body=secrets.masked(text))
        try:
            return cls(headers=headers, body=json_values.value_of(text, secrets.masked))
        except json_values.NotJson:
            return cls(headers=headers, body=None, broken=True)

    @property
    def excerpt(self) -> str:
        """The beginning of the body, in one line, for a message."""
        if self.body is None:
            return "。"
        text = self.body if isinstance(self.body, str) else json_values.text_of(self.body)
        line = re.sub(r"\s+", " ", text[: _SHOWN * 4]).strip()
        shown = "".join(sign for sign in line if sign.isprintable())
        return f"：{shown[:_SHOWN]}{'…' if len(shown) > _SHOWN else ''}"


def _kind(answer: Answer) -> tuple[str, str]:
    """The media type and the character set of an answer."""
    header = Message()
    header["content-type"] = answer.headers.get("content-type", "")
    return header.get_content_type().lower(), str(header.get_content_charset() or "utf-8")


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("/xml", "+xml", "/x-www-form-urlencoded"))


def _decoded(body: bytes, charset: str) -> str:
    text = body.decode(_CHARSETS.get(charset.lower(), "utf-8"), "replace")
    return json_values.well_formed(text.removeprefix("\ufeff"))
