// Reads again what has changed, soon and once, and never shows an answer that a later one has overtaken.

import { complain } from "./dialog.js";

const SOON_MS = 15;
const RETRY_MS = 1500;

/**
 * `sources` are by kind `{ask(), show(answer)}`; `ask` returns nothing where that kind is not on show. `onAway` and
 * `onAnswer` are told whether the server answers.
 */
export class Refresh {
  constructor(sources, { onAway, onAnswer }) {
    Object.assign(this, { sources, onAway, onAnswer });
    this.stale = new Set();
    this.turns = {};
  }

  /** Read these kinds again. */
  soon(...kinds) {
    kinds.forEach((kind) => this.stale.add(kind));
    this.timer ||= setTimeout(() => {
      this.timer = null;
      const stale = [...this.stale];
      this.stale.clear();
      stale.forEach((kind) => this.#read(kind));
    }, SOON_MS);
  }

  async #read(kind) {
    const source = this.sources[kind];
    const turn = (this.turns[kind] = (this.turns[kind] || 0) + 1);
    const asked = source?.ask();
    if (!asked) return;
    try {
      const answer = await asked;
      this.onAnswer();
      if (turn === this.turns[kind]) source.show(answer);
    } catch (error) {
      if (error.isAway) this.#later(kind);
      else complain(error.message);
    }
  }

  #later(kind) {
    this.onAway();
    setTimeout(() => this.soon(kind), RETRY_MS);
  }
}
