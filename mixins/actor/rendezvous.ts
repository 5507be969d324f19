import { createHash } from "node:crypto";

/**
 * Rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998): each key ranks
 * the nodes by a hash of both, and the highest has it. A node that joins takes its share evenly from all others; one
 * that leaves gives its keys evenly to them; nothing else moves.
 */
export function owner<N extends { id: string }>(key: string, nodes: readonly N[]): N | undefined {
  let best: N | undefined;
  let highest = -1n;
  for (const node of nodes) {
    const weight = weigh(key, node.id);
    // Equal weights are all but impossible; the smaller id wins, so that every node chooses alike.
    if (weight > highest || (weight === highest && best && node.id < best.id)) {
      best = node;
      highest = weight;
    }
  }
  return best;
}

const weigh = (key: string, nodeId: string): bigint =>
  createHash("sha256").update(nodeId).update("\0").update(key).digest().readBigUInt64BE();
