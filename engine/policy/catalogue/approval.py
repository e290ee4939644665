"""Who decides what: amounts from which a higher level, an expert or an auditor is asked (D01, D08, D11, D12)."""

from __future__ import annotations

from engine.policy.parameter import Kind, count, money, other, ratio

APPROVAL = (
    money("approval.deputy_below", "200000", "项目核准：低于此额由县分管领导定", "D,R07"),
    money("approval.chief_below", "500000", "项目核准：低于此额由县主要领导定", "D,R09"),
    money("approval.meeting_below", "1000000", "项目核准：低于此额由县集体决策，以上报县领导小组", "D,R07"),
    other(Kind.FLAG, "approval.city_pre_review", False, "大额项目须市级前置审核", "S1-56,D"),
    money("payment_approval.deputy_below", "100000", "支付：低于此额由县分管领导签批", "D"),
    money("payment_approval.chief_below", "500000", "支付：低于此额由县主要领导签批，以上集体决策", "D"),
    money("villager_reps_over", "500000", "总投资超过此额须村民代表会议决议", "R06"),
    count("presence.numerator", 2, "到会人数占应到人数的下限：分子", "K", minimum="1"),
    count("presence.denominator", 3, "到会人数占应到人数的下限：分母", "K", minimum="1"),
    ratio("votes_over", "0.50", "赞成票须超过到会人数的比例", "K"),
    money("third_party_review_from", "500000", "总投资达到此额须第三方技术评审", "R07,R09"),
    money("qualified_design_from", "500000", "总投资达到此额须有资质单位设计", "R07,R09"),
    money("onsite_check_from", "500000", "总投资达到此额县级须现场核查", "D"),
    money("supervision_from", "500000", "工程类合同额达到此额须有监理", "R07,D"),
    money("settlement_audit_from", "200000", "合同额达到此额结算须第三方审核", "R38,D"),
    money("finance_audit_from", "4000000", "合同额达到此额结算须送财政评审", "R38"),
    ratio("audit_cut_mark", "0.15", "审减率超过此比例作标记", "D"),
    money("city_spot_check_from", "1000000", "移民资金达到此额完工后市级抽验", "R07"),
    money("town_acceptance_below", "100000", "低于此额由乡镇验收", "D"),
    ratio("scale_done_min", "0.95", "验收时完成率下限", "D"),
    money("procurement.works_tender_from", "4000000", "施工：国家必须招标限额", "K"),
    money("procurement.goods_tender_from", "2000000", "货物：国家必须招标限额", "K"),
    money("procurement.services_tender_from", "1000000", "服务：国家必须招标限额", "K"),
    money("procurement.infrastructure_tender_from", "500000", "移民资金基础设施公开招标限额", "R09"),
    money("procurement.exchange_from", "100000", "限额以下公开交易或邀请的起点", "D"),
    ratio("sampling.large", "1.00", "重大项目稽察抽取率", "S1-68"),
    ratio("sampling.middle", "0.20", "50–100 万元项目稽察抽取率", "D"),
    ratio("sampling.other", "0.10", "其余项目稽察抽取率", "D"),
)

ORGANISATION = (
    other(Kind.TEXT, "project_prefix", "XM", "项目编号前缀，如“永嘉XM”", "D"),
    other(Kind.UNITS, "line_departments", [], "参加行业会审的部门", "S1-81,D"),
)
