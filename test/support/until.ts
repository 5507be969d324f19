import { setTimeout as pause } from "node:timers/promises";

/** Waits until `condition` gives something truthy, and returns it. The time-out is a test's failure, not its clock. */
export async function until<T>(condition: () => T | Promise<T>, what = "the condition", timeout = 15_000): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} did not come about in ${timeout} ms`);
    await pause(5);
  }
}
