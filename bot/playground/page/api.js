// Speaks with the playground's server; knows its addresses and nothing of what is drawn.

/** The server said no, in words for the person; `isAway` where it did not answer, or cannot just now. */
export class Refused extends Error {
  constructor(words, isAway = false) {
    super(words);
    this.isAway = isAway;
  }
}

/** Ask the server for something. */
export function get(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return answerTo(query ? `${path}?${query}` : path, {});
}

/** Tell the server what a person did. */
export function post(path, body) {
  return answerTo(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function answerTo(address, request) {
  let response;
  try {
    response = await fetch(address, { cache: "no-store", ...request });
  } catch {
    throw new Refused("The playground does not answer. Is it still running?", true);
  }
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(said.error || `The playground answered with ${response.status}.`, response.status > 501);
  return said;
}
