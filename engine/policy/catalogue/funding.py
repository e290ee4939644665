"""How money is shared out and its use watched (D05, D10, D11, D12, D13, D15, D18)."""

from __future__ import annotations

from engine.policy.parameter import Kind, count, money, multiple, other, ratio

FUNDING = (
    ratio("fund_ratio.industry_min", "0.50", "易迁后扶专项用于产业的比例下限", "S2-09", minimum="0.50"),
    ratio("fund_ratio.facility_min", "0.20", "易迁后扶专项用于设施提升的比例下限", "S2-37", minimum="0.20"),
    ratio("fund_ratio.work_relief_min", "0.60", "农业产业基础设施中以工代赈的比例下限", "S2-10", minimum="0.60"),
    ratio("fund_ratio.migrant_industry_min", "0.50", "移民资金年度产业占比下限", "R03"),
    other(Kind.FLAG, "fund_ratio.migrant_industry_blocks", False, "移民资金产业占比不足时阻断下达", "R03,D"),
    ratio("fund_ratio.entrepreneurship_min", "0.20", "创业致富占项目资金的比例下限", "R06"),
    ratio("fund_ratio.reserve_max", "0.10", "机动预留占年度资金的比例上限", "R06"),
    multiple("fund_ratio.applied_max", "2.00", "乡镇正选与备选申报合计占额度的倍数上限", "R03"),
    multiple("fund_ratio.main_max", "1.00", "乡镇正选申报占额度的倍数上限", "R03"),
    ratio("factor.population", "0.65", "因素法权重：移民人数", "R06"),
    ratio("factor.performance", "0.15", "因素法权重：绩效", "R06,S1-80"),
    ratio("factor.low_income", "0.05", "因素法权重：低收入移民", "D"),
    ratio("factor.key_villages", "0.05", "因素法权重：重点村", "D"),
    ratio("factor.fiscal", "0.05", "因素法权重：财力", "D"),
    ratio("factor.spending", "0.05", "因素法权重：支出进度", "D"),
    ratio("change.amount_over", "0.10", "累计金额变化超过此比例为重大变更", "R15", maximum="0.10"),
    count("change.delay_days", 90, "延期超过此天数为一般变更（自然日）", "D"),
    ratio("change.quantity_within", "0.05", "工程量变化不超过此比例为微小变更", "D"),
    money("sampling.large_from", "1000000", "移民资金达到此额为重大项目", "S1-68,R07"),
    money("sampling.middle_from", "500000", "移民资金达到此额按中等项目抽取", "D"),
    ratio("sampling.flagged", "1.00", "有举报、异议成立或上年问题的项目稽察抽取率", "D"),
    ratio("sampling.personal", "0.05", "个人补助抽取率", "D"),
    ratio("sampling.town_accepted", "0.20", "乡镇验收项目县级抽验率", "D"),
    count("photo_distance_mountain", 1000, "山区照片距项目点上限（米）", "D"),
    count("photo_likeness", 5, "感知哈希相差不超过此数视为同一照片", "D"),
    count("duplicate.distance", 500, "查重：距离不超过此数（米）", "D"),
    count("duplicate.years", 3, "查重：近几年内的项目", "D"),
    ratio("duplicate.similarity", "0.80", "查重：建设内容相似度达到此数为重复", "D"),
    count("procurement.suppliers_min", 3, "公开交易、邀请、询价的供应商家数下限", "D"),
    other(
        Kind.KEYS,
        "special_works",
        ["bridge", "pumping_station", "high_voltage", "public_building"],
        "不论金额须资质单位设计的特殊工程",
        "R11",
    ),
    other(
        Kind.KEYS,
        "works_types",
        [
            "farmland_water",
            "infra_road",
            "infra_water_supply",
            "infra_power",
            "infra_telecom",
            "infra_social",
            "work_relief_infra",
        ],
        "算作基础设施的项目类型",
        "R01,D",
    ),
)
