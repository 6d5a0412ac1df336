"""What `/help` and `/layers` say: true of this bot, made from the same tables that the engine uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import discord

from bot.dreaming.suggestions import LEVELS_DRAW, short_names
from bot.moderation.catalogue import LOCKABLE
from bot.moderation.layers import Effective
from dreamcore.catalogue import LEVELS, NetworkInfo, catalogue
from dreamcore.recipe import SETTINGS
from dreamcore.styles import default_style, level_of, styles_of

COLOUR = discord.Colour(0x6F4BD8)


@dataclass(frozen=True, kw_only=True)
class Help:
    """What the text depends on."""

    prefix: str
    mention: str  # how the bot is mentioned
    message_content: bool
    keep_days: float
    default: NetworkInfo
    here: tuple[str, ...] = ()  # what the server's settings say, in sentences


def help_embed(about: Help) -> discord.Embed:
    """How to ask for a dream, in one screen."""
    embed = discord.Embed(
        title="I dream your pictures",
        description="A network looks at a picture, and whatever it believes to see is made stronger, over and over.",
        colour=COLOUR,
    )
    embed.add_field(name="Ask for a dream", value=_ways(about), inline=False)
    embed.add_field(name="Say how", value=_recipe_words(about), inline=False)
    if about.here:
        embed.add_field(name="On this server", value=_fitting(list(about.here), "\n"), inline=False)
    embed.add_field(
        name="Afterwards",
        value="**Again**, **Stronger**, **Deeper** and **Calmer** dream the same picture once more; **Recipe** gives "
        f"the text that makes exactly this dream.{_kept(about.keep_days)}",
        inline=False,
    )
    embed.add_field(
        name="Yours",
        value="`/queue` what waits · `/cancel` stop a dream · `/layers` all that can be dreamt · "
        "`/optout` nobody else may dream your pictures · `/limits` how much is left · "
        "`/mydata` what I keep about you · `/forgetme` delete it",
        inline=False,
    )
    return embed


def here(effective: Effective) -> Iterator[str]:
    """What somebody has to know of the settings before they ask there."""
    locked: tuple[str, ...] = effective["locked"]
    given = {key: SETTINGS[key].write(effective[key]) for key in LOCKABLE if effective[key] is not None}
    usual = [f"`{key}={value}`" for key, value in given.items() if key not in locked]
    if usual:
        yield f"Where you say nothing else: {' '.join(usual)}"
    if locked:
        fixed = [f"`{key}={given[key]}`" if key in given else f"`{key}`" for key in locked]
        yield f"Fixed: {' '.join(fixed)}"
    most = {key: effective[f"most-{key}"] for key in ("strength", "size")}
    if any(value is not None for value in most.values()):
        shown = " ".join(f"`{key}={value:g}`" for key, value in most.items() if value is not None)
        yield f"At most: {shown}"
    if channels := effective["channels"]:
        yield f"Dreams are made in {' '.join(f'<#{one}>' for one in channels)}"
    if roles := effective["roles"]:
        yield f"Dreams are for {' '.join(f'<@&{one}>' for one in roles)}"
    if effective["own-pictures"]:
        yield "Everybody may have only their own pictures dreamt"
    if not effective["buttons"]:
        yield "There are no buttons under dreams here but Delete"


def _ways(about: Help) -> str:
    dream = f"{about.prefix}dream"
    slash = "`/dream` with a picture · *Apps → Dream this* in any message's menu"
    if not about.message_content:
        return f"• {slash}\n• {about.mention} with a picture in the same message"
    return (
        f"• post a picture with `{dream}`, or answer one with it\n• `{dream} @member` for somebody's avatar\n• {slash}"
    )


def _recipe_words(about: Help) -> str:
    example = f"{about.prefix}dream" if about.message_content else "recipe:"
    names = [name for name in styles_of(about.default.family) if name != default_style(about.default.family)]
    shown = " ".join(f"`{name}`" for name in names[:12])
    strength = SETTINGS["strength"]
    return (
        f"`{example} style={names[0]} strength=1.5`\n"
        f"Styles: {shown} … or `surprise`\n"
        f"`strength=` {strength.range} · `layer=` {', '.join(LEVELS)} · all the rest: `/layers`, `/dream`"
    )


def _kept(days: float) -> str:
    if days <= 0:
        return " Your picture is deleted as soon as you have the dream."
    return f" For that your picture is kept for {days:g} day{'s' * (days != 1)}."


def layers_embed(network: NetworkInfo, *, default: bool) -> discord.Embed:
    """What a network can dream: its levels, short names and styles. The whole list goes along as a file."""
    embed = discord.Embed(title=f"What {network.name} can dream", description=network.title, colour=COLOUR)
    levels = "\n".join(f"`{level}` {LEVELS_DRAW[level]} ({', '.join(network.levels[level])})" for level in LEVELS)
    embed.add_field(name="layer=, from shallow to deep", value=levels, inline=False)
    if short := short_names(network):
        value = _fitting([f"`{alias}`" for alias in short], " ")
        embed.add_field(name="Short names", value=value, inline=False)
    styles = [f"`{name}` {style.help}" for name, style in styles_of(network.family).items()]
    embed.add_field(name="style=", value=_fitting(styles, "\n"), inline=False)
    if 0 < len(network.classes) <= 100:
        embed.add_field(name="classes=", value=_fitting(list(network.classes), ", "), inline=False)
    others = ", ".join(f"`{name}`" for name in catalogue() if name != network.name)
    usual = " It dreams where nothing is said." if default else ""
    embed.add_field(name="network=", value=f"This is `{network.name}`.{usual} Others: {others}", inline=False)
    return embed


def layers_text(network: NetworkInfo) -> str:
    """Every layer of a network, one a line."""
    head = f"{'layer':<44} {'draws':<10} {'channels':>8} {'sees (pixels)':>14}"
    lines = [
        f"{layer.name:<44} {LEVELS[level_of(network, layer.name)]:<10} {layer.channels:>8} "
        f"{'everything' if layer.whole_picture else layer.receptive_field:>14}"
        for layer in network.layers
    ]
    classes = ["", f"classes ({len(network.classes)})", *network.classes] if network.classes else []
    return "\n".join([f"{network.name}: {network.title}", "", head, *lines, *classes, ""])


def _fitting(parts: list[str], between: str, limit: int = 1024) -> str:
    """As many of the parts as one field takes."""
    text = ""
    for number, part in enumerate(parts):
        longer = text + between * (number > 0) + part
        if len(longer) > limit - 2:
            return text + between + "…"
        text = longer
    return text
