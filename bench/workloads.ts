/** What is measured: rooms with streaming members, one sender a room. */
export type Workload = {
  name: string;
  rooms: number;
  members: number;
  /** Messages a second, of all rooms, when steady. */
  steady: number;
};

export const W1: Workload = { name: "W1", rooms: 50, members: 10, steady: 500 };
export const W2: Workload = { name: "W2", rooms: 1, members: 1000, steady: 20 };

/** Bytes of a message's text. */
export const TEXT_BYTES = 200;

/** What the load client is told, as JSON on its standard input. */
export type Load = {
  /** `ws://…/v1/stream` */
  url: string;
  /** Of each room its id and its members' tokens; the first member sends. */
  rooms: { id: string; tokens: string[] }[];
  /** Messages of one sender that may be unanswered. */
  window: number;
  /** Messages a second of all rooms together; undefined: as fast as the window allows. */
  rate?: number;
  /** Seconds that are not counted, and that are. */
  warmup: number;
  seconds: number;
};

/** What it answers with, as JSON on its standard output: a line when it begins to count, a line at the end. */
export type Measured = {
  accepted: number;
  deliveries: number;
  seconds: number;
  /** Milliseconds from send until the last member has it. */
  p50: number;
  p99: number;
};
