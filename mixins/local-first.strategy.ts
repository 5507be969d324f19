import { Strategies } from "moleculer";

type Endpoint = Parameters<Strategies.Random["select"]>[0][number];

/**
 * The default strategy: the endpoint in this process where there is one, else any. Moleculer's own `preferLocal` would do
 * the same, but for all actions alike, and those of actors must go to their owner.
 */
export class LocalFirst extends Strategies.Random {
  override select(list: Endpoint[]): Endpoint {
    return list.find((endpoint) => endpoint.local) ?? super.select(list);
  }
}
