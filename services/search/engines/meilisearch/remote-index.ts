import { randomUUID } from "node:crypto";
import type { LogCursor } from "../../../../contract/actions/readers.ts";
import { refuse } from "../../../../contract/errors.ts";
import { gently } from "../../text/gently.ts";
import type { Changes, Index } from "../engine.ts";
import { Cursor, cursorOf, Generation, idOf, KEY, type Message, messageOf, Writer, writerOf } from "./documents.ts";
import { checking, marksOf, prepare } from "./generation.ts";
import { answered, type Server } from "./server.ts";
import { asRefusal, done, TaskFailed } from "./tasks.ts";

/** Bytes of JSON of one request's documents, about. */
const PIECE = 4 * 1024 * 1024;
/** Cursors that are read in one request. */
const CURSORS = 10_000;

const isCursor = checking(Cursor);
const isGeneration = checking(Generation);
const isWriter = checking(Writer);

/** What becomes of an index, for whom it concerns. */
export type Events = {
  /** It is another one, or none, or has been set back. */
  lost(index: RemoteIndex, reason: string): void;
  /** A task that failed. */
  failed(error: TaskFailed): void;
  /** A message that Meilisearch does not take: it is left out. */
  setAside(id: string, error: TaskFailed): void;
};

/** An index of Meilisearch as one process knows it: a generation of it. Once closed it takes nothing more. */
export class RemoteIndex implements Index {
  readonly uid: string;
  readonly #server: Server;
  readonly #events: Events;
  readonly #closing = new AbortController();
  readonly #writer = randomUUID();
  #changes = 0;
  #generation: Promise<string> | undefined;

  constructor(uid: string, server: Server, events: Events) {
    this.uid = uid;
    this.#server = server;
    this.#events = events;
  }

  /** Its generation, as soon as it is as it must be; tried again by who asks next. */
  ready(): Promise<string> {
    this.#refuseIfClosed();
    const prepared = () => this.#told(prepare(this.#server.admin, this.uid, this.#closing.signal));
    this.#generation ??= asRefusal(prepared()).catch((error) => {
      this.#generation = undefined;
      throw error;
    });
    return this.#generation;
  }

  async cursors(): Promise<LogCursor[]> {
    const generation = await this.ready();
    const filter = ["mark = cursor", `generation = "${generation}"`];
    const index = this.#server.admin.index(this.uid);
    const cursors: LogCursor[] = [];
    for (let offset = 0; ; offset += CURSORS) {
      const { results } = await answered(index.getDocuments({ filter, limit: CURSORS, offset }));
      for (const { log, seq } of results.filter(isCursor)) cursors.push({ conversationId: log, seq });
      if (results.length < CURSORS) return cursors;
    }
  }

  /**
   * The cursors are written by the last task, and only when all others have succeeded. What is written to an index that was
   * lost meanwhile does no harm there: cursors of another generation say nothing.
   */
  apply(changes: Changes): Promise<void> {
    return asRefusal(this.#apply(changes));
  }

  async #apply({ put, remove, cursors }: Changes): Promise<void> {
    const generation = await this.ready();
    await this.#confirm(generation);
    const index = this.#server.admin.index(this.uid);
    if (remove.length > 0) await this.#done(index.deleteDocuments(remove.map(idOf)));
    const pieces = inPieces(await gently(put, messageOf));
    const last = pieces.pop() ?? [];
    for (const piece of pieces) await this.#write(piece, []);
    const marks = [...cursors.map((cursor) => cursorOf(cursor, generation)), writerOf(this.#writer, this.#changes + 1)];
    await this.#write(last, marks);
    this.#changes += 1;
  }

  close(): void {
    this.#closing.abort();
  }

  /** Documents that Meilisearch does not take are found by halves, and left out, so that the others come in. */
  async #write(messages: readonly Message[], marks: readonly (Cursor | Writer)[]): Promise<void> {
    const documents = [...messages, ...marks];
    if (documents.length === 0) return;
    try {
      await this.#done(this.#server.admin.index(this.uid).addDocuments(documents, { primaryKey: KEY }));
    } catch (error) {
      const [first] = messages;
      if (!(error instanceof TaskFailed) || !error.isDocuments || !first) throw error;
      if (messages.length === 1) {
        this.#events.setAside(first.id, error);
        return this.#write([], marks);
      }
      const middle = Math.ceil(messages.length / 2);
      await this.#write(messages.slice(0, middle), []);
      await this.#write(messages.slice(middle), marks);
    }
  }

  /** Whether it is the index that this process has written to, with all of it. */
  async #confirm(generation: string): Promise<void> {
    const known = writerOf(this.#writer, this.#changes);
    const marks = await marksOf(this.#server.admin, this.uid, ["generation", known.id]);
    const writer = marks.filter(isWriter).find(({ id }) => id === known.id);
    const isSame = marks.find(isGeneration)?.generation === generation;
    if (isSame && (writer?.changes ?? 0) >= known.changes) return;
    const reason = isSame ? "it was set back" : "it was removed or replaced";
    this.lose(reason);
    throw refuse("unavailable", `The index is another: ${reason}`);
  }

  lose(reason: string): void {
    this.close();
    this.#events.lost(this, reason);
  }

  #done(task: Parameters<typeof done>[1]): Promise<void> {
    return this.#told(done(this.#server.admin, task, this.#closing.signal));
  }

  #told<T>(work: Promise<T>): Promise<T> {
    return work.catch((error) => {
      if (error instanceof TaskFailed) this.#events.failed(error);
      throw error;
    });
  }

  #refuseIfClosed(): void {
    if (this.#closing.signal.aborted) throw refuse("unavailable", "The index is being replaced; try again");
  }
}

function inPieces(messages: readonly Message[]): Message[][] {
  const pieces: Message[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(JSON.stringify(message));
    const piece = bytes <= room ? pieces.at(-1) : undefined;
    if (piece) piece.push(message);
    else pieces.push([message]);
    room = (piece ? room : PIECE) - bytes;
  }
  return pieces;
}
