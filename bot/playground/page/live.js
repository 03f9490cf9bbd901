// Hears from the server what has changed, and goes on hearing after the server was away.

const SLOTS = ["live-1", "live-2", "live-3"];
const POLL_MS = 2000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 4000;
const LASTING_MS = 5000;

/**
 * A browser holds six connections to a server, for all its tabs together. Hence three tabs at most keep one open;
 * any others ask every two seconds, and a tab that nobody sees does nothing until it is seen again.
 */
export class Live {
  /** `onChanged(what)` is told a list of what changed, `onLost()` and `onBack()` of the connection. */
  constructor({ onChanged, onLost, onBack }) {
    Object.assign(this, { onChanged, onLost, onBack });
    this.turn = 0;
    this.isLost = false;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.#resume()));
  }

  /** Hear what this person may see, from now on. */
  follow(personId) {
    this.personId = personId;
    this.#stop();
    this.#start();
  }

  /** Something else noticed that the server is away. */
  lost() {
    if (!this.isLost) {
      this.isLost = true;
      this.onLost();
    }
  }

  /** Something else noticed that the server answers. */
  back() {
    if (this.isLost) {
      this.isLost = false;
      this.onBack();
    }
  }

  #resume() {
    this.onBack();
    this.#stop();
    this.#start();
  }

  #stop() {
    this.turn += 1;
    clearTimeout(this.timer);
    this.events?.close();
    this.events = null;
    this.release?.();
    this.release = null;
  }

  async #start() {
    const turn = this.turn;
    const release = await slot();
    if (turn !== this.turn) release?.();
    else if (release) {
      this.release = release;
      this.#listen(FIRST_RETRY_MS);
    } else this.#poll();
  }

  #poll() {
    this.timer = setTimeout(() => {
      this.onChanged(["all"]);
      this.#start();
    }, POLL_MS);
  }

  #listen(wait) {
    const turn = this.turn;
    let openedAt = null;
    this.events = new EventSource(`/api/events?${new URLSearchParams({ as: this.personId })}`);
    this.events.addEventListener("open", () => {
      openedAt = performance.now();
      if (this.isBroken) this.isLost = true; // whatever was told meanwhile was not heard
      this.isBroken = false;
      this.back();
    });
    this.events.addEventListener("changed", (event) => this.onChanged(JSON.parse(event.data).what));
    this.events.addEventListener("error", () => {
      if (turn !== this.turn) return;
      this.events.close();
      this.isBroken = true;
      if (openedAt === null) this.lost(); // else it may merely have made room for another page
      const hasLasted = openedAt !== null && performance.now() - openedAt > LASTING_MS;
      const next = hasLasted ? FIRST_RETRY_MS : Math.min(wait * 1.6, MAX_RETRY_MS);
      this.timer = setTimeout(() => this.#listen(next), wait);
    });
  }
}

/** Take one of the slots and return what gives it back, nothing if none is free. */
async function slot() {
  if (!navigator.locks) return () => {};
  for (const name of SLOTS) {
    const release = await taken(name);
    if (release) return release;
  }
  return null;
}

function taken(name) {
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock) return new Promise((release) => resolve(release));
      resolve(null);
      return undefined;
    });
  });
}
