/** The page's own small drawings, on a grid of 24 by 24, in the colour of the text around them. */

const DRAWN = {
  hash: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  thread: "M5 4v8a4 4 0 0 0 4 4h10M15 12l4 4-4 4",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a6.7 6.7 0 0 0 10.5 10.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8"
    + "M19.1 4.9l-1.8 1.8M6.7 17.3l-1.8 1.8",
  half: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17M14 7h4.5M14 10.5h6.2M14 14h6M14 17.5h4",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-4 2.8-6 6.5-6s6.1 2 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.2"
    + "M17.5 14.3c2.4.7 3.7 2.6 4 5.7",
  wire: "M3 8h14M13 4l4 4-4 4M21 16H7M11 12l-4 4 4 4",
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  reply: "M9 6 4 11l5 5M4 11h9a7 7 0 0 1 7 7v1",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14.2c1.8 2.7 5.2 2.7 7 0M9 9.5h.01M15 9.5h.01",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  download: "M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15",
  open: "M13 4.5h6.5V11M19 5l-8.5 8.5M10 5.5H5.5a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V14",
  file: "M6.5 3.5h7l4.5 4.5v12.5h-11.5zM13.5 3.5V8H18",
  eye: "M2.5 12C4.5 8 7.8 6 12 6s7.5 2 9.5 6c-2 4-5.3 6-9.5 6s-7.5-2-9.5-6z"
    + "M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
  broken: "M3.5 5h17v14h-17zM3.5 16l4.5-4.5 3 3M13 13l2.5-2.5 5 5M3 3l18 18",
  compare: "M12 3.5v17M4 6.5h5M4 17.5h5M4 6.5v11M20 6.5v11M15 6.5h5M15 17.5h5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  send: "M4 12 20 4.5 15.5 20l-3.5-6.5zM12 13.5l8-9",
  edit: "M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7",
  command: "M5.5 4.5h13a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zM13.5 8l-3 8",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  copy: "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5",
  unseen: "M3 3l18 18M9.6 6.3A9.7 9.7 0 0 1 12 6c4.2 0 7.5 2 9.5 6a13 13 0 0 1-2.6 3.4"
    + "M6 8a12 12 0 0 0-3.5 4c2 4 5.3 6 9.5 6a10 10 0 0 0 3.6-.7",
  tick: "M5 12.5l4.5 4.5L19 7",
  apps: "M4 4.5h6v6H4zM14 4.5h6v6h-6zM4 14h6v6H4zM17 14v6M14 17h6",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M7 4.5l12 7.5-12 7.5z",
  again: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  warning: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01",
};

/**
 * A drawing; it says nothing to screen readers, so what it stands on needs a label.
 *
 * @param {string} name
 * @param {{filled?: boolean}} [options]
 * @returns {SVGSVGElement}
 */
export function icon(name, { filled = false } = {}) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", `icon icon-${name}${filled ? " filled" : ""}`);
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", DRAWN[name]);
  drawing.append(path);
  return drawing;
}
