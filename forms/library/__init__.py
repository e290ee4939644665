"""The forms that ship with the product, one folder each, named by their keys in the specification's dictionary."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from forms.definition import Form
from forms.errors import FormNotFound

#: the common review fields of spec §3.2; also the form of tasks that have no other
REVIEW = "review"


@cache
def keys() -> frozenset[str]:
    """The keys of all forms."""
    folders = (folder for folder in files(__name__).iterdir() if folder.is_dir())
    return frozenset(folder.name for folder in folders if (folder / "form.json").is_file())


@cache
def content(key: str) -> bytes:
    """The form's JSON. Raises `FormNotFound`."""
    if key not in keys():
        raise FormNotFound(f"表单库里没有“{key}”这张表单。", form=key)
    return (files(__name__) / key / "form.json").read_bytes()


def load(key: str) -> Form:
    """A form of the library. Raises `FormNotFound`."""
    return parsed(content(key))


@lru_cache(maxsize=512)
def parsed(document: bytes) -> Form:
    """A form that may be asked for again. Raises `InvalidForm`."""
    return Form.parse(document)
