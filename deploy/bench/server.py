"""The servers of P1, each a process of its own: ``python -m deploy.bench.server accept|whole|bare``.

``whole`` is orders as it is deployed; ``accept`` is orders with step 1 of the mechanism alone, as
where relay, load and fold run in another instance; ``bare`` is FastAPI and asyncpg with the same
model, and one insert.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import uvloop
from fastapi import FastAPI, Request
from httpx import ASGITransport
from starlette.types import ASGIApp

from chassis import logging, telemetry
from chassis.http.app import Together, create_app
from chassis.identity.provider import create_identity
from chassis.ids import Ids
from chassis.runtime import Runtime
from chassis.settings import Settings, load
from chassis.store import open_store
from contracts.events.orders import BreachReported
from contracts.submission import Submission
from deploy.bench.stores import plain
from deploy.serve import freeze_what_is_loaded, opened, server_of
from deploy.wiring import SERVICES

CONNECTIONS = 16
"""To PostgreSQL, of the bare application: more made it no faster."""


class AcceptOnly(Runtime):
    """A service that takes facts, and leaves the rest to its other instances."""

    async def start(self) -> None:
        """The store and the first step alone."""
        await self.store.prepare([view.table for view in self.service.views])
        self._go("accept", self.acceptor.run())
        self.caught_up.set()


async def serve_ours(kind: str, settings: Settings) -> None:
    """Orders and the identity provider, until told to stop."""
    logging.configure()
    telemetry.configure(settings, "orders")
    freeze_what_is_loaded()
    identity = create_identity(settings)
    async with opened(settings) as (log, clock):
        runtime = (AcceptOnly if kind == "accept" else Runtime)(
            SERVICES["orders"],
            settings,
            open_store(settings.store_url, "orders", clock),
            log,
            Ids(settings.secret.get_secret_value()),
            clock,
        )
        apps: dict[str, ASGIApp] = {
            "identity": identity,
            "orders": create_app(runtime, ASGITransport(app=identity)),
        }
        await server_of(Together(apps), settings).serve()


def bare(settings: Settings) -> FastAPI:
    """The raw limit: the body is validated, and is in PostgreSQL when the answer goes out. It is traced as
    ours is."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            plain(settings.store_url), min_size=CONNECTIONS, max_size=CONNECTIONS
        ) as pool:
            await pool.execute("create table if not exists fact (id uuid primary key, body text not null)")
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=life, telemetry=telemetry.of_requests())

    @app.post("/breaches", status_code=201)
    async def report(submission: Submission[BreachReported], request: Request) -> dict[str, str]:
        id_ = uuid4()
        await request.app.state.pool.execute(
            "insert into fact (id, body) values ($1, $2)", id_, submission.model_dump_json()
        )
        return {"id": str(id_)}

    return app


async def main(kind: str) -> None:
    """Serve until told to stop."""
    settings = load()
    if kind == "bare":
        telemetry.configure(settings, kind)
        await server_of(bare(settings), settings).serve()
    else:
        await serve_ours(kind, settings)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
