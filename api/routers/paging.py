"""Query parameters that every list takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from api.schemas.common import Text

PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="第几页，从 1 开始，每页 20 条")]
Search = Annotated[Text, Query(description="按编号、标题、环节或单位查找")]
