"""How addresses of the web are read, and which hosts are allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.connectors import urls
from engine.connectors.errors import BadConfiguration, BadInput, PlaceNotAllowed
from engine.connectors.hosts import AllowList, allowed_host

WRONG = [
    *("", "bank.example.com", "//bank.example.com", "ftp://bank.example.com", "file:///etc/passwd", "https://"),
    *("https:///accounts", "https://user@bank.example.com", "https://user:word@bank.example.com"),
    *("https://bank.example.com:0", "https://bank.example.com:", "https://bank.example.com:99999"),
    *("https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"),
    *("https://127.0.0.1.5/", "https://[::1", "https://[v1.x]/", "https://[fe80::1%25eth0]/", "https://a..b/"),
    *("https://bank.example.com\\@evil.com", "https://bank.example.com/a b", "https://bank.example.com/\r\nX: y"),
    *("https://bank.example.com/\x00", "https://银行.example.com/", "https://bank.example.com/账户"),
    *("https://bank.example.com/a/../admin", "https://bank.example.com/%2e%2E/admin", "https://bank.example.com/."),
    *("https://bank.example.com/x%2f..%2fadmin", "https://bank.example.com/x%5C..%5cadmin"),
    "https://bank.example.com/" + "x" * 5000,
]


@pytest.mark.parametrize("text", WRONG)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        urls.parse(text)


@pytest.mark.parametrize("given_", [None, True, 7, [], {}])
def test_only_text_is_an_address(given_: object) -> None:
    with pytest.raises(BadInput):
        urls.parse(given_)


def test_the_same_place_is_known_however_it_is_written() -> None:
    url = urls.parse("HTTPS://Bank.Example.COM.:443/accounts?year=2026#part")

    assert url == urls.parse("https://bank.example.com/accounts?year=2026")
    assert (url.place, str(url)) == ("bank.example.com", "https://bank.example.com/accounts?year=2026")


@given(st.text(max_size=60) | st.text(alphabet="https:/.@[]%0127\\#? a", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        url = urls.parse(text)
    except BadInput:
        return
    assert urls.parse(str(url)) == url


def test_hosts_are_allowed_by_name_port_and_scheme() -> None:
    allow = AllowList([allowed_host("bank.example.com"), allowed_host("http://old.example.com:8080")])

    assert urls.parse("https://bank.example.com/x") in allow
    assert urls.parse("http://old.example.com:8080/") in allow
    for text in ("http://bank.example.com/", "https://bank.example.com:8443/", "https://old.example.com:8080/"):
        with pytest.raises(PlaceNotAllowed, match=r"http\.allow"):
            allow.admit(urls.parse(text))


def test_a_star_means_every_name_below_and_not_the_name_itself() -> None:
    allow = AllowList([allowed_host("*.example.gov.cn")])

    assert urls.parse("https://a.example.gov.cn/") in allow
    assert urls.parse("https://a.b.example.gov.cn/") in allow
    assert urls.parse("https://example.gov.cn/") not in allow
    assert urls.parse("https://evil-example.gov.cn/") not in allow
    assert urls.parse("https://a.example.gov.cn.evil.com/") not in allow


@pytest.mark.parametrize("text", ["", "*", "*.cn", "a.*.cn", "https://a.cn/path", "a b", "user@a.cn", "ftp://a.cn"])
def test_an_entry_that_is_no_host_is_a_bad_setting(text: str) -> None:
    with pytest.raises(BadConfiguration):
        allowed_host(text)


def test_an_address_of_the_allow_list_is_a_network() -> None:
    with pytest.raises(BadConfiguration, match="网段"):
        allowed_host("a.cn", ["10.20.0.0/99"])
