"""Reads the settings of connectors from a TOML file; what is wrong is told with its place, before anything starts."""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from engine.connectors import urls
from engine.connectors.addresses import is_permitted
from engine.connectors.email import EmailConnector, MailSettings, Security
from engine.connectors.errors import BadConfiguration, BadInput, NotConfigured
from engine.connectors.exchange import Exchange
from engine.connectors.hosts import AllowedHost, AllowList, allowed_host, network
from engine.connectors.http import LONGEST_TIME, HttpConnector, HttpSettings
from engine.connectors.letters import ADDRESS
from engine.connectors.secrets import Secret, Secrets
from engine.connectors.tables import Table
from engine.connectors.webhook import Endpoint, WebhookConnector, key_of
from engine.ports import RemoteConnector

#: before the name of a secret in capitals
VARIABLE = "ANLAN_SECRET_"
_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What connectors are allowed and told by this installation; nothing, where nothing is set."""

    http: HttpSettings = field(default_factory=HttpSettings)
    mail: MailSettings | None = None
    webhooks: Mapping[str, Endpoint] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=Secrets)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def connectors(self) -> tuple[RemoteConnector, ...]:
        """`http`, `email` and `webhook`."""
        exchange = Exchange(self.tls)
        return (
            HttpConnector(self.http, self.secrets, exchange),
            EmailConnector(self.mail, self.secrets),
            WebhookConnector(self.webhooks, exchange),
        )


def read(path: Path, environment: Mapping[str, str]) -> Configuration:
    """The settings in a file, with secrets out of files and the environment. Raises `BadConfiguration`."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadConfiguration(f"读不了连接器的设置 {path}，请检查路径和读取权限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"连接器的设置 {path} 不是正确的 TOML：{error}") from error
    try:
        return _configuration(Table(content), environment)
    except (BadConfiguration, BadInput, NotConfigured) as error:
        raise BadConfiguration(f"连接器的设置 {path}：{error.message}") from error


def _configuration(file: Table, environment: Mapping[str, str]) -> Configuration:
    secrets = Secrets([_secret(name, table, environment) for name, table in file.tables("secrets")])
    http, smtp = file.table("http"), file.table("smtp")
    tls = _tls(file, "certificates")
    configuration = Configuration(
        http=HttpSettings() if http is None else _http(http),
        mail=None if smtp is None else _mail(smtp, secrets, tls),
        webhooks={name: _endpoint(name, table, secrets) for name, table in file.tables("webhooks")},
        secrets=secrets,
        tls=tls,
    )
    file.done()
    return configuration


def _secret(name: str, table: Table, environment: Mapping[str, str]) -> Secret:
    file, variable = table.text("file", ""), VARIABLE + name.upper()
    hosts = AllowList([allowed_host(text) for text in table.texts("hosts")])
    table.done()
    if not file and not environment.get(variable):
        raise BadConfiguration(f"密钥 {name} 没有值，请设置环境变量 {variable}，或写明 secrets.{name}.file。")
    try:
        value = Path(file).read_text("utf-8").rstrip("\r\n") if file else environment[variable]
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"读不了密钥 {name} 的文件 {file}。") from error
    if not value or not value.isprintable():
        raise BadConfiguration(f"密钥 {name} 的值应为不空的一行文字。")
    return Secret(name=name, value=value, hosts=hosts)


def _tls(table: Table, name: str) -> ssl.SSLContext:
    """The system's certificate authorities, and those of a file beside them."""
    path = table.text(name, "")
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        if path:
            context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        raise BadConfiguration(f"读不了 {name} 的证书文件 {path}。") from error
    return context


def _http(table: Table) -> HttpSettings:
    settings = HttpSettings(
        allow=AllowList([_entry(item) for item in table.items("allow")]),
        timeout=table.number("timeout", 30, LONGEST_TIME),
    )
    table.done()
    return settings


def _entry(item: Any) -> AllowedHost:
    """`"host"`, or `{host = "host", addresses = ["10.20.0.0/16"]}`."""
    if isinstance(item, str):
        return _reachable(allowed_host(item))
    if not isinstance(item, dict):
        raise BadConfiguration('http.allow 的每一项应为 "host"，或 {host = "host", addresses = ["10.20.0.0/16"]}。')
    table = Table(item, "http.allow.")
    entry = allowed_host(table.text("host"), table.texts("addresses"))
    table.done()
    return _reachable(entry)


def _reachable(host: AllowedHost) -> AllowedHost:
    """An address outside the open internet is allowed twice: as a host, and as an address."""
    try:
        address = ip_address(host.host)
    except ValueError:
        return host
    if not is_permitted(address, host.networks):
        raise BadConfiguration(f'{host.host} 属于内部网络或保留地址，确实需要的，请写明 addresses = ["{host.host}"]。')
    return host


def _endpoint(name: str, table: Table, secrets: Secrets) -> Endpoint:
    url = urls.parse(table.text("url"))
    networks = tuple(map(network, table.texts("addresses")))
    host = _reachable(AllowedHost(scheme=url.scheme, host=url.host, port=url.port, networks=networks))
    named = table.texts("secret")
    if not named:
        table.wrong("secret", "没有填写，应为一个或几个密钥的名称，新的在前")
    table.done()
    return Endpoint(name=name, url=url, keys=tuple(key_of(secrets.value(secret)) for secret in named), host=host)


def _mail(table: Table, secrets: Secrets, tls: ssl.SSLContext) -> MailSettings:
    kind = table.text("security", Security.STARTTLS.value)
    if kind not in [security.value for security in Security]:
        table.wrong("security", "应为 starttls、tls 或 none")
    security = Security(kind)
    settings = MailSettings(
        host=table.text("host"),
        port=table.number("port", _PORTS[security], 65535),
        security=security,
        sender=_sender(table),
        domains=tuple(_domain(table, text) for text in table.texts("domains")),
        user=table.text("user", ""),
        password=table.text("password", ""),
        tls=tls,
    )
    table.done()
    _check_login(table, settings, secrets)
    return settings


def _check_login(table: Table, settings: MailSettings, secrets: Secrets) -> None:
    if not settings.domains:
        table.wrong("domains", '没有填写，应为允许的收件域名，如 ["example.gov.cn", "*.example.gov.cn"]')
    if bool(settings.user) != bool(settings.password):
        table.wrong("user", "和 password 应一起填写，password 是密钥的名称")
    if settings.user and settings.security is Security.NONE:
        table.wrong("security", "为 none 时不能登录，否则密码会不加密地送出")
    if settings.password:
        secrets.value(settings.password)


def _sender(table: Table) -> Address:
    text = table.text("from")
    name, address = parseaddr(text)
    if not ADDRESS.fullmatch(address) or not text.isprintable():
        table.wrong("from", "应为邮箱，如 安澜 <anlan@example.gov.cn>")
    return Address(display_name=name, addr_spec=address)


def _domain(table: Table, text: str) -> str:
    domain = text.lower()
    if not ADDRESS.fullmatch(f"a@{domain.removeprefix('*.')}"):
        table.wrong("domains", f"里的“{text}”不是域名")
    return domain
