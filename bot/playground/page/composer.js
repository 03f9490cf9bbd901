// The field to write in: /finops commands, @names and #channels are completed while somebody types.

import { el, fill, icon } from "./dom.js";
import { announce } from "./dialog.js";
import { Listbox } from "./listbox.js";
import { portrait } from "./selects.js";

const NAME = /(^|\s)([@#])([^@#\n]{0,40})$/;
const MAX_SHOWN = 30;

/** `given`: `names`, `commands`, `send(text)`, which returns a promise, and the composer's `label`. */
export class Composer {
  constructor(given) {
    Object.assign(this, given);
    this.field = el("textarea", {
      class: "composer-field",
      rows: "1",
      "aria-label": this.label,
      "aria-haspopup": "listbox",
      spellcheck: "true",
      on: {
        input: () => this.#changed(),
        keydown: (event) => this.#press(event),
        blur: () => this.#complete([]),
        click: () => this.#changed(),
      },
    });
    this.list = new Listbox(this.field, "Completions", (option) => this.#take(option.value));
    this.usage = el("p", { class: "usage" });
    this.button = el("button", { type: "button", class: "send", "aria-label": "Send", on: { click: () => this.#send() } }, icon("send"));
    this.box = el("div", { class: "composer-box" }, this.field, this.button);
    this.node = el("div", { class: "composer" }, this.list.node, this.box, this.usage);
    this.#changed();
  }

  /** What is written and not sent. */
  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.#changed();
  }

  /** Say where it goes to. */
  address(label) {
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = label;
  }

  async #send() {
    const text = this.field.value;
    if (!text.trim() || this.field.readOnly) return;
    this.field.readOnly = true;
    this.box.setAttribute("aria-busy", "true");
    const isSent = await this.send(text);
    this.box.removeAttribute("aria-busy");
    this.field.readOnly = false;
    if (isSent && this.field.value === text) this.text = "";
  }

  #press(event) {
    if (this.list.press(event)) return;
    if (event.key === "Escape" && this.list.options.length) {
      event.stopPropagation();
      this.#complete([]);
    } else if (event.key === "Tab" && !event.shiftKey && this.list.active >= 0) {
      event.preventDefault();
      this.#take(this.list.options[this.list.active].option.value);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    }
  }

  #changed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
    this.button.disabled = !this.field.value.trim();
    const before = this.field.value.slice(0, this.field.selectionEnd);
    const found = before.startsWith("/") ? this.#commands(before) : [];
    this.#complete(found.length ? found : this.#called(before));
    this.#hint();
  }

  #complete(options) {
    const had = this.list.options.length;
    this.list.show(options.length ? [{ options: options.slice(0, MAX_SHOWN) }] : []);
    if (options.length && !had) announce(`${options.length} suggestions; the arrow keys choose one`);
  }

  #commands(typed) {
    const words = typed.toLowerCase();
    const starts = new Map(); // a command may be there twice, alone and with what it takes
    for (const one of this.commands) {
      const start = fixedPart(one.usage);
      if (!starts.has(start)) starts.set(start, { ...one, start });
    }
    return [...starts.values()]
      .filter((one) => one.start.startsWith(words) && one.start !== words)
      .map((one) => ({ text: one.usage, about: one.about, value: { from: 0, text: `${one.start} ` } }));
  }

  #called(before) {
    const found = before.match(NAME);
    if (!found) return [];
    const [, , sign, typed] = found;
    const from = before.length - typed.length - 1;
    const named = (text, about, picture) => ({ text, about, picture, value: { from, text: `${text} ` } });
    const known =
      sign === "#"
        ? this.names.channels.map((one) => named(`#${one.name}`))
        : [
            named(`@${this.names.bot.name}`, "the bot"),
            ...this.names.people.map((one) => named(`@${one.name}`, one.about, portrait(one.id, one.name))),
            ...this.names.groups.map((one) => named(`@${one.handle}`, "user group")),
          ];
    const words = typed.toLowerCase();
    return known.filter((one) => fits(one.text.slice(1).toLowerCase(), words));
  }

  #take({ from, text }) {
    const end = this.field.selectionEnd;
    this.field.setRangeText(text, from, end, "end");
    this.field.focus();
    this.#changed();
  }

  /** Show how a command is written, once it is begun. */
  #hint() {
    const text = this.field.value.toLowerCase();
    const begun = this.commands.filter((one) => text.startsWith(`${fixedPart(one.usage)} `) || text === fixedPart(one.usage));
    const best = begun.sort((one, other) => fixedPart(other.usage).length - fixedPart(one.usage).length)[0];
    fill(this.usage, best ? [el("code", {}, best.usage), best.about ? ` ${best.about}` : ""] : []);
  }
}

/** Return what of a usage is typed as it is. */
function fixedPart(usage) {
  return usage.split(/[<[·…|@#]/)[0].trim().toLowerCase();
}

/** Tell whether a word of a name begins like this; one that is complete needs no completion. */
function fits(name, typed) {
  return name !== typed.trimEnd() && (name.startsWith(typed) || name.split(/[\s-]+/).some((word) => word.startsWith(typed)));
}
