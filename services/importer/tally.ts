import { Notes } from "./slack/notes.ts";

/** What has become of the records so far. */
export class Tally {
  records = 0;
  imported = 0;
  repeated = 0;
  readonly skipped = new Map<string, number>();
  readonly notes = new Notes();
  readonly failures = new Notes();

  skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }
}
