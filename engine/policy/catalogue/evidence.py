"""How much evidence and how many people a step asks for (D13, forms F02–F39)."""

from __future__ import annotations

from engine.policy.parameter import count, ratio

EVIDENCE = (
    count("photos.application", 3, "申报现状照片张数下限", "D"),
    count("photos.site_visit", 3, "踏勘照片张数下限", "D"),
    count("photos.notice", 2, "公示首日、末日照片张数下限（各）", "R03"),
    count("photos.notice_board", 1, "公示牌照片张数下限", "R32"),
    count("photos.progress", 6, "进度照片张数下限", "D"),
    count("photos.fund_notice", 2, "资金使用公示照片张数下限", "D"),
    count("photos.completion", 6, "竣工照片张数下限", "D"),
    count("photos.inspection", 6, "稽察照片张数下限", "D"),
    count("photos.warranty", 3, "质保复查照片张数下限", "D"),
    count("photo_distance", 500, "照片距项目点上限（米）", "S1-25,D"),
    count("photo_upload_hours", 72, "拍摄后上传时限（小时），超过告警", "D"),
    count("people.visitors", 2, "踏勘人数下限", "D"),
    count("people.investigators", 2, "异议核查人数下限", "D"),
    count("people.inspectors", 2, "稽察人数下限", "D"),
    count("people.experts", 3, "评审专家人数下限", "D"),
    count("people.acceptance_group", 3, "验收组人数下限", "R10"),
    count("people.migrant_reps", 3, "自验移民代表人数下限", "D"),
    count("household_visits", 3, "稽察入户户数下限", "R33"),
    count("recheck_limit", 2, "整改几次复核不合格即约谈并停拨", "D"),
    ratio("satisfaction_min", "0.80", "满意度目标下限", "D"),
    count("opinion_min", 10, "审核意见字数下限", "R18,D"),
    count("refusal_opinion_min", 20, "退回、不予同意意见字数下限", "D"),
)
