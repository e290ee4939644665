"""The command `anlan`: serve, deploy, demo and export. Rooms are imported when used, so that a start is quick."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from api import tokens
from api.settings import Settings
from api.terminal import console, errors, fail, installed_engine, place_of, problem_table, reported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.commands import DeploymentResult
    from engine.diagram import Change
    from engine.process_engine import ProcessEngine

app = typer.Typer(name="anlan", help="安澜审批引擎", no_args_is_help=True, add_completion=False)
app.add_typer(tokens.app, name="token")

Host = Annotated[str | None, typer.Option(help="监听地址，默认 127.0.0.1")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="监听端口，默认 8000")]
Demo = Annotated[bool | None, typer.Option("--demo/--no-demo", help="演示环境：载入演示数据，登录页可直接选择人员")]


@app.command()
def serve(host: Host = None, port: Port = None, demo: Demo = None) -> None:
    """启动服务；首次启动会建好数据库，演示环境还会载入演示数据。"""
    with reported():
        settings = _settings(host, port, demo)
        _ensure_assets()
        _ensure_free(settings)
        engine = _awaited_engine(settings)
        if settings.demo:
            _load_demo(engine)
        _greet(settings)

        import uvicorn

        from api.app import create_app
        from api.monitoring.logs import log_json

        if settings.json_logs:
            log_json()
        application = create_app(engine, settings, timers=settings.worker)
        logs = None if settings.json_logs else uvicorn.config.LOGGING_CONFIG
        uvicorn.run(application, host=settings.host, port=settings.port, log_level="warning", log_config=logs)


@app.command()
def worker(
    once: Annotated[bool, typer.Option(help="只处理一遍现在到期的事项，然后退出")] = False,
    drain: Annotated[bool, typer.Option(help="处理完现在到期的全部事项并显示进度，然后退出")] = False,
) -> None:
    """单独运行后台处理：到期的定时、对外调用、存证等；网页进程用 ANLAN_WORKER=0 关闭自带的一份。"""
    with reported():
        from api.draining import drain_on
        from api.monitoring.logs import log_json
        from engine.jobs.timers import fire_due_timers
        from engine.jobs.workers import worker_of

        settings = Settings.from_environment()
        engine = _awaited_engine(settings)
        if once:
            typer.echo(f"处理了 {fire_due_timers(engine)} 个到期的定时。")
            return
        if drain:
            drain_on(console, engine)
            return
        if settings.json_logs:
            log_json()
        worker_of(engine).run_until_signalled()


@app.command()
def deploy(
    path: Annotated[Path, typer.Argument(help="流程图、决策表或表单文件，或者放着它们的文件夹")],
    note: Annotated[str, typer.Option(help="部署说明")] = "",
) -> None:
    """部署流程图（.bpmn）、决策表（.dmn）和表单（.json）；有一处错误就全部不部署。"""
    with reported():
        from api.resources import resources_in
        from engine.commands import SYSTEM, DeployResources

        resources = resources_in(path)
        with installed_engine() as engine:
            _show_deployment(engine.execute(DeployResources(actor=SYSTEM, resources=resources, note=note)))


@app.command()
def demo(
    walk: Annotated[bool, typer.Option("--walk", help="在临时数据库里走完一个完整的算例，不动现有数据")] = False,
) -> None:
    """载入演示数据；加 --walk 则演示一个项目从申报到质保金释放的全过程。"""
    with reported():
        if walk:
            from api.demo.exhibition import exhibit

            exhibit(console)
            return
        from api.composition import engine_for

        _load_demo(engine_for(replace(Settings.from_environment(), demo=True)))


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="办件编号，如 XM-330324-2026-00001")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="写入的文件；以 .json 结尾则导出 JSON，不写则用编号命名")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="导出 JSON 而不是办件包；不写文件则输出到屏幕")] = False,
) -> None:
    """把一个办件导出为办件包：历史、定义、附件、证明、办理表和不依赖本系统的核对程序。"""
    with reported(), installed_engine() as engine:
        from api.bundling import export_bundle, export_json

        if not json and (output is None or output.suffix != ".json"):
            name, sheet = export_bundle(engine, case, output)
            from engine.history.bundle import checker
            from engine.history.digests import digest_of

            console.print(Text(f"已导出到 {name}，其中的 verify.py 可以独立核对。"))
            console.print(Text(f"verify.py 的 SHA-256：{digest_of(checker())}"), soft_wrap=True)
            if sheet.endswith(".html"):
                console.print("这台机器上没有找到中文字体，办理表用 HTML 代替 PDF；可以用 ANLAN_FONT 指定字体文件。")
        elif output is None:
            sys.stdout.write(export_json(engine, case))
        else:
            output.write_text(export_json(engine, case), encoding="utf-8")
            console.print(Text(f"已导出到 {output}"))


@app.command()
def verify(
    case: Annotated[str | None, typer.Argument(help="办件编号；不写则用 --all 核对全部")] = None,
    everything: Annotated[bool, typer.Option("--all", help="核对全部办件、定义、政策、附件和检查点")] = False,
    checkpoint: Annotated[Path | None, typer.Option(help="另行保存的检查点文件，与 --all 同用")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="与 --all 同用：用几个进程，不写则按处理器的个数，历史短时只用一个")
    ] = None,
) -> None:
    """核对历史：链条完整、内容未改、重放一致。发现问题时退出码为 1。"""
    with reported():
        if (case is None) != everything:
            fail("请写明一个办件编号，或者用 --all 核对全部。")
        if checkpoint is not None and not everything:
            fail("另行保存的检查点要与 --all 同用。")
        from api.composition import engine_for
        from api.verifying import verify_on
        from engine.history.checkpoints import Signed
        from engine.history.verification import case_of

        kept = Signed.read(checkpoint.read_text("utf-8")) if checkpoint else None
        with installed_engine() as engine:
            case_id = None
            if case is not None:
                with engine.database.read() as connection:
                    case_id = case_of(connection, case)
            recipe = partial(engine_for, Settings.from_environment())
            if not verify_on(console, engine, case_id, kept, recipe=recipe, jobs=jobs).sound:
                raise typer.Exit(1)


@app.command("log")
def event_log(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="写入的文件；按结尾定格式：.xes、.csv 或 .json（OCEL 2.0）")
    ],
    process: Annotated[str | None, typer.Option(help="流程标识，不写则全部")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="发起日期不早于")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="发起日期不晚于")] = None,
) -> None:
    """导出流程挖掘用的事件日志：XES、OCEL 2.0 或 CSV。"""
    with reported():
        from engine.mining.exports import LogFormat, write_log
        from engine.mining.selection import Selection

        format = {".xes": LogFormat.XES, ".csv": LogFormat.CSV}.get(output.suffix.lower(), LogFormat.OCEL)
        first, last = since.date() if since else None, until.date() if until else None
        chosen = Selection(process_key=process, since=first, until=last)
        with installed_engine() as engine, engine.database.read() as connection, output.open("wb") as target:
            write_log(connection, engine.tools.definitions, chosen, format, target)
        console.print(Text(f"已导出到 {output}"))


@app.command()
def checkpoint(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入的文件，请另行保存或打印")] = None,
    show: Annotated[bool, typer.Option("--show", help="只显示最近的检查点，不生成新的")] = False,
    since: Annotated[Path | None, typer.Option(help="另行保存的较早的检查点：证明此后只有增加，没有改动")] = None,
    proof: Annotated[Path | None, typer.Option(help="与 --since 同用：写入一致性证明的文件")] = None,
) -> None:
    """生成检查点：对全部历史、定义和附件的摘要签名。另行保存一份，以后可以证明此前的历史没有改动。"""
    with reported(), installed_engine() as engine:
        from api.checkpointing import checkpoint_on, prove_on
        from engine.history.checkpoints import Signed

        if proof is not None and since is None:
            fail("一致性证明（--proof）要与另行保存的检查点（--since）同用。")
        checkpoint_on(console, engine, output, show=show)
        if since is not None:
            prove_on(console, engine, Signed.read(since.read_text("utf-8")), proof)


@app.command()
def backup(target: Annotated[Path, typer.Argument(metavar="DIR", help="放备份的文件夹，每份备份一个子文件夹")]) -> None:
    """备份数据库、附件和签名密钥；服务不必停下。"""
    with reported():
        from datetime import UTC

        from api.backups import back_up
        from api.settings import names_set

        made = back_up(Settings.from_environment(), target, datetime.now(UTC))
        console.print(
            Text(f"已备份到 {made.folder}：{'、'.join(made.files)}，附件 {made.documents} 份。"), soft_wrap=True
        )
        if "checkpoint-key" in made.files:
            console.print("备份里有检查点的签名密钥，请与密钥一样保管。")
        if names := names_set():
            console.print(Text(f"环境变量不在备份里，请另行保存：{'、'.join(names)}"), soft_wrap=True)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="一份备份，如 backups/20261122T083000Z")],
) -> None:
    """把一份备份恢复到空的 ANLAN_HOME（PostgreSQL 还要一个空的数据库）。"""
    with reported():
        from api.backups import restore as bring_back

        brought = bring_back(Settings.from_environment(), folder)
        console.print(Text(f"已恢复 {brought.made_at:%Y-%m-%d %H:%M:%S %Z} 的备份，附件 {brought.documents} 份。"))
        console.print("请用 anlan verify --all --checkpoint 另行保存的检查点 核对，然后启动服务。")


@app.command("import")
def import_model(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="别的建模工具画的流程图（.bpmn）")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入的文件；不写则只列出要改什么")] = None,
) -> None:
    """把别的工具的流程图改写成本系统的写法，列出改了什么、还要做什么；不部署。"""
    with reported():
        from engine import diagram

        content, changes = diagram.import_draft(path.read_bytes())
        content, drawn = diagram.add_drawing(content)
        if output is not None:
            output.write_bytes(content)
        _show_changes((*changes, *drawn))
        findings = diagram.lint(content)
        if findings:
            console.print(problem_table(map(place_of, findings), title="检查结果"))
        written = f"已写入 {output}，没有部署。" if output else "没有写入文件，用 --output 写出结果。"
        console.print(Text(written), soft_wrap=True)


def _awaited_engine(settings: Settings) -> ProcessEngine:
    """For those that run on: a database that starts at the same time may be a little later."""
    from api.composition import engine_for
    from api.startup import await_database

    await_database(settings.database_url, lambda reason: errors.print(Text(reason, style="yellow"), soft_wrap=True))
    return engine_for(settings)


def _settings(host: str | None, port: int | None, demo: bool | None) -> Settings:
    settings = Settings.from_environment()
    return replace(
        settings,
        host=host or settings.host,
        port=port or settings.port,
        demo=settings.demo if demo is None else demo,
    )


def _ensure_assets() -> None:
    from importlib.resources import files

    if not (files("api") / "static" / "dist" / ".stamp").is_file():
        fail("前端尚未构建，请运行 make setup")


def _ensure_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        try:
            taken = probe.connect_ex((settings.host, settings.port)) == 0
        except OSError:
            fail(f"监听地址“{settings.host}”无法使用，请用 --host 换一个。")
        if taken:
            fail(f"端口 {settings.port} 已被占用，请先停止占用它的程序，或者用 --port 换一个端口。")


def _load_demo(engine: ProcessEngine) -> None:
    from api.demo.loader import is_loaded, load_demo

    if is_loaded(engine):
        return
    with console.status("正在载入演示数据，约需十几秒……") as status:
        load_demo(engine, report=status.update)


def _greet(settings: Settings) -> None:
    console.print(f"\n[bold]安澜已启动：[/bold][cyan]http://{settings.host}:{settings.port}[/cyan]")
    if settings.demo:
        from api.demo.guide import guide

        console.print(guide())
    console.print("按 Ctrl+C 停止。\n")


def _show_deployment(result: DeploymentResult) -> None:
    table = Table("流程", "版本", "名称")
    for definition in result.definitions:
        table.add_row(Text(definition.key), str(definition.version), Text(definition.name))
    if result.definitions:
        console.print(table)
    console.print(f"部署完成：{len(result.definitions)} 个流程、{len(result.resources)} 个决策表和表单有了新版本。")
    if result.warnings:
        console.print(problem_table(map(place_of, result.warnings)))


def _show_changes(changes: Iterable[Change]) -> None:
    labels = {"translated": "已翻译", "dropped": "已去掉", "needs-work": "需要处理", "kept": "原样保留"}
    table = Table("元素", "行", "改动", "说明", title="导入外部模型")
    for change in changes:
        element_id, line, sentence = place_of(change)
        table.add_row(Text(element_id or ""), "" if line is None else str(line), labels[change.kind], Text(sentence))
    console.print(table)


if __name__ == "__main__":
    app()
