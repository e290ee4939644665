"""What persons and employers are paid, and the posts a county keeps (D01 9–11, D04, D09, D16)."""

from __future__ import annotations

from engine.policy.parameter import Kind, count, money, other, ratio

SUBSIDY = (
    money("subsidy.emp_absorb", "2000", "企业吸纳就业奖补（元/人）", "S2-24"),
    money("subsidy.emp_agent", "200", "人力资源机构补贴（元/人）", "S2-30"),
    money("subsidy.startup_local", "2000", "一次性创业补贴（元）", "S2-31"),
    money("subsidy.startup_returnee", "5000", "返乡创业一次性补贴（元）", "S2-32"),
    money("subsidy.travel_inter", "500", "跨省务工交通补助（元/人·年，县标准）", "S2-33,D", maximum="500"),
    money("subsidy.travel_inter_max", "500", "跨省务工交通补助上限（元）", "S2-33", maximum="500"),
    money("subsidy.travel_intra", "300", "省内县外务工交通补助（元/人·年，县标准）", "S2-33,D", maximum="300"),
    money("subsidy.travel_intra_max", "300", "省内县外务工交通补助上限（元）", "S2-33", maximum="300"),
    money("subsidy.vocational_year", "3000", "职业教育补助（元/生·学年）", "S2-35", maximum="3000"),
    money("subsidy.vocational_term", "1500", "职业教育补助（元/生·学期）", "R30", maximum="1500"),
    money("subsidy.training", "0", "培训补贴（元/人·班，县定，未定为零）", "S2-34,D"),
    count("employment.contract_months", 12, "劳动合同月数下限", "S2-24,S2-30", minimum="12"),
    count("employment.work_days", 365, "吸纳就业：已就业天数下限", "S2-24", minimum="365"),
    count("employment.license_days", 365, "创业补贴：领照后正常经营天数下限", "S2-31", minimum="365"),
    count("employment.travel_months", 3, "交通补助：务工月数下限", "R29"),
    money("hardship.town_limit", "2000", "急难救助：乡镇可先行救助的限额（元，含）", "R27"),
    money("hardship.illness_low_below", "10000", "因病：个人负担低于此额为第一档（元）", "D"),
    money("hardship.illness_high_over", "50000", "因病：个人负担超过此额为第三档（元）", "D"),
    ratio("hardship.illness_low_rate", "0.10", "因病：第一档补助比例", "D"),
    ratio("hardship.illness_middle_rate", "0.20", "因病：第二档补助比例", "D"),
    ratio("hardship.illness_high_rate", "0.25", "因病：第三档补助比例", "D"),
    money("hardship.illness_low_limit", "1000", "因病：第一档补助上限（元）", "D"),
    money("hardship.illness_middle_limit", "8000", "因病：第二档补助上限（元）", "D"),
    money("hardship.illness_high_limit", "15000", "因病：第三档补助上限（元）", "D"),
    ratio("hardship.disaster_rate", "0.30", "因灾：按核定损失补助的比例", "D"),
    money("hardship.disaster_limit", "10000", "因灾：补助上限（元）", "D"),
    money("hardship.special", "3000", "特别困难：定额（元/年）", "D"),
    money("hardship.senior_high", "2000", "助学：高中段定额（元/年）", "S1-16,D"),
    money("hardship.college", "4000", "助学：本专科、高职定额（元/年）", "S1-16,D"),
    money("hardship.medical_premium", "400", "城乡居民医保当年个人缴费标准（元）", "K"),
    count("posts.south_min", 3000, "扶贫专岗：南三县岗位下限", "S2-26"),
    count("posts.north_min", 2000, "扶贫专岗：北三县岗位下限", "S2-26"),
    other(Kind.TEXT, "posts.scope", "group", "扶贫专岗口径：group 三县合计，county 每县", "S2-26,D"),
)
