import { refusalOf } from "../../contract/errors.ts";

/** Milliseconds in which one failure of a kind speaks for all: what befalls one stream may befall thousands. */
const MOMENT = 1_000;

/**
 * What streams failed with, for the log.
 * @param warn is told of the first of each kind in a second, and how many came before it that it was not told of
 * @param now milliseconds, monotonic
 */
export function failuresTold(
  warn: (sentence: string, error: unknown) => void,
  now: () => number = () => performance.now(),
): (error: unknown) => void {
  const kinds = new Map<string, { until: number; silent: number }>();
  return (error) => {
    const { type } = refusalOf(error);
    const time = now();
    const kind = kinds.get(type) ?? { until: time, silent: 0 };
    if (time < kind.until) kind.silent++;
    else {
      warn(kind.silent === 0 ? "A stream failed" : `A stream failed, and ${kind.silent} before it`, error);
      kinds.set(type, { until: time + MOMENT, silent: 0 });
    }
  };
}
