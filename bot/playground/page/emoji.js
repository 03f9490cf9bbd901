// The few emoji that the bot, and people who try it, write by name.

import { el } from "./dom.js";

const EMOJI = {
  warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", question: "❓", exclamation: "❗",
  information_source: "ℹ️", bulb: "💡", bell: "🔔", calendar: "📅", hourglass: "⏳", eyes: "👀", wave: "👋",
  tada: "🎉", thinking_face: "🤔", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", pray: "🙏", smile: "😄",
  rotating_light: "🚨", fire: "🔥", moneybag: "💰", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", cloud: "☁️", rocket: "🚀", robot_face: "🤖", lock: "🔒", seedling: "🌱", cake: "🍰",
};

/** Return the emoji called `:name:`, nothing where there is none. */
export function emoji(token) {
  const name = token.slice(1, -1).toLowerCase();
  if (!Object.hasOwn(EMOJI, name)) return null;
  return el("span", { role: "img", "aria-label": name.replaceAll("_", " "), class: "emoji" }, EMOJI[name]);
}
