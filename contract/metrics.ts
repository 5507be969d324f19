/**
 * Every metric of ours: what it counts, in which unit, by which labels. Names and units are Prometheus' (base units,
 * `_total` for what only grows). A label's values are few and known: never a conversation, a principal or a text.
 */

type Described = { help: string; labels: readonly string[] };
export type Counter = Described & { type: "counter" };
export type Gauge = Described & { type: "gauge" };
/** `buckets` are upper bounds, ascending. */
export type Histogram = Described & { type: "histogram"; buckets: readonly number[] };
export type Metric = Counter | Gauge | Histogram;

const counter = (help: string, ...labels: string[]): Counter => ({ type: "counter", help, labels });
const gauge = (help: string, ...labels: string[]): Gauge => ({ type: "gauge", help, labels });
const histogram = (buckets: readonly number[], help: string, ...labels: string[]): Histogram => ({
  type: "histogram",
  buckets,
  help,
  labels,
});

/** Seconds of what a person waits for: from what memory answers to what a call's time-out ends. */
const WAITS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many at once, up to the bound of a commit or a turn. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export const metrics = {
  wirehouse_info: gauge("1, for the version and the services of this process", "version", "services"),

  wirehouse_http_request_seconds: histogram(
    WAITS,
    "Time of a REST request, until its answer is sent",
    "route",
    "status",
  ),

  wirehouse_stream_send_seconds: histogram(
    WAITS,
    "Time of a stream's sends to one conversation, until they are answered; `outcome`: ok or why they failed",
    "outcome",
  ),
  wirehouse_sessions: gauge("Streams that are open"),
  wirehouse_sessions_paused: gauge("Streams whose clients don't keep up: they are told nothing until they do"),
  wirehouse_sessions_begun_total: counter("Streams that began; `resumed`: with cursors or without", "resumed"),
  wirehouse_sessions_closed_total: counter("Streams that ended; `reason`: why we closed them, or gone", "reason"),
  wirehouse_event_streams: gauge("Server-sent event streams that are open"),
  wirehouse_entries_announced_total: counter("Entries announced by their owners"),
  wirehouse_entries_delivered_total: counter("Entries written to streams as they came, one for each stream"),
  wirehouse_entries_repeated_total: counter("Entries that came again and were dropped"),
  wirehouse_entries_repaired_total: counter("Entries that no announcement brought and that were read from the log"),

  wirehouse_action_seconds: histogram(
    WAITS,
    "Time of an action, where it runs; `outcome`: ok or why not",
    "action",
    "outcome",
  ),

  wirehouse_actors: gauge("Actors in memory", "service"),
  wirehouse_actor_waiting: gauge("Commands in all mailboxes", "service"),
  wirehouse_actor_activations_total: counter("Actors that were brought into memory", "service"),
  wirehouse_actor_wait_seconds: histogram(WAITS, "Time of a turn's first command in the mailbox", "service"),
  wirehouse_actor_turn_seconds: histogram(WAITS, "Time of a turn", "service"),
  wirehouse_actor_turn_commands: histogram(SIZES, "Commands of a turn", "service"),
  wirehouse_actor_crashes_total: counter("Turns and activations that failed", "service"),
  wirehouse_actor_overruled_total: counter(
    "Turns refused since another owner had written: lost compare-and-sets",
    "service",
  ),

  wirehouse_reader_behind: gauge("Entries that a reader of all logs has not taken, as far as it knows", "reader"),
  wirehouse_index_tasks_failed_total: counter("Tasks that Meilisearch did not do; what they were for is tried again"),
  wirehouse_index_set_aside_total: counter("Messages that Meilisearch does not take, and that are left out"),

  wirehouse_commit_seconds: histogram(WAITS, "Time of a commit of the log"),
  wirehouse_commit_rows: histogram(SIZES, "Entries stored by a commit"),
  wirehouse_commit_waiting: gauge("Appends that wait for a commit"),
  wirehouse_commit_waiting_bytes: gauge("Bytes of what waits for a commit"),
  wirehouse_database_connections: gauge("Connections to read on; `state`: used or free", "state"),
  wirehouse_database_waiting: gauge("Reads that wait for a connection"),
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
type Typed<T extends Metric["type"]> = {
  [N in MetricName]: (typeof metrics)[N] extends { type: T } ? N : never;
}[MetricName];
export type CounterName = Typed<"counter">;
export type GaugeName = Typed<"gauge">;
export type HistogramName = Typed<"histogram">;
