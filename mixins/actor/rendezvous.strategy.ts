import { Strategies } from "moleculer";
import { owner } from "./rendezvous.ts";

type Select = Strategies.Base["select"];
type Endpoint = Parameters<Select>[0][number];

/**
 * Moleculer's shell of rendezvous hashing. `strategyOptions.key` names the parameter that an actor is addressed by; a
 * call without it may go to any node, the local one first.
 *
 * Where it leads is a hint, not a lock: for a moment several nodes may take themselves for a key's owner. A stale one does no
 * harm: before it answers or tells anything the store must confirm what it has in memory (of a conversation: by the head's
 * compare-and-set); where that is refused it drops its state, and `placed` tries again where the key belongs now.
 *
 * Registered by name (`strategy: "Rendezvous"`), since an action's strategy reaches other nodes as a string.
 */
export class Rendezvous extends Strategies.Random {
  readonly #key: string;

  constructor(...[registry, broker, options]: ConstructorParameters<typeof Strategies.Random>) {
    super(registry, broker, options);
    this.#key = options && "key" in options ? String(options.key) : "";
  }

  override select(list: Endpoint[], ctx?: Parameters<Select>[1]): Endpoint {
    const key = keyOf(ctx?.params, this.#key);
    const chosen = key === undefined ? list.find((endpoint) => endpoint.local) : owner(key, list);
    return chosen ?? super.select(list);
  }
}

function keyOf(params: unknown, name: string): string | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  const key: unknown = Reflect.get(params, name);
  return typeof key === "string" ? key : undefined;
}
