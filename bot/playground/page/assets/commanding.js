/** How a slash command takes the place of the text field in the composer, and gives it back. */

import { leaves } from "./commands.js";
import { announce, replace } from "./dom.js";
import { CommandForm } from "./options.js";

/** The composer's command, as `draft.form`. */
export class Commanding {
  /** @param {object} composer */
  constructor(composer) {
    this.composer = composer;
  }

  /** A command was chosen, or typed with its options: the text field gives way to them. */
  begin({ leaf, values, rest }) {
    const form = new CommandForm(leaf, this.composer.context, this.composer.stage);
    form.addEventListener("send", () => this.composer.send());
    form.addEventListener("leave", () => this.leave());
    form.addEventListener("change", () => this.composer.changed());
    this.composer.answering.cancel();
    this.composer.draft.form = form;
    this.composer.text.value = "";
    form.takeUploads([...this.composer.tray.uploads]).forEach((upload) => this.composer.tray.give(upload));
    form.fill({ values, rest });
    this.draw();
    form.focus();
    announce(`/${leaf.name}. ${leaf.description}. ${leaf.options.length} options. Enter sends, Escape leaves.`);
  }

  /** As if it had been chosen after "/". @param {string} name */
  beginNamed(name) {
    const leaf = leaves(this.composer.store.commands).find((one) => one.wire === name);
    if (leaf) this.begin({ leaf, values: new Map(), rest: "" });
    else this.composer.say(`There is no command /${name} for you in this channel.`);
  }

  leave() {
    const { form } = this.composer.draft;
    if (!form) return;
    this.composer.draft.form = null;
    form.giveUploads().forEach((upload) => this.composer.tray.take(upload));
    form.release();
    this.draw();
    this.composer.say(null);
    this.composer.changed();
    this.composer.text.focus();
  }

  draw() {
    const { form } = this.composer.draft;
    replace(this.composer.slot, form ? form.element : this.composer.text.element);
    this.composer.slot.classList.toggle("commanding", Boolean(form));
    // Files outside of a command's options are no part of it; they wait for the next message.
    this.composer.tray.element.classList.toggle("aside", Boolean(form));
  }

  changed() {
    const { form } = this.composer.draft;
    if (!form || leaves(this.composer.store.commands).some((one) => one.wire === form.leaf.wire)) return;
    this.leave();
    this.composer.say(`/${form.leaf.name} is not there any more: the bot has registered other commands.`);
  }
}
