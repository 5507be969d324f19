/** Milliseconds: the second crash in a row waits this long, each further one twice as long as the one before. */
const FIRST = 100;
const LONGEST = 30_000;

/**
 * How long an actor rests after so many crashes in a row, in milliseconds. The first crash costs nothing: most are over
 * when the state is read anew.
 */
export function holdOff(crashes: number): number {
  if (crashes < 2) return 0;
  return Math.min(LONGEST, FIRST * 2 ** Math.min(crashes - 2, 20));
}
