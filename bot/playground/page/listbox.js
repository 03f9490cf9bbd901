// A list to choose from by keyboard while the focus stays in a field: for completion and for selects.

import { el, fill, uid } from "./dom.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * Options below a field. An option is `{text, about, isChosen, value}`; they come in groups `{label, options}`, and
 * a group without a label has no heading.
 */
export class Listbox {
  constructor(field, label, onChoose, { isMulti = false } = {}) {
    this.field = field;
    this.onChoose = onChoose;
    this.options = [];
    this.active = -1;
    this.node = el("div", { role: "listbox", id: uid("list"), class: "listbox", "aria-label": label, hidden: true });
    if (isMulti) this.node.setAttribute("aria-multiselectable", "true");
    field.setAttribute("aria-controls", this.node.id);
    field.setAttribute("aria-autocomplete", "list");
  }

  /** Show these; `active` is the one that Enter takes. */
  show(groups, active = 0) {
    this.options = [];
    fill(this.node, groups.map((group) => this.#group(group)));
    this.node.hidden = !this.options.length;
    this.#activate(Math.min(active, this.options.length - 1));
  }

  /** Show nothing. */
  clear() {
    this.show([]);
  }

  /** Do what a key is for, and tell whether it was for the list. */
  press(event) {
    if (!this.options.length || event.isComposing) return false;
    if (event.key in STEPS) {
      const count = this.options.length;
      this.#activate((this.active + STEPS[event.key] + count) % count);
    } else if (event.key === "Enter" && this.active >= 0) {
      this.onChoose(this.options[this.active].option);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  #group(group) {
    const options = group.options.map((option) => this.#option(option));
    if (!group.label) return options;
    const heading = el("div", { class: "heading", id: uid("group"), role: "presentation" }, group.label);
    return el("div", { role: "group", "aria-labelledby": heading.id }, heading, options);
  }

  #option(option) {
    const node = el(
      "div",
      {
        role: "option",
        id: uid("option"),
        class: "option",
        "aria-selected": String(Boolean(option.isChosen)),
        on: {
          mousedown: (event) => event.preventDefault(), // the field keeps the focus
          click: () => this.onChoose(option),
        },
      },
      option.picture,
      el(
        "span",
        { class: "option-words" },
        el("span", { class: "option-text" }, option.text),
        option.about && el("span", { class: "option-about" }, option.about),
      ),
    );
    this.options.push({ option, node });
    return node;
  }

  #activate(index) {
    this.options[this.active]?.node.classList.remove("active");
    this.active = index;
    const node = this.options[index]?.node;
    if (!node) {
      this.field.removeAttribute("aria-activedescendant");
      return;
    }
    node.classList.add("active");
    node.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", node.id);
  }
}
