import type { Attachment } from "./records.ts";

/** Slack's markup (https://docs.slack.dev/messaging/formatting-message-text) as our plain text. */

/** What an archive's ids are called here; undefined for what it does not tell of. */
export type Names = {
  handle(slackId: string): string | undefined;
  channel(slackId: string): string | undefined;
};

/** A text, and whom it mentions by Slack id, in the order of the text. */
export type Marked = { text: string; mentioned: string[] };

const TAG = /<([^<>]*)>/g;

export function plain(markup: string, names: Names): Marked {
  const mentioned = new Set<string>();
  let text = "";
  let end = 0;
  for (const match of markup.matchAll(TAG)) {
    text += unescaped(markup.slice(end, match.index));
    end = match.index + match[0].length;
    const [target = "", label] = split(match[1] ?? "");
    const handle = target.startsWith("@") ? names.handle(target.slice(1)) : undefined;
    if (handle === undefined) {
      text += unescaped(tag(target, label, names) ?? match[0]);
      continue;
    }
    mentioned.add(target.slice(1));
    text += apart(text, `@${handle}`, markup.slice(end));
  }
  return { text: text + unescaped(markup.slice(end)), mentioned: [...mentioned] };
}

/** A mention begins where a word does and ends with it; where Slack did without, a space comes in. */
function apart(before: string, mention: string, after: string): string {
  const start = /[\p{L}\p{N}_@]$/u.test(before) ? " " : "";
  const stop = /^[._-]*[\p{L}\p{N}]/u.test(after) ? " " : "";
  return start + mention + stop;
}

/** `<target|label>` as text, still escaped; undefined when it is none of Slack's. */
function tag(target: string, label: string | undefined, names: Names): string | undefined {
  const name = target.slice(1);
  if (target.startsWith("@")) return `@${label?.replace(/^@/, "") || name.toLowerCase()}`;
  if (target.startsWith("#")) return `#${names.channel(name) ?? (label?.replace(/^#/, "") || name.toLowerCase())}`;
  if (target.startsWith("!")) return command(name, label);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return link(target, label);
  return undefined;
}

/** `<!here>`, `<!channel>`, `<!everyone>`, and those of which only the label says something: user groups and dates. */
const command = (name: string, label: string | undefined): string =>
  /^(here|channel|everyone|group)$/.test(name) ? `@${name}` : label || name;

/** A label that is but the end of its address (Slack adds the scheme to what one types) says nothing of its own. */
function link(address: string, label: string | undefined): string {
  if (!label) return address;
  if (address === `mailto:${label}` || address === `tel:${label}`) return label;
  return address.endsWith(label) ? address : `${label} (${address})`;
}

function split(content: string): [string, string | undefined] {
  const bar = content.indexOf("|");
  return bar < 0 ? [content, undefined] : [content.slice(0, bar), content.slice(bar + 1)];
}

const CHARACTERS: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
/** In one pass: `&amp;lt;` is the text `&lt;`. */
const unescaped = (text: string): string => text.replace(/&(?:lt|gt|amp);/g, (entity) => CHARACTERS[entity] ?? entity);

/** What an attachment says, as markup: its parts in the order in which Slack shows them, or the text for those who see none. */
export function attachmentMarkup({ pretext, title, title_link, text, fallback }: Attachment): string {
  const heading = title && title_link ? `<${title_link}|${title}>` : title;
  return [pretext, heading, text].filter(Boolean).join("\n") || fallback || "";
}
