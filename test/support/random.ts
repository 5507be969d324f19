/** Numbers in [0, 1) that are the same for the same seed: Tommy Ettinger's mulberry32. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @throws Error where there is nothing to choose from */
export function chosen<T>(random: Random, among: readonly T[]): T {
  const one = among[Math.floor(random() * among.length)];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}
