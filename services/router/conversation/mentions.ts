/**
 * `@handle` at a word's start; trailing `._-` are punctuation. Both cases are written out: the flag `i` would let in what
 * Unicode folds to a letter of ours (`ſ`), and no handle can have.
 */
const MENTION = /(?<![\p{L}\p{N}_@])@([a-zA-Z0-9][a-zA-Z0-9._-]*)(?![\p{L}\p{N}_])/gu;
const LONGEST_HANDLE = 32;

/** The handles a text mentions: folded, each once, in the order of the text. */
export function mentionedHandles(text: string): string[] {
  if (!text.includes("@")) return [];
  const handles = new Set<string>();
  for (const [, written = ""] of text.matchAll(MENTION)) {
    const handle = written.replace(/[._-]+$/, "").toLowerCase();
    if (handle.length <= LONGEST_HANDLE) handles.add(handle);
  }
  return [...handles];
}
