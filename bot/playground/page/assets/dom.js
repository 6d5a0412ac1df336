/**
 * The one way in which this page makes elements: real nodes, never HTML text, so that nothing a person or a bot wrote
 * can become markup.
 */

/** Properties that are set on the element, where an attribute would not do (it would only be the initial value). */
const LIVE = new Set(["checked", "disabled", "hidden", "indeterminate", "inert", "multiple", "open", "readOnly",
  "required", "selected", "tabIndex", "value"]);

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {{[name: string]: any} | null} [properties] `class` (a string, or an array whose falsy entries are skipped),
 *   `on: {event: listener}`, `style: {property: value}` (names as in a style sheet, `--own` ones too), `dataset: {}`,
 *   live properties such as `hidden`, `value` and `disabled`, and everything else as an attribute. An attribute that is
 *   null, undefined or false is left out; true writes it empty, but `aria-…` always as "true" or "false".
 * @param {...any} children nodes, strings, numbers, arrays of those; null, undefined and false are skipped
 * @returns {HTMLElement}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    set(element, name, value);
  }
  append(element, children);
  return element;
}

/**
 * Takes everything out of an element and puts these children in.
 *
 * @template {Element | DocumentFragment} T
 * @param {T} node
 * @param {...any} children as for `h`
 * @returns {T}
 */
export function replace(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/**
 * Sets one property or attribute as `h` does.
 *
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
export function set(element, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) {
      element.addEventListener(event, listener);
    }
  } else if (name === "class") {
    const text = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
    if (text) element.setAttribute("class", text);
  } else if (name === "style") {
    for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
  } else if (name === "dataset") {
    Object.assign(element.dataset, value);
  } else if (LIVE.has(name)) {
    if (value !== undefined && value !== null) element[name] = value;
  } else if (name.startsWith("aria-") && typeof value === "boolean") {
    element.setAttribute(name, String(value));
  } else if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Says something to whoever listens to the page instead of looking at it.
 *
 * @param {string} text
 * @param {{assertive?: boolean}} [options] assertive: interrupts what is being read
 */
export function announce(text, { assertive = false } = {}) {
  const region = document.getElementById(assertive ? "announce-now" : "announce");
  if (!region || !text) return;
  // A new node each time: the same sentence twice is said twice. Old ones go, or they would be found by searching.
  const line = h("p", null, text);
  region.append(line);
  setTimeout(() => line.remove(), 8000);
}

function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.append(child);
    else if (child !== null && child !== undefined && child !== false) node.append(String(child));
  }
}
