import { setTimeout as pause } from "node:timers/promises";
import type { EnqueuedTask, Meilisearch, Task } from "meilisearch";
import { refuse } from "../../../../contract/errors.ts";
import { answered } from "./server.ts";

/** Milliseconds between the first two looks at a task, and between any two: most are done at once, some wait long. */
const FIRST_LOOK = 10;
const LOOK = 250;

/** A task that Meilisearch did not do. `isDocuments`: for what stood in its documents; else it may do it another time. */
export class TaskFailed extends Error {
  readonly isDocuments: boolean;

  constructor({ type, status, error }: Pick<Task, "type" | "status" | "error">) {
    super(`the task ${type} ${status}: ${error?.message ?? "no reason was given"}`);
    this.isDocuments = /^(invalid_document_|missing_document_id|max_fields_limit)/.test(error?.code ?? "");
  }
}

/**
 * Waits until a task has succeeded, as long as it takes: asking again for what waits would only make more wait.
 * @throws TaskFailed, unavailable when Meilisearch can't be asked or the signal says so
 */
export async function done(client: Meilisearch, enqueued: Promise<EnqueuedTask>, signal: AbortSignal): Promise<void> {
  const { taskUid } = await answered(enqueued);
  for (let look = FIRST_LOOK; ; look = Math.min(2 * look, LOOK)) {
    await pause(look, undefined, { signal }).catch(() => {
      throw refuse("unavailable", "The index is no longer written to");
    });
    const task = await answered(client.tasks.getTask(taskUid));
    if (task.status === "succeeded") return;
    if (task.status === "failed" || task.status === "canceled") throw new TaskFailed(task);
  }
}
