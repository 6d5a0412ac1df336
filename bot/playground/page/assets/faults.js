/** The panel's switches: what can be made to go wrong, in one sentence each, and how much of it is still to come. */

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @param {{store: object, connection: object}} context
 * @returns {HTMLElement}
 */
export function mountFaults({ store, connection }) {
  const error = h("p", { class: "option-error", role: "alert", hidden: true });
  const set = async (fields, said) => {
    error.hidden = true;
    try {
      const { faults } = await connection.request("fault", fields);
      if (faults) store.faults = faults;
      announce(said);
      draw();
    } catch (refused) {
      replace(error, icon("warning"), refused.message).hidden = false;
    }
  };
  const once = (name, label, text) => {
    const press = h(
      "button",
      { type: "button", class: "button", on: { click: () => set({ name }, `${label}: done`) } },
      label,
    );
    return { node: fault(press, text) };
  };
  const counted = (name, label, text) => {
    const count = h("input", {
      type: "number",
      min: "0",
      max: "1000",
      value: "5",
      "aria-label": `${label}: how many requests`,
    });
    const act = () => set({ name, count: Math.max(0, Math.round(Number(count.value) || 0)) }, `${label}: set`);
    const press = h("button", { type: "button", class: "button", on: { click: act } }, label);
    const left = h("span", { class: "fault-left" });
    const update = () => {
      const number = store.faults[name] ?? 0;
      left.textContent = number > 0 ? `${number} to come` : "";
    };
    return { node: fault([press, count, left], text), update };
  };
  const intent = h("input", {
    type: "checkbox",
    id: "fault-intent",
    on: { change: () => set({ name: "refuse_content_intent", on: intent.checked }, "Done") },
  });
  const slow = h("input", {
    type: "range",
    id: "fault-slow",
    min: "0",
    max: "5",
    step: "0.25",
    on: {
      input: () => drawSlow(),
      change: () => set({ name: "slow_network", seconds: Number(slow.value) }, `${slow.value} seconds`),
    },
  });
  const seconds = h("output", { class: "fault-left", for: "fault-slow" });
  const drawSlow = () => {
    slow.setAttribute("aria-valuetext", `${slow.value} seconds`);
    seconds.textContent = Number(slow.value) === 0 ? "off" : `${slow.value} s`;
  };
  const rows = [
    once("drop_gateway", "Drop the gateway", "Cuts the bot's websocket. It reconnects and takes up where it was."),
    counted(
      "answer_429",
      "Answer 429",
      "The bot's next requests are refused for being too many; it waits and tries again.",
    ),
    counted("answer_500", "Answer 500", "The bot's next requests fail on Discord's side."),
    once("expire_links", "Expire links", "All links to pictures that were given out so far stop working."),
    {
      node: fault(
        [intent, h("label", { for: "fault-intent" }, "Refuse the content intent")],
        "The bot may not read messages any more, and has to identify again. Commands still work.",
      ),
      update: () => (intent.checked = Boolean(store.faults.refuse_content_intent)),
    },
    {
      node: fault(
        [h("label", { for: "fault-slow" }, "Slow network"), slow, seconds],
        "Every request of the bot waits so long before it is looked at.",
      ),
      update: () => {
        if (document.activeElement !== slow) slow.value = String(store.faults.slow_network ?? 0);
        drawSlow();
      },
    },
  ];
  const restart = h(
    "button",
    { type: "button", class: "button", on: { click: () => again() } },
    icon("again"),
    "Restart the bot",
  );
  const again = async () => {
    restart.disabled = true;
    error.hidden = true;
    try {
      await connection.request("restart");
      announce("The bot restarts");
    } catch (refused) {
      replace(error, icon("warning"), refused.message).hidden = false;
    } finally {
      restart.disabled = false;
    }
  };
  const clear = h(
    "button",
    { type: "button", class: "button", on: { click: () => set({ name: "clear" }, "Nothing goes wrong any more") } },
    "Nothing goes wrong",
  );
  const summary = h("summary", null, "What goes wrong");
  const draw = () => {
    for (const { update } of rows) update?.();
    const on =
      (store.faults.answer_429 > 0) +
      (store.faults.answer_500 > 0) +
      Boolean(store.faults.refuse_content_intent) +
      (store.faults.slow_network > 0);
    replace(summary, "What goes wrong", on > 0 ? h("span", { class: "badge" }, `${on} on`) : null);
    restart.hidden = !store.supervised;
  };
  for (const kind of ["faults", "state"]) store.on(kind, draw);
  draw();
  const body = h(
    "div",
    { class: "faults" },
    rows.map((one) => one.node),
    error,
    h("div", { class: "fault-foot" }, clear, restart),
  );
  return h("details", { class: "faults-box", open: true }, summary, body);
}

function fault(controls, text) {
  return h(
    "div",
    { class: "fault" },
    h("div", { class: "fault-controls" }, controls),
    h("p", { class: "fault-text" }, text),
  );
}
