import type { ServiceBroker } from "moleculer";
import { type ActionName, actions } from "../contract/actions.ts";
import type { Census } from "../contract/actors.ts";
import { command, reason } from "./command.ts";
import { operator } from "./operator.middleware.ts";

/** Every service whose actors can be counted. */
type Counted = ActionName & `${string}.actors`;
const isCounted = (name: string): name is Counted => Object.hasOwn(actions, name) && name.endsWith(".actors");

export const actors = command("actors", "Which actors are active on which node, and how busy", async (broker) => {
  const speaker = await operator(broker);
  const places = placesOf(broker);
  const counted = await Promise.all(
    places.map(async ({ name, nodeID }) => {
      const place = `${nodeID} ${name.replace(/\.actors$/, "")}`;
      try {
        return lines(place, await broker.call<Census, object>(name, {}, { nodeID, meta: speaker }));
      } catch (error) {
        return [`${place}: ${reason(error)}`];
      }
    }),
  );
  return counted.flat().join("\n") || "no node has actors";
});

/** Nodes that have actors, each with the action that counts them there. */
function placesOf(broker: ServiceBroker): { name: Counted; nodeID: string }[] {
  return broker.registry
    .getActionList({ onlyAvailable: true, withEndpoints: true })
    .flatMap(({ name, endpoints = [] }) =>
      isCounted(name) ? endpoints.map(({ nodeID }: { nodeID: string }) => ({ name, nodeID })) : [],
    );
}

function lines(place: string, { active, waiting, busiest }: Census): string[] {
  return [
    `${place}: ${active} active, ${waiting} commands waiting`,
    ...busiest.map((one) => `  ${one.key}  ${one.waiting} waiting, ${one.handled} handled`),
  ];
}
