"""Look at every part that has to work. Wires adapters, as the bootstrap does."""

from __future__ import annotations

from adapters.slack import checkup as slack
from adapters.store import checkup as store
from adapters.teams import checkup as teams
from adapters.web import checkup as web
from bot import bootstrap, sites
from bot.doctor import Finding, Level, of_knowledge
from bot.errors import StoreError
from bot.settings import Settings
from intents.errors import IntentsError
from knowledge.errors import KnowledgeError


async def examine(settings: Settings) -> list[Finding]:
    """Return what was found: the knowledge, the store, the site, and each platform that is configured."""
    today, found = bootstrap.today(), _of_settings(settings)
    try:
        found += of_knowledge(bootstrap.make_bot(settings), today)
    except (KnowledgeError, IntentsError) as error:
        found.append(Finding(Level.BROKEN, "knowledge", str(error), "whatworks knowledge build"))
    url = settings.database.get_secret_value()
    try:
        sealer = bootstrap.sealer_of(settings)
        found += await bootstrap.with_store(settings, lambda opened: store.examine(opened, sealer, url))
    except StoreError as error:
        found.append(
            Finding(Level.BROKEN, "store", str(error), "look at WHATWORKS_DATABASE and WHATWORKS_ENCRYPTION_KEYS")
        )
    found += await web.examine(settings.public_url, today)
    if settings.has_slack:
        found += await slack.examine(sites.slack_site_of(settings), bootstrap.now)
    if settings.has_teams:
        found += await teams.examine(sites.teams_site_of(settings), settings.teams_app_password_ends, today)
    return found


def _of_settings(settings: Settings) -> list[Finding]:
    found = [Finding(Level.OK, "settings", "every setting can be used")]
    chats = settings.has_slack or settings.has_teams
    if chats and not settings.encryption_keys.get_secret_value():
        to_do = "set WHATWORKS_ENCRYPTION_KEYS: what is kept encrypted is lost when a platform's secret changes"
        found.append(Finding(Level.WARNING, "settings", "no encryption keys of their own", to_do))
    if settings.public_url and not settings.secret.get_secret_value():
        to_do = "set WHATWORKS_SECRET: pages signed by one process are refused by another, and after a restart"
        found.append(Finding(Level.WARNING, "settings", "no secret for pages", to_do))
    if not chats:
        found.append(Finding(Level.OK, "settings", "neither Slack nor Teams is configured: the web alone"))
    return found
