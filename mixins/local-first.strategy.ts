import { Strategies } from "moleculer";
import { isUnable } from "./pulse.ts";

type Endpoint = Parameters<Strategies.Random["select"]>[0][number];

/**
 * The default strategy: the endpoint in this process where there is one, else any; those that say they can't do their
 * part are asked where there is nobody else. Moleculer's own `preferLocal` would keep to this process alike, but for all
 * actions, and those of actors must go to their owner.
 */
export class LocalFirst extends Strategies.Random {
  override select(list: Endpoint[]): Endpoint {
    const able = list.filter(({ node }) => !isUnable(node));
    const among = able.length > 0 ? able : list;
    return among.find((endpoint) => endpoint.local) ?? super.select(among);
  }
}
