import { mock } from "node:test";
import { expect } from "chai";
import type { ServerFrame } from "../../../contract/frames.ts";
import { WATCHES } from "../../../contract/limits.ts";
import type { Presence } from "../../../contract/presence.ts";
import { LocalFanOut } from "../../../mixins/fan-out/local.ts";
import type { Watched, Watcher } from "../../../services/gateway/presence/watched.ts";
import { Watches } from "../../../services/gateway/presence/watches.ts";
import type { Frame } from "../../../services/gateway/stream/shared-frame.ts";
import { until } from "../../support/until.ts";
import { parsed } from "./stream-world.ts";

class Session implements Watcher {
  paused = false;
  closed = false;
  watching = new Set<Watched>();
  readonly missed = new Set<Watched>();
  readonly told: ServerFrame[] = [];

  write(frame: Frame): void {
    this.told.push(parsed(frame));
  }

  get statuses(): string[] {
    return this.told.flatMap((frame) => (frame.type === "presence" ? [`${frame.principalId} ${frame.status}`] : []));
  }
}

/** A gateway's watches on a fan-out, over states that a test sets. */
class World {
  readonly fanOut = new LocalFanOut();
  readonly states = new Map<string, Presence>();
  readonly failures: unknown[] = [];
  /** What a question waits for; it has looked before. */
  asked: string[] = [];
  gate: Promise<void> = Promise.resolve();
  broken = false;
  readonly watches = new Watches({
    fanOut: this.fanOut,
    resolve: async (addresses) => addresses.flatMap((one) => (one.startsWith("@no") ? [] : one.slice(1))),
    state: async (principalId) => {
      this.asked.push(principalId);
      if (this.broken) throw new Error("presence is away");
      const state = this.states.get(principalId) ?? null;
      await this.gate;
      return state;
    },
    failed: (error) => this.failures.push(error),
  });

  set(principalId: string, status: Presence["status"], more: Partial<Presence> = {}, isTold = true): void {
    const presence = { principalId, status, ...more };
    this.states.set(principalId, presence);
    if (isTold) this.fanOut.present(presence);
  }
}

describe("who is watched at a gateway", () => {
  it("is told to all who watch, asked for once however many do", async () => {
    const world = new World();
    world.set("ana", "online");
    const [one, two] = [new Session(), new Session()];
    expect(await world.watches.watch(one, ["@ana", "@nobody"])).to.equal(true);
    await world.watches.watch(two, ["@ana"]);
    expect([one.statuses, two.statuses]).to.deep.equal([["ana online"], ["ana online"]]);
    expect(world.asked).to.deep.equal(["ana"]);
    world.set("ana", "away");
    await until(() => one.statuses.length === 2 && two.statuses.length === 2);
    world.watches.forget(one);
    world.watches.forget(two);
    expect([...world.watches.principals()]).to.deep.equal([]);
  });

  it("is told of once, as he is then, however often he changes his mind meanwhile", async () => {
    const world = new World();
    world.set("ana", "offline");
    const session = new Session();
    await world.watches.watch(session, ["@ana"]);
    for (const status of ["online", "away", "dnd"] as const) world.set("ana", status);
    await until(() => session.statuses.length > 1);
    expect(session.statuses).to.deep.equal(["ana offline", "ana dnd"]);
  });

  it("what a paused session misses it is told when it is drained, each once and as it is then", async () => {
    const world = new World();
    for (const one of ["ana", "bob", "cleo"]) world.set(one, "online");
    const [slow, quick] = [new Session(), new Session()];
    for (const session of [slow, quick]) await world.watches.watch(session, ["@ana", "@bob", "@cleo"]);
    slow.paused = true;
    world.set("ana", "away");
    await until(() => quick.statuses.length === 4);
    world.set("ana", "dnd");
    world.set("bob", "offline");
    await until(() => quick.statuses.length === 6);
    expect(slow.statuses).to.have.length(3);
    slow.paused = false;
    world.watches.drained(slow);
    world.watches.drained(slow);
    expect(slow.statuses.slice(3)).to.deep.equal(["ana dnd", "bob offline"]);
  });

  it("a lost announcement shows when he is read again; what was heard since it was asked is newer", async () => {
    const world = new World();
    world.set("ana", "online");
    const session = new Session();
    await world.watches.watch(session, ["@ana"]);
    world.set("ana", "offline", {}, false);
    await world.watches.refresh([...world.watches.principals()]);
    await until(() => session.statuses.length === 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.gate = promise;
    const reading = world.watches.refresh(["ana"]);
    world.set("ana", "away");
    resolve();
    await reading;
    await until(() => session.statuses.length === 3);
    expect(session.statuses).to.deep.equal(["ana online", "ana offline", "ana away"]);
  });

  it("is answered when presence is back, where it was away", async () => {
    const world = new World();
    world.set("ana", "online");
    world.broken = true;
    const session = new Session();
    const watching = world.watches.watch(session, ["@ana"]);
    await until(() => world.failures.length > 0);
    expect(session.told).to.deep.equal([]);
    world.broken = false;
    await watching;
    expect(session.statuses).to.deep.equal(["ana online"]);
  });

  it("a session that ended meanwhile watches nobody", async () => {
    const world = new World();
    const session = new Session();
    const watching = world.watches.watch(session, ["@ana"]);
    session.closed = true;
    await watching;
    expect([...world.watches.principals(), ...session.told]).to.deep.equal([]);
  });

  it("G8 nobody is kept who was read when nobody watched him any more, however long his text lasts", async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const world = new World();
      let looks = 0;
      const state: Presence = { principalId: "ana", status: "online" };
      const until9999 = () => {
        looks++;
        return "9999-12-31T00:00:00.000Z";
      };
      world.states.set("ana", Object.defineProperty(state, "until", { get: until9999 }));
      const { promise, resolve } = Promise.withResolvers<void>();
      world.gate = promise;
      const session = new Session();
      const watching = world.watches.watch(session, ["@ana"]);
      await until(() => world.asked.length === 1);
      world.watches.forget(session);
      resolve();
      await watching;
      const before = looks;
      world.watches.start();
      mock.timers.tick(10_000);
      expect(looks).to.equal(before);
      world.watches.stop();
    } finally {
      mock.timers.reset();
    }
  });

  it("G8 has room for so many, and no more", async () => {
    const world = new World();
    const addresses = Array.from({ length: 50_000 }, (_, index) => `@${index}`);
    const sessions = Array.from({ length: WATCHES / addresses.length }, () => new Session());
    const crowd = sessions.slice(0, 3);
    for (const session of crowd) expect(await world.watches.watch(session, addresses)).to.equal(true);
    const all = Array.from({ length: WATCHES - 100_000 + 1 }, (_, index) => `@${index}`);
    expect(await world.watches.watch(new Session(), all)).to.equal(false);
    for (const session of crowd) world.watches.forget(session);
    expect([...world.watches.principals()]).to.deep.equal([]);
  });
});
