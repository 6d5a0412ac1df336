/** The left column: the server's name, its channels with their threads, messages with the bot, and who you are. */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

/** @param {{store: import("./store.js").Store, closeDrawers: () => void}} context */
export function mountChannels(context) {
  const { store } = context;
  const column = document.getElementById("channels");
  const name = h("span", null, "Dream Playground");
  const list = h("div", { class: "channel-list" });
  replace(column, h("p", { class: "guild" }, icon("moon", { filled: true }), name), list, mountMe(context));

  const draw = () => {
    name.textContent = store.guild?.name ?? "Dream Playground";
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    replace(list, sections(store).map(([title, channels]) => [
      h("h2", null, title),
      h("ul", { class: "channel-names" }, channels.map((one) => h("li", null, link(one, context)))),
    ]));
    if (focused) list.querySelector(`[data-channel="${focused}"]`)?.focus();
  };
  for (const kind of ["state", "channels", "channel", "unread", "bot"]) store.on(kind, draw);
  list.addEventListener("keydown", (event) => step(list, event));
}

/** Headings, and what stands under each. */
function sections(store) {
  const all = [...store.channels.values()].sort((a, b) => a.position - b.position);
  const texts = all.filter((one) => one.kind === "text");
  const under = (channel) => all.filter((one) => one.kind === "thread" && one.parent === channel.id);
  const withThreads = texts.flatMap((one) => [one, ...under(one)]);
  const direct = all.filter((one) => one.kind === "direct");
  return [["Channels", withThreads], ["Direct messages", direct]].filter(([, channels]) => channels.length > 0);
}

function link(channel, { store, closeDrawers }) {
  const { count, mentions } = store.unread(channel.id);
  const current = channel.id === store.channel;
  const unread = count > 0 && !current;
  const pings = unread ? (channel.kind === "direct" ? count : mentions) : 0;
  const title = channel.kind === "direct" ? store.nameOf(store.bot) : channel.name;
  const drawn = channel.kind === "direct"
    ? h("img", { class: "avatar", src: store.avatarOf(store.bot), alt: "" })
    : icon(channel.kind === "thread" ? "thread" : channel.nsfw ? "lock" : "hash");
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // as a link: in another tab
    event.preventDefault();
    closeDrawers();
    store.openChannel(channel.id).catch((error) => announce(error.message, { assertive: true }));
  };
  return h("a", {
    class: ["channel-link", channel.kind === "thread" && "under", unread && "unread"],
    href: `#${new URLSearchParams({ person: store.me ?? "", channel: channel.id })}`,
    "aria-current": current ? "page" : null,
    dataset: { channel: channel.id },
    on: { click: open },
  }, drawn, h("span", null, title), unread && h("span", { class: "for-readers" }, ", unread"),
  pings > 0 && h("span", { class: "count" }, pings, h("span", { class: "for-readers" }, " for you")));
}

/** Arrow keys go from channel to channel; Tab does too. */
function step(list, event) {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const links = [...list.querySelectorAll("a")];
  const next = links[links.indexOf(document.activeElement) + way];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

/** "You are …": a tab is one person at a time, and any of those who can be played. */
function mountMe({ store }) {
  const avatar = h("img", { class: "avatar small", src: "", alt: "" });
  const choice = h("select", { id: "person" });
  const presence = h("span", { class: "presence online" }, avatar);
  choice.addEventListener("change", async () => {
    const wanted = store.people.get(choice.value);
    try {
      await store.bePerson(choice.value);
      announce(`You are ${store.nameOf(wanted.user)} now.`);
    } catch (error) {
      announce(error.message, { assertive: true });
      draw();
    }
  });
  const language = h("select", { id: "language" });
  const speaks = h("label", { class: "speaks", for: "language" }, "Language", language);
  language.addEventListener("change", async () => {
    try {
      await store.speak(language.value);
      announce(`Your language is ${languageName(language.value)} now.`);
    } catch (error) {
      announce(error.message, { assertive: true });
    }
  });
  const drawLanguages = () => {
    replace(language, store.locales.map((one) =>
      h("option", { value: one, selected: one === store.locale }, languageName(one))));
    speaks.hidden = store.locales.length < 2;
  };
  for (const kind of ["state", "commands"]) store.on(kind, drawLanguages);
  const draw = () => {
    const playable = [...store.people.values()].filter((one) => one.playable);
    if (!store.person) return;
    avatar.src = store.avatarOf(store.person.user);
    const titles = [...new Set(playable.map((one) => one.title))];
    replace(choice, titles.map((title) => h("optgroup", { label: title }, playable
      .filter((one) => one.title === title)
      .map((one) => h("option", { value: one.user.id, selected: one.user.id === store.me }, store.nameOf(one.user))))));
    presence.classList.toggle("online", store.connected);
  };
  for (const kind of ["state", "people", "connection"]) store.on(kind, draw);
  return h("div", { class: "me" }, presence, h("div", { class: "me-fields" },
    h("label", { for: "person" }, "You are", choice), speaks));
}

/** A language's own name: Deutsch. @param {string} locale */
function languageName(locale) {
  const language = locale.split("-")[0];
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language);
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}
