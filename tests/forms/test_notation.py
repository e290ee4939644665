from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import notation
from forms.errors import Misfit

money = st.decimals(min_value="-99999999999.99", max_value="99999999999.99", places=2)
FULL_WIDTH = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@given(money)
def test_money_written_with_separators_reads_back_equal(amount: Decimal) -> None:
    assert notation.read_number(notation.write_number(amount, 2), 2) == amount


@given(money)
def test_full_width_digits_mean_the_same_number(amount: Decimal) -> None:
    assert notation.read_number(notation.write_number(amount, 2).translate(FULL_WIDTH), 2) == amount


@given(st.decimals(min_value=0, max_value=2, places=4))
def test_a_percentage_put_back_into_its_input_reads_back_equal(ratio: Decimal) -> None:
    assert notation.read_percent(notation.enter_percent(ratio)) == ratio
    assert notation.read_percent(notation.write_percent(ratio)) == ratio


@given(st.text())
def test_any_text_is_a_number_or_a_misfit(text: str) -> None:
    with suppress(Misfit):
        assert notation.read_number(text, 2).is_finite()


@pytest.mark.parametrize("text", ["144,000.00", "144000", " ¥144,000.00元 ", "１４４，０００．００"])
def test_money_is_read_as_people_write_it(text: str) -> None:
    assert notation.read_number(text, 2) == Decimal("144000.00")


UNCLEAR = ["1,44", "1,4400", "12.345", "1e5", "NaN", "Infinity", "--1", "1.2.3", "一千", "10²", "5①"]


@pytest.mark.parametrize("text", UNCLEAR)
def test_money_that_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(Misfit):
        notation.read_number(text, 2)


def test_a_third_decimal_is_refused_and_not_rounded() -> None:
    with pytest.raises(Misfit, match="最多 2 位小数"):
        notation.read_number("100.001", 2)


def test_a_number_sent_by_a_program_is_exact() -> None:
    assert notation.read_number(0.1, 2) == Decimal("0.10")
    assert notation.read_percent(Decimal("0.3")) == Decimal("0.3000")


def test_a_small_percentage_without_a_sign_is_asked_back() -> None:
    with pytest.raises(Misfit, match="30 表示 30%"):
        notation.read_percent("0.3")

    assert notation.read_percent("0.3%") == Decimal("0.0030")


def test_what_is_no_number_is_refused_with_what_the_field_takes() -> None:
    with pytest.raises(Misfit, match="应为整数"):
        notation.read_number("两千", 0)
    with pytest.raises(Misfit, match=r"应为数字，例如 1280\.00"):
        notation.read_number("两千", 2)
    with pytest.raises(Misfit, match="应为百分数，例如 85"):
        notation.read_percent("八成")


@pytest.mark.parametrize("text", ["2026-03-05", "2026/3/5", "2026年3月5日", "２０２６-０３-０５"])
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert notation.read_date(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["2026-02-30", "26-3-5", "tomorrow", "0000-01-01", 20260305])
def test_what_is_no_date_is_refused(text: object) -> None:
    with pytest.raises(Misfit):
        notation.read_date(text)


def test_names_in_one_line_become_a_list_without_repetition() -> None:
    assert notation.read_names("张三、李四，王五 张三") == ["张三", "李四", "王五"]


def test_a_point_is_kept_with_the_longitude_first() -> None:
    assert notation.read_point("118.8721，28.9356") == "118.872100,28.935600"

    with pytest.raises(Misfit, match="经度在前"):
        notation.read_point("28.9356,118.8721")


@pytest.mark.parametrize("number", ["1E+28", "-1E+400", "Infinity"])
def test_numbers_beyond_all_measure_can_be_shown_to_be_mended(number: str) -> None:
    assert notation.write_number(Decimal(number))
