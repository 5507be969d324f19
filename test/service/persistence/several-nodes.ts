import { expect } from "chai";
import { v7 as uuid } from "uuid";
import { addPrincipal } from "../../../services/persistence/directory/principals.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { verify } from "../../../services/persistence/verify.ts";
import { Log, people } from "../../unit/persistence/logs.ts";
import { stored } from "./with-store.ts";

const [ana = "", bo = ""] = people(2);

type WithStores = (count: number, use: (stores: Store[]) => Promise<void>) => Promise<void>;

/** What nodes that share a database promise, whichever server it is on. @param withStores several nodes' on one database */
export function severalNodes(withStores: WithStores): void {
  it("G2 a storm of appends on few logs from all of them makes one chain each", () =>
    withStores(3, async (stores) => {
      const [first] = stores;
      const logs = Array.from({ length: 4 }, () => new Log());
      if (!first) throw new Error("three stores");
      await stored(
        first,
        logs.map((log) => log.create(ana)),
      );
      const heads = new Map(logs.map((log) => [log.id, { head: log.head, ordinal: 0 }]));
      const outcomes = { appended: 0, stale: 0 };
      const owner = async (store: Store, name: string) => {
        for (let round = 0; round < 60; round += 1) {
          const id = logs[round % logs.length]?.id ?? "";
          const mine = Object.assign(new Log(id), heads.get(id));
          const { outcome } = await store.append(mine.message(ana, { clientMessageId: `${name}-${round}` }));
          if (outcome !== "appended" && outcome !== "stale") throw new Error(outcome);
          outcomes[outcome] += 1;
          if (outcome === "appended") heads.set(id, { head: mine.head, ordinal: mine.ordinal });
        }
      };
      await Promise.all(stores.flatMap((store, index) => [owner(store, `${index}a`), owner(store, `${index}b`)]));
      expect(outcomes.appended).to.be.greaterThan(60);
      expect(outcomes.stale, "they were in each other's way").to.be.greaterThan(0);
      for (const { id: conversationId } of logs) {
        const verdict = await verify(first.reader, { conversationId }, ana);
        expect(verdict).to.deep.equal({
          ok: true,
          entries: heads.get(conversationId)?.head.seq,
          head: heads.get(conversationId)?.head,
        });
      }
    }));

  it("G3 the same name, pair and id, made on all of them at once, are made once", () =>
    withStores(3, async (stores) => {
      for (let round = 0; round < 10; round += 1) {
        const made = (log: () => Log) =>
          Promise.all(stores.map((store) => store.append(log().create(ana, { name: `fx-${round}` }))));
        const names = await made(() => new Log());
        expect(names.map(({ outcome }) => outcome)).to.have.members(["appended", "taken", "taken"]);
        const { id } = new Log();
        const ids = await Promise.all(stores.map((store) => store.append(new Log(id).create(bo))));
        expect(ids.map(({ outcome }) => outcome)).to.have.members(["appended", "stale", "stale"]);
      }
    }));

  it("see each other's writes of the directory in one order", () =>
    withStores(2, async (stores) => {
      const add = (store: Store) => {
        const id = uuid();
        const person = { name: "A", kind: "person", role: "user", disabled: false } as const;
        return addPrincipal(store, { ...person, id, handle: id.slice(-32) });
      };
      const added = await Promise.all(Array.from({ length: 20 }, () => stores.map(add)).flat());
      const values = added.map(({ revision }) => revision).sort((a, b) => a - b);
      expect(values).to.deep.equal(values.map((_, index) => index + 1));
    }));

  it("transactions that wait for each other in a circle are both done, one after the other", () =>
    withStores(2, async ([one, other]) => {
      if (!one || !other) throw new Error("two stores");
      const { reader } = one;
      const names = ["a", "b"];
      await one.write(names.map((name) => ({ query: reader("revisions").insert({ name, value: 0 }) })));
      const raise = (order: string[]) => [
        ...order.map((name) => ({ query: reader("revisions").where({ name }).increment("value") })),
      ];
      // Two at a time: who waits behind several such pairs waits longer than a lock is waited for.
      for (let round = 0; round < 3; round += 1) {
        const crossing = [one.write(raise(names)), other.write(raise(names.toReversed()))];
        for (const written of await Promise.all(crossing)) expect(written).to.have.property("rows");
      }
      expect(await reader("revisions").whereIn("name", names).pluck("value")).to.deep.equal([6, 6]);
      await one.write([{ query: reader("revisions").whereIn("name", names).del() }]);
    })).timeout(30_000);
}
