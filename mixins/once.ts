/** Milliseconds without it after which the same reason is news again. */
const QUIET = 60_000;

/** Tells a reason where it is another than the last one, or comes back after a while: an outage is one line, not thousands. */
export function once(tell: (reason: string) => void): (reason: string) => void {
  let last: string | undefined;
  let heard = 0;
  return (reason) => {
    const now = performance.now();
    const isNews = reason !== last || now - heard > QUIET;
    last = reason;
    heard = now;
    if (isNews) tell(reason);
  };
}
