import { randomFillSync } from "node:crypto";

const SALT = 16;
/** Random bytes are drawn for many salts at once: a call of the system for each costs more than all else a message takes. */
const pool = Buffer.alloc(256 * SALT);
let used = pool.length;

/** 16 random bytes, base64url; no byte serves twice. */
export function salt(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += SALT;
  return pool.toString("base64url", used - SALT, used);
}
