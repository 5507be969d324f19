import { setTimeout as pause } from "node:timers/promises";
import type { EnqueuedTask, Meilisearch } from "meilisearch";
import { refuse } from "../../../../contract/errors.ts";
import { answered, codeOf } from "./server.ts";

/** Milliseconds between the first two looks at a task, and between any two: most are done at once, some wait long. */
const FIRST_LOOK = 10;
const LOOK = 250;

/** A task that Meilisearch did not do. `isDocuments`: for what stood in its documents; else it may do it another time. */
export class TaskFailed extends Error {
  readonly isDocuments: boolean;
  /** Meilisearch's name for what is wrong. */
  readonly code: string;

  constructor(message: string, code = "unknown") {
    super(`Meilisearch did not do it: ${message}`);
    this.code = code;
    this.isDocuments = /^(invalid_document_|missing_document_id|max_fields_limit|payload_too_large)/.test(code);
  }
}

/** What failed may be tried again: to who waits for it it is unavailable. */
export function asRefusal<T>(work: Promise<T>): Promise<T> {
  return work.catch((error) => {
    throw error instanceof TaskFailed ? refuse("unavailable", error.message) : error;
  });
}

/**
 * Waits until a task has succeeded, as long as it takes: asking again for what waits would only make more wait.
 * @throws TaskFailed, unavailable when Meilisearch can't be asked or the signal says so
 */
export async function done(client: Meilisearch, enqueued: Promise<EnqueuedTask>, signal: AbortSignal): Promise<void> {
  const { taskUid } = await enqueued.catch((error: unknown) => {
    const code = codeOf(error);
    // No task is made of it, now or later.
    if (code === "payload_too_large") throw new TaskFailed("the request is too large", code);
    return answered(Promise.reject(error));
  });
  for (let look = FIRST_LOOK; ; look = Math.min(1.5 * look, LOOK)) {
    await pause(look, undefined, { signal }).catch(() => {
      throw refuse("unavailable", "The index is no longer written to");
    });
    const task = await answered(client.tasks.getTask(taskUid));
    if (task.status === "succeeded") return;
    if (task.status === "failed" || task.status === "canceled")
      throw new TaskFailed(task.error?.message ?? task.status, task.error?.code);
  }
}
