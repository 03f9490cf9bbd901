// The left side: who I act as, the channels, the bot, and starting over.

import { ask } from "./dialog.js";
import { el, fill, icon } from "./dom.js";
import { Picker, among } from "./picker.js";
import { addressOf, isSamePlace } from "./place.js";
import { reconcile } from "./reconcile.js";
import { portrait } from "./selects.js";

const ROLES = { admin: "FinOps admin", lead: "Team lead", member: "Member", guest: "Guest" };

/** Draw the left side into `node`; `given`: `state`, `personId`, `onPerson(id)` and `onReset()`. */
export function drawSidebar(node, given) {
  const { state } = given;
  const bot = state.bot.name;
  fill(
    node,
    el("h1", { class: "workspace" }, state.workspace, el("span", { class: "workspace-about" }, "Playground: nothing here reaches Slack")),
    el("div", { class: "acting" }, el("span", { class: "side-title", id: "acting-label" }, "Act as"), personPicker(given)),
    el("h2", { class: "side-title" }, "Channels"),
    places(state.channels.map((one) => ({ kind: "channel", id: one.id, name: one.name, picture: "hash" }))),
    el("h2", { class: "side-title" }, "Apps"),
    places([
      { kind: "direct", id: null, name: bot, picture: "chat" },
      { kind: "home", id: null, name: "App Home", picture: "home" },
    ]),
    el("button", { type: "button", class: "side-link start-over", on: { click: () => startOver(given.onReset) } }, icon("again"), "Start over"),
  );
}

/** Show where somebody is, and where there is something new. */
export function markSidebar(node, place, unread) {
  for (const link of node.querySelectorAll("a.side-link")) {
    const isHere = isSamePlace(link.place, place);
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const isUnread = !isHere && unread(link.place);
    link.classList.toggle("unread", isUnread);
    link.querySelector(".unread-words").textContent = isUnread ? ", new messages" : "";
  }
}

function places(all) {
  const node = el("ul", { class: "places" });
  const draw = (one) => {
    const label = [el("span", { class: "side-name" }, one.name), el("span", { class: "sr-only unread-words" })];
    const link = el("a", { class: "side-link", href: addressOf(one) }, icon(one.picture), label);
    link.place = one;
    return el("li", {}, link);
  };
  reconcile(node, all.map((one) => ({ key: `${one.kind} ${one.id}`, value: one, draw })));
  return node;
}

function personPicker({ state, personId, onPerson }) {
  const options = state.people.map(personOption);
  const picker = new Picker({
    placeholder: "Choose a person",
    source: among([{ options }]),
    chosen: options.filter((one) => one.value.key === personId),
    onChange: ([option]) => onPerson(option.value.key),
    labelledBy: "acting-label",
  });
  picker.control.id = "act-as";
  const chosen = state.people.find((one) => one.id === personId);
  return [picker.node, chosen && el("p", { class: "acting-about" }, aboutPerson(chosen))];
}

function personOption(person) {
  return { text: person.name, about: aboutPerson(person), picture: portrait(person.id, person.name), value: { key: person.id } };
}

function aboutPerson(person) {
  return person.about || ROLES[person.role] || person.role;
}

async function startOver(onReset) {
  const words = {
    title: "Start over?",
    text: "All messages and changes of this playground are thrown away, and the teams are as at the beginning.",
    yes: "Start over",
    isDanger: true,
  };
  if (await ask(words)) onReset();
}
