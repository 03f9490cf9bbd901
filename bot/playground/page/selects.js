// Block Kit's nine selects → pickers; what is chosen comes out as Slack sends it.

import { el } from "./dom.js";
import { decoded } from "./mrkdwn.js";
import { colourOf, initialsOf } from "./names.js";
import { Picker, among } from "./picker.js";

const PARTS = { static: "option", external: "option", users: "user", conversations: "conversation", channels: "channel" };
const FALLBACK = { users: "Choose a person", conversations: "Choose a conversation", channels: "Choose a channel" };

/** Tell whether an element is a select. */
export function isSelect(element) {
  return /^(multi_)?(static|external|users|conversations|channels)_select$/.test(element.type);
}

/** Return a select; see `drawElement` for what `at` is. */
export function drawSelect(element, at) {
  const isMulti = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const part = isMulti ? `${PARTS[kind]}s` : PARTS[kind];
  const kept = at.kept(element);
  const first = kept ? kept[`selected_${part}`] : element[`initial_${part}`];
  const picker = new Picker({
    placeholder: decoded(element.placeholder?.text || FALLBACK[kind] || "Choose"),
    source: sourceOf(kind, element, at),
    chosen: [first ?? []].flat().map((one) => (kind === "static" || kind === "external" ? fromSlack(one) : known(kind, one, at.names))),
    onChange: () => at.changed(element, state()),
    isMulti,
    canClear: at.isField,
    labelledBy: at.labelledBy,
    name: element.accessibility_label,
  });
  const state = () => {
    const values = picker.chosen.map((one) => one.value.raw);
    return { type: element.type, [`selected_${part}`]: isMulti ? values : (values[0] ?? null) };
  };
  const isEmpty = () => picker.chosen.length === 0;
  return { node: picker.node, control: picker.control, state, isEmpty };
}

/** Return somebody's picture: their initials. */
export function portrait(id, name) {
  const node = el("span", { class: "portrait", "aria-hidden": "true" }, initialsOf(name));
  node.style.backgroundColor = colourOf(id);
  return node;
}

function sourceOf(kind, element, at) {
  if (kind === "external") return async (typed) => groupsOf(await at.seek(element, typed));
  if (kind === "static") return among(groupsOf(element));
  if (kind === "users") return among([{ options: at.names.people.map((one) => known(kind, one.id, at.names)) }]);
  return among([{ options: at.names.channels.map((one) => known(kind, one.id, at.names)) }]);
}

function groupsOf({ options, option_groups: groups }) {
  if (!groups?.length) return [{ options: (options || []).map(fromSlack) }];
  return groups.map((group) => ({ label: decoded(group.label.text), options: group.options.map(fromSlack) }));
}

function fromSlack(option) {
  const about = option.description && decoded(option.description.text);
  return { text: decoded(option.text.text), about, value: { key: option.value, raw: option } };
}

function known(kind, id, names) {
  const value = { key: id, raw: id };
  if (kind === "users") {
    const name = names.person(id);
    const person = names.people.find((one) => one.id === id);
    return { text: name, about: person?.role === "guest" ? "guest" : null, picture: portrait(id, name), value };
  }
  return { text: `#${names.channel(id) || id}`, value };
}
