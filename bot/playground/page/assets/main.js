/**
 * Puts the page together: one connection, one store, and every part mounted where index.html has a place for it. Who
 * the tab is, and which channel is open, stands in the address, so that a reload comes back to it.
 */

import { mountChannels } from "./channels.js";
import { mountComposer } from "./composer.js";
import { Connection } from "./connection.js";
import { announce } from "./dom.js";
import { mountForms } from "./forms.js";
import { mountLayout } from "./layout.js";
import { mountMenus } from "./menus.js";
import { mountMessages } from "./messages.js";
import { mountPanel } from "./panel.js";
import { mountPeople } from "./people.js";
import { Store } from "./store.js";

const wanted = inAddress();
const connection = new Connection({ person: wanted.person });
const store = new Store(connection);
store.channel = wanted.channel;

/** What every part gets. Parts add to it what others may call: jumpTo, holdStill, closeDrawers, onCommand. */
export const context = { store, connection };

mountLayout(context);
mountChannels(context);
mountPeople(context);
mountMessages(context);
mountMenus(context);
mountForms(context);
mountComposer(document.getElementById("composer"), context);
mountPanel(document.getElementById("panel"), context);

store.on("channel", writeAddress);
store.on("state", writeAddress);
window.addEventListener("hashchange", followAddress);
connection.connect();

function inAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return { person: fields.get("person"), channel: fields.get("channel") };
}

function writeAddress() {
  if (!store.me) return;
  const fields = new URLSearchParams({ person: store.me });
  if (store.channel) fields.set("channel", store.channel);
  history.replaceState(null, "", `#${fields}`);
}

/** Somebody has changed the address by hand, or followed a link to a channel. */
async function followAddress() {
  const { person, channel } = inAddress();
  try {
    if (person && person !== store.me) await store.bePerson(person);
    if (channel && channel !== store.channel) await store.openChannel(channel);
  } catch (error) {
    announce(error.message, { assertive: true });
    writeAddress();
  }
}
