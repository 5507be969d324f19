import { parseArgs } from "node:util";
import { cluster, clusterOnPostgres } from "./cluster.ts";
import { heartbeats } from "./heartbeats.ts";
import { idle } from "./idle.ts";
import { long } from "./long.ts";
import { postgres } from "./postgres.ts";
import { presenceStorm } from "./presence.ts";
import { resubscribe } from "./resubscribe.ts";
import { search } from "./search.ts";
import { storedBench } from "./stored.ts";
import { subjects } from "./subjects.ts";
import { topics } from "./topics.ts";
import { tracing } from "./tracing.ts";
import { wire } from "./wire.ts";
import { W1, W2 } from "./workloads.ts";

/**
 * Measures Wirehouse, and beside it what the same machine could do: machines are noisy, so what counts is the ratio of
 * turns within one run.
 *
 *     npm run bench                 all of it
 *     npm run bench -- --quick      one short turn of each
 *     npm run bench -- --only W1    one of them
 *     npm run bench -- --cluster    W1 and W2 on a cluster, beside one process; what NATS carries. Needs nats-server
 *     npm run bench -- --database postgres    W1 and W2 on PostgreSQL, beside SQLite: POSTGRES_URL, or a server of its own
 *     npm run bench -- --cluster --database postgres    with one and two nodes that write to it, beside one process
 */
const options = asked();

function asked() {
  const known = {
    quick: { type: "boolean" },
    cluster: { type: "boolean" },
    database: { type: "string" },
    only: { type: "string" },
  } as const;
  try {
    return parseArgs({ options: known }).values;
  } catch {
    console.error("Usage: npm run bench -- [--quick] [--only <one>] [--cluster] [--database postgres]");
    process.exit(2);
  }
}
const pace = options.quick
  ? { turns: 1, seconds: 2, steadySeconds: 2 }
  : // At a steady pace there is less to count.
    { turns: 3, seconds: 3, steadySeconds: 5 };

const onCluster: Record<string, () => Promise<void>> = {
  W1: () => cluster(W1, pace),
  W2: () => cluster(W2, pace),
  /** A restart of NATS under a full gateway. */
  resubscribe: () => resubscribe({ sessions: options.quick ? 1_000 : 10_000 }),
  /** What fifty nodes say to each other when nothing happens. */
  heartbeats,
  /** Memory of what is listened to. */
  subjects,
};

const clusterOfPostgres: Record<string, () => Promise<void>> = {
  W1: () => clusterOnPostgres(W1, pace),
  W2: () => clusterOnPostgres(W2, pace),
};

const onPostgres: Record<string, () => Promise<void>> = {
  W1: () => postgres(W1, pace),
  W2: () => postgres(W2, pace),
};

const inOne: Record<string, () => Promise<void>> = {
  W1: () => wire(W1, pace),
  W2: () => wire(W2, pace),
  /** The rate with a million entries stored. */
  stored: () => storedBench(pace),
  /** A conversation of a million entries: opening it, pages of it. */
  long,
  /** Thousands of sessions that come at once, before a thousand who watch. */
  presence: presenceStorm,
  /** Memory of sessions. */
  idle,
  /** CPU of a message with and without traces. */
  tracing: () => tracing(pace),
  /** Matching a topic, by the number of bindings and by its length. */
  topics,
  /** How soon messages are found, what indexing costs, and queries on a million of them. */
  search: () => search(pace),
};

if (options.database !== undefined && options.database !== "postgres") {
  console.error("--database is postgres");
  process.exit(2);
}
const onDatabase = options.cluster ? clusterOfPostgres : onPostgres;
const benches = options.database ? onDatabase : options.cluster ? onCluster : inOne;
const names = Object.keys(benches);
if (options.only !== undefined && !names.includes(options.only)) {
  console.error(`--only is one of ${names.join(", ")}`);
  process.exit(2);
}
for (const [name, measure] of Object.entries(benches))
  if (options.only === undefined || options.only === name) await measure();
process.exit(0);
