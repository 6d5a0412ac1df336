"""People, their memberships, roles."""

from __future__ import annotations

from tests.bot.playground.contract.shapes import (
    COLOUR,
    HASH,
    LOCALE,
    NULL,
    PERMISSIONS,
    SNOWFLAKE,
    Exactly,
    ListOf,
    Moment,
    Nullable,
    Text,
    Thing,
    Truth,
    Whole,
)

DECORATION = Thing(required={"asset": Text(), "sku_id": SNOWFLAKE})
NAMEPLATE = Thing(required={"sku_id": SNOWFLAKE, "asset": Text(), "label": Text(), "palette": Text()})
COLLECTIBLES = Thing(optional={"nameplate": NAMEPLATE})
PRIMARY_GUILD = Thing(
    required={
        "identity_guild_id": Nullable(SNOWFLAKE),
        "identity_enabled": Nullable(Truth()),
        "tag": Nullable(Text(most=4)),
        "badge": Nullable(Text()),
    }
)

USER = Thing(
    required={
        "id": SNOWFLAKE,
        "username": Text(least=1, most=32),
        "discriminator": Text(r"0|\d{4}"),
        "global_name": Nullable(Text(least=1, most=32)),
        "avatar": Nullable(HASH),
    },
    optional={
        "bot": Exactly((True,)),
        "system": Truth(),
        "banner": Nullable(HASH),
        "accent_color": Nullable(COLOUR),
        "flags": Whole(),
        "public_flags": Whole(),
        "avatar_decoration_data": Nullable(DECORATION),
        "collectibles": Nullable(COLLECTIBLES),
        "primary_guild": Nullable(PRIMARY_GUILD),
    },
)
#: An account to itself.
OWN_USER = USER.plus(
    required={"mfa_enabled": Truth(), "verified": Truth(), "email": Nullable(Text())},
    optional={"locale": LOCALE, "premium_type": Whole(0, 3)},
)

_MEMBER = Thing(
    required={"roles": ListOf(SNOWFLAKE), "joined_at": Moment(), "deaf": Truth(), "mute": Truth(), "flags": Whole()},
    optional={
        "nick": Nullable(Text(least=1, most=32)),
        "avatar": Nullable(HASH),
        "banner": Nullable(HASH),
        "premium_since": Nullable(Moment()),
        "pending": Truth(),
        "communication_disabled_until": Nullable(Moment()),
        "avatar_decoration_data": Nullable(DECORATION),
        "collectibles": Nullable(COLLECTIBLES),
    },
)
#: Events of a server always say whether somebody has yet to accept its rules.
MEMBER = _MEMBER.plus(required={"user": USER, "pending": Truth()})
#: Beside a message's author, and among those whom it mentions: the user stands next to it.
MESSAGE_MEMBER = _MEMBER
INTERACTION_MEMBER = _MEMBER.plus(required={"user": USER, "permissions": PERMISSIONS})
#: Among what an interaction refers to: the user stands among the users, voice is left out.
RESOLVED_MEMBER = _MEMBER.without("deaf", "mute").plus(required={"permissions": PERMISSIONS})
UPDATED_MEMBER = MEMBER.plus(
    required={"guild_id": SNOWFLAKE, "avatar": Nullable(HASH), "banner": Nullable(HASH)},
)

ROLE = Thing(
    required={
        "id": SNOWFLAKE,
        "name": Text(least=1, most=100),
        "color": COLOUR,
        "colors": Thing(
            required={
                "primary_color": COLOUR,
                "secondary_color": Nullable(COLOUR),
                "tertiary_color": Nullable(COLOUR),
            }
        ),
        "hoist": Truth(),
        "position": Whole(),
        "permissions": PERMISSIONS,
        "managed": Truth(),
        "mentionable": Truth(),
        "flags": Whole(),
    },
    optional={
        "icon": Nullable(HASH),
        "unicode_emoji": Nullable(Text()),
        "tags": Thing(
            optional={
                "bot_id": SNOWFLAKE,
                "integration_id": SNOWFLAKE,
                "subscription_listing_id": SNOWFLAKE,
                # Null where it is so, left out where it is not.
                "premium_subscriber": NULL,
                "available_for_purchase": NULL,
                "guild_connections": NULL,
            }
        ),
    },
)
