/** Milliseconds. */
const FIRST = 250;
const LONGEST = 10_000;
/** Milliseconds after which a process has lived well: what ended it is a new matter. */
const LONG_LIFE = 30_000;

/**
 * How long to wait before a process is started again: twice as long each time, so that one that can't live is no load.
 * @param before the pause before the life that has ended, if any
 * @param life milliseconds
 */
export function pauseAfter(before: number | undefined, life: number): number {
  return before === undefined || life >= LONG_LIFE ? FIRST : Math.min(2 * before, LONGEST);
}
