// What stands around a conversation: the bot's two tabs, the welcome of an empty one, and questions to try.

import { el, fill } from "./dom.js";
import { addressOf } from "./place.js";

/** Draw the tabs of the bot's own page, where that is shown. */
export function drawTabs(node, kind) {
  node.hidden = kind === "channel";
  const tab = (of, words) =>
    el("a", { class: "tab", href: addressOf({ kind: of }), "aria-current": kind === of ? "page" : null }, words);
  fill(node, tab("home", "Home"), tab("direct", "Messages"));
}

/** Draw what an empty conversation says; there, the questions to try have room. */
export function drawWelcome(node, isShown, place, names) {
  node.hidden = !isShown;
  document.body.classList.toggle("is-inviting", isShown);
  if (!isShown) return;
  const bot = names.bot.name;
  const [title, words] =
    place.kind === "direct"
      ? [`This is your conversation with ${bot}`, "Ask in your own words who owns a cloud cost. It answers in the thread."]
      : [`This is #${names.channel(place.id)}`, `Mention @${bot} and everybody sees the answer; with /finops who-owns only you do.`];
  fill(node, el("h3", {}, title), el("p", {}, words), el("p", {}, "Or try one of the questions below."));
}

/** Return a row of questions to try. */
export function drawExamples(examples, ask) {
  const chips = examples.map((example) => el("li", {}, el("button", { type: "button", class: "example", on: { click: () => ask(example) } }, example)));
  return el("ul", { class: "examples", "aria-label": "Questions to try" }, chips);
}
