/** The pill of a slash command's option that takes a file: dropped, pasted, chosen, or a sample. */

import { h, replace } from "./dom.js";
import { Field } from "./fields.js";
import { icon } from "./icons.js";
import { sizeText } from "./links.js";
import { fileOfSample, sampleSuggestions } from "./samples.js";
import { Upload, checkFiles, thumbnail } from "./uploads.js";
import { wanted } from "./values.js";

/** Events as Field's. */
export class FileField extends Field {
  #upload = null;
  #chooser = h("input", { type: "file", hidden: true, on: { change: () => this.#picked() } });

  makeInput(id) {
    return h(
      "div",
      {
        id,
        class: "option-file",
        tabindex: "0",
        "aria-labelledby": `${id}-label ${id}`,
        "aria-required": Boolean(this.option.required),
        on: { click: () => (this.list.open ? null : this.suggest()) },
      },
      "Drop, paste or choose a file",
    );
  }

  makeLabel(id) {
    return h("span", { class: "option-label", id: `${id}-label` }, this.option.name);
  }

  get filled() {
    return this.#upload !== null;
  }

  /** @returns {Upload | null} */
  get upload() {
    return this.#upload;
  }

  /** @param {File} file */
  setFile(file) {
    const { accepted, sentence } = checkFiles([file], { limits: this.context.store.limits, already: 0 });
    if (sentence) this.showError(sentence);
    if (accepted.length > 0) this.setUpload(new Upload(file, this.context.connection));
  }

  /** @param {Upload} upload that may be under way already */
  setUpload(upload) {
    this.#upload?.release();
    this.#upload = upload;
    this.showError(null);
    upload.addEventListener("change", () => this.#draw());
    upload.addEventListener("failed", (event) => {
      if (this.#upload !== upload) return;
      this.clear();
      this.showError(event.detail);
    });
    this.#draw();
    this.tell("change");
  }

  /** @returns {Upload | null} what was in it, which is not ended */
  give() {
    const upload = this.#upload;
    this.#upload = null;
    this.#draw();
    return upload;
  }

  clear() {
    this.give()?.release();
    this.tell("change");
  }

  /** @returns {{value?: {upload: string}, sentence?: string}} */
  read() {
    if (this.#upload?.id) return { value: { upload: this.#upload.id } };
    if (this.#upload) return { sentence: `${this.option.name} is still being uploaded.` };
    return this.option.required ? { sentence: `${this.option.name} is required: ${wanted(this.option)}.` } : {};
  }

  async choose(item) {
    this.list.hide();
    if (item.value === "choose") {
      this.#chooser.click();
    } else if (item.value === "remove") {
      this.clear();
      this.suggest();
    } else {
      try {
        this.setFile(await fileOfSample(item.value));
        this.tell("next");
      } catch (error) {
        this.showError(error.message);
      }
    }
  }

  suggest() {
    const choose = { label: "Choose a file …", picture: icon("picture"), value: "choose" };
    const remove = { label: `Remove ${this.#upload?.file.name}`, picture: icon("trash"), value: "remove" };
    const samples = sampleSuggestions(this.context.store);
    this.list.show([...(this.#upload ? [remove] : []), choose, ...samples], { head: this.head });
  }

  #picked() {
    const [file] = this.#chooser.files;
    if (file) this.setFile(file);
    this.#chooser.value = "";
    this.focus();
    if (file) this.tell("next");
  }

  #draw() {
    const upload = this.#upload;
    this.element.classList.toggle("filled", upload !== null);
    if (!upload) {
      replace(this.input, "Drop, paste or choose a file");
      return;
    }
    const note = upload.state === "uploading" ? `${Math.round(upload.progress * 100)} %` : sizeText(upload.file.size);
    replace(
      this.input,
      thumbnail(upload),
      h("span", { class: "option-name" }, upload.file.name),
      h("small", null, note),
    );
  }
}
