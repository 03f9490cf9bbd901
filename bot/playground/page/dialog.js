// Asks before something that cannot be taken back, and says what went wrong.

import { el, uid } from "./dom.js";

/** Ask and return a promise of the answer; Escape is a no. */
export function ask({ title, text, yes, no = "Cancel", isDanger = false }) {
  const heading = el("h2", { id: uid("ask") }, title);
  const dialog = el(
    "dialog",
    { class: "dialog small", "aria-labelledby": heading.id },
    heading,
    el("p", {}, text),
    el(
      "form",
      { method: "dialog", class: "dialog-foot" },
      el("button", { class: "button", value: "no" }, no),
      el("button", { class: `button ${isDanger ? "danger-full" : "primary-full"}`, value: "yes" }, yes),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

let leaving;

/** Say something that went wrong; it goes away by itself, and is read out at once. */
export function complain(words) {
  const toast = document.getElementById("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    toast.hidden = true;
  }, 8000);
}

/** Say something to screen readers only. */
export function announce(words) {
  document.getElementById("announcer").textContent = words;
}
