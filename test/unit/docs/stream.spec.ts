import { expect } from "chai";
import type { TSchema } from "typebox";
import { closeCodes } from "../../../contract/close-codes.ts";
import { clientFrames, Hello, type ServerFrame } from "../../../contract/frames.ts";
import * as limits from "../../../contract/limits.ts";
import { outside } from "../../../services/gateway/openapi/outside.ts";
import { page, rows } from "./pages.ts";

/** The fields of each frame that a client is told: the compiler sees to it that none is left out, or is another's. */
type Fields<F> = F extends unknown ? Exclude<keyof F, "type"> : never;
const told: { [T in ServerFrame["type"]]: { [F in Fields<Extract<ServerFrame, { type: T }>>]: true } } = {
  ready: { sessionId: true, principalId: true, heads: true },
  entries: { conversationId: true, entries: true },
  ack: { ref: true, conversationId: true, seq: true, sentAt: true, hash: true, receipts: true, unseen: true },
  refused: { ref: true, problem: true },
  joined: { conversationId: true },
  left: { conversationId: true },
  read: { conversationId: true, seq: true },
  typing: { conversationId: true, principalId: true },
  presence: { principalId: true, status: true, text: true, until: true, lastSeen: true },
};

const fieldsOf = (schema: TSchema): string[] =>
  Object.keys("properties" in schema && typeof schema.properties === "object" ? (schema.properties ?? {}) : {});

/** Frames by the table below a heading: name and fields. */
function documented(heading: string): [string | undefined, string[]][] {
  const [, section = ""] = page("docs/stream.md").split(`\n## ${heading}\n`);
  const [table = ""] = section.split("\n## ");
  return rows(table).map(([name, fields = ""]) => [
    name?.replaceAll("`", ""),
    [...fields.matchAll(/`(\w+)`/g)].map(([, field = ""]) => field),
  ]);
}

describe("docs/stream.md", () => {
  it("lists each frame that a client may say, with its fields, and no other", () => {
    const known = Object.entries({ hello: Hello, ...clientFrames }).map(([type, schema]) => [
      type,
      fieldsOf(schema).filter((field) => field !== "type"),
    ]);
    expect(documented("What a client says")).to.deep.equal(known);
  });

  it("lists each frame that it may be told, with its fields, and no other", () => {
    expect(documented("What it is told")).to.deep.equal(
      Object.entries(told).map(([type, fields]) => [type, Object.keys(fields)]),
    );
  });

  it("is no other than the API's document, which names all frames too", () => {
    const { description } = outside["/v1/stream"].get;
    for (const type of ["hello", ...Object.keys(clientFrames), ...Object.keys(told)])
      expect(description).to.include(`\`${type}\``);
  });

  it("lists each end of a stream, and no other", () => {
    const ends = rows(page("docs/stream.md")).filter(([code = ""]) => /^\d/.test(code));
    expect(ends.map((cells) => cells.slice(0, 2))).to.deep.equal(
      Object.entries(closeCodes).map(([name, code]) => [String(code), `\`${name}\``]),
    );
  });

  it("gives bounds as they are", () => {
    const [, table = ""] = /<!-- bounds[^>]*-->\n(.*?)<!-- \/bounds -->/s.exec(page("docs/stream.md")) ?? [];
    const bounds = rows(table).map(([name = "", value]) => [name.replaceAll("`", ""), Number(value)]);
    expect(bounds).to.have.length.greaterThan(8);
    expect(Object.fromEntries(bounds)).to.deep.equal(
      Object.fromEntries(Object.entries(limits).filter(([name]) => bounds.some(([bound]) => bound === name))),
    );
  });
});
