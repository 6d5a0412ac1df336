/** Files that are dragged over the page or pasted into it, wherever that happens. */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @param {{label: () => string | null, onFiles: (files: File[], sentence: string | null) => void}} about label: where
 *   to they would go, null where nothing can be taken; onFiles: also told when a folder was among them
 */
export function mountDropping({ label, onFiles }) {
  const words = h("p", { class: "drop-words" });
  const overlay = h(
    "div",
    { class: "drop", hidden: true, "aria-hidden": "true" },
    h(
      "div",
      { class: "drop-box" },
      icon("picture"),
      words,
      h("p", { class: "drop-more" }, "Let go to add it to your message."),
    ),
  );
  document.getElementById("layers").append(overlay);
  let depth = 0;
  let own = false; // a picture of this page that is dragged is no file of the person's
  const over = (event) => !own && event.dataTransfer?.types.includes("Files");
  const show = (shown) => {
    if (!shown) depth = 0;
    const text = label();
    replace(words, text);
    overlay.hidden = !shown || text === null;
  };
  document.addEventListener("dragstart", () => (own = true));
  document.addEventListener("dragend", () => (own = false));
  document.addEventListener("dragenter", (event) => {
    if (!over(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!over(event)) return;
    depth -= 1;
    if (depth <= 0) show(false);
  });
  document.addEventListener("dragover", (event) => {
    if (!over(event)) return;
    // Without this the browser would open the file instead of the page.
    event.preventDefault();
    event.dataTransfer.dropEffect = label() === null ? "none" : "copy";
  });
  document.addEventListener("drop", (event) => {
    if (!over(event)) return;
    event.preventDefault();
    show(false);
    if (label() === null) return;
    const { files, folders } = dropped(event.dataTransfer);
    const sentence = folders > 0 ? "A folder cannot be sent. Drop the files that are in it." : null;
    onFiles(files, sentence);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || label() === null || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    onFiles(files, null);
  });
}

function dropped(transfer) {
  const items = [...transfer.items].filter((one) => one.kind === "file");
  const folders = items.filter((one) => one.webkitGetAsEntry?.()?.isDirectory);
  const files = items
    .filter((one) => !folders.includes(one))
    .map((one) => one.getAsFile())
    .filter(Boolean);
  return { files: items.length > 0 ? files : [...transfer.files], folders: folders.length };
}
