import { Errors } from "moleculer";
import { typeOf } from "../contract/errors.ts";

/** What Moleculer calls a call that nobody took: no node offers the action, the node is stopping, the broker is cut off. */
const UNDELIVERED: readonly unknown[] = ["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE", "BAD_GATEWAY"];
/** A call whose node went away before it had answered: whether it has been done is unknown. */
const REJECTED = "REQUEST_REJECTED";

/** Nothing was done: the same call may go to another node, whatever it is. */
export const isUndelivered = (error: unknown): boolean => UNDELIVERED.includes(typeOf(error));

/** The call or its answer was lost on the way: it may be repeated where repeating is harmless. */
export const isLost = (error: unknown): boolean => isUndelivered(error) || typeOf(error) === REJECTED;

/** Asks once more where an answer was lost with its node: that says nothing of the others. */
export function twice<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch((error) => {
    if (!isLost(error)) throw error;
    return ask();
  });
}

/** This node takes no more: another one may. */
export const stopping = (action: string) => new Errors.ServiceNotAvailableError({ action });
