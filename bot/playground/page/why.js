// “Why this answer”: the last routing with its scores, deciding words, nearest example, and the way to the owner.

import { el, fill } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const DECISIONS = {
  confident: "Sure: it names one persona",
  ambiguous: "In doubt: it asks back",
  none: "Nobody's: it bothers nobody",
};
const VIA = { parent: "for the parent team", organisation: "for the whole organisation" };
const REASONS = {
  deactivated: "their account is deactivated",
  unknown: "Slack does not know them any more",
  bot: "it is a bot",
  guest: "they are a guest",
  external: "they are of another organisation",
  away: "away",
  empty_group: "the group has no members",
  disabled_group: "the group is disabled",
};
const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** Draw the last routing into `node`; `names` knows who is behind an id. */
export function drawWhy(node, routing, names) {
  if (!routing?.question) {
    fill(node, el("p", { class: "muted" }, "Ask something, and the reasons for the answer stand here."));
    return;
  }
  fill(
    node,
    el("blockquote", { class: "asked" }, marked(mrkdwn(routing.question, names).textContent, routing.words || [])),
    el("p", { class: `decision ${routing.decision}` }, DECISIONS[routing.decision] || routing.decision),
    part("Personas", personas(routing.personas || [])),
    part("Deciding words", words(routing.words || [])),
    part("Much like this example", routing.example && el("p", { class: "quoted" }, `“${routing.example}”`)),
    part("Team", teamWords(routing)),
    part("Who is asked", chain(routing)),
  );
}

function part(title, content) {
  if (!content) return null;
  return [el("h3", {}, title), content];
}

function personas(all) {
  if (!all.length) return null;
  return el("ol", { class: "bars" }, all.map(bar));
}

function bar(persona, index) {
  const percent = Math.min(99, Math.round(persona.confidence * 100));
  const filled = el("span", { class: "bar-filled" });
  filled.style.width = `${Math.max(percent, 1)}%`;
  return el(
    "li",
    { class: index === 0 ? "bar first" : "bar" },
    el("span", { class: "bar-name" }, persona.name, index === 1 && el("span", { class: "muted" }, " runner-up")),
    el("span", { class: "bar-number" }, `${percent} %`),
    el("span", { class: "bar-track", "aria-hidden": "true" }, filled),
    persona.responsibility && el("span", { class: "bar-about" }, persona.responsibility),
  );
}

function words(all) {
  if (!all.length) return null;
  return el("p", { class: "words" }, all.map((word) => [el("span", { class: "word" }, word), " "]));
}

function teamWords({ team }) {
  if (!team) return el("p", { class: "muted" }, "No team: what holds for the whole organisation counts.");
  return el("p", {}, team);
}

function chain({ owners = [], skipped = [], gap }) {
  const passed = skipped.map((one) => el("li", {}, el("span", { class: "muted" }, "Skipped: "), named(one), facts(REASONS[one.reason])));
  const asked = owners.map((one) => el("li", {}, el("strong", {}, named(one)), facts(one.rank, VIA[one.via])));
  const nobody = gap ? el("li", { class: "gap" }, "Nobody holds this: a gap in coverage") : null;
  if (!asked.length && !passed.length && !nobody) return null;
  return el("ol", { class: "chain" }, passed, asked, nobody);
}

function named(one) {
  return one.name || one.id;
}

function facts(...words) {
  return words.filter(Boolean).map((one) => `, ${one}`);
}

/** Return the question with the deciding words marked wherever they stand. */
function marked(question, deciding) {
  const lower = question.toLowerCase();
  const spots = deciding.flatMap((word) => placesOf(word.toLowerCase(), lower)).sort((one, other) => one[0] - other[0]);
  const nodes = [];
  let end = 0;
  for (const [from, to] of spots) {
    if (from < end) continue;
    nodes.push(question.slice(end, from), el("mark", {}, question.slice(from, to)));
    end = to;
  }
  return [...nodes, question.slice(end)];
}

function placesOf(word, text) {
  const found = [];
  for (let at = text.indexOf(word); word && at >= 0 && found.length < 20; at = text.indexOf(word, at + word.length)) {
    const isWhole = !WORD_CHARACTER.test(text[at - 1] || " ") && !WORD_CHARACTER.test(text[at + word.length] || " ");
    if (isWhole) found.push([at, at + word.length]);
  }
  return found;
}
