"""The demo's people can staff every step without breaking the separation of duties."""

from __future__ import annotations

from collections import Counter

import pytest

from api.demo.organisation import demo_organisation
from engine.offices.roles import ROLES, Level, conflict_between, region_prefix, unit_at
from engine.policy.counties import demo_counties

ORGANISATION = demo_organisation()
UNITS = {unit.code: unit for unit in ORGANISATION.units}
VILLAGES = [unit.code for unit in ORGANISATION.units if unit.level == "village"]
#: a line department's task goes to its own unit, not to the county
AT_REGION_UNITS = [role for role in ROLES.values() if role.key != "county_line_dept" and role.level is not Level.SYSTEM]


def test_it_is_a_city_with_two_counties_seven_townships_and_eight_villages() -> None:
    levels = Counter(unit.level for unit in ORGANISATION.units)

    assert (levels["city"], levels["county"], levels["town"], levels["village"]) == (1, 2, 7, 8)


def test_every_unit_lies_inside_its_parent() -> None:
    for unit in ORGANISATION.units:
        if unit.parent_code is not None:
            assert unit.code.startswith(region_prefix(unit.parent_code) or "")


@pytest.mark.parametrize("village", VILLAGES)
def test_every_role_is_held_for_every_village(village: str) -> None:
    missing = [role.key for role in AT_REGION_UNITS if not ORGANISATION.holders(role.key, unit_at(village, role.level))]

    assert missing == []


@pytest.mark.parametrize("village", VILLAGES)
def test_three_members_of_the_finance_group_can_sign_in_every_village(village: str) -> None:
    assert len(ORGANISATION.holders("village_finance_group", village)) >= 3


@pytest.mark.parametrize("county", demo_counties(), ids=lambda county: county.county_name)
def test_the_departments_that_a_county_consults_exist(county: object) -> None:
    for department in county.parameters["line_departments"]:  # type: ignore[attr-defined]
        assert UNITS[department["code"]].name == department["name"]
        assert ORGANISATION.holders("county_line_dept", department["code"])


def test_nobody_holds_two_positions_that_exclude_each_other() -> None:
    for person in ORGANISATION.persons:
        roles = [position.role for position in person.positions]
        assert not any(conflict_between(first, second) for first in roles for second in roles), person.login


def test_some_persons_hold_two_positions() -> None:
    assert sum(len(person.positions) > 1 for person in ORGANISATION.persons) >= 4


def test_every_role_and_unit_of_a_position_is_known() -> None:
    for person in ORGANISATION.persons:
        assert all(position.role in ROLES and position.unit_code in UNITS for position in person.positions)


def test_logins_and_names_are_one_persons_own() -> None:
    assert len({person.login for person in ORGANISATION.persons}) == len(ORGANISATION.persons)
    assert len({person.name for person in ORGANISATION.persons}) == len(ORGANISATION.persons)
