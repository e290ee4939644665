"""Whatever a diagram or an administrator hands over, connectors take it or refuse it in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from email.headerregistry import Address
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import feel, values
from engine.connectors import json_values, urls
from engine.connectors.email import EmailConnector, MailSettings, Security
from engine.connectors.errors import BadInput
from engine.connectors.exchange import Exchange
from engine.connectors.hosts import AllowList, allowed_host
from engine.connectors.http import HttpConnector, HttpSettings
from engine.connectors.secrets import Secret, Secrets
from engine.connectors.webhook import Endpoint, WebhookConnector
from engine.errors import Refused
from engine.ports import ConnectorFailed, OutgoingCall

#: halves of characters too, which text from elsewhere may hold
TEXTS = st.text(alphabet=st.characters(categories=None), max_size=30)
LEAVES = (
    st.none()
    | st.booleans()
    | TEXTS
    | st.sampled_from(
        ["https://a.cn/x", "secret:key", "Bearer secret:key", "a@a.cn", "POST", "city", "a.b", "..", "{x}"]
    )
    | st.decimals(allow_nan=True)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas()
    | st.builds(feel.YearsMonthsDuration, months=st.integers(-99, 99))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
HTTP = {"url": "https://a.cn/x", "method": "POST"}
LETTER = {"to": "a@a.cn", "subject": "x", "text": "y"}
EVENT = {"endpoint": "city", "event": "a.b"}


def nobody(host: str, port: int) -> list[Any]:
    """Where every name leads inside, so that nothing is ever sent."""
    return [ip_address("10.0.0.1")]


ENTRY = allowed_host("a.cn")
SECRETS = Secrets([Secret(name="key", value="the-secret", hosts=AllowList([ENTRY]))])
EXCHANGE = Exchange(resolve=nobody)
CITY = Endpoint(name="city", url=urls.parse("https://a.cn/"), keys=(bytes(32),), host=ENTRY)
MAIL = MailSettings(
    host="127.0.0.1", port=1, security=Security.NONE, sender=Address(addr_spec="b@a.cn"), domains=("a.cn",)
)
CASES = [
    (HttpConnector(HttpSettings(allow=AllowList([ENTRY])), SECRETS, EXCHANGE), HTTP),
    (EmailConnector(MAIL, SECRETS), LETTER),
    (WebhookConnector({"city": CITY}, EXCHANGE), EVENT),
]
CALL = OutgoingCall(
    id="7", instance_id="i", case_number="n", element_id="e", asked_at=datetime(2026, 11, 22), attempt=1, sequence=1
)


@pytest.mark.parametrize(("connector", "sound"), CASES, ids=["http", "email", "webhook"])
@given(data=st.data())
def test_any_inputs_are_taken_or_refused(connector: Any, sound: dict[str, Any], data: st.DataObject) -> None:
    names = [parameter.name for parameter in connector.parameters]
    changed = data.draw(st.dictionaries(st.sampled_from(names) | TEXTS, VALUES, max_size=3))

    for work in (connector.check, connector.doubts, lambda inputs: connector.call(inputs, CALL)):
        told = refused(work, {**sound, **changed})
        assert "the-secret" not in told
        assert told.encode()


def refused(work: Callable[[dict[str, Any]], Any], inputs: dict[str, Any]) -> str:
    """What a refusal says; any other error is a fault."""
    try:
        work(inputs)
    except (Refused, ConnectorFailed) as refusal:
        return f"{refusal.message} {' '.join(map(str, refusal.facts.values()))}"
    return "taken"


@given(VALUES)
def test_what_is_sent_as_json_says_the_same(value: Any) -> None:
    try:
        text = json_values.well_formed(json_values.text_of(value))
        read = json_values.value_of(text)
    except (BadInput, json_values.NotJson):
        return
    # What is read holds no NUL, whatever was sent: no database would keep it.
    assume("\\u0000" not in text)
    assert json_values.text_of(read) == text


@given(st.recursive(st.none() | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False) | TEXTS, st.lists))
def test_what_comes_as_json_can_be_kept_and_reckoned_with(value: Any) -> None:
    try:
        read = json_values.value_of(json_values.text_of(value))
    except json_values.NotJson:
        return
    assert values.loads(values.dumps(read)) == read
    assert feel.compile("x = x")({"x": read}) is True


@pytest.mark.parametrize("timeout", [True, Decimal("NaN"), Decimal("sNaN"), timedelta(0), float("inf")])
def test_a_time_that_is_none_is_refused(timeout: object) -> None:
    with pytest.raises(BadInput, match="timeout"):
        CASES[0][0].check({**HTTP, "timeout": timeout})
