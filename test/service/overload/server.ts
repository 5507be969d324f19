import { Server, type Socket } from "node:net";
import { type Service, ServiceBroker } from "moleculer";
import { brokerOptions } from "../../../moleculer.config.ts";
import { gateway } from "../../../services/gateway/gateway.service.ts";
import { wire } from "../../support/services.ts";

/** A Wirehouse in a process of its own, whose log can be held, and that says what it has taken in. */

/** What its parent may say. Appends to `hold` wait until they are let go on. */
export type Order = { hold?: string | null; ask?: true };
/** What it says of itself. */
export type State = {
  url: string;
  /** Bytes in use after a collection of garbage, buffers among them. */
  memory: number;
  /** Bytes that were read from all connections so far. */
  read: number;
  /** Calls under way at once, at most, by action. */
  most: Record<string, number>;
};

let held: string | null = null;
let letGo: () => void = () => {};
let gate: Promise<void> = Promise.resolve();
const underWay: Record<string, number> = {};
const most: Record<string, number> = {};
const sockets = new Set<Socket>();
let readBefore = 0;

const broker = new ServiceBroker({
  ...brokerOptions,
  logger: false,
  middlewares: [
    ...(brokerOptions.middlewares ?? []),
    {
      localAction: (next, { name = "" }) =>
        async function (ctx) {
          underWay[name] = (underWay[name] ?? 0) + 1;
          most[name] = Math.max(most[name] ?? 0, underWay[name]);
          try {
            if (name === "persistence.append" && ctx.params.conversationId === held) await gate;
            return await next.call(this, ctx);
          } finally {
            underWay[name] -= 1;
          }
        },
    },
  ],
});
for (const service of [...wire(process.argv[2] ?? ""), gateway({ port: 0, host: "127.0.0.1", rate: 0, origins: [] })])
  broker.createService(service);
await broker.start();

const service: Service & { server?: unknown } = broker.getLocalService("gateway");
const { server } = service;
if (!(server instanceof Server)) throw new Error("the gateway does not listen");
server.on("connection", (socket) => {
  sockets.add(socket);
  socket.once("close", () => {
    sockets.delete(socket);
    readBefore += socket.bytesRead;
  });
});

function state(): State {
  const address = server instanceof Server ? server.address() : null;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const read = [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, readBefore);
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, memory: heapUsed + external, read, most };
}

process.on("message", ({ hold, ask }: Order) => {
  if (hold !== undefined) {
    letGo();
    held = hold;
    gate = new Promise((resolve) => {
      letGo = resolve;
    });
  }
  if (ask) process.send?.(state());
});
process.once("disconnect", () => broker.stop().then(() => process.exit(0)));
process.send?.(state());
