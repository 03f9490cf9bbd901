// Block Kit's blocks → nodes.

import { el, uid } from "./dom.js";
import { drawElement, drawImage, drawText, textsIn } from "./elements.js";
import { decoded } from "./mrkdwn.js";

/**
 * Return blocks as nodes. `place` is where they stand:
 * `names`; `act(block, action)`, told of clicks and choices; `seek(block, element, typed)`, which asks for options;
 * and in forms `fields`, a list that gets every field, and `kept`, states from before by block and action.
 */
export function drawBlocks(blocks, place) {
  return blocks.map((block, index) => {
    const named = { block_id: `block-${index}`, ...block };
    try {
      return (DRAWERS[block.type] || unknown)(named, place);
    } catch (error) {
      console.warn("A block could not be drawn", error);
      return unknown(named);
    }
  });
}

/** Return what went wrong with something the bot sent, in red and in words. */
export function drawViolations(violations) {
  if (!violations?.length) return null;
  const lines = violations.map((words) => el("li", {}, words));
  return el("div", { class: "violations" }, el("strong", {}, "Slack would refuse this:"), el("ul", {}, lines));
}

function unknown(block) {
  const words = textsIn(block).map(decoded).join(" · ");
  return el("p", { class: "unknown" }, `[${block.type}] ${words}`);
}

function section(block, place) {
  const fields = (block.fields || []).map((field) => el("div", { class: "text" }, drawText(field, place.names)));
  const words = el(
    "div",
    { class: "section-words" },
    block.text && el("div", { class: "text" }, drawText(block.text, place.names)),
    fields.length > 0 && el("div", { class: "section-fields" }, fields),
  );
  const accessory = block.accessory && el("div", { class: "accessory" }, element(block, block.accessory, place).node);
  return el("div", { class: "block section" }, words, accessory);
}

function context(block, place) {
  const parts = block.elements.map((one) =>
    one.type === "image" ? drawImage(one, place.names) : el("span", { class: "text" }, drawText(one, place.names)),
  );
  return el("div", { class: "block context" }, parts);
}

function actions(block, place) {
  return el("div", { class: "block actions" }, block.elements.map((one) => element(block, one, place).node));
}

function header(block, place) {
  return el("h3", { class: "block header" }, drawText(block.text, place.names));
}

function image(block, place) {
  return el("div", { class: "block" }, drawImage(block, place.names));
}

function input(block, place) {
  const labelId = uid("label");
  const drawn = element(block, block.element, place, { labelledBy: labelId, isField: Boolean(block.optional) });
  const field = new Field(block, drawn, labelId, drawText(block.label, place.names), block.hint && drawText(block.hint, place.names));
  place.fields?.push(field);
  return field.node;
}

function element(block, one, place, given = {}) {
  return drawElement(one, {
    names: place.names,
    isField: false,
    labelledBy: null,
    ...given,
    kept: (which) => place.kept?.[block.block_id]?.[which.action_id],
    seek: (which, typed) => place.seek(block, which, typed),
    changed: (which, state) => {
      if (block.type !== "input" || block.dispatch_action) place.act(block, { action_id: which.action_id, ...state });
    },
  });
}

/** A field of a form: its label, control, hint, and what is wrong with it. */
class Field {
  constructor(block, drawn, labelId, label, hint) {
    this.block = block;
    this.drawn = drawn;
    this.error = el("p", { class: "error", id: uid("error") });
    const hintNode = hint && el("p", { class: "hint", id: uid("hint") }, hint);
    const words = [el("span", {}, label), block.optional && el("span", { class: "optional" }, " (optional)")];
    if (!drawn.isSet && drawn.control) drawn.control.id ||= uid("control");
    this.node = drawn.isSet
      ? el("fieldset", { class: "block field" }, el("legend", { id: labelId }, words), drawn.node, hintNode, this.error)
      : el("div", { class: "block field" }, el("label", { id: labelId, for: drawn.control?.id }, words), drawn.node, hintNode, this.error);
    this.described = drawn.isSet ? this.node : drawn.control;
    this.described?.setAttribute("aria-describedby", [hintNode?.id, this.error.id].filter(Boolean).join(" "));
    if (!block.optional && drawn.control?.matches("input, textarea") && !drawn.isSet) drawn.control.setAttribute("aria-required", "true");
  }

  /** Say what is wrong, or that nothing is. */
  complain(words) {
    this.error.textContent = words || "";
    this.node.classList.toggle("is-wrong", Boolean(words));
    if (this.drawn.control?.matches("input, textarea")) this.drawn.control.setAttribute("aria-invalid", String(Boolean(words)));
  }

  /** Return what Slack itself would object to, before it asks the bot. */
  get objection() {
    return !this.block.optional && this.drawn.isEmpty() ? "Please fill in this field." : "";
  }
}

const DRAWERS = {
  section,
  context,
  actions,
  header,
  image,
  input,
  divider: () => el("hr", { class: "block" }),
};
