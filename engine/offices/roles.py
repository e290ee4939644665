"""The roles of spec §3.1: where each acts, what it does, and which it may not be combined with in one case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Where a role acts. A case's region is walked up to it; finance and third parties act at the county."""

    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"
    FINANCE_BUREAU = "finance_bureau"
    CITY = "city"
    THIRD_PARTY = "third_party"
    SYSTEM = "system"


class Duty(StrEnum):
    """What a role is for; a case that somebody has decided can no longer be withdrawn."""

    APPLY = "apply"
    CONFIRM = "confirm"
    REVIEW = "review"
    DECIDE = "decide"
    PAY = "pay"
    INSPECT = "inspect"
    ADVISE = "advise"
    READ = "read"
    OPERATE = "operate"


@dataclass(frozen=True, kw_only=True)
class Role:
    """One lane of the diagrams."""

    key: str
    name: str
    level: Level
    duty: Duty
    excludes: frozenset[str] = frozenset()


def _role(key: str, name: str, level: Level, duty: Duty, *excludes: str) -> Role:
    return Role(key=key, name=name, level=level, duty=duty, excludes=frozenset(excludes))


_ALL = (
    _role("village_applicant", "村级申报员", Level.VILLAGE, Duty.APPLY),
    _role("village_lead", "村委会主任", Level.VILLAGE, Duty.CONFIRM, "village_supervisor"),
    _role("village_supervisor", "村务监督委员会", Level.VILLAGE, Duty.CONFIRM, "village_lead", "village_applicant"),
    _role("village_finance_group", "村理财小组", Level.VILLAGE, Duty.CONFIRM, "village_applicant"),
    _role("town_clerk", "乡镇移民经办人", Level.TOWN, Duty.REVIEW, "town_lead"),
    _role("town_village_accounts", "村账乡管中心", Level.TOWN, Duty.REVIEW, "town_finance"),
    _role("town_finance", "乡镇财政所", Level.TOWN, Duty.REVIEW, "town_clerk"),
    _role("town_lead", "乡镇分管领导", Level.TOWN, Duty.REVIEW, "town_clerk"),
    _role("county_intake", "县受理岗", Level.COUNTY, Duty.REVIEW, "county_project"),
    _role("county_project", "县业务科", Level.COUNTY, Duty.REVIEW, "county_finance"),
    _role("county_finance", "县财务科", Level.COUNTY, Duty.REVIEW, "county_project"),
    _role(
        "county_deputy", "县分管领导", Level.COUNTY, Duty.DECIDE, "county_intake", "county_project", "county_finance"
    ),
    _role(
        "county_chief",
        "县主要领导",
        Level.COUNTY,
        Duty.DECIDE,
        "county_intake",
        "county_project",
        "county_finance",
        "county_deputy",
    ),
    _role("county_meeting", "县集体决策会议", Level.COUNTY, Duty.DECIDE),
    _role("county_leading_group", "县领导小组", Level.COUNTY, Duty.DECIDE),
    _role("leading_group_member", "领导小组成员单位", Level.COUNTY, Duty.ADVISE),
    _role("county_line_dept", "县行业主管部门", Level.COUNTY, Duty.ADVISE),
    _role("acceptance_group", "县验收组", Level.COUNTY, Duty.REVIEW),
    _role("fin_bureau_review", "县财政局业务股", Level.FINANCE_BUREAU, Duty.REVIEW, "fin_bureau_treasury"),
    _role("fin_bureau_treasury", "县财政国库支付中心", Level.FINANCE_BUREAU, Duty.PAY, "fin_bureau_review"),
    _role("city_filing", "市级报备岗", Level.CITY, Duty.READ),
    _role("city_inspector", "市级督查员", Level.CITY, Duty.INSPECT, "city_lead"),
    _role("city_lead", "市级领导", Level.CITY, Duty.INSPECT, "city_inspector"),
    _role("third_party_reviewer", "第三方评审机构", Level.THIRD_PARTY, Duty.ADVISE, "third_party_auditor"),
    _role("third_party_auditor", "第三方审计机构", Level.THIRD_PARTY, Duty.ADVISE, "third_party_reviewer"),
    _role("supervision_engineer", "监理工程师", Level.THIRD_PARTY, Duty.ADVISE, "contractor"),
    _role("contractor", "施工单位", Level.THIRD_PARTY, Duty.APPLY),
    _role("process_designer", "流程设计员", Level.SYSTEM, Duty.OPERATE),
    _role("auditor_ro", "审计人员", Level.SYSTEM, Duty.READ),
    _role("sys_admin", "系统管理员", Level.SYSTEM, Duty.OPERATE),
    _role("integration", "外部系统", Level.SYSTEM, Duty.OPERATE),
)

ROLES: dict[str, Role] = {role.key: role for role in _ALL}

#: how many digits of a 12-digit division code name a region of that level (spec §0.4)
_DIGITS = {Level.CITY: 4, Level.COUNTY: 6, Level.FINANCE_BUREAU: 6, Level.THIRD_PARTY: 6, Level.TOWN: 9}


def unit_at(region_code: str, level: Level) -> str:
    """Walk a region up to a level: the town of a village, the county of a town."""
    digits = _DIGITS.get(level, 12)
    return region_code[:digits].ljust(12, "0")


def region_prefix(unit_code: str) -> str | None:
    """The digits all regions inside a unit share; None for a department, which covers no region of its own."""
    if len(unit_code) != 12 or not unit_code.isdigit():
        return None
    for digits in (4, 6, 9):
        if set(unit_code[digits:]) == {"0"}:
            return unit_code[:digits]
    return unit_code


def conflict_between(earlier: str, now: str) -> str | None:
    """Why one person may not act in both roles within a case, or None (spec §3.1 rules a and b)."""
    if earlier == now:
        return None
    first, second = ROLES.get(earlier), ROLES.get(now)
    if first is None or second is None:
        return None
    if first.level != second.level:
        return "同一人不得在同一办件中办理两个层级的环节"
    if now in first.excludes or earlier in second.excludes:
        return "这两个岗位按规定不得由同一人兼任"
    if Duty.APPLY in (first.duty, second.duty) and {first.duty, second.duty} & {Duty.REVIEW, Duty.DECIDE, Duty.PAY}:
        return "申报人不得参与审核"
    return None
