/** What happens when a message, an edit or a command is sent; what could not be sent comes back into the composer. */

import { announce, h } from "./dom.js";
import { interactionsOf } from "./interactions.js";
import { described } from "./uploads.js";

/**
 * Sends what is in the composer, if it may be sent; otherwise says why it may not.
 * @param {object} composer
 * @returns {Promise<void>} rejects with one sentence when the server refuses
 */
export async function send(composer) {
  const { draft, text } = composer;
  composer.say(null);
  if (draft.form) {
    await sendCommand(composer, draft.form);
  } else if (text.over > 0) {
    const [most, count] = [composer.store.limits.text, composer.store.limits.text + text.over].map((one) =>
      one.toLocaleString("en-GB"),
    );
    composer.say(
      `Your message is too long: ${most} characters at the most, and this has ${count}. Shorten it, or `,
      asFile(composer),
    );
  } else if (draft.bar?.kind === "edit") {
    await saveEdit(composer, draft.bar.message);
  } else if (text.sent !== "" || composer.tray.uploads.length > 0) {
    await post(composer);
  }
}

function asFile(composer) {
  const turn = () => {
    const file = new File([composer.text.value], "message.txt", { type: "text/plain" });
    composer.text.value = "";
    composer.take([file]);
  };
  return h("button", { type: "button", class: "link-button", on: { click: turn } }, "send it as a file.");
}

async function sendCommand(composer, form) {
  const { context, store } = composer;
  const channel = store.channel;
  await form.settled();
  const options = form.read();
  if (options === null || composer.draft.form !== form) return;
  let begun;
  try {
    begun = await interactionsOf(context).begin(
      "command",
      { channel, name: form.leaf.wire, options },
      `/${form.leaf.name}`,
    );
  } catch (error) {
    form.say(error.message);
    return;
  }
  composer.noter.noted(begun);
  const kept = composer.draft.form === form;
  form.giveUploads().forEach((upload) => upload.release({ unsent: false }));
  form.release();
  if (!kept) return;
  composer.draft.form = null;
  composer.commanding.draw();
  composer.text.focus();
}

async function saveEdit(composer, message) {
  const { text, connection, store } = composer;
  if (text.sent === "" && message.attachments.length === 0) {
    composer.say("Nothing is left of the message. Write something, or delete it from its menu.");
    return;
  }
  if (text.sent !== message.content)
    await connection.request("edit", { channel: store.channel, message: message.id, text: text.sent });
  composer.answering.cancel();
  announce("Saved");
}

async function post(composer) {
  const { connection, store, draft, text, tray, key } = composer;
  const channel = store.channel;
  const uploads = [...tray.uploads];
  const done = await Promise.all(uploads.map((one) => one.fresh()));
  // One that failed has said so itself; the rest waits for the person's decision. Nor is anything sent by another.
  if (done.includes(null) || composer.key !== key || uploads.length !== tray.uploads.length) return;
  const { bar } = draft;
  const fields = { channel, text: text.sent, uploads: described(uploads) };
  if (bar?.kind === "reply") Object.assign(fields, { reply_to: bar.message.id, ping: bar.ping });
  const typed = text.value;
  text.value = "";
  tray.swap([]);
  draft.bar = null;
  composer.answering.draw();
  composer.changed();
  // Not waited for: whoever writes quickly may press Enter again meanwhile. One connection keeps the order.
  connection.request("post", fields).then(
    () => uploads.forEach((one) => one.release({ unsent: false })),
    (error) => {
      restore(composer, key, { typed, uploads, bar });
      composer.say(error.message);
    },
  );
}

/** Into the composer, or into the draft that it has meanwhile been changed for. */
function restore(composer, key, { typed, uploads, bar }) {
  const joined = (text) => [typed, text].filter(Boolean).join("\n");
  if (composer.key === key) {
    composer.text.value = joined(composer.text.value);
    composer.tray.swap([...uploads, ...composer.tray.uploads]);
    composer.draft.bar ??= bar;
    composer.answering.draw();
    return;
  }
  const draft = composer.drafts.get(key);
  if (draft)
    Object.assign(draft, { text: joined(draft.text), uploads: [...uploads, ...draft.uploads], bar: draft.bar ?? bar });
}
