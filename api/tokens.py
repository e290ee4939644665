"""The command `anlan token`: how other systems get in, made by whoever runs the installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from api.terminal import console, installed_engine, reported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.process_engine import ProcessEngine
    from engine.queries.machines import Machine

app = typer.Typer(help="机器账号的令牌：签发、列出、撤销", no_args_is_help=True)


@app.command()
def issue(
    login: Annotated[str, typer.Argument(help="机器账号；还没有的，用 --name 和 --unit 一并登记")],
    note: Annotated[str, typer.Option(help="用途，例如放在哪台服务器上")],
    days: Annotated[int, typer.Option(min=1, max=731, help="有效天数")] = 365,
    name: Annotated[str, typer.Option(help="外部系统的名称")] = "",
    unit: Annotated[str, typer.Option(help="12 位区划代码；只能办理这个辖区的外部调用")] = "",
) -> None:
    """签发令牌。令牌只显示这一次，系统只保存它的摘要。"""
    with reported(), installed_engine() as engine:
        from api.machines import issue_token
        from engine.commands import SYSTEM

        issued = issue_token(engine, SYSTEM, _machine(engine, login, name, unit), note, days)
        typer.echo(issued.token)
        console.print(Text(f"令牌编号 {issued.id}，有效期到 {issued.expires_at:%Y-%m-%d}。请妥善保存，不会再显示。"))


@app.command("list")
def list_tokens() -> None:
    """列出机器账号和它们的令牌。"""
    with reported(), installed_engine() as engine:
        from engine.queries.machines import machines

        with engine.database.read() as connection:
            found = machines(connection)
        for machine in found:
            for line in _lines(machine, engine.clock.now()):
                console.print(Text(line), soft_wrap=True)
        if not found:
            console.print("还没有机器账号。")


@app.command()
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="令牌编号，见 anlan token list")]) -> None:
    """撤销令牌，立即失效。"""
    with reported(), installed_engine() as engine:
        from engine.commands import SYSTEM
        from engine.machines import RevokeToken

        engine.execute(RevokeToken(actor=SYSTEM, token_id=token_id))
        console.print("已撤销。")


def _machine(engine: ProcessEngine, login: str, name: str, unit: str) -> str:
    from engine.commands import SYSTEM
    from engine.errors import NotFound
    from engine.machines import RegisterMachine
    from engine.queries.machines import machines

    with engine.database.read() as connection:
        known = {machine.login: machine.id for machine in machines(connection)}
    if login in known:
        return known[login]
    if not (name and unit):
        raise NotFound(f"没有机器账号“{login}”；用 --name 和 --unit 一并登记。")
    return engine.execute(RegisterMachine(actor=SYSTEM, login=login, name=name, unit_code=unit))


def _lines(machine: Machine, now: datetime) -> Iterator[str]:
    """Whole in any terminal: the number of a token is there to be copied."""
    yield f"{machine.login}  {machine.name}（{machine.unit_name}）"
    for token in machine.tokens:
        state = "已撤销" if token.revoked_at else "有效" if token.expires_at > now else "已过期"
        yield f"  {token.id}  {state}，有效期到 {token.expires_at:%Y-%m-%d}，{token.note}"
    if not machine.tokens:
        yield "  没有令牌"
