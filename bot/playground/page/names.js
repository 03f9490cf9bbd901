// Who and what is behind an id, as the workspace knows it; ids that nobody knows are shown as they are.

/** The people, user groups and channels of the workspace, as soon as it told them. */
export class Names {
  constructor() {
    this.learn({ bot: { id: "", name: "" }, people: [], channels: [], groups: [] });
  }

  /** Take what the server says of the workspace. */
  learn({ bot, people, channels, groups = [] }) {
    Object.assign(this, { bot, people, channels, groups });
    this.byId = new Map([...people, bot].map((one) => [one.id, one.name]));
    this.groupsById = new Map(groups.map((one) => [one.id, one.handle]));
    this.channelsById = new Map(channels.map((one) => [one.id, one.name]));
  }

  /** Return a person's or the bot's name. */
  person(id) {
    return this.byId.get(id) || id;
  }

  /** Return a user group's handle, nothing where it is not one of ours. */
  group(id) {
    return this.groupsById.get(id);
  }

  /** Return a channel's name, nothing where it is not one of ours. */
  channel(id) {
    return this.channelsById.get(id);
  }
}

const COLOURS = ["#7a4b9e", "#a8485c", "#8a5a12", "#2f6f4f", "#35629f", "#8c4a7d", "#3f6d75", "#70602a", "#5a57a6", "#9a4f35"];

/** Return the colour that somebody's picture always has. */
export function colourOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

/** Return the first letters of a name. */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...word][0] || "").join("").toUpperCase();
}
