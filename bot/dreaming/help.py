"""What `/help` and `/layers` say: true of this bot, made from the same tables that the engine uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import discord

from bot.dreaming.suggestions import LEVELS_DRAW, short_names
from bot.dreaming.words import brief
from bot.languages import mark, tell, tr, tr_count
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
        title=tr("I dream your pictures"),
        description=tr(
            "A network looks at a picture, and whatever it believes to see is made stronger, over and over."
        ),
        colour=COLOUR,
    )
    embed.add_field(name=tr("Ask for a dream"), value=_ways(about), inline=False)
    embed.add_field(name=tr("Say how"), value=_recipe_words(about), inline=False)
    embed.add_field(name=tr("Or something else"), value=_other_kinds(about), inline=False)
    if about.here:
        embed.add_field(name=tr("On this server"), value=_fitting(list(about.here), "\n"), inline=False)
    embed.add_field(
        name=tr("Afterwards"),
        value=f"{_buttons()} {_kept(about.keep_days)}",
        inline=False,
    )
    embed.add_field(
        name=tr("Yours"),
        value=tr(
            "`/queue` what waits · `/cancel` stop a dream · `/layers` all that can be dreamt · "
            "`/optout` nobody else may dream your pictures · `/limits` how much is left · "
            "`/mydata` what I keep about you · `/forgetme` delete it"
        ),
        inline=False,
    )
    return embed


def here(effective: Effective) -> Iterator[str]:
    """What somebody has to know of the settings before they ask there."""
    locked: tuple[str, ...] = effective["locked"]
    given = {key: SETTINGS[key].write(effective[key]) for key in LOCKABLE if effective[key] is not None}
    usual = [f"`{key}={value}`" for key, value in given.items() if key not in locked]
    if usual:
        yield tr("Where you say nothing else: {settings}", settings=" ".join(usual))
    if locked:
        fixed = [f"`{key}={given[key]}`" if key in given else f"`{key}`" for key in locked]
        yield tr("Fixed: {settings}", settings=" ".join(fixed))
    most = {key: effective[f"most-{key}"] for key in ("strength", "size", "seconds")}
    if any(value is not None for value in most.values()):
        shown = " ".join(f"`{key}={value:g}`" for key, value in most.items() if value is not None)
        yield tr("At most: {settings}", settings=shown)
    if off := effective["switched-off"]:
        yield tr("Not made here: {kinds}", kinds=" ".join(f"`{kind}`" for kind in off))
    if channels := effective["channels"]:
        yield tr("Dreams are made in {channels}", channels=" ".join(f"<#{one}>" for one in channels))
    if roles := effective["roles"]:
        yield tr("Dreams are for {roles}", roles=" ".join(f"<@&{one}>" for one in roles))
    if effective["own-pictures"]:
        yield tr("Everybody may have only their own pictures dreamt")
    if not effective["buttons"]:
        yield tr("There are no buttons under dreams here but Delete")


def _ways(about: Help) -> str:
    dream = f"{about.prefix}dream"
    slash = tr("`/dream` with a picture · *Apps → Dream this* in any message's menu")
    if not about.message_content:
        return _points(slash, tr("{mention} with a picture in the same message", mention=about.mention))
    return _points(
        tr("post a picture with `{dream}`, or answer one with it", dream=dream),
        tr("`{dream} @member` for somebody's avatar", dream=dream),
        slash,
    )


def _points(*ways: str) -> str:
    return "\n".join(f"• {way}" for way in ways)


def _recipe_words(about: Help) -> str:
    example = f"{about.prefix}dream" if about.message_content else "recipe:"
    names = [name for name in styles_of(about.default.family) if name != default_style(about.default.family)]
    shown = " ".join(f"`{name}`" for name in names[:12])
    strength = SETTINGS["strength"]
    return "\n".join(
        (
            f"`{example} style={names[0]} strength=1.5`",
            tr("Styles: {names} … or `surprise`", names=shown),
            f"`strength=` {tell(strength.range)} · `layer=` {', '.join(LEVELS)} · "
            f"{tr('all the rest: `/layers`, `/dream`')}",
        )
    )


#: What else there is, each with an example to copy.
_OTHER_KINDS = {
    "film zoom=1.3 seconds=6": mark("goes into your picture; of a GIF or a video, all of it is dreamt"),
    "imagine parts": mark("draws what the network knows, out of noise"),
    "explain": mark("what each level of the network sees in your picture"),
    "grid strength=0.5,1,2": mark("your picture dreamt in several ways, on one sheet"),
}


def _other_kinds(about: Help) -> str:
    lines = []
    for example, what in _OTHER_KINDS.items():
        slash = f"`/{example.partition(' ')[0]}`"
        ways = f"`{about.prefix}dream {example}` · {slash}" if about.message_content else slash
        lines.append(f"{ways}: {tr(what)}")
    if about.message_content:
        two = tr("with two pictures: what the second shows grows in the first")
        lines.append(f"`{about.prefix}dream guide`: {two}")
    else:
        lines.append(f"`/dream guide:`: {tr('a second picture, whose likeness grows in the first')}")
    lines.append(
        f"`/layers`: {tr('what each layer and each channel of the network looks for, as pictures to choose from')}"
    )
    return "\n".join(lines)


def _buttons() -> str:
    return tr(
        "**Again**, **Stronger**, **Deeper** and **Calmer** dream the same picture once more; **Recipe** gives "
        "the text that makes exactly this dream."
    )


def _kept(days: float) -> str:
    if days <= 0:
        return tr("Your picture is deleted as soon as you have the dream.")
    return tr_count(
        "For that your picture is kept for {days} day.",
        "For that your picture is kept for {days} days.",
        1 if days == 1 else max(2, round(days)),
        days=brief(days),
    )


def layers_embed(network: NetworkInfo, *, default: bool) -> discord.Embed:
    """What a network can dream: its levels, short names and styles. The whole list goes along as a file."""
    title = tr("What {network} can dream", network=network.name)
    embed = discord.Embed(title=title, description=tell(network.title), colour=COLOUR)
    levels = "\n".join(f"`{level}` {tr(LEVELS_DRAW[level])} ({', '.join(network.levels[level])})" for level in LEVELS)
    embed.add_field(name=tr("layer=, from shallow to deep"), value=levels, inline=False)
    if short := short_names(network):
        value = _fitting([f"`{alias}`" for alias in short], " ")
        embed.add_field(name=tr("Short names"), value=value, inline=False)
    styles = [f"`{name}` {tell(style.help)}" for name, style in styles_of(network.family).items()]
    embed.add_field(name="style=", value=_fitting(styles, "\n"), inline=False)
    if 0 < len(network.classes) <= 100:
        embed.add_field(name="classes=", value=_fitting(list(network.classes), ", "), inline=False)
    others = ", ".join(f"`{name}`" for name in catalogue() if name != network.name)
    known = [tr("This is `{network}`.", network=network.name), tr("Others: {networks}", networks=others)]
    if default:
        known.insert(1, tr("It dreams where nothing is said."))
    embed.add_field(name="network=", value=" ".join(known), inline=False)
    return embed


def layers_text(network: NetworkInfo) -> str:
    """Every layer of a network, one a line."""
    # Translators: how much of a picture a layer sees
    everything = tr("everything")
    # Translators: heads of a table's columns, which have 44, 10, 8 and 14 places
    head = f"{tr('layer'):<44} {tr('draws'):<10} {tr('channels'):>8} {tr('sees (pixels)'):>14}"
    lines = [
        f"{layer.name:<44} {LEVELS[level_of(network, layer.name)]:<10} {layer.channels:>8} "
        f"{everything if layer.whole_picture else layer.receptive_field:>14}"
        for layer in network.layers
    ]
    count = len(network.classes)
    classes = ["", tr("classes ({count})", count=count), *network.classes] if count else []
    return "\n".join([f"{network.name}: {tell(network.title)}", "", head, *lines, *classes, ""])


def _fitting(parts: list[str], between: str, limit: int = 1024) -> str:
    """As many of the parts as one field takes."""
    text = ""
    for number, part in enumerate(parts):
        longer = text + between * (number > 0) + part
        if len(longer) > limit - 2:
            return text + between + "…"
        text = longer
    return text
