"""How money is paid: ratios, caps, limits, retention and recovery (spec §6, D02, D14)."""

from __future__ import annotations

from engine.policy.parameter import Kind, count, money, other, ratio

PAYMENT = (
    ratio("advance_ratio", "0.30", "预拨比例（占应付上限）", "R20,R43", minimum="0.10", maximum="0.50"),
    ratio("advance_recovery_start", "0.30", "开始扣回预拨的累计产值比例", "R43"),
    ratio("advance_recovery_end", "0.80", "扣清预拨的累计产值比例", "R43"),
    ratio("progress_pay_ratio", "0.80", "进度款比例（占已认可产值）", "R21,R43"),
    ratio("cap_before_acceptance", "0.80", "验收合格前累计付款上限（占应付上限）", "R43"),
    money("one_off_limit", "30000", "不预拨、完工后一次报账的限额（元，含）", "R08"),
    money("full_advance_limit", "100000", "不经集体决策可全额预拨的限额（元，含）", "S1-54,D"),
    count("full_advance_check_days", 60, "全额预拨后用款核查（自然日）", "D"),
    other(Kind.FLAG, "progress_needs_advance", True, "办完预拨才能办进度报账", "D"),
    other(Kind.KEYS, "no_advance_applicants", ["enterprise"], "产业类项目一律不预拨的申报主体", "R37"),
    other(
        Kind.KEYS,
        "industry_types",
        ["production", "collective_property", "facility_lease", "entrepreneurship"],
        "算作产业类的项目类型",
        "R37,D",
    ),
    ratio("earned_value_tolerance", "0.05", "累计产值可超合同额的比例", "D"),
    ratio("retention_rate", "0.03", "质保金比例（默认）", "R21"),
    ratio("retention_rate_max", "0.03", "质保金比例上限", "R21", maximum="0.03"),
    ratio("retention_rate_max_old", "0.10", "旧合同的质保金比例上限", "R07,R14"),
    other(Kind.DATE, "retention_rule_from", "2022-08-01", "此日起签订的合同适用质保金比例上限", "R21"),
    count("warranty_months", 12, "缺陷责任期（月，默认）", "R09,R14", minimum="12"),
    count("warranty_reminder_days", 15, "质保到期前提醒（自然日）", "D"),
    count("recovery_days", 30, "超付款退回期限（自然日）", "R21"),
    count("recovery_urge_days", 10, "追缴催告期（工作日）", "D"),
    count("finance_group_min", 3, "村理财小组签字人数下限", "R09", minimum="1"),
    count("refusal_limit", 2, "连续拒付几次触发县检查", "D"),
    ratio("labor_ratio_min", "0.15", "以工代赈劳务报酬占比下限", "S2,R32"),
)
