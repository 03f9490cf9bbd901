// What opens and closes: the left side and “Why this answer”; on narrow screens they lie over the conversation.

import { icon } from "./dom.js";

const NARROW = matchMedia("(max-width: 899px)");
const byId = (id) => document.getElementById(id);

/** Wire the panels' buttons. */
export function wirePanels() {
  labelled("open-side", "menu");
  labelled("close-why", "close");
  labelled("close-thread", "close");
  labelled("open-why", "why", "Why this answer");
  labelled("send-digest", "digest", "Send digest now");
  byId("open-side").addEventListener("click", () => showSide(true));
  byId("open-why").addEventListener("click", () => showWhy(byId("why").hidden));
  byId("close-why").addEventListener("click", () => showWhy(false));
  byId("side").addEventListener("click", (event) => event.target.closest("a") && showSide(false));
  byId("middle").addEventListener("click", (event) => !event.target.closest("#open-side") && showSide(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && closeOverlay());
  wireTheme();
  showWhy(!NARROW.matches, false);
}

/** Show or hide the left side, where it is a drawer. */
export function showSide(isShown) {
  const was = document.body.classList.contains("with-side");
  if (was === isShown) return;
  document.body.classList.toggle("with-side", isShown);
  byId("open-side").setAttribute("aria-expanded", String(isShown));
  if (isShown) byId("act-as")?.focus();
  else if (NARROW.matches) byId("open-side").focus();
}

function showWhy(isShown, isMoving = true) {
  byId("why").hidden = !isShown;
  byId("open-why").setAttribute("aria-expanded", String(isShown));
  if (isMoving) byId(isShown ? "why-title" : "open-why").focus();
}

function closeOverlay() {
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (document.body.classList.contains("with-side")) showSide(false);
  else if (NARROW.matches && !byId("why").hidden) showWhy(false);
}

function wireTheme() {
  const button = byId("theme");
  const name = () => {
    button.setAttribute("aria-label", window.playgroundTheme.words());
    button.title = window.playgroundTheme.words();
  };
  button.append(icon("theme"));
  button.addEventListener("click", () => {
    window.playgroundTheme.next();
    name();
  });
  name();
}

function labelled(id, picture, words) {
  byId(id).append(icon(picture), ...(words ? [words] : []));
}
