// Slack's markup → nodes. Time grows with the length of the text only; what is no markup stays as it reads.

import { el } from "./dom.js";
import { emoji } from "./emoji.js";

const FENCE = "```";
const QUOTE = /^(?:&gt;|>) ?/;
const ITEM = /^( *)(?:[•◦▪-] |(\d{1,3})\. )/;
const TOKEN = /<[^<>\n]+>|`[^`\n]+`|:[a-z0-9_+'-]+:|[*_~]/gi;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const INDENT = 2;

/** Return text with Slack's markup as nodes; `names` knows who is behind an id. */
export function mrkdwn(text, names) {
  const drawn = document.createDocumentFragment();
  const parts = text.split(FENCE);
  parts.forEach((part, index) => {
    const isOpen = index % 2 === 1;
    if (isOpen && index < parts.length - 1) {
      drawn.append(el("pre", {}, el("code", {}, decoded(part.replace(/^\n|\n$/g, "")))));
    } else {
      const text = isOpen ? FENCE + part : part;
      drawn.append(...lines(index < parts.length - 1 ? text.replace(/\n$/, "") : text, names, index > 0));
    }
  });
  return drawn;
}

/** Return text without markup, but with emoji, as nodes. */
export function plain(text) {
  return text.split(/(:[a-z0-9_+'-]+:)/i).map((part) => emoji(part) || decoded(part));
}

/** Return what Slack's three entities stand for. */
export function decoded(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

function lines(text, names, isAfterBlock) {
  const drawn = [];
  let afterBlock = isAfterBlock;
  for (const { kind, rows } of runs(text.split("\n"))) {
    if (kind === "text") {
      const shown = afterBlock && rows[0] === "" ? rows.slice(1) : rows;
      if (shown.length) drawn.push(...joined(shown, names));
    } else {
      drawn.push(kind === "quote" ? quote(rows, names) : list(rows, names));
    }
    afterBlock = kind !== "text";
  }
  return drawn;
}

function runs(rows) {
  const found = [];
  for (const row of rows) {
    const kind = QUOTE.test(row) ? "quote" : ITEM.test(row) ? "list" : "text";
    const last = found[found.length - 1];
    if (last && last.kind === kind) last.rows.push(row);
    else found.push({ kind, rows: [row] });
  }
  return found;
}

function joined(rows, names) {
  return rows.flatMap((row, index) => [...(index ? ["\n"] : []), ...inline(row, names)]);
}

function quote(rows, names) {
  return el("blockquote", {}, joined(rows.map((row) => row.replace(QUOTE, "")), names));
}

function list(rows, names) {
  const items = rows.map((row) => {
    const [mark, spaces, number] = row.match(ITEM);
    const item = el("li", { class: number ? "numbered" : null }, inline(row.slice(mark.length), names));
    item.style.marginInlineStart = `${Math.min(Math.floor(spaces.length / INDENT), 6) * 0.75}em`;
    if (number) item.dataset.number = `${number}.`;
    return item;
  });
  return el("ul", { class: "list" }, items);
}

function inline(text, names) {
  const open = [{ mark: null, nodes: [] }];
  let end = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    add(open, decoded(text.slice(end, index)));
    end = index + token.length;
    if (token in MARKS) delimit(open, token, text[index - 1], text[end]);
    else add(open, atom(token, names));
  }
  add(open, decoded(text.slice(end)));
  while (open.length > 1) giveUp(open);
  return open[0].nodes;
}

function delimit(open, mark, before, after) {
  const isOpen = open.some((one) => one.mark === mark);
  if (isOpen && before && !/\s/.test(before) && !(after && WORD.test(after))) close(open, mark);
  else if (!isOpen && after && !/\s/.test(after) && !(before && WORD.test(before))) open.push({ mark, nodes: [] });
  else add(open, mark);
}

function close(open, mark) {
  while (open[open.length - 1].mark !== mark) giveUp(open);
  const { nodes } = open.pop();
  add(open, nodes.length ? el(MARKS[mark], {}, nodes) : mark + mark);
}

/** Take back a mark that was opened and never closed. */
function giveUp(open) {
  const { mark, nodes } = open.pop();
  open[open.length - 1].nodes.push(mark, ...nodes);
}

function add(open, node) {
  if (node !== "") open[open.length - 1].nodes.push(node);
}

function atom(token, names) {
  if (token[0] === "<") return reference(token.slice(1, -1), names);
  if (token[0] === "`") return el("code", {}, decoded(token.slice(1, -1)));
  return emoji(token) || token;
}

function reference(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decoded(inside.slice(bar + 1));
  if (/^(https?:\/\/|mailto:)/i.test(target)) return link(decoded(target), label);
  if (/^@[UW]/.test(target)) return mention(`@${names.person(target.slice(1))}`);
  if (/^#[CG]/.test(target)) return channel(target.slice(1), label, names);
  if (target.startsWith("!subteam^")) return mention(`@${names.group(target.slice("!subteam^".length)) || label.replace(/^@/, "") || target}`);
  if (/^!(here|channel|everyone)$/.test(target)) return mention(`@${target.slice(1)}`);
  if (target.startsWith("!date^")) return date(target, label);
  return label || `<${decoded(inside)}>`;
}

function mention(words) {
  return el("span", { class: "mention" }, words);
}

function channel(id, label, names) {
  const known = names.channel(id);
  const words = `#${known || label || id}`;
  return known ? el("a", { class: "mention", href: `#/channel/${id}` }, words) : mention(words);
}

function link(address, label) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || address.replace(/^mailto:/, ""));
}

const DATE_PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function date(target, label) {
  const [, seconds, format] = target.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (!format || Number.isNaN(moment.getTime())) return label || `<${target}>`;
  const words = format.replace(/\{(\w+)\}/g, (whole, name) => {
    const parts = DATE_PARTS[name.replace("_pretty", "")];
    return parts ? new Intl.DateTimeFormat([], parts).format(moment) : whole;
  });
  return el("time", { datetime: moment.toISOString(), title: label || null }, words);
}
