import { Errors } from "moleculer";
import { typeOf } from "../../contract/errors.ts";

const STALE_OWNER = "stale-owner";

/** Another node has written to this actor's log: what this one holds of it is void, and it is no longer the owner. */
export const staleOwner = () => new Errors.MoleculerRetryableError("The actor has another owner", 503, STALE_OWNER, {});

export const isStaleOwner = (error: unknown): boolean => typeOf(error) === STALE_OWNER;
