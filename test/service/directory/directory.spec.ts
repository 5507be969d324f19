import { expect } from "chai";
import type { ServiceBroker } from "moleculer";
import { sha256 } from "../../../contract/chain.ts";
import { call } from "../../../mixins/call.ts";
import { directoryOf, directoryView } from "../../../mixins/directory-view/directory-view.mixin.ts";
import { directory } from "../../../services/directory/directory.service.ts";
import { persistence } from "../../../services/persistence/persistence.service.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { ADMINISTRATOR, administrator, meta, people } from "../../support/services.ts";
import { withBroker, withFolder } from "../../support/with-broker.ts";

const services = (data: string, token: string | undefined = ADMINISTRATOR) => [
  persistence(onSqlite(data)),
  directory(() => token),
  { name: "viewer", mixins: [directoryView] },
];

const withDirectory = (use: (broker: ServiceBroker) => Promise<void>) =>
  withFolder((folder) => withBroker(services(folder), use));

const typeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing refused",
    (error) => error.type,
  );

describe("the directory", () => {
  it("has a first administrator, whose token is the configured one; a changed one replaces it", () =>
    withFolder(async (folder) => {
      const holder = async (broker: ServiceBroker, token: string) => {
        const { credentials } = await call(broker, "directory.credentials", { tokenHashes: [sha256(token)] });
        return credentials[0]?.principal;
      };
      await withBroker(services(folder), async (broker) => {
        expect(await holder(broker, ADMINISTRATOR)).to.include({
          handle: "admin",
          role: "admin",
        });
      });
      const rotated = `${ADMINISTRATOR}-rotated`;
      await withBroker(services(folder, rotated), async (broker) => {
        expect(await holder(broker, ADMINISTRATOR)).to.equal(undefined);
        expect((await holder(broker, rotated))?.handle).to.equal("admin");
      });
    }));

  it("is administered by administrators alone", () =>
    withDirectory(async (broker) => {
      const [ana] = await people(broker, "ana");
      const attempts = (caller: { principalId?: string }) => [
        call(broker, "directory.create", { handle: "x", name: "x", kind: "person" }, caller),
        call(broker, "directory.change", { handle: "ana", role: "admin" }, caller),
        call(broker, "directory.createToken", { handle: "ana" }, caller),
        call(broker, "directory.tokens", { handle: "ana" }, caller),
      ];
      for (const caller of [meta(ana), {}])
        for (const attempt of attempts(caller)) expect(await typeOf(attempt)).to.equal("forbidden");
    }));

  it("handles are one whatever their case; a taken one is a conflict", () =>
    withDirectory(async (broker) => {
      const admin = await administrator(broker);
      await call(broker, "directory.create", { handle: "Ana", name: "Ana", kind: "person" }, admin);
      expect((await call(broker, "directory.get", { handle: "@ANA" })).handle).to.equal("ana");
      expect(
        await typeOf(call(broker, "directory.create", { handle: "aNa", name: "x", kind: "person" }, admin)),
      ).to.equal("conflict");
    }));

  it("the last administrator can't be demoted or disabled; with another he can", () =>
    withDirectory(async (broker) => {
      const admin = await administrator(broker);
      expect(await typeOf(call(broker, "directory.change", { handle: "admin", role: "user" }, admin))).to.equal(
        "conflict",
      );
      expect(await typeOf(call(broker, "directory.change", { handle: "admin", disabled: true }, admin))).to.equal(
        "conflict",
      );
      await call(broker, "directory.create", { handle: "boss", name: "Boss", kind: "person", role: "admin" }, admin);
      expect((await call(broker, "directory.change", { handle: "admin", disabled: true }, admin)).disabled).to.equal(
        true,
      );
    }));

  it("a change holds at once in what this node has of it, and raises the revision", () =>
    withDirectory(async (broker) => {
      const admin = await administrator(broker);
      await people(broker, "ana");
      const viewer = broker.getLocalService("viewer");
      if (!viewer) throw new Error("no viewer");
      const view = directoryOf(viewer);
      const { id, token } = await call(broker, "directory.createToken", { handle: "ana" }, admin);
      const before = await call(broker, "directory.revision", {});
      expect((await view.credential(sha256(token)))?.principal.disabled).to.equal(false);
      await call(broker, "directory.change", { handle: "ana", disabled: true, name: "Ana" }, admin);
      expect((await view.credential(sha256(token)))?.principal).to.include({ disabled: true, name: "Ana" });
      expect((await view.byHandle(["ana", "nobody"])).get("ana")?.name).to.equal("Ana");
      await call(broker, "directory.revokeToken", { id }, admin);
      expect(await view.credential(sha256(token))).to.equal(null);
      expect(await call(broker, "directory.revision", {})).to.be.greaterThan(before);
    }));

  it("where the event was lost the revision is found out", () =>
    withDirectory(async (broker) => {
      const admin = await administrator(broker);
      await people(broker, "ana");
      const viewer = broker.getLocalService("viewer");
      if (!viewer) throw new Error("no viewer");
      const view = directoryOf(viewer);
      await view.byHandle(["ana"]);
      // As when another node has changed it: this one hears nothing.
      const { id } = await call(broker, "directory.get", { handle: "ana" });
      await call(broker, "persistence.changePrincipal", { id, change: { name: "Ana" } }, admin);
      expect((await view.byHandle(["ana"])).get("ana")?.name).to.equal("ana");
      await view.check();
      expect((await view.byHandle(["ana"])).get("ana")?.name).to.equal("Ana");
    }));
});
