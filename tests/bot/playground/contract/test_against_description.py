"""Where the platform's published description has the same object, the contract names the same fields."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.bot.playground.contract import components, messages, people, places
from tests.bot.playground.contract.shapes import Thing

PATH = os.environ.get("DISCORD_OPENAPI")
pytestmark = pytest.mark.skipif(PATH is None, reason="DISCORD_OPENAPI does not name the platform's description")

#: Schema of the description: the same object in the contract; what the contract has besides, or leaves out, and why.
SAME: dict[str, Thing] = {
    "UserResponse": people.USER,
    "UserPIIResponse": people.OWN_USER,
    "UserAvatarDecorationResponse": people.DECORATION,
    "UserCollectiblesResponse": people.COLLECTIBLES,
    "UserNameplateResponse": people.NAMEPLATE,
    "UserPrimaryGuildResponse": people.PRIMARY_GUILD,
    "GuildMemberResponse": people.MEMBER,
    "GuildRoleResponse": people.ROLE,
    "GuildRoleTagsResponse": people.ROLE.optional["tags"],  # type: ignore[dict-item]
    "GuildRoleColorsResponse": people.ROLE.required["colors"],  # type: ignore[dict-item]
    "GuildResponse": places.GUILD,
    "ChannelPermissionOverwriteResponse": places.OVERWRITE,
    "GuildChannelResponse": places.GUILD_CHANNELS[places.TEXT],
    "PrivateChannelResponse": places.DIRECT_CHANNEL,
    "ThreadResponse": places.THREAD,
    "ThreadMetadataResponse": places.THREAD_METADATA,
    "ThreadMemberResponse": places.THREAD_MEMBER,
    "MessageResponse": messages.MESSAGE,
    "BasicMessageResponse": messages.BARE_MESSAGE,
    "MessageAttachmentResponse": messages.ATTACHMENT,
    "MessageEmbedResponse": messages.EMBED,
    "MessageEmbedImageResponse": messages.EMBED.optional["image"],  # type: ignore[dict-item]
    "MessageEmbedFooterResponse": messages.EMBED.optional["footer"],  # type: ignore[dict-item]
    "MessageEmbedAuthorResponse": messages.EMBED.optional["author"],  # type: ignore[dict-item]
    "MessageReactionResponse": messages.REACTION,
    "MessageReactionEmojiResponse": messages.REACTION.required["emoji"],  # type: ignore[dict-item]
    "MessageReferenceResponse": messages.REFERENCE,
    "MessageInteractionResponse": messages.INTERACTION_OF_MESSAGE,
    "ApplicationCommandInteractionMetadataResponse": messages.METADATA_OF_COMMAND,
    "MessageComponentInteractionMetadataResponse": messages.METADATA_OF_COMPONENT,
    "ModalSubmitInteractionMetadataResponse": messages.METADATA_OF_FORM,
    "ActionRowComponentResponse": components.ROW,
    "ButtonComponentResponse": components.BUTTON,
    "ComponentEmojiResponse": components.COMPONENT_EMOJI,
    "StringSelectComponentResponse": components.STRING_SELECT,
    "StringSelectOptionResponse": components.OPTION,
    "UserSelectComponentResponse": components.SELECTS[5],
    "RoleSelectComponentResponse": components.SELECTS[6],
    "MentionableSelectComponentResponse": components.SELECTS[7],
    "ChannelSelectComponentResponse": components.SELECTS[8],
    "SectionComponentResponse": components.SECTION,
    "TextDisplayComponentResponse": components.TEXT_DISPLAY,
    "ThumbnailComponentResponse": components.THUMBNAIL,
    "MediaGalleryComponentResponse": components.GALLERY,
    "MediaGalleryItemResponse": components.GALLERY_ITEM,
    "FileComponentResponse": components.FILE,
    "SeparatorComponentResponse": components.SEPARATOR,
    "ContainerComponentResponse": components.CONTAINER,
    "UnfurledMediaResponse": components.MEDIA,
}

#: Nothing in the stand-in has these; whoever makes it send one writes it into the contract.
NOT_HERE: dict[str, set[str]] = {
    "MessageResponse": {
        "activity", "application", "call", "lobby_member", "mention_channels", "message_snapshots", "poll",
        "purchase_notification", "resolved", "role_subscription_data", "shared_client_theme", "sticker_items",
        "stickers",
    },
    "MessageAttachmentResponse": {"application", "clip_created_at", "clip_participants", "duration_secs", "waveform"},
    "MessageEmbedResponse": {"components", "provider", "video"},
    "GuildResponse": {"premium_progress_bar_enabled_user_updated_at"},
    # Of voice channels and forums.
    "GuildChannelResponse": {
        "available_tags", "bitrate", "default_forum_layout", "default_reaction_emoji", "default_sort_order",
        "default_tag_setting", "permissions", "rtc_region", "user_limit", "video_quality_mode",
    },
    "ThreadResponse": {"bitrate", "permissions", "rtc_region", "user_limit", "video_quality_mode"},
    "ThreadMemberResponse": {"member"},
    "MessageInteractionResponse": {"name_localized"},
}  # fmt: skip
NOT_HERE["BasicMessageResponse"] = NOT_HERE["MessageResponse"]

#: The gateway's documentation has these, and the description, which is of REST, has not.
BESIDES: dict[str, set[str]] = {
    "MessageInteractionResponse": {"member"},
    "PrivateChannelResponse": {"permissions"},  # in interactions
}

#: Always there over REST; on the gateway documented as "may be missing".
SOMETIMES: dict[str, set[str]] = {
    "UserResponse": {"flags", "primary_guild", "public_flags"},
    "UserCollectiblesResponse": {"nameplate"},
    "UserPIIResponse": {"flags", "locale", "public_flags"},
    "GuildMemberResponse": {"banner", "communication_disabled_until", "nick", "premium_since", "avatar"},
    "GuildRoleResponse": {"icon", "unicode_emoji"},
    "GuildResponse": {
        "home_header", "max_members", "max_presences", "max_stage_video_channel_users", "max_video_channel_users",
        "nsfw", "premium_subscription_count", "region", "stickers", "widget_channel_id", "widget_enabled",
    },
    "PrivateChannelResponse": {"recipients"},
    "ThreadMemberResponse": {"id", "user_id"},
}  # fmt: skip


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    assert PATH is not None
    found: dict[str, Any] = json.loads(Path(PATH).read_text())["components"]["schemas"]
    return found


@pytest.mark.parametrize("name", SAME)
def test_the_contract_has_the_descriptions_fields(schemas: dict[str, Any], name: str) -> None:
    ours, theirs = SAME[name], set(schemas[name]["properties"])
    assert ours.names - theirs == BESIDES.get(name, set())
    assert theirs - ours.names == NOT_HERE.get(name, set())


@pytest.mark.parametrize("name", SAME)
def test_what_the_description_requires_the_contract_requires(schemas: dict[str, Any], name: str) -> None:
    required = set(schemas[name].get("required", ()))
    assert required - set(SAME[name].required) == SOMETIMES.get(name, set())


@pytest.mark.parametrize("name", SAME)
def test_what_may_be_null_may_be_null_in_both(schemas: dict[str, Any], name: str) -> None:
    ours = {**SAME[name].required, **SAME[name].optional}
    for field, schema in schemas[name]["properties"].items():
        if field in ours and may_be_null(schema) is False:
            assert any(ours[field].differences(None, "")), field


def may_be_null(schema: dict[str, Any]) -> bool | None:
    """None: the schema refers elsewhere."""
    if "$ref" in schema:
        return None
    inner = schema.get("oneOf") or schema.get("anyOf")
    if inner:
        return any(may_be_null(one) for one in inner) or None
    kind = schema.get("type")
    return "null" in kind if isinstance(kind, list) else kind == "null"
