"""What somebody who has just started the demonstration needs to know."""

from __future__ import annotations

from rich.table import Table

from api.demo.organisation import DEMO_PASSWORD, demo_organisation
from engine.offices.roles import ROLES

#: persons worth trying first: most have something in their inbox
_FIRST = ("banling.lead", "bilian.clerk", "yongjia.project", "shixi.applicant", "auditor", "designer")


def guide() -> Table:
    """How to log in, and as whom to begin."""
    table = Table("登录名", "姓名", "岗位", title="在登录页选择一位演示人员即可进入，例如：", title_justify="left")
    table.caption = f"也可以用登录名和密码登录，所有演示人员的密码都是 {DEMO_PASSWORD}"
    table.caption_justify = "left"
    organisation = demo_organisation()
    units = {unit.code: unit.name for unit in organisation.units}
    persons = {person.login: person for person in organisation.persons}
    for person in map(persons.__getitem__, _FIRST):
        positions = (f"{units[held.unit_code]} · {ROLES[held.role].name}" for held in person.positions)
        table.add_row(person.login, person.name, "；".join(positions))
    return table
