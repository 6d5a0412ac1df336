"""A server with roles and channels, and what moderators may set on it."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from bot.moderation.catalogue import LOCKABLE, SETTINGS, Setting
from bot.moderation.layers import Effective, Overrides, Where, resolve
from bot.moderation.places import SERVER, Level, Scope, Server, channel_scope, role_scope

GARDEN = Server(
    id=1,
    name="Garden Club",
    roles={1: "@everyone", 5: "Artists", 6: "Mods", 7: "Newcomers"},
    channels={10: "garden", 11: "bots", 12: "a thread"},
)
NETWORKS = ("inception_v1",)
WHERE = Where(server=GARDEN, channels=(12, 10), roles=(6, 5, 1))
NEAREST_FIRST = (role_scope(6), role_scope(5), role_scope(1), channel_scope(12), channel_scope(10), SERVER)
PLACES = (*NEAREST_FIRST, role_scope(7), channel_scope(11))

_TEXTS: Mapping[str, st.SearchStrategy[str]] = {
    "style": st.sampled_from(["dogs", "cats", "surprise"]),
    "network": st.sampled_from(["inception_v1", "auto"]),
    "layer": st.sampled_from(["4c", "patterns", "4c,3b:-0.5"]),
    "strength": st.sampled_from(["0", "1", "2.5"]),
    "size": st.sampled_from(["64", "512", "auto"]),
    "locked": st.sets(st.sampled_from(LOCKABLE), min_size=1).map(
        lambda some: ", ".join(sorted(some, key=LOCKABLE.index))
    ),
    "most-strength": st.sampled_from(["0.5", "1", "3"]),
    "most-size": st.sampled_from(["64", "1024", "16384"]),
    "most-seconds": st.sampled_from(["1", "10", "600"]),
    "switched-off": st.sampled_from(["film", "grid", "film, imagine, grid"]),
    "prefix": st.sampled_from(["?", "d!", "::"]),
    "time-zone": st.sampled_from(["UTC", "Europe/Vienna"]),
    "log-channel": st.sampled_from(["10", "11"]),
    "channels": st.sampled_from(["10", "10,11", "11"]),
    "roles": st.sampled_from(["5", "5,6", "1"]),
    "exempt-roles": st.sampled_from(["7", "6,7", "5"]),
    "managers": st.sampled_from(["6", "5,6"]),
    "member-age": st.sampled_from(["0", "7", "30"]),
}


def texts_for(setting: Setting) -> st.SearchStrategy[str]:
    """Canonical texts of values that fit the garden."""
    if setting.key in _TEXTS:
        return _TEXTS[setting.key]
    return st.sampled_from(setting.choices or ("0", "1", "5", "100"))


def overrides(*, without: tuple[str, ...] = (), places: tuple[Scope, ...] = PLACES) -> st.SearchStrategy[Overrides]:
    """Anything that can be stored for the garden."""

    def of(scope: Scope) -> st.SearchStrategy[dict[str, str]]:
        keys = {
            key: texts_for(setting)
            for key, setting in SETTINGS.items()
            if scope.level in setting.levels and key not in without
        }
        return st.fixed_dictionaries({}, optional=keys)

    return st.fixed_dictionaries({}, optional={scope: of(scope) for scope in places})


def operators(*, without: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, str]]:
    keys = {key: texts_for(setting) for key, setting in SETTINGS.items() if Level.SERVER in setting.levels}
    listed = ("channels", "roles", "exempt-roles", "managers", "log-channel")
    return st.fixed_dictionaries({}, optional={k: v for k, v in keys.items() if k not in (*listed, *without)})


def resolved(stored: Overrides, where: Where = WHERE, *, operator: Mapping[str, str] | None = None) -> Effective:
    return resolve(stored, where, operator=operator or {}, networks=NETWORKS)
