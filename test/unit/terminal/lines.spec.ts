import { expect } from "chai";
import type { Bodies, Entry, EntryType } from "../../../client/wirehouse.ts";
import { lines, type Telling } from "../../../terminal/tail/lines.ts";

const people: Record<string, { id: string; handle: string; name: string }> = {
  A: { id: "A", handle: "ana", name: "Ana Ruiz" },
  B: { id: "B", handle: "ben", name: "Ben" },
};

const telling: Telling = {
  paint: (_look, text) => text,
  name: (id) => people[id] ?? { id, handle: id, name: id },
  me: "ben",
  timeZone: "UTC",
};

function entry<T extends EntryType>(type: T, body: Bodies[T] | undefined, more: Partial<Entry> = {}): Entry {
  const common = { conversationId: "C", seq: 7, senderId: "A", sentAt: "2026-01-05T09:03:00.000Z" };
  return JSON.parse(JSON.stringify({ ...common, type, body, bodyHash: "", prevHash: "", hash: "", ...more }));
}

const message = (text: string) => ({ text, salt: "" });
const shown = (given: Entry, more: Partial<Telling> = {}) => lines(given, { ...telling, ...more });
const ANA = "09:03      7 Ana Ruiz @ana ";

describe("An entry in a terminal", () => {
  it("says when, which, who and what; a name that is the handle stands once", () => {
    expect(shown(entry("message", message("good morning")))).to.equal(`${ANA} good morning`);
    expect(shown(entry("message", message("hi"), { senderId: "B" }))).to.equal("09:03      7 @ben  hi");
  });

  it("cites what it answers, is about or takes back", () => {
    const cited = { senderId: "B", text: "one\ntwo" };
    const reply = shown(entry("message", message("yes\nand no"), { replyTo: 4 }), { cited });
    expect(reply.split("\n")).to.deep.equal([
      `${ANA} ↳ 4 @ben: one two`,
      `${" ".repeat(13)}yes`,
      `${" ".repeat(13)}and no`,
    ]);
    const on = { targetSeq: 4 };
    expect(shown(entry("reaction", { emoji: "👍", on: true }, on), { cited })).to.equal(`${ANA} 👍 on 4 @ben: one two`);
    expect(shown(entry("reaction", { emoji: "tada", on: false }, on), { cited })).to.contain(":tada: no more, on 4");
    expect(shown(entry("edit", message("three"), on), { cited })).to.contain("✎ edits 4 @ben: one two\n");
    expect(shown(entry("redact", { reason: "typo" }, on), { cited: { ...cited, text: undefined } })).to.equal(
      `${ANA} ✗ redacts 4 @ben: (redacted) typo`,
    );
    expect(shown(entry("pin", { on: true }, on))).to.equal(`${ANA} pins 4`);
    const long = shown(entry("pin", { on: true }, on), { cited: { senderId: "B", text: "👍".repeat(60) } });
    expect(long).to.equal(`${ANA} pins 4 @ben: ${"👍".repeat(48)}…`);
  });

  it("says that there was a text where a later edit or redaction has overtaken it", () => {
    expect(shown(entry("message", undefined))).to.equal(`${ANA} (edited or redacted since)`);
  });

  it("tells who did what to whom", () => {
    const told = [
      entry("create", { kind: "channel", private: false, purpose: "all of it" }),
      entry("join", { principalId: "A", role: "owner" }),
      entry("join", { principalId: "B", role: "member" }),
      entry("leave", { principalId: "B" }),
      entry("role", { principalId: "B", role: "owner" }),
      entry("rename", { name: "fx" }),
      entry("archive", { on: true }),
    ].map((one) => shown(one).replace(`${ANA} `, ""));
    expect(told).to.deep.equal([
      "made this channel: all of it",
      "joined",
      "added @ben",
      "removed @ben",
      "made @ben owner",
      "renamed it to fx",
      "archived it",
    ]);
  });

  it("paints mentions, one's own unlike others', and nothing that only looks like one", () => {
    const paint: Telling["paint"] = (look, text) =>
      look === "inverse" || look === "bold" ? `<${look} ${text}>` : text;
    const line = shown(entry("message", message("@Ben, @ana. a@b.c")), { paint });
    expect(line).to.contain("<inverse @Ben>, <bold @ana>. a@b.c");
  });

  it("lets nobody else's text do anything to the terminal", () => {
    const evil = "\u001b[2J\u202e\r";
    const name = (id: string) => ({ id, handle: "ana", name: evil });
    const given = [
      entry("message", message(evil), { replyTo: 1 }),
      entry("reaction", { emoji: evil, on: true }),
      entry("redact", { reason: evil }),
      entry("purpose", { purpose: evil }),
      entry("rename", { name: evil }),
      entry("create", { kind: "room", private: true, purpose: evil }),
      entry("join", { principalId: "B", role: "member" }),
    ];
    const shownAll = given.map((one) => shown(one, { name, cited: { senderId: "B", text: evil } })).join("");
    for (const character of evil.replace("[2J", "")) expect(shownAll).not.to.include(character);
  });
});
