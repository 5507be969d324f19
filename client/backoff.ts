/**
 * How long to wait before another try: exponential with full jitter, so that those whom one failure has hit don't come back
 * together. ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015)
 * @param attempt tries that have failed, from 0
 * @param first the most that is waited at first, @param most at any time: milliseconds
 */
export const backoff = (attempt: number, first: number, most: number, random = Math.random): number =>
  random() * Math.min(most, first * 2 ** Math.min(attempt, 30));
