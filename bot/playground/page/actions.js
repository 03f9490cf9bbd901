// What a person does in the page → requests. Each returns whether the server took it, and says so if not.

import { complain } from "./dialog.js";
import { get, post } from "./api.js";

/** `page` knows who acts and where (`personId`, `conversationId`), and is told when something may have changed. */
export class Actions {
  constructor(page) {
    this.page = page;
  }

  say(text, thread) {
    return this.#do("/api/say", { channel: this.page.conversationId, thread_ts: thread, text });
  }

  click(message, block, action) {
    const where = { channel: this.page.conversationId, message_ts: message.ts, block_id: block.block_id };
    return this.#do("/api/click", { ...where, action });
  }

  shortcut(message) {
    return this.#do("/api/shortcut", { channel: this.page.conversationId, message_ts: message.ts });
  }

  digest() {
    return this.#do("/api/digest", { channel: this.page.conversationId });
  }

  reset() {
    return this.#do("/api/reset", {});
  }

  homeClick(block, action) {
    return this.#do("/api/home/click", { block_id: block.block_id, action });
  }

  formClick(view, block, action, values) {
    return this.#do("/api/form/click", { view_id: view.id, block_id: block.block_id, action, values });
  }

  formClose(view) {
    return this.#do("/api/form/close", { view_id: view?.id });
  }

  /** Return the errors by block that the bot found, nothing if it took the form. */
  async formSubmit(view, values) {
    const said = await this.#asked("/api/form/submit", { view_id: view.id, values });
    return said?.errors || null;
  }

  /** Return the options that the bot offers for what is typed; errors are the select's to show. */
  options(block, element, typed, viewId = null) {
    const what = { action_id: element.action_id, block_id: block.block_id, typed, view_id: viewId };
    return post("/api/options", { as: this.page.personId, ...what });
  }

  async #do(path, body) {
    return (await this.#asked(path, body)) !== null;
  }

  async #asked(path, body) {
    try {
      const said = await post(path, { as: this.page.personId, ...body });
      this.page.changed(["all"]);
      return said;
    } catch (error) {
      complain(error.message);
      return null;
    }
  }
}

/** What the page asks for, by the person who is looking. */
export const readings = {
  state: () => get("/api/state"),
  conversation: (id, as) => get("/api/conversation", { id, as }),
  thread: (channel, ts, as) => get("/api/thread", { channel, ts, as }),
  home: (as) => get("/api/home", { as }),
  form: (as) => get("/api/form", { as }),
  routing: () => get("/api/routing"),
};
