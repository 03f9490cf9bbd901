// The page as a whole: who looks at what, and what has to be read again when.

import { Actions, readings } from "./actions.js";
import { Conversation, Thread } from "./conversation.js";
import { FormDialog } from "./form.js";
import { drawHome } from "./home.js";
import { Live } from "./live.js";
import { Names } from "./names.js";
import { showSide } from "./panels.js";
import { addressOf, conversationOf, isSamePlace, placeIn } from "./place.js";
import { Refresh } from "./refresh.js";
import { drawSidebar, markSidebar } from "./sidebar.js";
import { drawWhy } from "./why.js";

const EVERYTHING = ["conversation", "thread", "home", "form", "routing"];
const byId = (id) => document.getElementById(id);

/** Holds what the page shows, and to whom; `start` reads it for the first time. */
export class Page {
  constructor() {
    this.names = new Names();
    this.unread = new Set();
    this.actions = new Actions(this);
    this.form = this.#form();
    this.live = new Live({
      onChanged: (what) => this.changed(what),
      onLost: () => {
        showLost(true);
        this.refresh.soon("state"); // it may come back with other people
      },
      onBack: () => {
        showLost(false);
        this.refresh.soon("state", ...EVERYTHING);
      },
    });
    this.refresh = new Refresh(this.#sources(), { onAway: () => this.live.lost(), onAnswer: () => this.live.back() });
  }

  /** The conversation that is shown, none in App Home. */
  get conversationId() {
    return this.place ? conversationOf(this.place, this.personId) : null;
  }

  start() {
    byId("close-thread").addEventListener("click", () => this.#closeThread());
    byId("send-digest").addEventListener("click", () => this.actions.digest());
    byId("skip").addEventListener("click", () => (this.conversationId ? this.conversation.composer.field : byId("title")).focus());
    addEventListener("hashchange", () => this.#arrive());
    this.refresh.soon("state");
  }

  /** Read again what has changed: `conversation:ID` and the like as the server tells it, or `all` but App Home. */
  changed(what) {
    const isFresh = what.includes("all"); // nothing of before counts, so nothing is news
    if (isFresh) this.unread.clear();
    for (const one of what) {
      const [kind, id] = one.split(":");
      if (kind === "all") this.refresh.soon(...EVERYTHING.filter((each) => each !== "home"));
      else if (kind !== "conversation") this.refresh.soon(kind);
      else if (id === this.conversationId) this.refresh.soon("conversation", "thread", "routing");
      else if (!isFresh) this.unread.add(id);
    }
    this.#mark();
  }

  #sources() {
    const here = (ask) => () => this.conversationId && ask(this.conversationId, this.personId);
    const mine = (ask) => () => this.personId && ask(this.personId);
    return {
      state: { ask: readings.state, show: (state) => this.#begin(state) },
      conversation: { ask: here(readings.conversation), show: (read) => this.#show(read) },
      thread: {
        ask: here((id, me) => this.place.thread && readings.thread(id, this.place.thread, me)),
        show: (read) => this.thread.show(read),
      },
      home: { ask: mine((me) => this.place?.kind === "home" && readings.home(me)), show: (read) => this.#showHome(read) },
      form: { ask: mine(readings.form), show: (read) => this.form.show(read) },
      routing: { ask: readings.routing, show: (read) => drawWhy(byId("why-content"), read, this.names) },
    };
  }

  #form() {
    return new FormDialog({
      names: this.names,
      submit: (view, values) => this.actions.formSubmit(view, values),
      click: (view, block, action, values) => this.actions.formClick(view, block, action, values),
      close: (view) => this.actions.formClose(view),
      seek: (view, block, element, typed) => this.actions.options(block, element, typed, view.id),
    });
  }

  #begin(state) {
    const isFirst = !this.state;
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    this.names.learn(state);
    const before = this.personId;
    const remembered = sessionStorage.getItem("person");
    this.personId = state.people.some((one) => one.id === remembered) ? remembered : state.people[0].id;
    this.#drawSide();
    if (!isFirst) {
      if (this.personId !== before) this.live.follow(this.personId);
      this.#arrive();
      return;
    }
    const room = this.#room();
    this.conversation = new Conversation(state, room);
    this.thread = new Thread(room);
    this.live.follow(this.personId);
    this.refresh.soon("form", "routing");
    this.#arrive();
  }

  #room() {
    const { actions } = this;
    return {
      names: this.names,
      me: () => this.personId,
      say: (text, thread) => actions.say(text, thread),
      act: (message, block, action) => actions.click(message, block, action),
      seek: (message, block, element, typed) => actions.options(block, element, typed),
      shortcut: (message) => actions.shortcut(message),
      reply: (message) => this.#goTo({ ...this.place, thread: message.thread_ts || message.ts }),
    };
  }

  #drawSide() {
    const onPerson = (id) => this.#actAs(id);
    const onReset = () => this.actions.reset();
    drawSidebar(byId("side"), { state: this.state, personId: this.personId, onPerson, onReset });
    this.#mark();
  }

  #actAs(personId) {
    sessionStorage.setItem("person", personId);
    this.personId = personId;
    this.unread.clear();
    this.#drawSide();
    showSide(false);
    byId("act-as").focus();
    this.live.follow(personId);
    this.#goTo({ ...this.place, thread: null });
    this.conversation.turnTo(this.place, this.conversationId);
    this.refresh.soon(...EVERYTHING);
  }

  #goTo(place) {
    location.hash = addressOf(place);
  }

  #closeThread() {
    this.#goTo({ ...this.place, thread: null });
    this.conversation.composer.field.focus();
  }

  /** Show what the address says; `replace`, so that “back” never leads to an address that shows nothing. */
  #arrive() {
    let place = placeIn(location.hash);
    if (!place || (place.kind === "channel" && !this.names.channel(place.id))) {
      place = { kind: "channel", id: this.state.channels[0].id, thread: null };
      location.replace(addressOf(place));
    }
    const isMoved = !isSamePlace(place, this.place);
    this.place = place;
    if (isMoved) this.conversation.turnTo(place, this.conversationId);
    else this.conversation.place = place;
    this.thread.turnTo(place.thread);
    this.unread.delete(this.conversationId);
    this.#mark();
    if (isMoved) this.refresh.soon("conversation", "thread", "home");
    else this.refresh.soon("thread");
  }

  #mark() {
    if (!this.state) return;
    markSidebar(byId("side"), this.place, (place) => this.unread.has(conversationOf(place, this.personId)));
  }

  #show(read) {
    if (read.id !== this.conversationId) return; // somebody moved on meanwhile
    this.unread.delete(this.conversationId);
    this.conversation.show(read);
  }

  #showHome(read) {
    const act = (block, action) => this.actions.homeClick(block, action);
    const seek = (block, element, typed) => this.actions.options(block, element, typed, read.view?.id);
    drawHome(byId("home"), read, { names: this.names, act, seek });
  }
}

function showLost(isLost) {
  byId("lost").textContent = isLost ? "The playground does not answer. This page goes on as soon as it does." : "";
  byId("lost").hidden = !isLost;
}
