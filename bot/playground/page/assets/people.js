/** The right column: who is here, by rank. Each person's menu has what the bot offers for people. */

import { h, replace } from "./dom.js";
import { openUserMenu } from "./menus.js";

const RANKS = ["Owner", "Moderator", "Member", "App"];
const TITLES = { Owner: "Owner", Moderator: "Moderators", Member: "Members", App: "Apps" };

/** @param {{store: import("./store.js").Store}} context */
export function mountPeople(context) {
  const { store } = context;
  const list = h("div", { class: "people-list" });
  replace(document.getElementById("people"), list);
  const draw = () => {
    const all = [...store.people.values()];
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.user : null;
    replace(list, RANKS.map((rank) => [rank, all.filter((one) => one.title === rank)])
      .filter(([, people]) => people.length > 0)
      .map(([rank, people]) => [
        h("h2", null, `${TITLES[rank]} — ${people.length}`),
        h("ul", { class: "people-names" }, people.map((one) => h("li", null, entry(one, context)))),
      ]));
    if (focused) list.querySelector(`[data-user="${focused}"]`)?.focus();
  };
  for (const kind of ["state", "people", "bot"]) store.on(kind, draw);
}

function entry(person, context) {
  const { store } = context;
  const online = person.title === "App" ? store.online : person.online;
  const menu = (event) => {
    event.preventDefault();
    openUserMenu(event, person.user, context);
  };
  return h("button", {
    class: ["person", !online && "away"],
    type: "button",
    "aria-haspopup": "menu",
    dataset: { user: person.user.id },
    on: { click: menu, contextmenu: menu },
  },
  h("span", { class: ["presence", online && "online"] },
    h("img", { class: "avatar small", src: store.avatarOf(person.user), alt: "", loading: "lazy" })),
  h("span", { class: "name", style: colour(person) }, store.nameOf(person.user),
    person.user.bot && [" ", h("span", { class: "badge" }, "APP")],
    h("span", { class: "title" }, online ? (person.user.id === store.me ? "you" : "") : "away")));
}

/** The colour of the highest role that has one. @param {import("./store.js").Person} person */
function colour(person) {
  const role = person.roles.find((one) => one.color);
  return role ? { "--role": `#${role.color.toString(16).padStart(6, "0")}` } : {};
}
