import { expect } from "chai";
import { v7 as uuid } from "uuid";
import { typeOf } from "../../../contract/errors.ts";
import { BINDINGS_OF_ONE } from "../../../contract/limits.ts";
import type { Principal } from "../../../contract/principal.ts";
import {
  addBinding,
  bindingChanges,
  bindings,
  removeBinding,
} from "../../../services/persistence/directory/bindings.ts";
import { addGroup, group, groups } from "../../../services/persistence/directory/groups.ts";
import { addPrincipal, changePrincipal, senders } from "../../../services/persistence/directory/principals.ts";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { named } from "../../../services/persistence/read/activation.ts";
import type { Store } from "../../../services/persistence/store.ts";
import { Log } from "../../unit/persistence/logs.ts";
import { describeStore } from "./describe-store.ts";
import { stored } from "./with-store.ts";

const person = (handle: string, role: Principal["role"] = "user"): Principal => ({
  ...{ id: uuid(), handle, name: handle, kind: "person", role, disabled: false },
});
const refusal = (asked: Promise<unknown>) => asked.then(() => "done", typeOf);

/** An owner and an administrator, a private conversation and a public one of the owner's, and one that is a group's. */
async function given(store: Store) {
  const [owner, boss] = [person("owner"), person("boss", "admin")];
  for (const principal of [owner, boss]) await addPrincipal(store, principal);
  const [secret, open, ofGroup] = [new Log(), new Log(), new Log()];
  await stored(store, [
    secret.create(owner.id, { kind: "room", private: true }),
    open.create(owner.id, { name: "open" }),
    ofGroup.create(owner.id, { kind: "broadcast", private: true, name: "desk" }),
  ]);
  await addGroup(store, { name: "desk", conversationId: ofGroup.id });
  return { owner: owner.id, boss: boss.id, secret: secret.id, open: open.id, ofGroup: ofGroup.id };
}

const binding = (conversationId: string, pattern = "a.>") => ({ id: uuid(), pattern, conversationId });

/** Rows of five values in one transaction, of which SQL Server takes 2,100. */
const AT_ONCE = 400;

describeStore("bindings' rows", (withStore) => {
  it("are made by owners, and by administrators of what they may know of; each change is one row of a revision", () =>
    withStore(async (store) => {
      const { owner, boss, secret, open, ofGroup } = await given(store);
      const before = await revision(store.reader);
      const [mine, theirs, groups] = [binding(secret), binding(open, "*.b"), binding(ofGroup, ">")];
      expect(await addBinding(store, mine, owner)).to.deep.equal({ revision: before + 1 });
      expect(await addBinding(store, mine, owner), "the same once more").to.deep.equal({ revision: before + 1 });
      await addBinding(store, theirs, boss);
      await addBinding(store, groups, boss);
      expect(await refusal(addBinding(store, binding(secret), boss))).to.equal("not-found");
      expect(await refusal(addBinding(store, binding(uuid()), boss))).to.equal("not-found");
      expect(await refusal(addBinding(store, binding(secret), owner))).to.equal("conflict");
      expect(await refusal(addBinding(store, binding(open), uuid()))).to.equal("not-a-member");
      expect(await revision(store.reader)).to.equal(before + 3);

      const listed = async (who: string) => (await bindings(store.reader, {}, who)).items.map(({ id }) => id);
      expect(await listed(owner)).to.have.members([mine.id, theirs.id, groups.id]);
      expect(await listed(boss)).to.have.members([theirs.id, groups.id]);
      expect(await listed(uuid())).to.deep.equal([]);
      const pages = [];
      for (let cursor: string | undefined, next = ""; ; cursor = next) {
        const page = await bindings(store.reader, { limit: 1, ...(cursor && { cursor }) }, owner);
        pages.push(...page.items);
        if (page.next === null) break;
        next = page.next;
      }
      expect(pages).to.deep.equal((await bindings(store.reader, {}, owner)).items);

      expect(await refusal(removeBinding(store, { id: mine.id }, boss))).to.equal("not-found");
      expect(await removeBinding(store, { id: mine.id }, owner)).to.deep.equal({ revision: before + 4 });
      expect(await refusal(removeBinding(store, { id: mine.id }, owner))).to.equal("not-found");
      const { changes, more } = await bindingChanges(store.reader, { after: before });
      expect(more).to.equal(false);
      expect(changes).to.deep.equal([
        { ...theirs, changed: before + 2, removed: false },
        { ...groups, changed: before + 3, removed: false },
        { ...mine, changed: before + 4, removed: true },
      ]);
      expect((await bindingChanges(store.reader, { after: before + 4 })).changes).to.deep.equal([]);
      // What was removed may be made again.
      expect(await refusal(addBinding(store, binding(secret), owner))).to.equal("done");
    }));

  it("G8 of one maker are bounded, unless he is an administrator, also when many come at once", () =>
    withStore(async (store) => {
      const { owner, boss, secret, open } = await given(store);
      const row = (maker: string) => (_: unknown, n: number) => ({
        query: store.reader("bindings").insert({
          ...{ id: uuid(), pattern: `${maker}.${n}`, conversation_id: open, maker_id: maker, changed: -n - 1 },
          ...(maker === boss && { changed: -n - 1 - BINDINGS_OF_ONE }),
        }),
      });
      const almost = BINDINGS_OF_ONE - 5;
      for (const maker of [owner, boss])
        for (let from = 0; from < almost; from += AT_ONCE) {
          const rows = Array.from({ length: Math.min(AT_ONCE, almost - from) }, (_, n) => row(maker)(_, from + n));
          expect(await store.write(rows)).not.to.have.property("undoneBy");
        }
      const added = async (conversationId: string, who: string) => {
        const all = Array.from({ length: 10 }, (_, n) => binding(conversationId, `a.${n}`));
        const outcomes = await Promise.all(all.map((one) => refusal(addBinding(store, one, who))));
        return { all, made: outcomes.filter((outcome) => outcome === "done").length, outcomes };
      };
      const { all, made, outcomes } = await added(secret, owner);
      expect([made, new Set(outcomes)]).to.deep.equal([5, new Set(["done", "conflict"])]);
      const first = all[outcomes.indexOf("done")];
      await removeBinding(store, { id: first?.id ?? "" }, owner);
      expect(await refusal(addBinding(store, binding(secret, "b"), owner))).to.equal("done");
      expect((await added(open, boss)).made).to.equal(10);
    })).timeout(60_000);

  it("compare by their bytes", () =>
    withStore(async (store) => {
      const { owner, secret } = await given(store);
      for (const pattern of ["a.b", "A.b", "a.B"])
        expect(await refusal(addBinding(store, binding(secret, pattern), owner))).to.equal("done");
    }));
});

describeStore("what a principal may publish to", (withStore) => {
  it("is nothing at first, what was set last, and kept by what changes something else", () =>
    withStore(async (store) => {
      const [ana, robot] = [person("ana"), { ...person("robot"), publish: ["a.*"] }];
      for (const principal of [ana, robot]) await addPrincipal(store, principal);
      const publish = async (id: string) => (await senders(store.reader, { ids: [id] }))[0]?.publish;
      expect([await publish(ana.id), await publish(robot.id)]).to.deep.equal([[], ["a.*"]]);
      await changePrincipal(store, { id: robot.id, change: { name: "Robot" } });
      expect(await publish(robot.id)).to.deep.equal(["a.*"]);
      const { principal } = await changePrincipal(store, { id: robot.id, change: { publish: [">"] } });
      expect([await publish(robot.id), "publish" in principal]).to.deep.equal([[">"], false]);
    }));
});

describeStore("groups' rows", (withStore) => {
  it("have the conversation that was given first, whoever else comes at once", () =>
    withStore(async (store) => {
      const ids = Array.from({ length: 10 }, () => uuid());
      const added = await Promise.all(ids.map((conversationId) => addGroup(store, { name: "desk", conversationId })));
      expect(added.filter((one) => one.added)).to.have.length(1);
      expect(new Set(added.map(({ conversationId }) => conversationId)).size).to.equal(1);
      const seen = await group(store.reader, { name: "desk" }, uuid());
      expect(seen).to.deep.equal({
        ...{ name: "desk", conversationId: added[0]?.conversationId, members: 0, isMember: false },
      });
      expect(await group(store.reader, { name: "none" }, uuid())).to.equal(null);
    }));

  it("count who is in their conversations, page by page; #name does not mean them", () =>
    withStore(async (store) => {
      const { owner, boss, ofGroup } = await given(store);
      await addGroup(store, { name: "empty", conversationId: uuid() });
      const first = await groups(store.reader, { limit: 1 }, owner);
      expect(first.items).to.deep.equal([{ name: "desk", conversationId: ofGroup, members: 1, isMember: true }]);
      const second = await groups(store.reader, { limit: 1, cursor: first.next ?? "" }, boss);
      expect([second.items[0]?.name, second.items[0]?.members, second.next]).to.deep.equal(["empty", 0, null]);
      expect((await groups(store.reader, {}, boss)).items.map(({ isMember }) => isMember)).to.deep.equal([
        false,
        false,
      ]);

      expect(await named(store.reader, "desk", owner)).to.deep.equal([]);
      const channel = new Log();
      await stored(store, [channel.create(owner, { name: "desk" })]);
      expect(await named(store.reader, "desk", owner)).to.deep.equal([channel.id]);
      const again = await store.append(new Log().create(owner, { name: "desk" }));
      expect(again.outcome).to.equal("taken");
    }));
});
