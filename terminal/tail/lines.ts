import type { Entry } from "../../client/wirehouse.ts";
import { plain } from "../../repl/command.ts";
import type { Named } from "../names.ts";
import { colourOf, type Paint } from "../paint.ts";

/** A message that others are about, as far as it is known. */
export type Cited = { senderId: string; text: string | undefined };

/** What telling an entry takes. */
export type Telling = {
  paint: Paint;
  name(id: string): Named;
  /** The message that the entry answers or is about. */
  cited?: Cited;
  /** Whose `@handle` stands out. */
  me: string;
  /** IANA name; the machine's own by default. */
  timeZone?: string;
};

/** Characters of a message that is cited. */
const GIST = 48;
/** Before the second line of a text and those after. */
const INDENT = " ".repeat(13);
const SEQ_WIDTH = 6;
const MENTION = /(?<![\p{L}\p{N}_@])@[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?/giu;

/** An entry as lines of a terminal: when, its seq, who, and what. */
export function lines(entry: Entry, telling: Telling): string {
  const { paint, timeZone } = telling;
  const time = new Date(entry.sentAt).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
  const before = paint("dim", `${time} ${String(entry.seq).padStart(SEQ_WIDTH)}`);
  return `${before} ${who(entry.senderId, telling)}  ${what(entry, telling)}`;
}

/** The day of an entry, where a new one begins. */
export const day = (sentAt: string, timeZone?: string): string =>
  new Date(sentAt).toLocaleDateString("en-GB", { dateStyle: "full", timeZone });

function what(entry: Entry, telling: Telling): string {
  const { paint } = telling;
  const about = (sign: string, rest = "") => `${paint("dim", `${sign} ${cite(entry, telling)}`)}${rest}`;
  switch (entry.type) {
    case "message": {
      const text = entry.body ? said(entry.body.text, telling) : paint(["dim", "italic"], "(edited or redacted since)");
      return entry.replyTo === undefined ? text : `${about("↳")}\n${INDENT}${text}`;
    }
    case "edit": {
      const text = entry.body ? said(entry.body.text, telling) : paint(["dim", "italic"], "(overtaken since)");
      return `${about("✎ edits")}\n${INDENT}${text}`;
    }
    case "redact":
      return about("✗ redacts", entry.body?.reason ? ` ${plain(entry.body.reason)}` : "");
    case "reaction":
      return `${emoji(entry.body?.emoji ?? "")} ${about(entry.body?.on === false ? "no more, on" : "on")}`;
    case "pin":
      return about(entry.body?.on === false ? "unpins" : "pins");
    default:
      return paint("dim", settled(entry, telling));
  }
}

/** What changes the conversation rather than being said in it. */
function settled(entry: Entry, { name }: Telling): string {
  const whom = (id: string) => (id === entry.senderId ? "" : ` ${called(name(id))}`);
  switch (entry.type) {
    case "create":
      return `made this ${entry.body?.kind ?? "conversation"}${entry.body?.purpose ? `: ${plain(entry.body.purpose)}` : ""}`;
    case "join":
      return entry.body && entry.body.principalId !== entry.senderId
        ? `added${whom(entry.body.principalId)}`
        : "joined";
    case "leave":
      return entry.body && entry.body.principalId !== entry.senderId
        ? `removed${whom(entry.body.principalId)}`
        : "left";
    case "role":
      return entry.body ? `made${whom(entry.body.principalId)} ${entry.body.role}` : "changed a role";
    case "rename":
      return `renamed it to ${plain(entry.body?.name ?? "")}`;
    case "purpose":
      return `set the purpose: ${plain(entry.body?.purpose ?? "")}`;
    case "archive":
      return entry.body?.on === false ? "took it out of the archive" : "archived it";
    default:
      // A type of entry that came later than this program.
      return entry.type;
  }
}

const called = ({ handle, name }: Named): string =>
  isAlike(name, handle) ? `@${handle}` : `${plain(name)} @${handle}`;
const isAlike = (name: string, handle: string): boolean => name.toLowerCase() === handle;

function who(id: string, { paint, name }: Telling): string {
  const named = name(id);
  const look = colourOf(id);
  if (isAlike(named.name, named.handle)) return paint(look, `@${named.handle}`);
  return `${paint(look, plain(named.name))} ${paint("dim", `@${named.handle}`)}`;
}

function cite({ replyTo, targetSeq }: Entry, { cited, name }: Telling): string {
  const seq = replyTo ?? targetSeq ?? "";
  if (!cited) return `${seq}`;
  const text = plain(cited.text?.replaceAll("\n", " ") ?? "(redacted)");
  const gist = [...text].length > GIST ? `${[...text].slice(0, GIST).join("")}…` : text;
  return `${seq} @${name(cited.senderId).handle}: ${gist}`;
}

/** Slack's names of emoji are words. */
const emoji = (given: string): string => (/^[\w+-]+$/.test(given) ? `:${given}:` : plain(given));

function said(text: string, { paint, me }: Telling): string {
  const marked = (line: string) =>
    plain(line).replace(MENTION, (mention) => paint(mention.toLowerCase() === `@${me}` ? "inverse" : "bold", mention));
  return text.split("\n").map(marked).join(`\n${INDENT}`);
}
