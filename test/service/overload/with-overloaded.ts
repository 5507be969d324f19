import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import { withFolder } from "../../support/with-broker.ts";
import type { Order, State } from "./server.ts";

/** A server that is to be overloaded, as a process of its own: what it holds in memory is its alone. */
export type Overloaded = {
  url: string;
  state(): Promise<State>;
  /** Appends to this conversation wait, those to the last one go on. */
  hold(conversationId: string | null): void;
  /** Its state once it takes in no more. */
  settled(): Promise<State>;
};

export const withOverloaded = (use: (server: Overloaded) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    const child = fork(join(import.meta.dirname, "server.ts"), [folder], { execArgv: ["--expose-gc"] });
    const said = async (): Promise<State> => {
      const [state]: State[] = await once(child, "message");
      if (!state) throw new Error("it said nothing");
      return state;
    };
    const order = (what: Order) => void child.send(what);
    const state = () => {
      const saying = said();
      order({ ask: true });
      return saying;
    };
    try {
      const { url } = await said();
      await use({
        url,
        state,
        hold: (hold) => order({ hold }),
        async settled() {
          let before = await state();
          await until(async () => {
            await new Promise((resolve) => setTimeout(resolve, 300));
            const now = await state();
            const isSettled = now.read === before.read;
            before = now;
            return isSettled;
          }, "nothing more is read");
          return before;
        },
      });
    } finally {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    }
  });
