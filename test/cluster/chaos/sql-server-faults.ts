import { onMaster } from "../../support/sql-server.ts";
import { cut, lockConversations, type NodesSqlServer, waitingIn } from "../../support/sql-server-nodes.ts";
import { until } from "../../support/until.ts";
import type { Fault } from "./faults.ts";

/** What befalls a SQL Server that several nodes share, and that is not ours to stop. */
export const sqlServerFaults = (database: NodesSqlServer): readonly Fault[] => [
  {
    name: "cut the database's connections",
    async inflict() {
      await cut(database.server);
      return { what: "cut the database's connections", spared: true, mend: async () => {} };
    },
  },
  {
    name: "refuse the database's connections",
    async inflict() {
      await onMaster(`alter login ${database.login} disable`);
      await cut(database.server);
      return {
        what: "refuse the database's connections",
        spared: false,
        mend: async () => void (await onMaster(`alter login ${database.login} enable`)),
      };
    },
  },
  {
    name: "lock the conversations",
    async inflict() {
      return { what: "lock the conversations", spared: false, mend: await lockConversations(database.server) };
    },
  },
  killedInCommit(database),
];

/** A persistence node dies while the server still works at its commit: the first one that waits for it. */
const killedInCommit = ({ server }: NodesSqlServer): Fault => ({
  name: "kill -9 in a commit",
  async inflict(cluster) {
    const inCommit = async () => {
      const waiting = (await waitingIn(server)).map(({ program }) => String(program));
      return cluster.running("persistence").find(({ pid }) => waiting.some((name) => name.endsWith(`-${pid}`)));
    };
    const free = await lockConversations(server);
    try {
      const node = await until(inCommit, "a commit to wait");
      if (!node) throw new Error("nobody's commit waits");
      await node.kill();
      return { what: `kill -9 ${node.name} in a commit`, spared: true, mend: () => node.start() };
    } finally {
      await free();
    }
  },
});
