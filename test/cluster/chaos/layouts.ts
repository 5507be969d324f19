import type { Layout } from "../../support/cluster.ts";

/** Two of each, but for the database's: SQLite is one process's. */
export const embedded: Layout = {
  "gateway-1": { services: "gateway" },
  "gateway-2": { services: "gateway" },
  "router-1": { services: "router,directory" },
  "router-2": { services: "router,directory" },
  "presence-1": { services: "presence" },
  "presence-2": { services: "presence" },
  "persistence-1": { services: "persistence" },
};

/** Two of each, on a database server. @param url of the nodes' database */
export function onServer(url: string): Layout {
  const environment = { DATABASE_URL: url, DATABASE_POOL: "4" };
  return {
    ...embedded,
    "persistence-1": { services: "persistence", environment },
    "persistence-2": { services: "persistence", environment },
  };
}
