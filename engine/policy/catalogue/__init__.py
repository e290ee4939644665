"""Every parameter a county may set, by name. What is not in here does not exist."""

from __future__ import annotations

from collections.abc import Mapping

from engine.policy.catalogue.approval import APPROVAL, ORGANISATION
from engine.policy.catalogue.deadlines import DEADLINES, NOTICE
from engine.policy.catalogue.evidence import EVIDENCE
from engine.policy.catalogue.funding import FUNDING
from engine.policy.catalogue.payment import PAYMENT
from engine.policy.catalogue.subsidy import SUBSIDY
from engine.policy.parameter import Parameter

#: the groups in the order the policy page shows them
GROUPS: Mapping[str, tuple[Parameter, ...]] = {
    "拨付与质保": PAYMENT,
    "审批层级": APPROVAL,
    "公示": NOTICE,
    "办理时限（工作日）": DEADLINES,
    "材料与人员": EVIDENCE,
    "资金安排与监督": FUNDING,
    "个人补助与岗位": SUBSIDY,
    "机构": ORGANISATION,
}

CATALOGUE: Mapping[str, Parameter] = {parameter.name: parameter for group in GROUPS.values() for parameter in group}
