import { createServer } from "node:http";
import { expect } from "chai";
import { Rest } from "../../../client/rest.ts";
import { find } from "../../../terminal/tail/find.ts";
import { listen } from "../../support/listen.ts";

const conversations = [
  { id: "c1", kind: "channel", name: "fx", head: { seq: 1 } },
  { id: "c2", kind: "room", name: "twice", head: { seq: 1 } },
  { id: "c3", kind: "channel", name: "twice", head: { seq: 1 } },
  { id: "c4", kind: "broadcast", name: "twice", head: { seq: 1 } },
  { id: "c5", kind: "direct", with: "ben's id", head: { seq: 1 } },
];
const answers: Record<string, object> = {
  "/principals/ben": { id: "ben's id" },
  "/groups/desk": { conversationId: "c1" },
  // Of a group that one isn't in, only that it exists.
  "/groups/others": { name: "others" },
};

/** Answers as a server would. */
const server = createServer((request, response) => {
  const path = new URL(request.url ?? "", "http://x").pathname.replace("/v1", "");
  const found = path === "/conversations" ? { items: conversations, next: null } : answers[path];
  response.writeHead(found ? 200 : 404, { "Content-Type": found ? "application/json" : "application/problem+json" });
  response.end(JSON.stringify(found ?? { type: "urn:wirehouse:problem:not-found", status: 404, detail: "" }));
});

describe("A conversation by its address", () => {
  let rest: Rest;

  before(async () => {
    rest = new Rest([`http://127.0.0.1:${await listen(server)}`], "token");
  });

  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it("is found among one's own", async () => {
    for (const [address, id] of [
      ["#fx", "c1"],
      ["@ben", "c5"],
      ["group:desk", "c1"],
      ["c2", "c2"],
    ] as const) {
      expect(await find(rest, address)).to.include({ id });
    }
  });

  it("or it is said that there is none, or several", async () => {
    const said = (address: string) => find(rest, address).catch((error: Error) => error.message);
    for (const address of ["#none", "@nobody", "group:others", "group:none", "c9"]) {
      expect(await said(address)).to.match(/^There is no /);
    }
    expect(await said("#twice")).to.match(/^There are several #twice .*:\n {2}c3\n {2}c4$/);
  });
});
