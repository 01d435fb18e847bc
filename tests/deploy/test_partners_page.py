"""A partner's page: each problem that the code knows stands in its table, and none that it does not."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from contracts.events.owed import PlanReviewed
from contracts.partner_topics import PUT
from contracts.posts import POSTED, POSTS
from contracts.sections import Identity
from contracts.topics import inbound, outbound
from contracts.vocabulary import StaffRole
from deploy import kinds
from deploy.local.deployment import ROOT
from deploy.wiring import SERVICES
from services.referrals.feeds.inbound import TAKING

PAGE = ROOT / "docs" / "partners.md"
MAKES = {"Problem", "Refused", "_refused", "_unknown"}
"""What makes a problem: its code is the first text among the arguments."""
CODE = re.compile(r"[a-z]+([-.][a-z0-9-]+)+|internal")
ASIDE = {
    "signin.py",
    "watcher.py",
    "shifts.py",
    "link.py",
    "receipts.py",
    "archive.py",
    "runtime.py",
    "paging.py",
}
"""What no partner's post or upload meets: sign-in, pages, operators' and readers' answers."""
OF_A_PAGE = {"when-missing", "when-before"}
"""What staff meet on a page, of a module that partners' posts go through too."""
MET = ("chassis", "services/referrals", "services/orders")


FAULTS = ("services/referrals/rules/assessing.py", "services/orders/rules/service_of_order.py")
FAULTS += ("contracts/rules/breach_answer.py", "contracts/rules/pattern.py", "contracts/rules/circulation.py")
FAULTS += ("contracts/rules/order_answers.py",)
"""The rules that say what is wrong with a fact: the kind of the fault and its place."""


def files() -> Iterator[Path]:
    for part in MET:
        found = sorted((ROOT / part).rglob("*.py"))
        yield from (file for file in found if file.name not in ASIDE and "pages" not in file.parts)


def codes_of(tree: ast.AST) -> Iterator[str]:
    """The codes of the problems that a module makes itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKES:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
            yield from [text for text in texts if isinstance(text, str)][:1]


def faults_of(tree: ast.AST) -> Iterator[str]:
    """The kinds of fault that a rule answers with, beside their place in the content."""
    for node in ast.walk(tree):
        given = node.value if isinstance(node, ast.Yield | ast.Return) else None
        either = (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)
        for fault in either:
            if isinstance(fault, ast.Tuple) and len(fault.elts) == 2:
                texts = [each.value for each in fault.elts if isinstance(each, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and "-" in text)


def known() -> set[str]:
    made = [code for file in files() for code in codes_of(ast.parse(file.read_text()))]
    made += [code for name in FAULTS for code in faults_of(ast.parse((ROOT / name).read_text()))]
    return {code for code in made if CODE.fullmatch(code)} - OF_A_PAGE


def told() -> list[str]:
    """The codes of the table of problems, in its order."""
    rows = re.findall(r"^\| \d{3} \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


def test_each_problem_stands_in_the_table_once() -> None:
    """If this fails: a line in the table of docs/partners.md, in words that a partner understands."""
    assert sorted(known() - set(told())) == [], "not told"
    assert sorted(set(told()) - known()) == [], "there is no such problem"
    assert len(set(told())) == len(told())


def test_the_kinds_are_those_that_the_services_take() -> None:
    """If this fails and the change is meant: ``make contracts``."""
    assert kinds.PAGE.read_text() == kinds.page()


@pytest.mark.parametrize("kind", POSTED)
def test_what_a_kind_needs_is_enough_and_no_part_of_it_may_be_left_out(kind: str) -> None:
    model, example = POSTED[kind], POSTS[kind]["content"]
    needed = [each.split("`")[1] for each in kinds.needs(kind)]
    model.model_validate({name: example[name] for name in needed})
    for name in needed:
        with pytest.raises(ValidationError):
            model.model_validate({other: value for other, value in example.items() if other != name})


PLAN_REVIEW: dict[str, object] = {
    "people": [{"role": "victim"}],
    "plan": "7f0c0000-0000-4000-8000-000000000001",
    "result": "stands",
    "review_on": "2026-12-24",
    "narrative": {"text": "Nothing has changed."},
}


@pytest.mark.parametrize(
    ("model", "said", "left_out", "kind"),
    [
        (PlanReviewed, PLAN_REVIEW, "narrative", "reason_missing"),
        (PlanReviewed, PLAN_REVIEW, "review_on", "review_date_missing"),
        (Identity, {"born": ["1990"]}, None, "not_iso_8601"),
    ],
)
def test_what_the_page_says_is_refused_is(
    model: type[BaseModel], said: dict[str, object], left_out: str | None, kind: str
) -> None:
    whole = {name: value for name, value in said.items() if name != left_out}
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(whole))
    assert [each["type"] for each in refused.value.errors()] == [kind]
    assert f"`{kind}`" in PAGE.read_text()
    if left_out:
        model.model_validate_json(json.dumps(said))


def test_where_personal_data_lie_says_of_a_partners_own_topics_too() -> None:
    """What is not in that table has none, it says."""
    places = (ROOT / "docs" / "personal-data.md").read_text()
    for topic in (inbound("<agency>"), outbound("<agency>")):
        assert f"`{topic.name}`" in places


def test_what_may_be_put_on_a_topic_is_what_a_partners_token_may_post() -> None:
    taken = {
        model.type
        for service in map(SERVICES.__getitem__, TAKING)
        for model, needed in service.accepts.items()
        if StaffRole.REPORTER in service.rights[needed]
    }
    assert set(PUT) == taken
