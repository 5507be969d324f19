import { CannotStart } from "../../../../contract/errors.ts";

/** What of a server's settings G1 rests on. */
export type Durability = {
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  synchronous_standby_names: string;
  /** Whether it is a replica that follows another server. */
  follows: boolean;
};

export const DURABILITY = `select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  current_setting('synchronous_standby_names') as synchronous_standby_names, pg_is_in_recovery() as follows`;

/**
 * Asked on each new connection that writes, for a failover may lead to another server.
 * (https://www.postgresql.org/docs/15/runtime-config-wal.html)
 * @throws CannotStart, one sentence, where what is acknowledged could be lost
 */
export function assertDurable(server: Durability): void {
  const weakness = weaknessOf(server);
  if (weakness) throw new CannotStart(`The database would lose what it has acknowledged (G1): ${weakness}`);
}

function weaknessOf(server: Durability): string | undefined {
  const { fsync, full_page_writes, synchronous_commit, synchronous_standby_names, follows } = server;
  if (follows) return "it is a replica, which takes no writes; DATABASE_URL must lead to the primary";
  if (fsync !== "on") return "fsync is off, so that nothing waits for the disk; set it to on";
  if (full_page_writes !== "on")
    return "full_page_writes is off, so that a page half written in a power failure stays broken; set it to on";
  if (synchronous_commit === "off") return "synchronous_commit is off; set it to on for this role and database";
  if (synchronous_commit === "local" && synchronous_standby_names !== "")
    return "synchronous_commit is local although there are synchronous standbys, which would lack it; set it to on";
  return undefined;
}
