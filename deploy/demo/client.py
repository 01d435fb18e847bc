"""The simulated partners' and staff's way in: the same as everybody's, by HTTP with a token."""

import re
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import orjson

from chassis.identity.directory import Directory, read_directory
from chassis.pages.times import BEHIND
from chassis.settings import Settings
from deploy.demo.posts import NAMES_BY, ROUTES, Post
from deploy.partner import paths_in

SERVICES = ("referrals", "orders", "marac", "notify")
OPERATIONS = "northmere-operations"
PAGES = {"/marac/v1/meetings": "rowan-ellis", "/notify/v1/clocks": "dev-malik"}
"""Pages that are asked whether they are up to date, and by whom."""
TRIES = 40
PAUSE_SECONDS = 0.25
BEFORE_ITS_END = 300
"""Seconds: a system whose token is good for less asks for another."""
CATCH_UP_SECONDS = 60.0
"""How long the pages may take to catch up with the year."""


class Unexpected(RuntimeError):
    """An answer that a partner did not expect: method, kind of address, status and code, never what was
    sent."""

    def __init__(self, said: str, status: int = 0, code: str = "") -> None:
        super().__init__(said)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a partner keeps of what it posted."""

    service: str
    root: str
    version: int


class Client:
    """One connection pool for everybody of the try-out, each with a token of their own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._directory: Directory = read_directory(settings.identity_directory)
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=20)
        self._trust = httpx.create_ssl_context()  # read once, and not for each who signs in
        self._http = httpx.AsyncClient(
            base_url=settings.public_url, timeout=30, limits=limits, verify=self._trust
        )
        self._tokens: dict[str, str] = {}
        self._renewed: dict[str, float] = {}
        """When each system asks for another token; a person's is good for a day's work."""
        self._types: dict[str, str] = {}
        """Which type of fact is posted at a path, as the services describe themselves."""
        self.receipts: dict[str, Receipt] = {}

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def ready(self, tries: int = TRIES) -> None:
        """Wait until every service has all that the log holds. Raises Unexpected when none of them comes."""
        for service in SERVICES:
            for _ in range(tries):
                try:
                    answer = await self._http.get(f"/{service}/ready")
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    break
                await anyio.sleep(PAUSE_SECONDS)
            else:
                raise Unexpected(f"{service} is not ready")

    async def sign_in(self) -> None:
        """Tokens for every system by its secret, and for every person as a browser would come by one."""
        for system in self._directory.systems:
            await self._sign_in(system.id, system.secret.get_secret_value())
        for person in self._directory.people:
            self._tokens[person.id] = await self._token_of(person.id)

    async def _sign_in(self, system: str, secret: str) -> None:
        form = {"grant_type": "client_credentials"}
        answer = await self._http.post("/identity/token", data=form, auth=(system, secret))
        said = answer.raise_for_status().json()
        self._tokens[system] = said["access_token"]
        self._renewed[system] = time.monotonic() + said["expires_in"] - BEFORE_ITS_END

    async def _renew(self, who: str) -> None:
        """A token that is soon over."""
        for system in self._directory.systems:
            if system.id == who and self._renewed.get(who, inf) < time.monotonic():
                await self._sign_in(who, system.secret.get_secret_value())

    async def _token_of(self, person: str) -> str:
        origin = self._settings.origin
        async with httpx.AsyncClient(
            base_url=origin, follow_redirects=True, timeout=30, verify=self._trust
        ) as browser:
            page = await browser.get("/notify/sign-in", params={"to": "/notify/health"})
            asked = re.search(r'name="asked" value="([^"]+)"', page.text)
            form = {"asked": asked[1] if asked else "", "person": person}
            await browser.post("/identity/authorize", data=form, headers={"Origin": origin})
            token = browser.cookies.get("goldthread")
        if not token:
            raise Unexpected("nobody could sign in")
        return token

    async def call(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of somebody; again while the service says that it is not ready yet, and where a
        connection ended without an answer: a busy server closes an idle one just as it is used again.

        Raises Unexpected for any answer but a good one; httpx.TransportError when none comes.
        """
        await self._renew(who)
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **more.pop("headers", {})}
        for left in reversed(range(TRIES)):
            try:
                answer = await self._http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                if not left:
                    raise
            else:
                if answer.status_code != 503:
                    break
            await anyio.sleep(PAUSE_SECONDS)
        if answer.is_error:
            code = answer.json().get("code", "") if "json" in answer.headers.get("content-type", "") else ""
            kind = "/".join(urlsplit(path).path.split("/")[:4])
            raise Unexpected(f"{method} {kind}: {answer.status_code} {code}", answer.status_code, code)
        return answer

    async def hears(self, who: str, path: str) -> AsyncIterator[str]:
        """What somebody's open page is told, sentence by sentence."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        async with self._http.stream("GET", path, headers=headers, timeout=None) as answer:
            async for line in answer.raise_for_status().aiter_lines():
                if line.startswith("data: "):
                    yield line.removeprefix("data: ")

    async def settled(self) -> None:
        """Wait until every service has folded what it was told, and so it is known who is one: whatever is
        told of somebody who moves is folded again. It goes on when that takes too long."""
        with anyio.move_on_after(CATCH_UP_SECONDS):
            for service in SERVICES:
                while (await self._http.get(f"/{service}/ready")).json()["reasons"]["marks"]:
                    await anyio.sleep(PAUSE_SECONDS)

    async def caught_up(self) -> None:
        """Wait until the pages hold what was said by now. Raises Unexpected when they do not come so far."""
        with anyio.move_on_after(CATCH_UP_SECONDS):
            for path, who in PAGES.items():
                while not await self._is_fresh(who, path):
                    await anyio.sleep(PAUSE_SECONDS)
            return
        raise Unexpected("the pages do not come up to date")

    async def _is_fresh(self, who: str, path: str) -> bool:
        said = (await self.call(who, "GET", path)).json()
        if said["fresh_until"] is None:
            return False
        at, until = (datetime.fromisoformat(said[name]) for name in ("at", "fresh_until"))
        return at - until < BEHIND

    async def set_clock(self, at: datetime) -> None:
        """Move the clock of every service: in one process they have one."""
        await self.call(OPERATIONS, "PUT", "/notify/v1/clock", json={"now": at.isoformat()})

    async def say(self, who: str, path: str, key: str, body: dict[str, Any]) -> Receipt:
        """Post something once, under an idempotency key."""
        answer = await self.call(who, "POST", path, json=body, headers={"Idempotency-Key": key})
        said = answer.json()
        self.receipts[key] = Receipt(path.split("/")[1], said["root"], said["version"])
        return self.receipts[key]

    async def begin(self, who: str, path: str, body: dict[str, Any]) -> None:
        """Set what is set as a whole, where nobody has: what somebody set already stays."""
        try:
            await self.call(who, "POST", path, json=body, headers={"If-Match": '"0"'})
        except Unexpected as refused:
            if refused.status != 412:
                raise

    async def upload(self, posts: Sequence[Post]) -> None:
        """What one agency says to one service, as the lines of one request. Raises Unexpected where one of
        them is not taken."""
        first = posts[0]
        lines = [
            self._body(post) | {"type": await self._type_at(ROUTES[post.kind]), "idempotency_key": post.key}
            for post in posts
        ]
        answer = await self.call(
            first.agency,
            "POST",
            f"/{first.service}/v1/bulk",
            content=b"\n".join(map(orjson.dumps, lines)),
            headers={"Content-Type": "application/x-ndjson"},
        )
        for post, line in zip(posts, answer.content.splitlines(), strict=True):
            result = orjson.loads(line)
            if (said := result.get("receipt")) is None:
                raise Unexpected(f"a line of {post.kind}: {result['status']} {result['code']}")
            self.receipts[post.key] = Receipt(first.service, said["root"], said["version"])

    async def _type_at(self, path: str) -> str:
        if path not in self._types:
            service = path.split("/")[1]
            document = (await self._http.get(f"/{service}/openapi.json")).raise_for_status().json()
            self._types |= {where: kind for kind, where in paths_in(document).items()}
        return self._types[path]

    def _body(self, post: Post) -> dict[str, Any]:
        if post.of is None:
            return post.body
        named = {NAMES_BY[post.kind]: self.receipts[post.of].root}
        return post.body | {"content": post.body["content"] | named}

    async def post(self, post: Post) -> Receipt:
        """Post, correct or withdraw as a partner's system does."""
        if post.change == "say" or post.of is None:
            return await self.say(post.agency, ROUTES[post.kind], post.key, self._body(post))
        first = self.receipts[post.of]
        method = "PUT" if post.change == "correct" else "DELETE"
        answer = await self.call(
            post.agency,
            method,
            f"/{first.service}/v1/facts/{first.root}",
            json=post.body if post.change == "correct" else None,
            headers={"If-Match": f'"{first.version}"', "Idempotency-Key": post.key},
        )
        self.receipts[post.of] = Receipt(first.service, first.root, answer.json()["version"])
        return self.receipts[post.of]
