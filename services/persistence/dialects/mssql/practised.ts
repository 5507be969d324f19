import { type Connection, Request } from "tedious";
import { TEXT } from "./bindings.ts";

/** Milliseconds for a text that a server sees for the first time. */
const FIRST = 25_000;

/**
 * Sends a message once, with an empty batch, on a connection that is new: some servers take seconds over a long text that it
 * has not sent before. Whoever waits for it meanwhile may give up; cut off in the midst it would have to begin anew.
 */
export const practised = (text: string) => (connection: Connection, done: (error?: Error) => void) => {
  const request = new Request(text.replace("?", "@p0"), (error) => (error ? done(error) : done()));
  request.setTimeout(FIRST);
  request.addParameter("p0", TEXT, "[]");
  connection.execSql(request);
};
