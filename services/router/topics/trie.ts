import type { Binding } from "../../../contract/binding.ts";
import { ONE, REST } from "../../../contract/topic.ts";

/** A place in the trie: what is bound to the pattern that ends here, and where the next token leads. */
type Node = { bindings: Binding[]; next: Map<string, Node> | undefined };

const node = (): Node => ({ bindings: [], next: undefined });

/**
 * Patterns by their tokens, so that matching walks along the topic: at most two ways at each token (itself, or `*`), each
 * of which leads to some pattern, however many others there are. (RabbitMQ's topic exchange and NATS do the same.)
 */
export class Trie {
  readonly #root = node();

  add(binding: Binding): void {
    let at = this.#root;
    for (const token of binding.pattern.split(".")) {
      at.next ??= new Map();
      const next = at.next.get(token) ?? node();
      at.next.set(token, next);
      at = next;
    }
    at.bindings.push(binding);
  }

  /** Removes a binding by its id and pattern, if it is there. */
  remove({ id, pattern }: Pick<Binding, "id" | "pattern">): void {
    removeFrom(this.#root, pattern.split("."), id);
  }

  /** Bindings of the patterns that mean a topic, in no order. */
  match(topic: string): Binding[] {
    const found: Binding[] = [];
    collect(this.#root, topic.split("."), 0, found);
    return found;
  }
}

function collect({ bindings, next }: Node, topic: readonly string[], depth: number, found: Binding[]): void {
  const token = topic[depth];
  if (token === undefined) {
    for (const binding of bindings) found.push(binding);
    return;
  }
  const rest = next?.get(REST);
  if (rest) for (const binding of rest.bindings) found.push(binding);
  for (const way of [token, ONE]) {
    const deeper = next?.get(way);
    if (deeper) collect(deeper, topic, depth + 1, found);
  }
}

/** @returns whether the node is of no more use */
function removeFrom(at: Node, [token, ...tokens]: string[], id: string): boolean {
  if (token === undefined) {
    at.bindings = at.bindings.filter((binding) => binding.id !== id);
  } else {
    const next = at.next?.get(token);
    if (next && removeFrom(next, tokens, id)) at.next?.delete(token);
  }
  return at.bindings.length === 0 && (at.next?.size ?? 0) === 0;
}
