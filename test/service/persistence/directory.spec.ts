import { expect } from "chai";
import { v7 as uuid } from "uuid";
import { sha256 } from "../../../contract/chain.ts";
import { typeOf } from "../../../contract/errors.ts";
import type { Principal } from "../../../contract/principal.ts";
import { addPrincipal, changePrincipal, principals } from "../../../services/persistence/directory/principals.ts";
import { revision } from "../../../services/persistence/directory/revision.ts";
import { addToken, credentials, removeToken, tokens } from "../../../services/persistence/directory/tokens.ts";
import { describeStore } from "./describe-store.ts";

const person = (handle: string, more: Partial<Principal> = {}): Principal => ({
  id: uuid(),
  handle,
  name: `Name of ${handle}`,
  kind: "person",
  role: "user",
  disabled: false,
  ...more,
});

const refusal = (asked: Promise<unknown>) => asked.then(() => "done", typeOf);

describeStore("the directory's rows", (withStore) => {
  it("each change raises the revision once, and is there when it answers; what is refused raises nothing", () =>
    withStore(async (store) => {
      const ana = person("ana");
      expect(await revision(store.reader)).to.equal(0);
      expect(await addPrincipal(store, ana)).to.deep.equal({ revision: 1 });
      expect(await changePrincipal(store, { id: ana.id, change: { name: "Ana", disabled: true } })).to.deep.equal({
        principal: { ...ana, name: "Ana", disabled: true },
        revision: 2,
      });
      expect(await refusal(addPrincipal(store, person("ana")))).to.equal("conflict");
      expect(await refusal(changePrincipal(store, { id: uuid(), change: { name: "X" } }))).to.equal("not-found");
      expect(await revision(store.reader)).to.equal(2);
      expect((await principals(store.reader, { ids: [ana.id] })).items).to.have.length(1);
    }));

  it("the last enabled administrator can be neither disabled nor demoted, also when both are tried at once", () =>
    withStore(async (store) => {
      const [one, two] = [person("one", { role: "admin" }), person("two", { role: "admin" })];
      const user = person("user");
      for (const principal of [one, two, user]) await addPrincipal(store, principal);
      const outcomes = await Promise.all([
        refusal(changePrincipal(store, { id: one.id, change: { disabled: true } })),
        refusal(changePrincipal(store, { id: two.id, change: { role: "user" } })),
      ]);
      expect(outcomes).to.have.members(["done", "conflict"]);
      const [gone, last] = outcomes[0] === "done" ? [one, two] : [two, one];
      expect(await refusal(changePrincipal(store, { id: last.id, change: { disabled: true } }))).to.equal("conflict");
      expect(await refusal(changePrincipal(store, { id: user.id, change: { disabled: true } }))).to.equal("done");
      expect(await refusal(changePrincipal(store, { id: gone.id, change: { role: "user" } }))).to.equal("done");
      expect(await refusal(changePrincipal(store, { id: gone.id, change: { disabled: false } }))).to.equal("done");
      expect(await refusal(changePrincipal(store, { id: last.id, change: { name: "Last" } }))).to.equal("done");
    }));

  it("are found by part of handle or name with case folded, by ids and by handles, page by page", () =>
    withStore(async (store) => {
      const all = Array.from({ length: 25 }, (_, index) => person(`p${String(index).padStart(2, "0")}`));
      const elena = person("zz", { name: "Élena ÖZ" });
      for (const principal of [...all, elena]) await addPrincipal(store, principal);
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await principals(store.reader, { q: "NAME OF P", limit: 4, cursor });
        expect(page.items.length).to.be.at.most(4);
        found.push(...page.items.map(({ handle }) => handle));
        if (page.next === null) break;
        cursor = page.next;
      }
      expect(found).to.deep.equal(all.map(({ handle }) => handle));
      expect((await principals(store.reader, { q: "élena ö" })).items).to.deep.equal([elena]);
      const ids = all.slice(3, 6).map(({ id }) => id);
      expect((await principals(store.reader, { ids: [...ids, uuid()] })).items).to.deep.equal(all.slice(3, 6));
      expect((await principals(store.reader, { handles: ["zz", "nobody"] })).items).to.deep.equal([elena]);
    }));

  it("a token leads to its principal until it is removed; only its hash is there", () =>
    withStore(async (store) => {
      const ana = person("ana");
      await addPrincipal(store, ana);
      const secret = "a secret of 256 random bits";
      const token = {
        id: uuid(),
        principalId: ana.id,
        hash: sha256(secret),
        label: "laptop",
        scopes: ["read" as const],
        expiresAt: "2027-01-01T00:00:00.000Z",
      };
      expect(await addToken(store, token)).to.deep.equal({ revision: 2 });
      expect(await refusal(addToken(store, { ...token, id: uuid() }))).to.equal("conflict");
      expect(await refusal(addToken(store, { ...token, principalId: uuid() }))).to.equal("not-found");
      expect(await credentials(store.reader, [token.hash, sha256("another")])).to.deep.equal([
        {
          tokenId: token.id,
          tokenHash: token.hash,
          principal: ana,
          scopes: ["read"],
          expiresAt: token.expiresAt,
        },
      ]);
      const [listed] = (await tokens(store.reader, { principalId: ana.id })).items;
      expect(listed).to.deep.include({ id: token.id, label: "laptop", scopes: ["read"] });
      expect(JSON.stringify(listed)).not.to.include(token.hash);

      expect(await removeToken(store, token.id)).to.deep.equal({ removed: true, revision: 3 });
      expect(await removeToken(store, token.id)).to.deep.equal({ removed: false, revision: 3 });
      expect(await credentials(store.reader, [token.hash])).to.deep.equal([]);
    }));
});
