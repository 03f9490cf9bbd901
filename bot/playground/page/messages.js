// A conversation's or thread's messages as a list: grouped by author and day, with what can be done to each.

import { drawBlocks, drawViolations } from "./blocks.js";
import { announce } from "./dialog.js";
import { el, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { reconcile } from "./reconcile.js";
import { portrait } from "./selects.js";

const TOGETHER_S = 300;
const LONG = 1500;
const NEAR_PX = 80;

/**
 * The messages in a list. `room` says where they stand:
 * `names`; `me()`; `act(message, block, action)`; `seek(message, block, element, typed)`; `reply(message)`, unset
 * inside a thread; and `shortcut(message)`.
 */
export class MessageList {
  constructor(node, room) {
    this.node = node;
    this.room = room;
    this.scroller = node.parentElement;
    this.shown = new Set(); // long messages that somebody unfolded
    this.isPinned = true; // to the end, also while pictures come in
    node.addEventListener("keydown", (event) => this.#step(event));
    node.addEventListener("load", () => this.isPinned && this.toEnd(), true);
    this.scroller.addEventListener("scroll", () => {
      this.isPinned = this.#isAtEnd();
    });
  }

  /** Show these; `isFresh` where they belong to another conversation than those before. */
  show(messages, { isFresh }) {
    this.isPinned ||= isFresh;
    if (isFresh) this.node.replaceChildren();
    const added = reconcile(this.node, this.#entries(messages));
    if (!isFresh) this.tell(messages.filter((one) => added.includes(one.ts)));
    if (this.isPinned) this.toEnd();
    this.#offerFocus();
  }

  /** Show the last message, from its beginning if it is long. */
  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    const last = this.node.lastElementChild;
    if (last && last.offsetHeight > this.scroller.clientHeight) last.scrollIntoView({ block: "start" });
  }

  /** Tell whether the end is in view, or the last message's beginning. */
  #isAtEnd() {
    const last = this.node.lastElementChild;
    const left = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    return !last || left < NEAR_PX || last.getBoundingClientRect().top > this.scroller.getBoundingClientRect().top - 1;
  }

  #entries(messages) {
    const entries = [];
    let last = null;
    for (const message of messages) {
      const day = dayOf(message);
      if (!last || dayOf(last) !== day) entries.push({ key: `day ${day}`, value: day, draw: divider });
      const isFollowing = Boolean(last) && dayOf(last) === day && belongsTo(message, last);
      entries.push({ key: message.ts, value: { message, isFollowing }, draw: (value) => this.#draw(value) });
      last = message;
    }
    return entries;
  }

  #draw({ message, isFollowing }) {
    const look = ["message", isFollowing && "following", message.is_ephemeral && "ephemeral"];
    return el(
      "li",
      { class: look.filter(Boolean).join(" "), tabindex: "-1", "data-ts": message.ts },
      el("div", { class: "margin" }, isFollowing ? el("time", { class: "time" }, timeOf(message)) : pictureOf(message.author)),
      el("div", { class: "body" }, !isFollowing && heading(message), this.#content(message), this.#replies(message)),
      this.#tools(message),
    );
  }

  #content(message) {
    const { names } = this.room;
    const place = {
      names,
      act: (block, action) => this.#busy(message, () => this.room.act(message, block, action)),
      seek: (block, element, typed) => this.room.seek(message, block, element, typed),
    };
    return [
      message.is_ephemeral && el("p", { class: "whisper" }, icon("eye"), "Only visible to you"),
      this.#folded(message, this.#words(message, place)),
      message.edited && el("span", { class: "edited" }, "(edited)"),
      (message.files || []).map(drawFile),
      drawViolations(message.violations),
    ];
  }

  #words(message, place) {
    if (message.blocks) return drawBlocks(message.blocks, place);
    return message.text ? [el("div", { class: "text" }, mrkdwn(message.text, place.names))] : [];
  }

  #folded(message, content) {
    const node = el("div", { class: "content" }, content);
    if (message.blocks || message.text.length <= LONG || this.shown.has(message.ts)) return node;
    node.classList.add("folded");
    const open = () => {
      this.shown.add(message.ts);
      node.classList.remove("folded");
      more.remove();
    };
    const more = el("button", { type: "button", class: "link", on: { click: open } }, `Show all ${message.text.length.toLocaleString()} characters`);
    return [node, more];
  }

  #replies(message) {
    if (!this.room.reply || !message.reply_count) return null;
    const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
    return el("button", { type: "button", class: "replies", on: { click: () => this.room.reply(message) } }, icon("reply"), words);
  }

  #tools(message) {
    if (message.is_ephemeral) return null;
    const tool = (name, label, act) =>
      el("button", { type: "button", class: "tool", title: label, "aria-label": label, on: { click: act } }, icon(name));
    return el(
      "div",
      { class: "tools" },
      this.room.reply && tool("reply", "Reply in thread", () => this.room.reply(message)),
      tool("owner", "Who owns this?", () => this.#busy(message, () => this.room.shortcut(message))),
    );
  }

  async #busy(message, act) {
    const node = this.node.querySelector(`[data-ts="${CSS.escape(message.ts)}"]`);
    node?.setAttribute("aria-busy", "true");
    await act();
    node?.removeAttribute("aria-busy");
  }

  /** Have screen readers say what others wrote. */
  tell(messages) {
    const others = messages.filter((one) => one.author.id !== this.room.me());
    const words = others.map((one) => `${one.author.name}: ${mrkdwn(one.text || "", this.room.names).textContent}`);
    if (words.length) announce(words.join("\n").slice(0, 600));
  }

  /** One message can be reached by Tab; from it, the arrow keys go to the others. */
  #offerFocus() {
    const all = [...this.node.querySelectorAll(".message")];
    if (!all.some((one) => one.tabIndex === 0) && all.length) all[all.length - 1].tabIndex = 0;
  }

  #step(event) {
    if (!event.target.matches(".message")) return;
    const all = [...this.node.querySelectorAll(".message")];
    const now = all.indexOf(event.target);
    const next = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    all.forEach((one) => {
      one.tabIndex = -1;
    });
    all[next].tabIndex = 0;
    all[next].focus();
  }
}

/** Return the picture of a person or of the bot. */
export function pictureOf(author) {
  if (!author.is_bot) return portrait(author.id, author.name);
  return el("span", { class: "portrait bot", "aria-hidden": "true" }, icon("bot"));
}

function heading(message) {
  return el(
    "div",
    { class: "heading-line" },
    el("span", { class: "author" }, message.author.name),
    message.author.is_bot && el("span", { class: "badge" }, "App"),
    el("time", { class: "time" }, timeOf(message)),
  );
}

function drawFile(file) {
  const picture = el("img", { src: file.url, alt: file.alt || file.title, class: "picture" });
  const link = el("a", { href: file.url, target: "_blank", rel: "noopener" }, picture);
  picture.addEventListener("error", () => picture.replaceWith(`[picture] ${file.alt || file.title}`));
  return el("figure", { class: "file" }, el("figcaption", {}, file.title), link);
}

function divider(day) {
  return el("li", { class: "day" }, el("span", {}, day));
}

function belongsTo(message, last) {
  return (
    message.author.id === last.author.id &&
    Boolean(message.is_ephemeral) === Boolean(last.is_ephemeral) &&
    !message.is_ephemeral &&
    Number(message.ts) - Number(last.ts) < TOGETHER_S
  );
}

function momentOf(message) {
  return new Date(Number(message.ts) * 1000);
}

function dayOf(message) {
  const day = momentOf(message).toDateString();
  if (day === new Date().toDateString()) return "Today";
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(momentOf(message));
}

function timeOf(message) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(momentOf(message));
}
