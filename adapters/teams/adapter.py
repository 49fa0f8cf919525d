"""Between botbuilder-core and the connector: turns in, activities out. Nothing of it waits on the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from botbuilder.core import BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, ConversationReference, ResourceResponse

from adapters.teams.connector import Connector
from adapters.teams.tokens import tenant_of
from bot.references import Reference

Json = dict[str, Any]

PAYLOAD = "whatworks payload"  # where a turn has the activity as it was kept
Logic = Callable[[TurnContext], Awaitable[None]]


class ThinAdapter(BotAdapter):  # type: ignore[misc]  # botbuilder ships no types
    """A `BotAdapter` on aiohttp.

    Args:
        connector: Sends.
    """

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def process(self, payload: Mapping[str, Any], logic: Logic) -> InvokeResponse | None:
        """Take a turn, and return what an invoke is answered with."""
        context = TurnContext(self, Activity.deserialize(dict(payload)))
        context.turn_state[PAYLOAD] = payload
        await self.run_pipeline(context, logic)
        answer = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        return answer.value if answer else None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Send, in order."""
        sent = []
        for activity in activities:
            if activity.type == ActivityTypes.invoke_response:
                context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
                sent.append(ResourceResponse(id=""))
                continue
            made = activity.serialize()
            message = await self._connector.post(
                activity.service_url, activity.conversation.id, made, _tenant(context), activity.reply_to_id or ""
            )
            sent.append(ResourceResponse(id=message))
        return sent

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Put another message in the place of one of ours."""
        await self._connector.update(
            activity.service_url, activity.conversation.id, activity.id, activity.serialize(), _tenant(context)
        )
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take one of our messages back."""
        await self._connector.delete(
            reference.service_url, reference.conversation.id, reference.activity_id, _tenant(context)
        )

    async def reach(self, reference: Reference, activity: Json) -> str:
        """Send to a conversation that nobody writes in just now, and return the message's id.

        Raises:
            DeliveryError: As `Connector.post` does.
        """
        return await self._connector.post(
            reference.service_url, reference.conversation, _from_us(reference, activity), reference.tenant
        )

    async def replace(self, reference: Reference, message: str, activity: Json) -> None:
        """Put another message in the place of one of ours."""
        await self._connector.update(
            reference.service_url,
            reference.conversation,
            message,
            _from_us(reference, activity) | {"id": message},
            reference.tenant,
        )

    async def begin_in_channel(self, reference: Reference, activity: Json) -> str:
        """Begin a thread in a channel and return its conversation's id."""
        parameters = {
            "isGroup": True, "bot": {"id": reference.bot}, "tenantId": reference.tenant,
            "channelData": {"channel": {"id": reference.conversation}, "tenant": {"id": reference.tenant}},
            "activity": _from_us(reference, activity),
        }  # fmt: skip
        return await self._connector.open(reference.service_url, parameters, reference.tenant)

    async def begin_with(self, reference: Reference, person: str) -> str:
        """Begin a conversation with one person and return its id; nothing is shown before something is sent."""
        parameters = {
            "isGroup": False, "bot": {"id": reference.bot}, "members": [{"id": person}], "tenantId": reference.tenant,
            "channelData": {"tenant": {"id": reference.tenant}},
        }  # fmt: skip
        return await self._connector.open(reference.service_url, parameters, reference.tenant)


def _from_us(reference: Reference, activity: Json) -> Json:
    return activity | {
        "from": {"id": reference.bot}, "conversation": {"id": reference.conversation, "tenantId": reference.tenant},
        "serviceUrl": reference.service_url,
    }  # fmt: skip


def _tenant(context: TurnContext) -> str:
    activity = context.activity
    conversation = {"tenantId": activity.conversation.tenant_id if activity.conversation else ""}
    return tenant_of({"channelData": activity.channel_data, "conversation": conversation})
