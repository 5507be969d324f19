import { TYPES } from "tedious";

/** Characters of the longest text that is not `max`. */
const LONGEST = 4000;
const isLong = (value: unknown): boolean => typeof value === "string" && value.length > LONGEST;

/** The driver would declare each text by its own length, and the server make a plan anew for every length. */
export const TEXT = {
  ...TYPES.NVarChar,
  declaration: ({ value }: { value?: unknown }) => `nvarchar(${isLong(value) ? "max" : LONGEST})`,
  resolveLength: ({ value }: { value?: unknown }) => (isLong(value) ? LONGEST + 1 : LONGEST),
};
/** A hash, which knex would send as `max`: the server looks such up in no index of shorter ones, or by a detour. */
const BYTES = { ...TYPES.VarBinary, declaration: () => "varbinary(8000)" };

/** What of a binding differs from what knex makes of it. */
export function mapBinding(value: unknown) {
  if (typeof value === "string" || value === null) return { value, type: TEXT };
  return Buffer.isBuffer(value) ? { value, type: BYTES } : undefined;
}
