// App Home as the bot has it for somebody.

import { drawBlocks, drawViolations } from "./blocks.js";
import { el, fill } from "./dom.js";
import { reconcile } from "./reconcile.js";

/** Draw App Home into `node`; `place` as in `drawBlocks`. */
export function drawHome(node, { view, violations }, place) {
  const page = node.querySelector(".home-page") || el("div", { class: "home-page" });
  if (!page.parentElement) fill(node, page);
  const blocks = view?.blocks || [{ type: "section", text: { type: "plain_text", text: "The bot has not sent an App Home yet." } }];
  const entries = blocks.map((block, index) => ({ key: `block ${index}`, value: block, draw: (value) => drawBlocks([value], place)[0] }));
  const refused = violations?.length ? [{ key: "violations", value: violations, draw: drawViolations }] : [];
  reconcile(page, [...refused, ...entries]);
}
