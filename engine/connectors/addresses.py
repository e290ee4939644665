"""Which addresses belong to the open internet (IANA special-purpose registries, RFC 6890); others must be allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        # The wire server of a cloud: a public address with private secrets.
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        # Multicast, reserved and broadcast.
        "224.0.0.0/3",
    )
)
_UNICAST_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
#: the interface identifiers that ISATAP gives to an IPv4 address (RFC 5214)
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})


def plain(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one, as itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_open(address: Address) -> bool:
    """Whether anybody on the internet could be asked there: neither ours, nor our neighbours', nor our cloud's."""
    address = plain(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_4)
    if address.scope_id or not all(is_open(inner) for inner in _embedded(address)):
        return False
    return address in _NAT64 or (address in _UNICAST_6 and not any(address in network for network in _CLOSED_6))


def is_permitted(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address is open, or in a network that the settings name."""
    address = plain(address)
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    return is_open(address) or any(address.version == network.version and address in network for network in networks)


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a packet to this one ends up at."""
    number = int(address)
    if address in _NAT64:
        yield IPv4Address(number & 0xFFFF_FFFF)
    if address in _6TO4:
        yield IPv4Address(number >> 80 & 0xFFFF_FFFF)
    if number >> 32 & 0xFFFF_FFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFF_FFFF)
