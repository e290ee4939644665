"""Where connectors may go: the hosts that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network

from engine.connectors import urls
from engine.connectors.addresses import Network
from engine.connectors.errors import BadConfiguration, BadInput, PlaceNotAllowed
from engine.connectors.urls import Url

_ANY = "*."


@dataclass(frozen=True, kw_only=True)
class AllowedHost:
    """One entry of the allow-list."""

    scheme: str
    host: str
    port: int
    #: whether every name below the host is meant, and not the host itself
    below: bool = False
    #: addresses outside the open internet that the host may have
    networks: tuple[Network, ...] = ()

    def admits(self, url: Url) -> bool:
        return (self.scheme, self.port) == (url.scheme, url.port) and (
            url.host.endswith(f".{self.host}") if self.below else url.host == self.host
        )


class AllowList:
    """All entries."""

    def __init__(self, entries: Iterable[AllowedHost] = ()) -> None:
        self.entries = tuple(entries)

    def __contains__(self, url: Url) -> bool:
        return any(entry.admits(url) for entry in self.entries)

    def admit(self, url: Url) -> tuple[Network, ...]:
        """The networks that the host may lie in beside the open internet; raises `PlaceNotAllowed`."""
        admitting = [entry for entry in self.entries if entry.admits(url)]
        if not admitting:
            raise PlaceNotAllowed(
                f"{url.scheme}://{url.place} 不在允许访问的名单里，请改正网址，或请系统管理员把它加进设置 http.allow。",
                host=url.place,
            )
        return tuple(network for entry in admitting for network in entry.networks)


def allowed_host(text: str, addresses: Iterable[str] = ()) -> AllowedHost:
    """Read `host`, `host:port`, `*.example.gov.cn` or `http://host:port`; without a scheme it is https."""
    scheme, _, rest = text.rpartition("://")
    below = rest.startswith(_ANY)
    try:
        url = urls.parse(f"{scheme or 'https'}://{rest.removeprefix(_ANY)}")
    except BadInput as error:
        raise BadConfiguration(f"“{text}”不是主机：{error.message}") from error
    if url.target != "/" or "*" in url.host or (below and "." not in url.host):
        raise BadConfiguration(f"“{text}”应写成 host、host:port、*.example.gov.cn 或 http://host:port，不带路径。")
    return AllowedHost(
        scheme=url.scheme, host=url.host, port=url.port, below=below, networks=tuple(map(network, addresses))
    )


def network(text: str) -> Network:
    """Read an address or a network such as `10.20.0.0/16`."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise BadConfiguration(f"“{text}”不是地址，也不是 10.20.0.0/16 这样的网段。") from error
