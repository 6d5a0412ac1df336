/**
 * The box in which messages are written: text, files, replies, edits and slash commands, with a draft for each person
 * in each channel. What it consists of stands in textbox.js, uploads.js, options.js, reply.js and samples.js.
 */

import { Commanding } from "./commanding.js";
import { announce, h, replace } from "./dom.js";
import { mountDropping } from "./dropping.js";
import { icon } from "./icons.js";
import { mountMenus } from "./menus.js";
import { mountNotes } from "./notes.js";
import { Answering } from "./reply.js";
import { fileOfSample, mountSamplePicker, welcome } from "./samples.js";
import { send } from "./sending.js";
import { TextBox } from "./textbox.js";
import { Tray } from "./uploads.js";

/** What a first dream is asked for with; every network has this look. */
const FIRST_STYLE = "classic";
/** With so many messages in a channel nobody needs an invitation any more. */
const FEW = 4;

/**
 * @param {HTMLFormElement} root
 * @param {{store: object, connection: object}} context
 */
export function mountComposer(root, context) {
  const composer = new Composer(root, context);
  context.onCommand = (name) => composer.commanding.beginNamed(name);
  context.say = (sentence) => composer.say(sentence);
  mountMenus(context);
}

class Composer {
  constructor(root, context) {
    Object.assign(this, { root, context, store: context.store, connection: context.connection });
    /** @type {Map<string, object>} by person and channel */
    this.drafts = new Map();
    this.away = new Set(); // where the invitation was put away
    this.key = null;
    this.draft = blank();
    this.busy = false;
    /** @type {boolean | Promise<boolean>} whether the sample that was picked last is here */
    this.picking = true;
    this.build();
    this.listen();
    this.swap();
  }

  build() {
    const button = (name, label) =>
      h("button", { type: "button", class: "icon-button", "aria-label": label, title: label }, icon(name));
    this.notes = h("div", { class: "notes", hidden: true });
    this.stage = h("div", { class: "stage" });
    this.invitation = h("div", { class: "invitation", hidden: true });
    this.tray = new Tray(this.context);
    this.text = new TextBox(this.store, this.stage);
    this.answering = new Answering(this);
    this.commanding = new Commanding(this);
    this.slot = h("div", { class: "entry" }, this.text.element);
    this.chooser = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
    this.plus = button("plus", "Add files");
    this.sample = button("picture", "Pick a sample");
    this.sendButton = h(
      "button",
      { type: "submit", class: "icon-button send", "aria-label": "Send", title: "Send" },
      icon("send"),
    );
    this.error = h("p", { class: "composer-error", id: "composer-error", role: "alert", hidden: true });
    this.picker = mountSamplePicker({
      button: this.sample,
      host: this.stage,
      store: this.store,
      onPick: (one) => this.pick(one),
    });
    const line = h("div", { class: "composer-line" }, this.plus, this.chooser, this.slot, this.sample, this.sendButton);
    this.box = h("div", { class: "composer-box" }, this.answering.element, this.tray.element, line);
    replace(
      this.root,
      this.invitation,
      this.notes,
      this.stage,
      this.box,
      h("div", { class: "composer-foot" }, this.error, this.text.count),
    );
    this.noter = mountNotes(this.notes, this.context);
  }

  listen() {
    const { store, text, tray } = this;
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.box.addEventListener("mousedown", (event) => {
      // Beside the text, but inside the box: as if it had been into the text.
      if (event.target === this.slot || event.target.matches(".composer-line, .command-line")) {
        event.preventDefault();
        this.focus();
      }
    });
    text.addEventListener("send", () => this.send());
    text.addEventListener("escape", (event) => this.answering.escape(event.detail));
    text.addEventListener("up", () => this.answering.editLast());
    text.addEventListener("change", () => {
      if (text.over <= 0) this.say(null);
      this.changed();
    });
    text.addEventListener("command", (event) => this.commanding.begin(event.detail));
    tray.addEventListener("change", () => this.changed());
    tray.addEventListener("refused", (event) => this.say(event.detail));
    this.plus.addEventListener("click", () => this.chooser.click());
    this.chooser.addEventListener("change", () => {
      this.take([...this.chooser.files]);
      this.chooser.value = "";
    });
    mountDropping({ label: () => this.target(), onFiles: (files, sentence) => this.take(files, sentence) });
    document.addEventListener("keydown", (event) => this.anywhere(event));
    store.on("channel", () => this.swap());
    store.on("state", () => this.swap());
    store.on("channels", () => this.drawPlace());
    store.on("messages", () => this.drawInvitation());
    store.on("message", () => this.drawInvitation());
    store.on("commands", () => this.commanding.changed());
  }

  /** Another person or another channel: that one's draft. Nothing of the one before stays open. */
  swap() {
    const key = `${this.store.me}:${this.store.channel}`;
    this.drawPlace();
    if (key === this.key) return;
    this.keep();
    this.text.hide();
    this.picker.close();
    this.say(null);
    this.key = key;
    const draft = this.drafts.get(key) ?? blank();
    this.draft = draft;
    this.text.value = draft.text;
    this.tray.swap(draft.uploads);
    this.answering.draw();
    this.commanding.draw();
    this.changed();
  }

  keep() {
    if (this.key === null) return;
    const draft = { ...this.draft, text: this.text.value, uploads: this.tray.uploads };
    this.drafts.set(this.key, draft);
    draft.form?.element.contains(document.activeElement) && document.activeElement.blur();
  }

  drawPlace() {
    const { store, text } = this;
    const channel = store.openOne;
    const name = channel ? nameOf(channel, store) : "";
    const may = channel?.may ?? {};
    this.root.hidden = !channel || store.gated(channel.id);
    text.element.setAttribute("aria-label", `Message ${name}`);
    text.element.placeholder = may.send ? `Message ${name}` : "You may not post in this channel.";
    text.element.disabled = !may.send;
    this.plus.disabled = this.sample.disabled = !may.send || !may.attach;
    this.sample.hidden = store.samples.length === 0;
    this.sendButton.disabled = !may.send || this.busy;
    this.drawInvitation();
  }

  /** Over the text field until somebody has posted a picture here, or the bot has put something there to be pressed. */
  drawInvitation() {
    const { store, draft } = this;
    const channel = store.openOne;
    const { loaded } = channel ? store.history(channel.id) : {};
    const there = loaded ? store.messages(channel.id) : [];
    const posted =
      there.length >= FEW ||
      there.some((one) => (one.author.bot ? one.components.length > 0 : one.attachments.length > 0));
    const begun = this.text.value !== "" || this.tray.uploads.length > 0 || draft.bar || draft.form;
    const shown = Boolean(
      loaded &&
      !posted &&
      !begun &&
      channel.may.send &&
      channel.may.attach &&
      store.samples.length > 0 &&
      !this.away.has(this.key),
    );
    if (shown === !this.invitation.hidden) return;
    this.invitation.hidden = !shown;
    replace(
      this.invitation,
      shown
        ? welcome({
            store,
            onPick: (sample) => this.pick(sample, `${store.prefix}dream style=${sample.style ?? FIRST_STYLE}`),
            onChoose: () => this.chooser.click(),
            onClose: () => {
              this.away.add(this.key);
              this.drawInvitation();
              this.focus();
            },
          })
        : null,
    );
  }

  /** Where files that are dragged over the page would go; null where they cannot go anywhere. */
  target() {
    const channel = this.store.openOne;
    if (!channel?.may.send || !channel.may.attach || this.root.hidden) return null;
    if (this.draft.form) return `Drop to use with /${this.draft.form.leaf.name}`;
    return `Drop to upload to ${nameOf(channel, this.store)}`;
  }

  take(files, sentence = null) {
    this.say(sentence);
    if (files.length === 0) return;
    if (this.draft.bar?.kind === "edit") {
      this.say("A message that is edited takes no more files. Save it or press Escape first.");
    } else if (this.draft.form) {
      const refused = this.draft.form.takeFiles(files);
      if (refused) this.say(refused);
    } else {
      this.tray.add(files);
      this.focus();
    }
  }

  pick(sample, text = null) {
    this.picking = this.fetched(sample, text);
  }

  async fetched(sample, text) {
    try {
      this.take([await fileOfSample(sample)]);
    } catch (error) {
      this.say(error.message);
      return false;
    }
    if (text !== null && this.text.value === "") this.text.value = text;
    this.changed();
    this.focus();
    return true;
  }

  changed() {
    this.root.classList.toggle("ready", Boolean(this.text.value.trim() || this.tray.uploads.length || this.draft.form));
    this.drawInvitation();
  }

  /** @param {string | null} sentence what is wrong, under the box */
  say(sentence, ...more) {
    replace(this.error, sentence ? [icon("warning"), h("span", null, sentence, ...more)] : null).hidden = !sentence;
  }

  focus() {
    if (this.draft.form) this.draft.form.focus();
    else this.text.focus();
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    try {
      const picked = await this.picking; // what is sent before it is here is meant to go with it
      this.picking = true;
      if (picked) await send(this);
    } catch (error) {
      this.say(error.message);
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
      this.drawPlace();
      this.changed();
    }
  }

  /** Typing where nothing takes it goes into the text field, as in every chat. */
  anywhere(event) {
    const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== " ";
    if (
      !typed ||
      document.activeElement !== document.body ||
      this.root.hidden ||
      document.querySelector("dialog[open]")
    )
      return;
    this.focus();
  }
}

function nameOf(channel, store) {
  return channel.kind === "direct" ? `@${store.nameOf(store.bot)}` : `#${channel.name}`;
}

function blank() {
  return { text: "", uploads: [], bar: null, form: null };
}
