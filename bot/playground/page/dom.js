// Builds elements from values. Text is always text: nothing in this page is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";
let count = 0;

/** Return an id that nothing else in the page has. */
export function uid(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/**
 * Return a new element. `given` holds its attributes; `class`, `value`, `checked` and `on` (listeners by event)
 * are set as such. What is null, undefined or false is left out, among attributes and among children.
 */
export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (isThere(value)) set(node, name, value);
  }
  node.append(...children.flat(Infinity).filter(isThere));
  return node;
}

/** Return one of the page's own pictures, which says nothing by itself. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Put other children in the place of those that are there. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter(isThere));
}

function isThere(value) {
  return value !== null && value !== undefined && value !== false;
}

function set(node, name, value) {
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
  } else if (name === "class") {
    node.className = value;
  } else if (name === "value" || name === "checked") {
    node[name] = value;
  } else {
    node.setAttribute(name, value === true ? "" : value);
  }
}

const PATHS = {
  hash: "M8 3 6.5 17M13.5 3 12 17M3.5 7.5h13.5M3 12.5h13.5",
  home: "M3 9.5 10 3.5l7 6M5 8.5V16.5h10V8.5M8.5 16.5v-4.5h3v4.5",
  chat: "M4 4.5h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H9.5L6 16.5v-3H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z",
  close: "M5 5l10 10M15 5 5 15",
  down: "M5.5 8 10 12.5 14.5 8",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7.5a5 5 0 0 1 5 5V16",
  owner: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5",
  send: "M3 10 17 3.5 12.5 17 9.5 11ZM9.5 11 17 3.5",
  why: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM7.8 7.8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14v.2",
  digest: "M4 16.5V10M8 16.5V6M12 16.5v-4M16 16.5V3.5",
  again: "M16 10a6 6 0 1 1-1.8-4.3M16.5 3v3.5H13",
  theme: "M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7Z",
  back: "M12 4.5 6.5 10l5.5 5.5",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z",
  bot: "M10 2.5v3M5 5.5h10a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 14V7A1.5 1.5 0 0 1 5 5.5ZM7.5 9.5v1.5M12.5 9.5v1.5",
};
