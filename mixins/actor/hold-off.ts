/** Milliseconds: the second crash in a row waits this long, each further one twice as long as the one before. */
const FIRST = 100;
const LONGEST = 30_000;
/** Where the store does not answer it is no fault of the actor's, which must be there soon after the store is. */
export const LONGEST_OUTAGE = 500;

/**
 * How long an actor rests after so many crashes in a row, in milliseconds. The first crash costs nothing: most are over
 * when the state is read anew.
 */
export function holdOff(crashes: number, longest = LONGEST): number {
  if (crashes < 2) return 0;
  return Math.min(longest, FIRST * 2 ** Math.min(crashes - 2, 20));
}
