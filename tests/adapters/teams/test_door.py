"""Nothing without proof: every way in which a request fails to show that it is the connector's, and no work done after any."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store.store import Store
from adapters.store.tables import conversation_references, inbox
from adapters.teams import tokens
from adapters.teams.parts import ISSUER
from bot.turn import Bot
from tests.adapters.teams.conftest import GROUP, PERSONAL, Council, council
from tests.adapters.teams.fake import APP, FakeTeams, SigningKey

FGC = "does fgc keep kids out of care?"
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - signs nothing that anybody believes


def now() -> int:
    return int(time.time())  # noqa: TID251 - tokens are checked by the real clock


async def is_untouched(office: Council, store: Store) -> bool:
    """Return whether nothing was sent, kept or begun."""

    def rows(connection: sa.Connection) -> int:
        tables = (inbox, conversation_references)
        return sum(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)

    await office.worker.drain(5)
    return (len(office.teams.sent), len(office.teams.updated), await store.read(rows)) == (0, 0, 0)


def unsigned(claims: dict[str, Any]) -> str:
    def b64(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{b64({'alg': 'none', 'typ': 'JWT', 'kid': 'first'})}.{b64(claims)}."


REFUSED: dict[str, Any] = {
    "no token": lambda _: {},
    "an empty header": lambda _: {"Authorization": ""},
    "another scheme": lambda teams: {"Authorization": f"Basic {teams.token()}"},
    "no token after the scheme": lambda _: {"Authorization": "Bearer "},
    "garbage": lambda _: {"Authorization": "Bearer rubbish"},
    "three parts of garbage": lambda _: {"Authorization": "Bearer a.b.c"},
    "letters that are no ASCII": lambda _: {"Authorization": "Bearer é.é.é"},
    "endless": lambda _: {"Authorization": f"Bearer {'a' * 7_000}"},
    "signed by a key that is not the issuer's": lambda teams: bearer(teams.token(SigningKey("first"))),
    "an unknown key": lambda teams: bearer(teams.token(SigningKey("unheard of"))),
    "no signature": lambda teams: bearer(unsigned({"iss": ISSUER, "aud": APP, "exp": now() + 600, "nbf": now(), "serviceurl": teams.url})),
    "a symmetric algorithm": lambda teams: bearer(
        jwt.encode({"iss": ISSUER, "aud": APP, "exp": now() + 600, "nbf": now(), "serviceurl": teams.url}, SECRET, headers={"kid": "first"})
    ),
    "another RSA algorithm": lambda teams: bearer(
        jwt.encode(
            {"iss": ISSUER, "aud": APP, "exp": now() + 600, "nbf": now(), "serviceurl": teams.url}, teams.keys[0].private, "RS512", {"kid": "first"}
        )
    ),
    "expired": lambda teams: bearer(teams.token(exp=now() - 301)),
    "not valid yet": lambda teams: bearer(teams.token(nbf=now() + 400)),
    "no end": lambda teams: bearer(teams.token(exp=None)),
    "no beginning": lambda teams: bearer(teams.token(nbf=None)),
    "another issuer": lambda teams: bearer(teams.token(iss="https://issuer.example.org")),
    "no issuer": lambda teams: bearer(teams.token(iss=None)),
    "made for another app": lambda teams: bearer(teams.token(aud="44444444-4444-4444-8444-444444444444")),
    "made for nobody": lambda teams: bearer(teams.token(aud=None)),
    "made for another service address": lambda teams: bearer(teams.token(serviceurl="https://smba.trafficmanager.net/uk/")),
    "no service address": lambda teams: bearer(teams.token(serviceurl=None)),
    "a key for other channels": lambda teams: bearer(teams.token(teams.keys[1])),
}  # fmt: skip


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("why", REFUSED)
async def test_a_request_that_does_not_prove_itself_is_refused_and_nothing_is_done(
    office: Council, file_store: Store, why: str
) -> None:
    office.teams.keys.append(SigningKey("of another channel", endorsements=("webchat",)))
    for kind in ("message", "invoke", "installationUpdate"):
        made = office.activity(kind, text=FGC, name="composeExtension/query", value={}, action="add")
        assert (await office.post(json.dumps(made).encode(), REFUSED[why](office.teams)))[0] == 401
    assert await is_untouched(office, file_store)


async def test_a_clock_that_is_some_minutes_off_is_forgiven(office: Council) -> None:
    for given_token in (office.teams.token(exp=now() - 200), office.teams.token(nbf=now() + 200)):
        assert await office.send(office.activity("message", text=FGC), bearer(given_token)) == 200
    assert len(office.teams.sent) == 2


async def test_a_tenant_that_is_not_listed_is_refused(bot: Bot, teams: FakeTeams, file_store: Store) -> None:
    async with council(bot, teams, file_store, teams_tenants="55555555-5555-4555-8555-555555555555") as office:
        assert await office.send(office.activity("message", text=FGC)) == 401
        assert await is_untouched(office, file_store)


async def test_a_key_that_rolled_over_is_fetched_once(office: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.ask(FGC)
    office.teams.keys = [SigningKey("second")]
    monkeypatch.setattr(tokens, "AGAIN_SECONDS", 0.0)
    await office.ask(FGC)
    await office.ask(FGC)
    assert office.teams.keys_fetched == 2


async def test_keys_that_are_made_up_do_not_hammer_the_issuer(office: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "AGAIN_SECONDS", 1e9)
    await office.ask(FGC)
    for number in range(50):
        proof = bearer(office.teams.token(SigningKey(f"made up {number}", private=office.teams.keys[0].private)))
        assert await office.send(office.activity("message", text=FGC), proof) == 401
    assert office.teams.keys_fetched == 1


async def test_while_the_issuer_cannot_be_asked_teams_is_told_to_come_again(
    bot: Bot, teams: FakeTeams, file_store: Store
) -> None:
    async with council(bot, teams, file_store, teams_openid_url=f"{teams.url}/nowhere") as office:
        assert await office.send(office.activity("message", text=FGC)) == 503
        assert await is_untouched(office, file_store)


async def test_nothing_is_sent_to_a_host_that_is_not_listed(bot: Bot, teams: FakeTeams, file_store: Store) -> None:
    async with council(bot, teams, file_store, teams_service_hosts="smba.trafficmanager.net") as office:
        for url in (
            teams.url,
            "https://smba.trafficmanager.net.example.org/",
            "http://smba.trafficmanager.net/",
            "file:///etc/passwd",
        ):
            made = office.activity("message", text=FGC) | {"serviceUrl": url}
            assert await office.send(made, bearer(teams.token(serviceurl=url))) == 200
    assert (teams.sent, teams.calls, teams.tokens_fetched) == ([], [], 0)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b'{"conversation": 1}', b'{"conversation": {}, "from": {}}',
        b'{"type": 5, "conversation": {"id": "x"}, "from": {}}', b'{"type": "message", "conversation": {"id": ["x"]}, "from": {}}',
        b"[" * 100_000, b'{"type": "message", "conversation": {"id": "\\ud800"}, "from": {}}',
    ],
)  # fmt: skip
async def test_what_is_no_activity_is_said_to_be_none(office: Council, file_store: Store, body: bytes) -> None:
    assert (await office.post(body))[0] == 400
    assert await is_untouched(office, file_store)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["type", "id", "channelId", "serviceUrl", "from", "recipient", "conversation", "channelData", "name", "value", "text", "action",
        "membersRemoved", "replyToId", "locale", "entities", "attachments"]  # fmt: skip
TOKENS = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200),
    st.builds(lambda *parts: ".".join(parts), *[st.text(st.sampled_from("abcXYZ019-_="), max_size=60)] * 3),
    st.tuples(st.integers(0, 600), st.sampled_from("aZ9-_.=")),  # a valid one with one letter changed
)


@pytest.fixture
async def fuzzed(office: Council) -> Council:
    """A council whose issuer is asked no more than it has to be."""
    await office.ask(FGC)
    office.teams.sent.clear()
    return office


async def test_random_and_mutated_tokens_do_no_work(fuzzed: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "AGAIN_SECONDS", 1e9)  # however long this takes
    valid = fuzzed.teams.token()
    body = json.dumps(fuzzed.activity("message", text=FGC)).encode()
    tried = []

    @settings(max_examples=5_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(TOKENS)
    def collect(made: str | tuple[int, str]) -> None:
        if isinstance(made, tuple):
            at, letter = made[0] % len(valid), made[1]
            # The last letters of a signature have bits that mean nothing.
            made = valid[:at] + letter + valid[at + 1 :] if at < len(valid) - 2 else valid[:-10]
        if made != valid:
            tried.append(made)

    collect()
    statuses = {(await fuzzed.post(body, {"Authorization": f"Bearer {made}"}))[0] for made in tried}
    assert statuses == {401}
    assert len(tried) > 4_000
    await fuzzed.worker.drain(5)
    assert (fuzzed.teams.sent, fuzzed.teams.keys_fetched) == ([], 1)


async def test_random_and_mutated_bodies_are_never_an_error_of_ours(fuzzed: Council) -> None:
    whole = fuzzed.activity("message", text=FGC)
    tried: list[dict[str, Any]] = []

    @settings(max_examples=5_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1, max_size=4),
        st.sampled_from(["message", "invoke", "installationUpdate", "conversationUpdate", "messageReaction", ""]),
        st.sampled_from(
            ["adaptiveCard/action", "message/submitAction", "composeExtension/query", "composeExtension/fetchTask", "x"]
        ),
    )
    def collect(changes: dict[str, Any], kind: str, name: str) -> None:
        # Nobody is answered: an activity of a bot's, or one that nobody who is asked would have written.
        tried.append(whole | {"type": kind, "name": name, "text": "", "from": {"id": "28:a-bot"}} | changes)

    collect()
    proof = bearer(fuzzed.teams.token())
    for made in tried:
        status, _ = await fuzzed.post(json.dumps(made).encode(), proof)
        assert status in {200, 400, 401, 501}, made
    assert len(tried) >= 4_000
    await fuzzed.worker.drain(60)


async def test_a_captured_request_sent_again_does_no_work_twice(office: Council) -> None:
    proof, asked = bearer(office.teams.token()), office.activity("message", text=FGC)
    for _ in range(20):
        assert await office.send(asked, proof) == 200
    assert len(office.teams.sent) == 1


async def test_without_authentication_no_token_is_asked_for_or_sent(
    bot: Bot, teams: FakeTeams, file_store: Store
) -> None:
    open_settings = {
        "teams_auth": "off",
        "teams_app_id": "",
        "teams_app_password": "",
        "teams_service_hosts": "smba.trafficmanager.net",
    }
    async with council(bot, teams, file_store, **open_settings) as office:
        assert await office.send(office.activity("message", GROUP, text=FGC), {}) == 200
        assert set(teams.calls) == {"POST"}  # the fake refuses what has no token; that none is fetched is what is tried
        teams.calls.clear()
        elsewhere = office.activity("message", PERSONAL, text=FGC) | {"serviceUrl": "https://smba.example.org"}
        assert await office.send(elsewhere, {}) == 200
    assert (teams.calls, teams.tokens_fetched) == ([], 0)
