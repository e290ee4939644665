"""What somebody who has just started the demonstration needs to know."""

from __future__ import annotations

from rich.table import Table

from api.demo.organisation import DEMO_PASSWORD, demo_organisation
from engine.roles import ROLES

#: one person of each level, worth trying first
_FIRST = ("shixi.applicant", "yantan.clerk", "yongjia.project", "yongjia.finance", "city.inspector1", "designer")


def guide() -> Table:
    """How to log in, and as whom to begin."""
    table = Table("登录名", "姓名", "岗位", title="在登录页选择一位演示人员即可进入，例如：", title_justify="left")
    table.caption = f"也可以用登录名和密码登录，所有演示人员的密码都是 {DEMO_PASSWORD}"
    table.caption_justify = "left"
    organisation = demo_organisation()
    units = {unit.code: unit.name for unit in organisation.units}
    for person in organisation.persons:
        if person.login in _FIRST:
            positions = (f"{units[held.unit_code]} · {ROLES[held.role].name}" for held in person.positions)
            table.add_row(person.login, person.name, "；".join(positions))
    return table
