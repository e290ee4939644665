"""A changed tree as bytes, in the encoding, under the declaration and with the line ends the file came with."""

from __future__ import annotations

import re

from lxml import etree

_HEAD = re.compile(r"\ufeff?(?:<\?xml\s[^>]*\?>)?")


def render(root: etree._Element, content: bytes) -> bytes:
    """The whole document: what stands before and after the root as well."""
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    try:
        before = content.decode(encoding, "replace")
    except LookupError:
        # The XML library knows a few encodings more than the language.
        return _utf_8(root)
    found = _HEAD.match(before)
    head = found[0] if found else ""
    end = before[len(before.rstrip()) :]
    text = (head + "\n" if head.endswith(">") else head) + "\n".join(map(_text, _nodes(root))) + end
    if "\r\n" in before:
        text = re.sub("\r?\n", "\r\n", text)
    return text.encode(encoding, "xmlcharrefreplace")


def _nodes(root: etree._Element) -> list[etree._Element]:
    before = list(root.itersiblings(preceding=True))
    return [*reversed(before), root, *root.itersiblings()]


def _text(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", with_tail=False)


def _utf_8(root: etree._Element) -> bytes:
    return b"<?xml version='1.0' encoding='UTF-8'?>\n" + "\n".join(map(_text, _nodes(root))).encode()
