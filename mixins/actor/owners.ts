import type { ServiceBroker } from "moleculer";
import { owner } from "./rendezvous.ts";

/** Keys whose owner is kept, past which it begins anew: more than a gateway has people, whatever a directory holds. */
const MOST = 50_000;

/** Nodes that offer a service, as this one sees them now, in one order. */
export const nodesOf = (broker: ServiceBroker, service: string): string[] =>
  broker.registry
    .getServiceList({ onlyAvailable: true })
    .flatMap(({ name, nodeID }) => (name === service && nodeID !== undefined ? [nodeID] : []))
    .sort();

/**
 * Who owns which key, as `Rendezvous` places it, for those who ask about many at once. An owner is kept as long as the nodes
 * stay the same.
 */
export class Owners {
  readonly #nodes: () => string[];
  readonly #known = new Map<string, string>();
  #seen = "";

  /** @param nodes the nodes that there are now */
  constructor(nodes: () => string[]) {
    this.#nodes = nodes;
  }

  /** The keys by their owners; every node is there, also one without any. */
  group(keys: Iterable<string>): Map<string, string[]> {
    const nodes = this.#look();
    const groups = new Map<string, string[]>(nodes.map((node) => [node, []]));
    for (const key of keys) {
      const place = this.#ownerOf(key, nodes);
      if (place !== undefined) groups.get(place)?.push(key);
    }
    return groups;
  }

  /** @returns undefined where no node offers it */
  of(key: string): string | undefined {
    return this.#ownerOf(key, this.#look());
  }

  /** Forgets a key that won't be asked for soon. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  #look(): string[] {
    const nodes = this.#nodes();
    const seen = nodes.join("\n");
    if (seen !== this.#seen) this.#known.clear();
    this.#seen = seen;
    return nodes;
  }

  #ownerOf(key: string, nodes: string[]): string | undefined {
    if (nodes.length < 2) return nodes[0];
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = owner(
      key,
      nodes.map((id) => ({ id })),
    )?.id;
    if (this.#known.size === MOST) this.#known.clear();
    if (found !== undefined) this.#known.set(key, found);
    return found;
  }
}
