/** Milliseconds before the next try: doubling from 50, at most 5,000, spread so that those who failed together part. */
export const backoff = (attempt: number): number => Math.min(5000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
