"""The settings of connectors: read from a file, with secrets from elsewhere, and wrong ones told in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.composition import connectors_for
from api.settings import Settings
from engine.connectors import configuration, urls
from engine.connectors.email import Security
from engine.connectors.errors import BadConfiguration, PlaceNotAllowed
from engine.errors import Refused

WHOLE = """
[http]
allow = [
    "bank.example.com",
    "*.finance.example.gov.cn",
    { host = "http://10.20.3.4:8080", addresses = ["10.20.3.4"] },
]
timeout = 20

[secrets.treasury]
hosts = ["bank.example.com"]
file = "%(folder)s/treasury"

[secrets.mail]
[secrets.city_hook]

[smtp]
host = "smtp.example.gov.cn"
user = "anlan"
password = "mail"
from = "安澜 <anlan@example.gov.cn>"
domains = ["example.gov.cn", "*.example.gov.cn"]

[webhooks.city]
url = "https://city.example.gov.cn/hooks/anlan"
secret = "city_hook"
"""
ENVIRONMENT = {
    "ANLAN_SECRET_MAIL": "word-of-the-mail-server",
    "ANLAN_SECRET_CITY_HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "treasury").write_text("t0p-secret\n")
    path = tmp_path / "connectors.toml"
    path.write_text(WHOLE % {"folder": tmp_path}, "utf-8")
    return path


def test_everything_can_be_said(file: Path) -> None:
    read = configuration.read(file, ENVIRONMENT)

    assert urls.parse("https://a.finance.example.gov.cn/") in read.http.allow
    assert [str(network) for network in read.http.allow.admit(urls.parse("http://10.20.3.4:8080/"))] == ["10.20.3.4/32"]
    assert read.http.timeout == 20
    assert read.secrets.value("treasury") == "t0p-secret"
    assert read.mail is not None
    assert (read.mail.security, read.mail.port, read.mail.sender.addr_spec) == (
        Security.STARTTLS,
        587,
        "anlan@example.gov.cn",
    )
    assert len(read.webhooks["city"].keys[0]) == 24


def test_settings_never_show_a_secret(file: Path) -> None:
    shown = repr(configuration.read(file, ENVIRONMENT))

    assert not any(secret in shown for secret in ("t0p-secret", *ENVIRONMENT.values()))


def test_without_settings_nothing_is_allowed() -> None:
    http, email, webhook = connectors_for(Settings.from_environment({}))

    with pytest.raises(PlaceNotAllowed):
        http.check({"url": "https://bank.example.com/"})
    with pytest.raises(Refused, match="smtp"):
        email.check({})
    with pytest.raises(Refused, match="webhooks"):
        webhook.check({"endpoint": "city", "event": "a"})


def test_the_environment_names_the_file(file: Path) -> None:
    settings = Settings.from_environment({"ANLAN_CONNECTORS": str(file)})

    http, *_ = connectors_for(settings, ENVIRONMENT)

    http.check({"url": "https://bank.example.com/", "headers": {"Authorization": "Bearer secret:treasury"}})


WRONG = [
    ("timeout = 20", 'timeout = "20"', "http.timeout 应为 1 到 120"),
    ("timeout = 20", "timeout = 0", "http.timeout"),
    ("timeout = 20", "timeut = 20", "是不是想写 timeout"),
    ('"bank.example.com",', '"https://bank.example.com/path",', "不带路径"),
    ('"bank.example.com",', "7,", "http.allow 的每一项"),
    ('addresses = ["10.20.3.4"]', 'addresses = ["10.20.3.4/8"]', "网段"),
    ('addresses = ["10.20.3.4"]', 'adresses = ["10.20.3.4"]', "adresses 不认识"),
    (', addresses = ["10.20.3.4"]', "", 'addresses = ["10.20.3.4"]'),
    ("https://city.example.gov.cn", "http://169.254.169.254", 'addresses = ["169.254.169.254"]'),
    ("[http]", "[htpp]", "htpp 不认识"),
    ("[http]", "http = 7\n[x]", "http 应为一节设置"),
    ('/treasury"', '/tresury"', "treasury 的文件"),
    ("[secrets.mail]", "[secrets.Mail]", "小写字母"),
    ("[secrets.mail]", "[secrets.post]", "ANLAN_SECRET_POST"),
    ('password = "mail"', 'password = "post"', "没有名为“post”的密钥"),
    ('password = "mail"', "", "password"),
    ('host = "smtp.example.gov.cn"', "", "smtp.host 没有填写"),
    ('user = "anlan"', 'user = "anlan"\nsecurity = "none"', "不加密"),
    ('user = "anlan"', 'user = "anlan"\nsecurity = "ssl"', "starttls、tls 或 none"),
    ('user = "anlan"', 'user = "anlan"\nport = 70000', "smtp.port"),
    ("安澜 <anlan@example.gov.cn>", "安澜", "smtp.from"),
    ("安澜 <anlan@example.gov.cn>", "a\\nb <anlan@example.gov.cn>", "smtp.from"),
    ('domains = ["example.gov.cn", ', 'domains = ["*", ', "不是域名"),
    ('domains = ["example.gov.cn", "*.example.gov.cn"]', "", "smtp.domains 没有填写"),
    ("https://city", "city", "https://"),
    ("https://city.example.gov.cn", "https://a@city.example.gov.cn", "用户名"),
    ('secret = "city_hook"', "", "webhooks.city.secret"),
    ('secret = "city_hook"', 'secret = "mail"', "whsec_"),
    ('secret = "city_hook"', 'secret = ["city_hook", 7]', "文字的列表"),
    ("[http]", "[http", "不是正确的 TOML"),
    ("[http]", 'certificates = "/nowhere.pem"\n[http]', "证书文件"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG)
def test_a_wrong_setting_is_told_with_its_place(file: Path, old: str, new: str, told: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")

    with pytest.raises(BadConfiguration) as caught:
        configuration.read(file, ENVIRONMENT)

    assert told in caught.value.message
    assert str(file) in caught.value.message


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_file_of_another_kind_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    if content:
        with pytest.raises(BadConfiguration, match="TOML"):
            configuration.read(file, {})
    else:
        assert configuration.read(file, {}).mail is None


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="读不了"):
        configuration.read(tmp_path / "connectors.toml", {})


def test_a_secret_of_two_lines_is_none(file: Path) -> None:
    with pytest.raises(BadConfiguration, match="一行"):
        configuration.read(file, {**ENVIRONMENT, "ANLAN_SECRET_MAIL": "a\nb"})


def test_the_example_of_the_documents_is_read_as_it_stands(file: Path, tmp_path: Path) -> None:
    documents = Path(__file__).parents[3] / "docs" / "operations.md"
    (example,) = re.findall(r"```toml\n(.*?)```", documents.read_text("utf-8"), re.DOTALL)
    file.write_text(example.replace("/run/secrets/mail", str(tmp_path / "treasury")), "utf-8")

    read = configuration.read(file, {**ENVIRONMENT, "ANLAN_SECRET_TREASURY": "t0p-secret"})

    assert (list(read.webhooks), len(read.http.allow.entries)) == (["city"], 3)
