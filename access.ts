import { homedir } from "node:os";
import { join } from "node:path";
import { CannotStart } from "./contract/errors.ts";

/**
 * What a program at a terminal needs to be somebody's client: where the server is, and a token. (The server's own variables
 * are in `config.ts`.) `docs/terminal.md` has them.
 */
export const accessVariables = {
  WIREHOUSE: { default: "http://127.0.0.1:3000", expected: "http:// or https:// with host and port, perhaps /v1" },
  TOKEN: { expected: "a token, as wh_…" },
  XDG_STATE_HOME: { default: "~/.local/state", expected: "a folder" },
} as const;

export type Access = {
  /** Without `/v1`. */
  readonly url: string;
  readonly token: string | undefined;
  /** Folder of what outlives a run. */
  readonly state: string;
};

/** @throws CannotStart that names the variable which is not what it must be, and not its value */
export function readAccess(env: NodeJS.ProcessEnv): Access {
  const given = env.WIREHOUSE || accessVariables.WIREHOUSE.default;
  const url = URL.parse(given);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new CannotStart(`WIREHOUSE must be ${accessVariables.WIREHOUSE.expected}`);
  }
  const token = env.TOKEN || undefined;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new CannotStart(`TOKEN must be ${accessVariables.TOKEN.expected}`);
  }
  return {
    url: given.replace(/\/+$/, "").replace(/\/v1$/, ""),
    token,
    state: join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "wirehouse"),
  };
}
