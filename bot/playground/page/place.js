// Where in the page somebody is: a conversation, perhaps with a thread, or App Home. The address bar holds it, so
// that the browser's back and forward move between places.

const ADDRESS = /^#\/(channel|direct|home)(?:\/([^/]+))?(?:\/thread\/([\d.]+))?$/;

/** Return the place that an address names, nothing if it names none. */
export function placeIn(hash) {
  const found = decodeURIComponent(hash).match(/^#\/direct\/thread\/([\d.]+)$/);
  if (found) return { kind: "direct", id: null, thread: found[1] };
  const [, kind, id, thread] = decodeURIComponent(hash).match(ADDRESS) || [];
  if (!kind || (kind === "channel" && !id)) return null;
  return { kind, id: id || null, thread: thread || null };
}

/** Return a place's address. */
export function addressOf({ kind, id, thread }) {
  const start = kind === "channel" ? `#/channel/${id}` : `#/${kind}`;
  return thread ? `${start}/thread/${thread}` : start;
}

/** Return the conversation that a place shows to somebody, nothing for App Home. */
export function conversationOf(place, personId) {
  if (place.kind === "home") return null;
  return place.kind === "direct" ? `D${personId}` : place.id;
}

/** Tell whether two places are the same but for the thread. */
export function isSamePlace(one, other) {
  return Boolean(one && other) && one.kind === other.kind && one.id === other.id;
}
