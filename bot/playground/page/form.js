// The form that the bot has open for somebody: a modal dialog.

import { drawBlocks, drawViolations } from "./blocks.js";
import { complain } from "./dialog.js";
import { el, fill, uid } from "./dom.js";
import { decoded } from "./mrkdwn.js";

/**
 * Shows a form and keeps what is filled in. `given`: `names`; `submit(view, values)`, which returns a promise of
 * errors by block; `click(view, block, action, values)`; `close()`; and `seek(view, block, element, typed)`.
 */
export class FormDialog {
  constructor(given) {
    this.given = given;
    this.view = null;
    this.fields = [];
    this.dialog = el("dialog", { class: "dialog", id: "form" });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave();
    });
    document.body.append(this.dialog);
  }

  /** Show this view, or none; what is filled in stays, as far as the fields stay. */
  show({ view, violations }) {
    const signature = JSON.stringify([view, violations]);
    if (signature === this.signature) return;
    this.signature = signature;
    if (!view) {
      this.#hide();
      if (violations?.length) complain(`Slack would refuse this form: ${violations.join("; ")}`);
      return;
    }
    const isOther = this.view?.id !== view.id;
    const kept = isOther ? null : this.#values();
    const focused = isOther ? null : this.#focusedBlock();
    this.view = view;
    this.#draw(view, violations, kept);
    if (!this.dialog.open) this.dialog.showModal();
    if (isOther || !this.#focusBlock(focused)) this.#focusFirst();
  }

  #draw(view, violations, kept) {
    this.fields = [];
    const place = {
      names: this.given.names,
      fields: this.fields,
      kept,
      act: (block, action) => this.#busy(() => this.given.click(view, block, action, this.#values())),
      seek: (block, element, typed) => this.given.seek(view, block, element, typed),
    };
    const heading = el("h2", { id: uid("form") }, view.title ? decoded(view.title.text) : "Form");
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.sending = view.submit && el("button", { class: "button primary-full", type: "submit" }, decoded(view.submit.text));
    const leave = el("button", { class: "button", type: "button", on: { click: () => this.#leave() } }, view.close ? decoded(view.close.text) : "Close");
    const body = el("div", { class: "dialog-body", tabindex: "-1" }, drawViolations(violations), drawBlocks(view.blocks, place));
    this.problem = el("p", { class: "error", role: "alert" });
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    fill(
      this.dialog,
      el("form", { novalidate: true, on: { submit } }, heading, body, el("div", { class: "dialog-foot" }, this.problem, leave, this.sending)),
    );
  }

  async #submit() {
    if (!this.sending || this.sending.disabled) return;
    const objections = Object.fromEntries(this.fields.map((field) => [field.block.block_id, field.objection]));
    if (this.#complain(objections)) return;
    const words = this.sending.textContent;
    this.sending.textContent = "Sending …";
    const errors = await this.#busy(() => this.given.submit(this.view, this.#values()));
    this.sending.textContent = words;
    this.#complain(errors || {});
  }

  async #busy(act) {
    const button = this.sending;
    if (button) button.disabled = true;
    this.dialog.setAttribute("aria-busy", "true");
    try {
      return await act();
    } finally {
      this.dialog.removeAttribute("aria-busy");
      if (button) button.disabled = false;
    }
  }

  /** Show errors beside their fields, and tell whether there are any. */
  #complain(errors) {
    const wrong = this.fields.filter((field) => errors[field.block.block_id]);
    this.fields.forEach((field) => field.complain(errors[field.block.block_id]));
    const known = new Set(this.fields.map((field) => field.block.block_id));
    const others = Object.entries(errors).filter(([id, words]) => words && !known.has(id));
    const summary = wrong.length === 1 ? "One field needs another look." : wrong.length ? `${wrong.length} fields need another look.` : "";
    this.problem.textContent = [...others.map(([, words]) => words), summary].filter(Boolean).join(" ");
    wrong[0]?.drawn.control.focus();
    return wrong.length + others.length > 0;
  }

  #values() {
    const values = {};
    for (const { block, drawn } of this.fields) {
      values[block.block_id] = { [block.element.action_id]: drawn.state() };
    }
    return values;
  }

  #focusedBlock() {
    return this.fields.find((field) => field.node.contains(document.activeElement))?.block.block_id;
  }

  #focusBlock(blockId) {
    const field = this.fields.find((one) => one.block.block_id === blockId);
    field?.drawn.control.focus();
    return Boolean(field);
  }

  #focusFirst() {
    (this.fields[0]?.drawn.control || this.dialog.querySelector(".dialog-body")).focus();
  }

  #leave() {
    const { view } = this;
    this.signature = null; // the same form may be opened again
    this.#hide();
    this.given.close(view);
  }

  #hide() {
    this.view = null;
    this.fields = [];
    if (this.dialog.open) this.dialog.close();
  }
}
