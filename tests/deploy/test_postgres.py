"""The real PostgreSQL of the test run, and one that is killed."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local import postgres
from deploy.local.postgres import Postgres
from deploy.local.processes import Unavailable
from tests.support.real import RealParts


async def said(url: str, statement: str) -> list[object]:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            result = await connection.execute(text(statement))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


async def test_databases_are_empty_and_apart(fresh_database: Callable[[], str]) -> None:
    one, other = fresh_database(), fresh_database()
    await said(one, "CREATE TABLE fact (id int)")
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert await said(one, tables) == ["fact"]
    assert await said(other, tables) == []


async def test_the_server_is_one_that_the_project_supports(postgres_url: str) -> None:
    [number] = await said(postgres_url, "SELECT current_setting('server_version_num')::int")
    assert isinstance(number, int)
    assert number >= 150_000


@pytest.mark.postgres
async def test_outside_tests_a_killed_server_comes_back_with_what_it_committed() -> None:
    parts = RealParts()
    server = Postgres(parts.folder() / "postgres")
    try:
        server.start()
        assert await said(server.url(), "SELECT current_setting('fsync')") == ["on"]
        await said(server.url(), "CREATE TABLE kept AS SELECT 1 AS n")
        server.kill()
        server.start()
        assert await said(server.url(), "SELECT n FROM kept") == [1]
    finally:
        server.stop()
        parts.stop()


async def test_nobody_enters_without_the_password(postgres_url: str) -> None:
    address = postgres_url.replace("+asyncpg", "")
    scheme, _, rest = address.partition("://")
    user, _, place = rest.partition(":")
    wrong = f"{scheme}://{user}:wrong@{place.partition('@')[2]}"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_without_a_server_installed_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="apt-get install postgresql"):
        postgres.binaries_folder()
