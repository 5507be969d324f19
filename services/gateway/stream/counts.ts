import type { CloseReason } from "../../../contract/close-codes.ts";
import { refusalOf } from "../../../contract/errors.ts";
import type { Meter } from "../../../mixins/metrics/meter.ts";
import type { Tally } from "./audience.ts";

/** Counts what becomes of streams, and of the entries on them. */
export function streamCounts(meter: Meter) {
  const tally: Tally = {
    delivered: (entries) => meter.count("wirehouse_entries_delivered_total", {}, entries),
    repeated: (entries) => meter.count("wirehouse_entries_repeated_total", {}, entries),
    repaired: (entries) => meter.count("wirehouse_entries_repaired_total", {}, entries),
  };
  return {
    tally,
    begun: (resumed: boolean) => meter.count("wirehouse_sessions_begun_total", { resumed: resumed ? "yes" : "no" }),
    ended: (reason: CloseReason | undefined) =>
      meter.count("wirehouse_sessions_closed_total", { reason: reason ?? "gone" }),
    /** Times what a stream sends. */
    async timed<T>(send: () => Promise<T>): Promise<T> {
      const began = performance.now();
      const finished = (outcome: string) =>
        meter.observe("wirehouse_stream_send_seconds", (performance.now() - began) / 1000, { outcome });
      try {
        const answer = await send();
        finished("ok");
        return answer;
      } catch (error) {
        finished(refusalOf(error).type);
        throw error;
      }
    },
  };
}

type Open = { streams: { readonly open: { all: number; paused: number } }; events: { readonly open: number } };

/** Tells how many streams there are. */
export function countOpen(meter: Meter, { streams, events }: Open): void {
  meter.read("wirehouse_sessions", () => streams.open.all);
  meter.read("wirehouse_sessions_paused", () => streams.open.paused);
  meter.read("wirehouse_event_streams", () => events.open);
}
