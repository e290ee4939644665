"""Which addresses a connector may reach without being told."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.connectors.addresses import is_open, is_permitted, plain

CLOSED = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255"),
    *("168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1"),
    *("192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fec0::1", "ff02::1", "2a01::5efe:10.0.0.1", "2a01::200:5efe:127.0.0.1"),
]
OPEN = ["8.8.8.8", "114.114.114.114", "::ffff:8.8.8.8", "2400:3200::1", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("text", CLOSED)
def test_addresses_that_are_not_of_the_open_internet_are_closed(text: str) -> None:
    assert not is_open(ip_address(text))
    assert not is_permitted(ip_address(text), ())


@pytest.mark.parametrize("text", OPEN)
def test_addresses_of_the_open_internet_are_open(text: str) -> None:
    assert is_open(ip_address(text))


def test_a_network_can_be_allowed_explicitly() -> None:
    networks = (ip_network("10.20.0.0/16"), ip_network("fd12::/32"))

    assert is_permitted(ip_address("10.20.3.4"), networks)
    assert is_permitted(ip_address("::ffff:10.20.3.4"), networks)
    assert is_permitted(ip_address("fd12::7"), networks)
    assert not is_permitted(ip_address("10.21.3.4"), networks)
    assert not is_permitted(IPv6Address("fe80::1%eth0"), (ip_network("fe80::/10"),))


@given(st.ip_addresses())
def test_nothing_is_open_that_the_registries_do_not_call_global(address: IPv4Address | IPv6Address) -> None:
    assert plain(address).is_global or not is_open(address) or int(address) >> 32 == 0x64FF9B << 64


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_written(address: IPv4Address) -> None:
    number = int(address)
    mapped = IPv6Address(0xFFFF << 32 | number)
    translated = IPv6Address((0x0064_FF9B << 96) | number)
    relayed = IPv6Address(0x2002 << 112 | number << 80 | 1)

    assert {is_open(written) for written in (mapped, translated, relayed)} == {is_open(address)}


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="169.254.0.0/16"))
def test_no_writing_of_a_closed_address_gets_through(address: IPv4Address) -> None:
    number = int(address)
    writings = (0xFFFF << 32, 0x0064_FF9B << 96, 0, 0x2A01 << 112 | 0x5EFE << 32)

    assert not any(is_permitted(IPv6Address(prefix | number), ()) for prefix in writings)
