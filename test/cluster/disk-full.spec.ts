import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Client, Follower } from "../support/client.ts";
import { run, script, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { withFolder } from "../support/with-broker.ts";

/** Bytes of a file system that is full soon. */
const SIZE = "12m";

/** A file system of its own, in memory. @returns undefined where one may mount none */
function mounted(folder: string): { path: string; remount(how: string): void; unmount(): void } | undefined {
  const path = join(folder, "data");
  mkdirSync(path);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "wirehouse-test", path]).status !== 0) return undefined;
  return {
    path,
    remount(how) {
      const { status, stderr } = spawnSync("mount", ["-o", `remount,${how}`, path]);
      if (status !== 0) throw new Error(String(stderr));
    },
    unmount: () => void spawnSync("umount", ["-l", path]),
  };
}

/** Takes all room that is left. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch {
        // There is no room for so much: then for less.
      }
    }
  } finally {
    closeSync(file);
  }
}

describe("A file system", () => {
  before(function () {
    const tried = withFolder(async (folder) => {
      const disk = mounted(folder);
      disk?.unmount();
      return disk !== undefined;
    });
    return tried.then((may) => {
      if (may) return;
      console.log("      (none can be mounted here: it takes root)");
      this.skip();
    });
  });

  it("G1 that is full: sends are refused, nothing is acknowledged or shown, reads go on, and it recovers by itself", () =>
    withFolder(async (folder) => {
      const disk = mounted(folder);
      if (!disk) throw new Error("no file system");
      const server = await startServer(disk.path, { WIREHOUSE_RATE: "0" }).catch((error) => {
        disk.unmount();
        throw error;
      });
      try {
        const admin = new Client(server.url, server.token);
        const room = await admin.room();
        const follower = new Follower(admin, { [room]: 0 });
        const acknowledged: string[] = [];
        const send = async (id: string): Promise<number> => {
          const body = { to: room, text: "x".repeat(8_000), clientMessageId: id };
          const { status, body: answer } = await admin.request("POST", "/messages", body);
          if (status < 300) acknowledged.push(id);
          else
            expect(answer, id).to.deep.include({
              type: "urn:wirehouse:problem:unavailable",
              status: 503,
              retryAfter: 1,
            });
          return status;
        };
        for (let number = 0; number < 20; number++) expect(await send(`before-${number}`)).to.equal(201);

        fill(join(disk.path, "filler"));
        let full = 0;
        await until(async () => (await send(`full-${full++}`)) === 503, "a full disk");
        const before = acknowledged.length;
        const refused = Array.from({ length: 5 }, (_, index) => `refused-${index}`);
        for (const id of refused) expect(await send(id)).to.equal(503);
        expect(acknowledged).to.have.length(before);
        const stored = async () => (await admin.log(room)).flatMap(({ clientMessageId = [] }) => clientMessageId);
        expect(await stored(), "reads go on, and hold what was acknowledged alone").to.deep.equal(acknowledged);
        expect((await admin.request("GET", "/conversations")).status).to.equal(200);
        const bob = { handle: "bob", name: "x".repeat(100), kind: "person" };
        expect((await admin.request("POST", "/principals", bob)).status, "nor is anything else").to.equal(503);
        expect((await fetch(`${server.url}/readyz`)).status).to.equal(200);
        expect(await admin.verified(room)).to.equal(true);
        await until(() => follower.shown.get(room)?.length === acknowledged.length + 2, "all that was acknowledged");

        rmSync(join(disk.path, "filler"));
        for (const id of refused) await until(async () => (await send(id)) < 300, "room again");
        expect(await stored()).to.deep.equal(acknowledged);
        await until(() => follower.shown.get(room)?.length === acknowledged.length + 2, "what came after");
        expect(await admin.verified(room)).to.equal(true);
        expect((await admin.request("POST", "/principals", bob)).status).to.equal(201);
        const found = () => admin.request("GET", "/search?q=xx*");
        await until(async () => JSON.stringify((await found()).body).includes('"behind":0'), "search has caught up");
        follower.close();
        expect(await server.stop()).to.deep.equal({ code: 0, signal: null });
      } finally {
        await server.kill();
        disk.unmount();
      }
    })).timeout(120_000);

  it("that is read-only keeps a server from starting, in a sentence that names the folder", () =>
    withFolder(async (folder) => {
      const disk = mounted(folder);
      if (!disk) throw new Error("no file system");
      try {
        await (await startServer(disk.path)).stop();
        disk.remount("ro");
        const refused = run(script("start"), { PORT: "0", WIREHOUSE_DATA: disk.path });
        expect((await refused.ended).code).to.equal(1);
        expect(refused.output()).to.include(`The data folder ${disk.path} cannot be used: `);
        expect(refused.output()).not.to.match(/ {4}at /);
        disk.remount("rw");
        await (await startServer(disk.path)).stop();
      } finally {
        disk.unmount();
      }
    }));
});
