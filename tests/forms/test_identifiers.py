from __future__ import annotations

import pytest

from forms import identifiers
from forms.errors import Misfit


def test_a_credit_code_with_the_right_check_character_is_taken() -> None:
    assert identifiers.uscc(" 91350100m000100y43 ") == "91350100M000100Y43"


def test_a_credit_code_with_one_digit_wrong_is_refused() -> None:
    with pytest.raises(Misfit, match="校验位"):
        identifiers.uscc("91350100M000100Y44")


def test_an_identity_card_is_checked_by_its_last_digit() -> None:
    assert identifiers.identity_card("11010519491231002x") == "11010519491231002X"

    with pytest.raises(Misfit):
        identifiers.identity_card("110105194912310021")


@pytest.mark.parametrize("text", ["衢江移〔2026〕12号", "衢江移[2026]12号", "衢江移（2026）12号"])
def test_a_document_number_gets_its_tortoise_brackets(text: str) -> None:
    assert identifiers.document_number(text) == "衢江移〔2026〕12号"


@pytest.mark.parametrize("text", ["2026-12", "衢江移〔26〕12号", "<b>〔2026〕1号"])
def test_another_document_number_is_refused(text: str) -> None:
    with pytest.raises(Misfit):
        identifiers.document_number(text)


@pytest.mark.parametrize("text", ["13857012345", "138-5701-2345", "0570-3025566"])
def test_phones_are_taken_with_and_without_dashes(text: str) -> None:
    assert identifiers.phone(text) == text.replace("-", "")
