"""Access tokens: two isolated kinds, each with one live token, a grace for its predecessor, and an end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .calls import Answer, Call, parse_body, take_text
from .refusals import Refusal, refuse_when
from .state import DAY, GRACE_SECONDS, Account, Platform, Token, new_id

FORCED_PER_DAY = 20
FORCED_APART = 30.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks by secret, and from which address."""

    query: Mapping[str, str]
    body: bytes
    address: str


def fetch_classic(call: Call) -> Answer:
    """Mint a token; the previous one has five minutes left."""
    refuse_when(call.query.get("grant_type") != "client_credential", 40002)
    token = _mint(call.platform, call.account, call.account.classic, call.now + GRACE_SECONDS)
    call.account.classic = token.value
    return _tell(token, call.now)


def fetch_stable(call: Call) -> Answer:
    """Give the current token with its remaining seconds; by force, kill it and mint another."""
    fields = call.fields()
    refuse_when(fields.get("grant_type") != "client_credential", 40002)
    current = call.platform.tokens.get(call.account.stable)
    alive = current is not None and min(current.expires_at, current.dies_at) - call.now > GRACE_SECONDS
    forced = fields.get("force_refresh") is True and _may_force(call.account, call.now)
    if current is not None and alive and not forced:
        return _tell(current, call.now)
    token = _mint(call.platform, call.account, call.account.stable, call.now if forced else call.now + GRACE_SECONDS)
    call.account.stable = token.value
    return _tell(token, call.now)


def open_by_token(platform: Platform, query: Mapping[str, str]) -> Account:
    """The account of the access_token in the query; 41001, 40001 or 42001."""
    value = query.get("access_token", "")
    refuse_when(not value, 41001)
    token = platform.tokens.get(value)
    if token is None or token.dies_at <= platform.now():
        raise Refusal(40001)
    refuse_when(token.expires_at <= platform.now(), 42001)
    return platform.account(token.appid)


def open_by_secret(platform: Platform, caller: Caller) -> Account:
    """The account of an appid and its secret; the first secret that is seen for an appid is its secret."""
    fields: Mapping[str, object] = parse_body(caller.body) if caller.body else caller.query
    appid = take_text(fields, "appid")
    secret = take_text(fields, "secret") or take_text(fields, "appsecret")
    refuse_when(not appid, 41002)
    refuse_when(not appid.isascii() or not appid.isalnum(), 40013)
    refuse_when(not secret, 41004)
    account = platform.account(appid)
    account.secret = account.secret or secret
    refuse_when(account.secret != secret, 40125)
    if account.allowed_ips is not None and caller.address not in account.allowed_ips:
        where = f"{caller.address} ipv6 ::ffff:{caller.address}"
        raise Refusal(40164, f"invalid ip {where}, not in whitelist")
    return account


def end_tokens(platform: Platform, appid: str, how: str) -> None:
    """Make every token of an account `dead` (40001) or `aged` (42001) at once."""
    now = platform.now()
    for token in platform.tokens.values():
        if token.appid == appid and how == "dead":
            token.dies_at = min(token.dies_at, now)
        elif token.appid == appid:
            token.expires_at = min(token.expires_at, now)


def _may_force(account: Account, now: float) -> bool:
    account.forced = [at for at in account.forced if at > now - DAY]
    if len(account.forced) >= FORCED_PER_DAY or (account.forced and now - account.forced[-1] < FORCED_APART):
        return False
    account.forced.append(now)
    return True


def _mint(platform: Platform, account: Account, previous: str, dies_at: float) -> Token:
    if previous in platform.tokens:
        platform.tokens[previous].dies_at = min(platform.tokens[previous].dies_at, dies_at)
    token = Token(f"97_{new_id(150)}", account.appid, platform.now() + platform.settings.token_seconds)
    platform.tokens[token.value] = token
    return token


def _tell(token: Token, now: float) -> Answer:
    return {"access_token": token.value, "expires_in": round(token.expires_at - now)}
