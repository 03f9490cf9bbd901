// Block Kit's interactive elements → controls. Whatever else there may be is shown as readable text.

import { el, uid } from "./dom.js";
import { ask } from "./dialog.js";
import { decoded, mrkdwn, plain } from "./mrkdwn.js";
import { drawSelect, isSelect } from "./selects.js";
import { Picker, among } from "./picker.js";

/**
 * Draw an element and return `{node, control, state(), isEmpty()}`: `state()` is what Slack would send of it.
 *
 * `at` is the place where it stands: `names`; `changed(element, state)`, told of every click and change;
 * `seek(element, typed)`, which asks the bot for options; `kept(element)`, a state from before; `isField`, set in a
 * form's field; `labelledBy`, the id of a field's label.
 */
export function drawElement(element, at) {
  if (isSelect(element)) return drawSelect(element, at);
  const draw = DRAWERS[element.type] || readable;
  return { state: () => ({ type: element.type }), isEmpty: () => false, ...draw(element, at) };
}

/** Return a text object as nodes. */
export function drawText(text, names) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text, names) : plain(text.text);
}

/** Return all text inside of something, in its order. */
export function textsIn(value) {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (value === null || typeof value !== "object") return [];
  const own = ["text", "alt_text", "fallback", "url"].map((name) => value[name]).filter((one) => typeof one === "string");
  return [...own, ...Object.values(value).flatMap(textsIn)];
}

function readable(element) {
  const words = textsIn(element).map(decoded).join(" · ");
  return { node: el("span", { class: "unknown" }, `[${element.type}] ${words}`) };
}

function button(element, at) {
  const state = () => ({ type: "button", text: element.text, value: element.value, style: element.style });
  const press = async () => {
    if (element.confirm && !(await ask(confirmWords(element.confirm)))) return;
    at.changed(element, state());
  };
  const look = {
    class: `button ${element.style || ""}`,
    "aria-label": element.accessibility_label,
    on: { click: press },
  };
  const words = plain(element.text.text);
  const isLink = /^https?:\/\//i.test(element.url || "");
  const node = isLink
    ? el("a", { ...look, href: element.url, target: "_blank", rel: "noopener noreferrer" }, words)
    : el("button", { ...look, type: "button" }, words);
  return { node, control: node, state };
}

function confirmWords(confirm) {
  return {
    title: decoded(confirm.title.text),
    text: decoded(confirm.text.text),
    yes: decoded(confirm.confirm.text),
    no: decoded(confirm.deny.text),
    isDanger: confirm.style === "danger",
  };
}

function overflow(element, at) {
  const options = element.options.map((one) => ({ text: decoded(one.text.text), value: { key: one.value, raw: one } }));
  const picker = new Picker({
    placeholder: "⋯",
    name: element.accessibility_label || "More actions",
    source: among([{ options }]),
    onChange: ([option]) => at.changed(element, { type: "overflow", selected_option: option.value.raw }),
  });
  return { node: picker.node, control: picker.control };
}

function textInput(element, at) {
  const kept = at.kept(element);
  const control = el(element.multiline ? "textarea" : "input", {
    class: "input",
    type: element.multiline ? null : INPUT_TYPES[element.type],
    rows: element.multiline ? "4" : null,
    step: element.is_decimal_allowed ? "any" : null,
    maxlength: element.max_length,
    autocomplete: "off",
    placeholder: element.placeholder && decoded(element.placeholder.text),
    value: (kept ? kept.value : element.initial_value) || "",
  });
  return typed(control, element, at, (value) => ({ type: element.type, value }));
}

function datePicker(element, at) {
  const kept = at.kept(element);
  const value = (kept ? kept.selected_date : element.initial_date) || "";
  const control = el("input", { class: "input short", type: "date", value });
  return typed(control, element, at, (day) => ({ type: "datepicker", selected_date: day }));
}

function timePicker(element, at) {
  const kept = at.kept(element);
  const value = (kept ? kept.selected_time : element.initial_time) || "";
  const control = el("input", { class: "input short", type: "time", value });
  return typed(control, element, at, (time) => ({ type: "timepicker", selected_time: time }));
}

function momentPicker(element, at) {
  const kept = at.kept(element);
  const seconds = kept ? kept.selected_date_time : element.initial_date_time;
  const control = el("input", { class: "input short", type: "datetime-local" });
  if (seconds) control.valueAsNumber = (seconds - new Date(seconds * 1000).getTimezoneOffset() * 60) * 1000;
  const read = (value) => ({ type: "datetimepicker", selected_date_time: value && Math.round(new Date(value).getTime() / 1000) });
  return typed(control, element, at, read);
}

function typed(control, element, at, read) {
  const state = () => read(control.value || null);
  control.addEventListener("change", () => at.changed(element, state()));
  return { node: control, control, state, isEmpty: () => !control.value.trim() };
}

function choices(element, at) {
  const isMulti = element.type === "checkboxes";
  const kept = at.kept(element);
  const chosen = kept ? kept.selected_options || [kept.selected_option] : element.initial_options || [element.initial_option];
  const values = new Set(chosen.filter(Boolean).map((one) => one.value));
  const name = uid("choice");
  const inputs = element.options.map((one) =>
    el("input", { type: isMulti ? "checkbox" : "radio", name, checked: values.has(one.value), on: { change: () => at.changed(element, state()) } }),
  );
  const state = () => {
    const now = element.options.filter((_, index) => inputs[index].checked);
    return isMulti ? { type: "checkboxes", selected_options: now } : { type: "radio_buttons", selected_option: now[0] || null };
  };
  const node = el("div", { class: "choices" }, element.options.map((one, index) => choice(one, inputs[index], at.names)));
  return { node, control: inputs[0], state, isEmpty: () => !inputs.some((one) => one.checked), isSet: true };
}

function choice(option, input, names) {
  const about = option.description && el("span", { class: "choice-about" }, drawText(option.description, names));
  return el("label", { class: "choice" }, input, el("span", {}, drawText(option.text, names), about));
}

/** Draw a picture; where it cannot be shown, what it shows is said. */
export function drawImage(image, names) {
  const address = image.image_url || image.slack_file?.url || "";
  const picture = el("img", { src: address, alt: image.alt_text || "", class: "picture", loading: "lazy" });
  const instead = el("span", { class: "unknown" }, `[picture] ${image.alt_text || address}`);
  picture.addEventListener("error", () => picture.replaceWith(instead));
  const title = image.title && el("figcaption", {}, drawText(image.title, names));
  return el("figure", {}, address ? picture : instead, title);
}

const INPUT_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number" };
const DRAWERS = {
  button,
  overflow,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: momentPicker,
  checkboxes: choices,
  radio_buttons: choices,
  image: (element, at) => ({ node: drawImage(element, at.names) }),
};
