import type { ServiceBroker } from "moleculer";
import { call } from "../mixins/call.ts";
import { command, plain, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

/** The handle with its sigil, whichever way it was typed. */
const addressOf = (handle: string): string => (handle.startsWith("@") ? handle : `@${handle}`);

export const who = command(
  "who [handle]",
  "Where @handle is, what he chose and what others see of it; without one how many are where",
  async (broker, line) => {
    const [handle = ""] = words(line, 1);
    return handle === "" ? counts(broker) : one(broker, addressOf(handle));
  },
);

async function one(broker: ServiceBroker, principal: string): Promise<string> {
  const { chosen, shown, gateways } = await call(broker, "presence.who", { principal }, await operator(broker));
  const { status, text, lastSeen } = shown;
  return [
    `shown as ${status}${text === undefined ? "" : `: ${plain(text)}`}${lastSeen === undefined ? "" : `, last seen ${lastSeen}`}`,
    `chose ${chosen.status}${chosen.until === undefined ? "" : `, text until ${chosen.until}`}`,
    gateways.length === 0 ? "no session" : `sessions at ${gateways.join(", ")}`,
  ].join("\n");
}

async function counts(broker: ServiceBroker): Promise<string> {
  const { principals, gateways } = await call(broker, "presence.census", {}, await operator(broker));
  const lines = Object.entries(gateways).map(([gateway, count]) => `  ${count} at ${gateway}`);
  return [`${principals} principals have a session`, ...lines].join("\n");
}
