// The middle: a conversation with its composer, or App Home; and the thread beside it.

import { Composer } from "./composer.js";
import { el, fill, icon } from "./dom.js";
import { MessageList } from "./messages.js";
import { drawExamples, drawTabs, drawWelcome } from "./surroundings.js";

const FOLLOW_MS = 10_000;
const PICTURES = { channel: "hash", direct: "chat", home: "home" };
const byId = (id) => document.getElementById(id);

/** The conversation that is shown. `room` as in `MessageList`, with `say(text, thread)`. */
export class Conversation {
  constructor(state, room) {
    this.room = room;
    this.drafts = new Map();
    this.following = null;
    this.list = new MessageList(byId("messages"), room);
    this.composer = new Composer({ names: room.names, commands: state.commands, label: "Message", send: (text) => this.ask(text) });
    fill(byId("foot"), drawExamples(state.examples, (example) => this.#askExample(example)), this.composer.node);
  }

  /** Turn to another place; its messages come later. */
  turnTo(place, id) {
    const { kind } = place;
    const { names } = this.room;
    if (this.id) this.drafts.set(this.id, this.composer.text);
    Object.assign(this, { place, id, isFresh: true });
    const name = kind === "channel" ? names.channel(place.id) : names.bot.name;
    fill(byId("title"), icon(PICTURES[kind]), kind === "home" ? "App Home" : name);
    document.title = `${byId("title").textContent} · Playground`;
    byId("home").hidden = kind !== "home";
    byId("conversation").hidden = byId("foot").hidden = kind === "home";
    byId("send-digest").hidden = kind !== "channel";
    drawTabs(byId("tabs"), kind);
    if (kind === "home") fill(byId("home"), el("p", { class: "muted" }, "Opening …"));
    else this.#address(kind === "channel" ? `Message #${name}` : `Ask ${name} who owns a cloud cost`);
  }

  /** Show the messages of the conversation. */
  show({ messages }) {
    const { isFresh, place } = this;
    this.isFresh = false;
    drawWelcome(byId("welcome"), messages.length === 0, place, this.room.names);
    this.list.show(messages, { isFresh });
    this.#follow(messages);
  }

  /** Say something here; the thread with the bot's answer opens by itself. */
  ask(text) {
    this.following = text.startsWith("/") ? null : { id: this.id, until: Date.now() + FOLLOW_MS };
    this.list.toEnd();
    return this.room.say(text, null);
  }

  #askExample(example) {
    const isWhole = this.place.kind === "direct" || /^[/@]/.test(example);
    return this.ask(isWhole ? example : `/finops who-owns ${example}`);
  }

  #address(label) {
    this.composer.text = this.drafts.get(this.id) || "";
    this.composer.address(label);
  }

  #follow(messages) {
    const { following } = this;
    if (!following || following.id !== this.id || this.place.thread) return;
    const mine = messages.filter((one) => one.author.id === this.room.me() && !one.thread_ts).pop();
    if (Date.now() > following.until) this.following = null;
    else if (mine?.reply_count) {
      this.following = null;
      this.room.reply(mine);
    }
  }
}

/** The thread beside the conversation. */
export class Thread {
  constructor(room) {
    this.list = new MessageList(byId("thread-messages"), { ...room, reply: null });
    const send = (text) => {
      this.list.toEnd();
      return room.say(text, this.ts);
    };
    this.composer = new Composer({ names: room.names, commands: [], label: "Reply …", send });
    this.composer.address("Reply …");
    fill(byId("thread-foot"), this.composer.node);
  }

  /** Show a thread, or none. */
  turnTo(ts) {
    if (this.ts === ts) return;
    const isWriting = document.activeElement?.closest("#foot");
    this.ts = ts;
    this.isFresh = true;
    byId("thread").hidden = !ts;
    document.body.classList.toggle("with-thread", Boolean(ts));
    byId("thread-messages").replaceChildren();
    this.composer.text = "";
    if (ts && !isWriting) this.composer.field.focus();
  }

  show({ messages }) {
    this.list.show(messages, { isFresh: this.isFresh });
    if (this.isFresh) this.list.tell(messages.slice(1).slice(-1)); // it may have opened by itself, with the answer
    this.isFresh = false;
  }
}
