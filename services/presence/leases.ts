/**
 * Who has a session where, until when. A lease is a principal's at one gateway: renewed by its beats, shortened by its
 * goodbye. Pure: all times are milliseconds of one clock, the caller's.
 */
export class Leases {
  readonly #principals = new Map<string, Map<string, number>>();

  /** How many have one. */
  get size(): number {
    return this.#principals.size;
  }

  /** @returns whether he had none there before */
  grant(principalId: string, gateway: string, end: number): boolean {
    const leases = this.#principals.get(principalId) ?? new Map<string, number>();
    this.#principals.set(principalId, leases);
    const isNew = !leases.has(gateway);
    leases.set(gateway, end);
    return isNew;
  }

  has(principalId: string, now: number): boolean {
    return this.gateways(principalId, now).length > 0;
  }

  gateways(principalId: string, now: number): string[] {
    return [...(this.#principals.get(principalId) ?? [])].filter(([, end]) => end > now).map(([gateway]) => gateway);
  }

  principals(): IterableIterator<string> {
    return this.#principals.keys();
  }

  /** Takes what has run out. @returns whose last lease it was */
  expire(now: number): string[] {
    const gone: string[] = [];
    for (const [principalId, leases] of this.#principals) {
      for (const [gateway, end] of leases) if (end <= now) leases.delete(gateway);
      if (leases.size > 0) continue;
      this.#principals.delete(principalId);
      gone.push(principalId);
    }
    return gone;
  }

  /** How many are at each gateway. */
  count(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const leases of this.#principals.values())
      for (const gateway of leases.keys()) counts[gateway] = (counts[gateway] ?? 0) + 1;
    return counts;
  }
}
