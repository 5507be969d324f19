import type { WireEntry } from "../../../contract/entry.ts";
import type { History, Send, Stored, View } from "./history.ts";

/**
 * What a history says against the guarantees, a sentence each: acknowledged ⊆ stored, nothing doubled, no gap, the same
 * order to everybody, each sender's messages in his order, all chains whole, and nothing told that did not happen.
 */
export function violations({ sends, views, surprises }: History, { logs, broken }: Stored): string[] {
  return [
    ...broken.map((room) => `G6 the chain of ${room} is broken`),
    ...[...logs].flatMap(([room, log]) => [...gaps(room, log), ...doubles(room, log)]),
    ...sends.flatMap((send) => fate(send, logs.get(send.room) ?? [])),
    ...disorder(sends),
    ...surprises,
    ...views.flatMap((view) => differences(view, logs.get(view.room) ?? [])),
  ];
}

function gaps(room: string, log: readonly WireEntry[]): string[] {
  const at = log.findIndex(({ seq }, index) => seq !== index + 1);
  return at < 0 ? [] : [`G2 the log of ${room} has ${log[at]?.seq} at place ${at + 1}`];
}

const keyOf = ({ senderId, clientMessageId }: { senderId: string; clientMessageId?: string }) =>
  `${senderId} ${clientMessageId}`;

function doubles(room: string, log: readonly WireEntry[]): string[] {
  const seen = new Set<string>();
  const messages = log.filter(({ type }) => type === "message");
  const again = messages.filter((entry) => seen.size === seen.add(keyOf(entry)).size);
  return again.map((entry) => `G3 ${keyOf(entry)} is in ${room} again, as ${entry.seq}`);
}

function fate({ room, text, outcome, ...send }: Send, log: readonly WireEntry[]): string[] {
  if (!outcome) return [`${keyOf(send)} to ${room} has no outcome`];
  if ("refused" in outcome) return [];
  const { seq, hash } = outcome.acknowledged;
  const entry = log[seq - 1];
  const body = entry?.body;
  const same =
    entry && keyOf(entry) === keyOf(send) && entry.hash === hash && body && "text" in body && body.text === text;
  return same
    ? []
    : [`G1 ${keyOf(send)} was acknowledged as ${seq} of ${room}, where there is ${JSON.stringify(entry)}`];
}

function disorder(sends: readonly Send[]): string[] {
  const last = new Map<string, number>();
  return sends.flatMap(({ senderId, room, clientMessageId, outcome }) => {
    if (!outcome || "refused" in outcome) return [];
    const { seq } = outcome.acknowledged;
    const lane = `${senderId} ${room}`;
    const before = last.get(lane) ?? 0;
    last.set(lane, seq);
    return seq > before ? [] : [`G2 ${clientMessageId} of ${lane} is ${seq}, after ${before}`];
  });
}

function differences({ principalId, room, entries }: View, log: readonly WireEntry[]): string[] {
  const who = `G4 ${principalId} in ${room}`;
  if (entries.length !== log.length) return [`${who} was shown ${entries.length} entries of ${log.length}`];
  const at = entries.findIndex(({ seq, hash }, index) => seq !== log[index]?.seq || hash !== log[index]?.hash);
  return at < 0 ? [] : [`${who} was shown ${entries[at]?.seq} at place ${at + 1}`];
}
