"""``docs/kinds.md``: each kind of fact that a partner posts, where, and an example of it."""

from fastapi import FastAPI

from chassis.service import Service
from contracts.content import Content
from contracts.generate import FOLDER
from contracts.posts import POSTED
from contracts.practice import table
from deploy.partner import paths_in
from deploy.wiring import SERVICES

PAGE = FOLDER.parent / "docs" / "kinds.md"
HEADINGS = ("Kind", "`POST`", "What it says", "Example", "As a table")


def page() -> str:
    """The page, from the services' own routes."""
    paths = {
        kind: path for service in SERVICES.values() for kind, path in paths_in(_document(service)).items()
    }
    rows = [
        (
            f"`{kind}`",
            f"`{paths[kind]}`",
            _first_sentence(POSTED[kind]),
            f"[JSON](../contracts/posts/{kind}.json)",
            f"[CSV](../contracts/tables/{kind}.csv)",
        )
        for kind in POSTED
        if kind in paths
    ]
    return "\n".join(
        (
            "# The kinds of fact that partners post",
            "",
            "Written from the models and the routes by `make contracts`. How to post them:"
            " [partners.md](partners.md).",
            "",
            *table(HEADINGS, rows),
            "",
        )
    )


def _document(service: Service) -> dict[str, object]:
    app = FastAPI()
    for router in service.routers:
        app.include_router(router)
    return app.openapi()


def _first_sentence(model: type[Content]) -> str:
    said = " ".join((model.__doc__ or "").split()).replace("``", "`")
    return said.split(". ")[0].rstrip(".")
