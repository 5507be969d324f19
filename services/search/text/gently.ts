import { setImmediate } from "node:timers/promises";

/** Characters of texts that are cut into terms at a stretch: at most some tens of milliseconds. */
const STRETCH = 16_000;

/** Makes something of each text, however many and long they are; the event loop is free now and then. */
export async function gently<T extends { text: string }, R>(all: readonly T[], make: (one: T) => R): Promise<R[]> {
  const made: R[] = [];
  let characters = 0;
  for (const one of all) {
    characters += one.text.length;
    if (characters > STRETCH) {
      await setImmediate();
      characters = one.text.length;
    }
    made.push(make(one));
  }
  return made;
}
