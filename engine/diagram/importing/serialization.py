"""A changed tree as bytes, in the encoding and under the declaration the file came with."""

from __future__ import annotations

import re

from lxml import etree

_DECLARATION = re.compile(rb"(?P<mark>\xef\xbb\xbf)?(?P<declaration><\?xml\s[^>]*\?>)?")


def render(root: etree._Element, content: bytes) -> bytes:
    """The whole document: what stands before and after the root as well."""
    tree = root.getroottree()
    encoding = tree.docinfo.encoding or "UTF-8"
    if not content.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        return _bytes(tree, encoding, declared=True)
    found = _DECLARATION.match(content)
    assert found is not None
    body = _bytes(tree, encoding, declared=False)
    declaration = found["declaration"]
    return (found["mark"] or b"") + (declaration + b"\n" if declaration else b"") + body


def _bytes(tree: etree._ElementTree, encoding: str, *, declared: bool) -> bytes:
    written = etree.tostring(tree, encoding=encoding, xml_declaration=declared)
    assert isinstance(written, bytes)
    return written
