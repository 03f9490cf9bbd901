// A select as Slack has it: a button that opens a list with a field to look for something in it.

import { el, fill, icon, uid } from "./dom.js";
import { Listbox } from "./listbox.js";

const GAP = 4;
const PATIENCE_MS = 120;

/**
 * A select. `source(typed)` returns a promise of groups of options (see `Listbox`) whose values have a `key`;
 * `chosen` are options; `onChange` is called with all that are chosen. `labelledBy` names an element with its label,
 * where that is not the placeholder.
 */
export class Picker {
  constructor({ placeholder, source, chosen = [], onChange, isMulti = false, canClear = false, labelledBy = null, name = null }) {
    Object.assign(this, { placeholder, source, chosen, onChange, isMulti, canClear });
    this.words = el("span", { id: uid("chosen"), class: "picker-words" });
    this.control = el(
      "button",
      { type: "button", class: "picker-button", "aria-haspopup": "listbox", "aria-expanded": "false" },
      this.words,
      icon("down"),
    );
    if (labelledBy) this.control.setAttribute("aria-labelledby", `${labelledBy} ${this.words.id}`);
    if (name) this.control.setAttribute("aria-label", name);
    this.chips = el("span", { class: "chips" });
    this.popup = this.#popup(name || placeholder);
    this.control.popoverTargetElement = this.popup;
    this.node = el("span", { class: "picker" }, this.chips, this.control, this.popup);
    this.#draw();
  }

  #popup(label) {
    this.field = el("input", {
      type: "text",
      class: "picker-field",
      role: "combobox",
      "aria-label": label,
      "aria-expanded": "true",
      autocomplete: "off",
      placeholder: "Search",
      on: { input: () => this.#searchSoon(), keydown: (event) => this.#press(event) },
    });
    this.list = new Listbox(this.field, label, (option) => this.#choose(option), { isMulti: this.isMulti });
    this.note = el("p", { class: "picker-note", role: "status" });
    const on = { toggle: (event) => this.#toggled(event.newState === "open") };
    return el("div", { class: "popup", popover: "auto", on }, this.field, this.list.node, this.note);
  }

  #toggled(isOpen) {
    this.control.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    placeBeside(this.popup, this.control);
    this.field.value = "";
    this.list.clear();
    this.field.focus();
    this.#search();
  }

  #press(event) {
    if (this.list.press(event)) return;
    if (event.key === "Tab") this.popup.hidePopover();
    else if (event.key === "Enter") event.preventDefault(); // a form around it is not meant
    else if (event.key === "Escape") {
      event.preventDefault(); // nor is closing that form
      event.stopPropagation();
      this.#close();
    }
  }

  #searchSoon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#search(), PATIENCE_MS);
  }

  async #search() {
    const typed = this.field.value;
    let groups = [];
    let note = "";
    try {
      groups = await this.source(typed);
      if (!groups.some((group) => group.options.length)) note = "Nothing found";
    } catch (error) {
      note = error.message;
    }
    if (this.field.value !== typed) return; // an answer to an older question
    const keys = new Set(this.chosen.map((one) => one.value.key));
    const mark = (option) => ({ ...option, isChosen: keys.has(option.value.key) });
    this.list.show(groups.map((group) => ({ ...group, options: group.options.map(mark) })));
    this.note.textContent = note;
    placeBeside(this.popup, this.control);
  }

  #choose(option) {
    const others = this.chosen.filter((one) => one.value.key !== option.value.key);
    if (!this.isMulti) this.#set([option]);
    else this.#set(others.length === this.chosen.length ? [...others, option] : others);
    this.#close();
  }

  #set(chosen) {
    this.chosen = chosen;
    this.#draw();
    this.onChange(chosen);
  }

  #close() {
    this.popup.hidePopover();
    this.control.focus();
  }

  #draw() {
    const [first] = this.chosen;
    const isShown = first && !this.isMulti;
    fill(this.words, ...(isShown ? [first.picture?.cloneNode(true), first.text] : [this.placeholder]));
    this.words.classList.toggle("is-placeholder", !isShown);
    const removable = this.isMulti || this.canClear ? this.chosen : [];
    fill(this.chips, removable.map((option) => this.#chip(option)));
  }

  #chip(option) {
    const remove = () => {
      this.#set(this.chosen.filter((one) => one !== option));
      this.control.focus();
    };
    const label = `Remove ${option.text}`;
    return el(
      "span",
      { class: this.isMulti ? "chip" : "chip clear" },
      this.isMulti && option.text,
      el("button", { type: "button", class: "chip-remove", "aria-label": label, on: { click: remove } }, icon("close")),
    );
  }
}

/** Put a popup below something, or above it where there is more room. */
function placeBeside(popup, anchor) {
  const near = anchor.getBoundingClientRect();
  const width = Math.min(Math.max(near.width, 280), innerWidth - 16);
  popup.style.width = `${width}px`;
  popup.style.left = `${Math.max(8, Math.min(near.left, innerWidth - width - 8))}px`;
  const below = innerHeight - near.bottom - 12;
  const isBelow = below > 260 || below > near.top;
  popup.style.maxHeight = `${Math.max(140, Math.min(380, isBelow ? below : near.top - 12))}px`;
  popup.style.top = isBelow ? `${near.bottom + GAP}px` : "auto";
  popup.style.bottom = isBelow ? "auto" : `${innerHeight - near.top + GAP}px`;
}

/** Return a source that looks in groups which are all there; without a word for those that do not match. */
export function among(groups) {
  return async (typed) => {
    const words = typed.trim().toLowerCase();
    const fits = (option) => `${option.text} ${option.about || ""}`.toLowerCase().includes(words);
    return groups
      .map((group) => ({ ...group, options: group.options.filter(fits) }))
      .filter((group) => group.options.length);
  };
}
