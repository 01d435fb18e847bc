"""``docs/kinds.md``: each kind of fact that a partner posts, where, and an example of it."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ValidationError

from chassis.service import Service
from contracts.content import Content
from contracts.generate import FOLDER
from contracts.posts import POSTED, POSTS
from contracts.practice import table
from contracts.submission import Header
from deploy.partner import paths_in
from deploy.wiring import SERVICES

PAGE = FOLDER.parent / "docs" / "kinds.md"
HEADINGS = ("Kind", "`POST`", "What it says", "It needs", "Example", "As a table")


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
            ", ".join(needs(kind)) or "nothing more",
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
            "*It needs* says without which parts of its `content` a post like the example is refused, some"
            f" with the rule in brackets. Every post needs {', '.join(_required(Header))} beside it. All else"
            " may be left out by its form: it is taken, and what is missing is asked for.",
            "",
            *table(HEADINGS, rows),
            "",
        )
    )


def needs(kind: str) -> list[str]:
    """Without which parts of its content a kind is refused: those that its model requires, and those of its
    example that are the first to answer what its rules say of the others alone."""
    model, example = POSTED[kind], POSTS[kind]["content"]
    given = {name: value for name, value in example.items() if model.model_fields[name].is_required()}
    found = _required(model)
    for name, value in example.items():
        said = _refused(model, given)
        if said and name not in given and _refused(model, given | {name: value}) != said:
            given[name] = value
            found.append(f"`{name}` ({said})")
    return found


def _required(model: type[BaseModel]) -> list[str]:
    return [f"`{name}`" for name, field in model.model_fields.items() if field.is_required()]


def _refused(model: type[Content], given: dict[str, Any]) -> str | None:
    try:
        model.model_validate(given)
    except ValidationError as error:
        return error.errors()[0]["msg"]
    return None


def _document(service: Service) -> dict[str, object]:
    app = FastAPI()
    for router in service.routers:
        app.include_router(router)
    return app.openapi()


def _first_sentence(model: type[Content]) -> str:
    said = " ".join((model.__doc__ or "").split()).replace("``", "`")
    return said.split(". ")[0].rstrip(".")
