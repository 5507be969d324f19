import { canonical } from "../../../contract/chain.ts";
import type { WireEntry } from "../../../contract/entry.ts";
import type { ServerFrame } from "../../../contract/frames.ts";
import { FRAME_BYTES, FRAME_ENTRIES } from "../../../contract/limits.ts";
import { type Frame, textFrame } from "./shared-frame.ts";

/** One frame to a client. */
export const frameOf = (frame: ServerFrame): Frame => textFrame(JSON.stringify(frame));

/** Entries that fit one frame, and the frame. */
export type EntriesFrame = { entries: readonly WireEntry[]; frame: Frame };

/**
 * An entry as history shows it, to the letter: what was announced is in the order in which it was made, what was read is
 * in that of the columns and of RFC 8785.
 */
function entryText(entry: WireEntry): string {
  const { conversationId, seq, type, senderId, clientMessageId, replyTo, targetSeq, sentAt, bodyHash, prevHash } =
    entry;
  const { hash, body } = entry;
  const before = { conversationId, seq, type, senderId, clientMessageId, replyTo, targetSeq, sentAt };
  const line = JSON.stringify({ ...before, bodyHash, prevHash, hash });
  return body === undefined ? line : `${line.slice(0, -1)},"body":${bodyText(body)}}`;
}

/** All bodies are flat but for `data`, and the canonical form costs as much as all the rest of a frame. */
function bodyText(body: NonNullable<WireEntry["body"]>): string {
  if ("data" in body) return canonical(body);
  return JSON.stringify(Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** Bytes of a frame besides its entries and the commas between them. */
const ENVELOPE = 128;

/** Consecutive entries of a conversation in as few frames as the contract allows. */
export function* entriesFrames(conversationId: string, entries: readonly WireEntry[]): Generator<EntriesFrame> {
  const frame = (from: number, texts: string[]): EntriesFrame => ({
    entries: from === 0 && texts.length === entries.length ? entries : entries.slice(from, from + texts.length),
    frame: textFrame(`{"type":"entries","conversationId":"${conversationId}","entries":[${texts.join(",")}]}`),
  });
  let from = 0;
  let bytes = ENVELOPE;
  let texts: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const text = entryText(entry);
    const size = Buffer.byteLength(text) + 1;
    if (texts.length === FRAME_ENTRIES || (texts.length > 0 && bytes + size > FRAME_BYTES)) {
      yield frame(from, texts);
      from = index;
      bytes = ENVELOPE;
      texts = [];
    }
    texts.push(text);
    bytes += size;
  }
  if (texts.length > 0) yield frame(from, texts);
}
