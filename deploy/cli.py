"""``goldthread``: what an operator does from a command line."""

import gc
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from chassis import operating, release, steps
from chassis import settings as settings_module
from chassis.log import LogError
from chassis.runtime import Runtime
from chassis.settings import CannotStart, Settings
from contracts.topics import TOPICS

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console()
T = TypeVar("T")
Service = Literal["referrals", "orders", "marac", "notify"]
ServiceName = Annotated[Service, typer.Argument(help="which service")]


def _settings() -> Settings:
    try:
        settings = settings_module.load()
    except CannotStart as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    if settings.die_at:
        steps.die_at(settings.die_at)
    return settings


def _run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    try:
        return uvloop.run(main())
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except (LogError, operating.Unsent, operating.InUse) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    finally:
        gc.freeze()  # an exit looks through all that there is, several times: seconds, after a year


def _with(service: str, work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Do something with a service's store, beside its processes."""
    from deploy import wiring

    settings = _settings()

    async def main() -> T:
        runtime = wiring.runtime_of(
            wiring.SERVICES[service], settings, wiring.log_of(settings), wiring.clock_of(settings)
        )
        try:
            await runtime.store.prepare([view.table for view in runtime.service.views])
            return await work(runtime)
        finally:
            await runtime.store.close()

    return _run(main())


@app.command()
def serve(
    service: Annotated[Service | None, typer.Argument(help="one service; without: all in one")] = None,
) -> None:
    """Serve one service, or all of Goldthread in one process."""
    from deploy import serve as serving

    settings = _settings()
    _run(serving.serve_service(service, settings) if service else serving.serve_embedded(settings))


@app.command()
def matcher() -> None:
    """Run the matcher, which says which mentions are one person."""
    from deploy import serve as serving

    _run(serving.run_matcher(_settings()))


@app.command()
def identity() -> None:
    """Serve the built-in identity provider, for trying out."""
    from deploy import serve as serving

    _run(serving.serve_identity(_settings()))


@app.command()
def sandbox() -> None:
    """Serve what stands in for GOV.UK Notify and for the telephone, for trying out."""
    from deploy import serve as serving

    _run(serving.serve_sandbox(_settings()))


@app.command()
def topics(
    ensure: Annotated[bool, typer.Option(help="create those that are missing")] = False,
    allow: Annotated[bool, typer.Option(help="add who may write and read each to Kafka's lists")] = False,
) -> None:
    """List the topics and how much each holds; with --ensure create the missing ones, also those of the
    partners that have topics of their own."""
    from deploy import acls, wiring

    settings = _settings()

    async def ends() -> dict[tuple[str, int], int]:
        from chassis.log.kafka import KafkaLog

        log = wiring.log_of(settings)
        await log.start()
        try:
            if ensure:
                await log.ensure(acls.topics_of(settings.partners))
            if allow and isinstance(log, KafkaLog):
                await acls.allow(log, acls.acls_of(settings.partners))
            return await log.ends(list(TOPICS))
        finally:
            await log.stop()

    found = _run(ends())
    table = Table("Topic", "Partitions", "Facts", "Writers", "Readers", "About")
    for topic in TOPICS.values():
        facts = sum(end for (name, _), end in found.items() if name == topic.name)
        table.add_row(
            topic.name,
            str(topic.partitions),
            str(facts),
            " ".join(topic.writers),
            " ".join(topic.readers),
            topic.about,
        )
    console.print(table)


@app.command()
def rebuild(service: ServiceName) -> None:
    """Mark everything: the service's processes fold every row again, and no page is empty meanwhile."""
    _with(service, operating.mark_everything)
    typer.echo(f"Everything of {service} is marked. Its processes fold it again.")


@app.command()
def restore(
    service: ServiceName,
    yes: Annotated[bool, typer.Option("--yes", help="the service is stopped, and its store may go")] = False,
) -> None:
    """Drop a service's store. When the service starts, it reads all of it back from the log."""
    if not yes:
        typer.echo("Stop the service first, then say --yes: its store is dropped.", err=True)
        raise typer.Exit(2)
    _with(service, _dropped)
    typer.echo(f"The store of {service} is empty. Start the service: it restores itself from the log.")


async def _dropped(runtime: Runtime) -> None:
    await runtime.log.start()  # an embedded log in use refuses, and says so
    try:
        keeping_all = [topic for topic in runtime.topics if TOPICS[topic].keeps == "all"]
        beginnings = await runtime.log.beginnings(keeping_all)
    finally:
        await runtime.log.stop()
    if short := sorted(f"{topic}-{partition}" for (topic, partition), at in beginnings.items() if at):
        raise LogError(f"The log no longer begins at 0 in {', '.join(short)}: this store has what it lost.")
    await operating.drop(runtime)


@app.command()
def republish(
    service: ServiceName,
    yes: Annotated[bool, typer.Option("--yes", help="the service is stopped")] = False,
) -> None:
    """Send a service's own facts again and read the log anew, after the log came back from a backup."""
    if not yes:
        typer.echo("Stop the service first, then say --yes. Do it for every service.", err=True)
        raise typer.Exit(2)
    count = _with(service, operating.republish)
    typer.echo(f"{count} facts of {service} are sent again when it starts.")


@app.command(name="roll-back")
def roll_back(
    service: ServiceName,
    version: Annotated[int, typer.Argument(help="the fold version of the release that goes on")],
) -> None:
    """Let an older release fold again, once the newer one's processes are stopped."""
    _with(service, lambda runtime: release.roll_back(runtime.store, version))
    typer.echo(f"{service} folds by version {version} again, everything anew.")


@app.command()
def marks(service: ServiceName) -> None:
    """How much is out of date, unsent, parked and broken."""
    for name, count in _with(service, operating.counts).items():
        typer.echo(f"{name:10} {count}")


@app.command()
def fingerprint(service: ServiceName) -> None:
    """What a store holds, part by part, as a count and a hash: to compare it with another."""
    for name, (count, digest) in _with(service, operating.fingerprint).items():
        typer.echo(f"{name} {count} {digest}")


@app.command()
def parked(service: ServiceName) -> None:
    """List what could not be read or folded: where it stands, why, since when, whose pages it touches;
    never what it says; and which partitions are not read any more. Deciding is for a person signed in, at
    /SERVICE/parked: it is on record whose."""
    records, subjects, stopped = _with(service, operating.unread)
    table = Table("Topic", "Partition", "Offset", "Since", "Reason", "Bytes", "About", "Discarded")
    for row in records:
        about = [*row.about, *([] if row.whose_known else ["nobody knows whom"])]
        place = (row.topic, str(row.partition), str(row.offset), str(row.since), row.reason, str(row.size))
        table.add_row(*place, "\n".join(about), "yes" if row.discarded else "")
    console.print(table)
    broken = Table("Could not be folded", "Since")
    for each in subjects:
        broken.add_row(each.subject, str(each.since))
    console.print(broken)
    unreadable = Table("Not read any more", "Partition", "Since", "Reason")
    for gone in stopped:
        unreadable.add_row(gone.topic, str(gone.partition), str(gone.since), gone.reason)
    console.print(unreadable)


@app.command()
def audit(service: ServiceName, fact: Annotated[str, typer.Argument(help="the id of a fact")]) -> None:
    """Who was shown a fact by this service: one JSON line for each look."""
    for line in _with(service, lambda runtime: operating.shown_to(runtime, fact)):
        typer.echo(json.dumps(line))


@app.command()
def webhook_key(url: Annotated[str, typer.Argument(help="as it stands on the rota")]) -> None:
    """Print the key, in hex, by which whoever runs this webhook checks what Goldthread sends there."""
    from services.notify.carriers.webhook import signing_key

    typer.echo(signing_key(_settings().secret.get_secret_value(), url).hex())


@app.command()
def partner(
    address: Annotated[str, typer.Argument(help="of a sandbox, such as http://127.0.0.1:8400")],
    token: Annotated[str, typer.Option(envvar="GOLDTHREAD_TOKEN", help="a bearer token of your system")],
) -> None:
    """Post the example of each kind to a sandbox, and check the answers."""
    import httpx

    from deploy import partner as checking

    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
            found = checking.check(client)
    except (checking.NoSandbox, httpx.TransportError, httpx.InvalidURL) as refusal:
        typer.echo(f"Nothing was checked. {refusal}", err=True)
        raise typer.Exit(2) from None
    console.print(checking.table_of(found))
    mine = [each for each in found if each.mine]
    missed = [each for each in found if each.missed]
    typer.echo(f"{len(mine)} kinds are this token's to post; {len(missed)} were not answered as promised.")
    if missed or not mine:
        raise typer.Exit(1)


@app.command()
def feed_key(
    agency: Annotated[str, typer.Argument(help="whose feed is sent")],
    number: Annotated[int, typer.Argument(help="`key` of its feed: the next one, to change it")] = 1,
) -> None:
    """Print the key, in hex, by which a partner checks what its feed's webhook is sent."""
    from services.referrals.feeds.pushing import signing_key

    typer.echo(signing_key(_settings().secret.get_secret_value(), agency, number).hex())


@app.command()
def contracts() -> None:
    """Write schemas, examples and the AsyncAPI document from the models."""
    from contracts.generate import main
    from deploy import kinds

    main()
    kinds.PAGE.write_text(kinds.page())


@app.command()
def demo(data: Annotated[Path, typer.Option(help="where it keeps its data")] = Path("data/demo")) -> None:
    """All in one process, with an invented caseload that simulated partners post."""
    from deploy.demo.run import main

    _run(main(data))


@app.command()
def screenshots() -> None:
    """Every page as desktop, phone and print, into build/screenshots."""
    from deploy.screenshots import main

    main()


@app.command()
def bench(
    year: Annotated[float, typer.Option(help="which share of a national year is uploaded; 1: all")] = 0.002,
    steady: Annotated[float, typer.Option(help="seconds for which the steady rate is held")] = 20,
) -> None:
    """Measure it on this machine, beside the bare libraries."""
    from deploy.bench import main

    main(year, steady)


@app.command()
def bench_identity(
    people: Annotated[int, typer.Option(help="how many of each kind, and in each population")] = 2_000,
    records: Annotated[
        int, typer.Option(help="among how many candidates are looked for; 0: none")
    ] = 1_000_000,
) -> None:
    """Measure who is linked, by kind of record; and how fast."""
    from deploy.bench.identity import main

    main(people, records)


@app.command()
def train_identity(out: Annotated[Path, typer.Argument(help="where the weights are written")]) -> None:
    """Learn from the records that referrals holds by which weights they are compared, and write them: for
    GOLDTHREAD_IDENTITY_MODEL of the matcher, once a person has looked at them."""
    from services.referrals.review import everybody
    from services.referrals.training import train

    try:
        train(_with("referrals", everybody), out)
    except ValueError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
