import { randomUUID } from "node:crypto";
import type { Meilisearch } from "meilisearch";
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { refuse } from "../../../../contract/errors.ts";
import { Generation, KEY } from "./documents.ts";
import { answered, codeOf } from "./server.ts";
import { lacking, settings, VERSION } from "./settings.ts";
import { done } from "./tasks.ts";

/** Whether a document has the form that it should have. */
export const checking = <S extends TSchema>(schema: S) => {
  const compiled = Compile(schema);
  return (value: unknown): value is Static<S> => compiled.Check(value);
};
const isGeneration = checking(Generation);

/** Documents of an index by id; of an index that there isn't, none. */
export async function marksOf(client: Meilisearch, uid: string, ids: string[]): Promise<unknown[]> {
  const fetched = client.index(uid).getDocuments({ ids, limit: ids.length });
  const { results } = await answered(
    fetched.catch((error) => {
      if (codeOf(error) === "index_not_found") return { results: [] };
      throw error;
    }),
  );
  return results;
}

export async function generationOf(client: Meilisearch, uid: string): Promise<Generation | undefined> {
  return (await marksOf(client, uid, ["generation"])).find(isGeneration);
}

/**
 * Finds the index as it must be, or makes it so: one without a generation or of an older version is made anew, and one that
 * another process makes at the same time is as good. Of its settings those are set that are not as they must be.
 * @returns its generation
 * @throws unavailable, TaskFailed
 */
export async function prepare(client: Meilisearch, uid: string, signal: AbortSignal): Promise<string> {
  const found = await generationOf(client, uid);
  if (found && found.version > VERSION)
    throw refuse("unavailable", `The index ${uid} is of version ${found.version}, which this release does not know`);
  const index = client.index(uid);
  if (found?.version === VERSION) {
    const lacks = lacking(await answered(index.getSettings()));
    if (Object.keys(lacks).length > 0) await done(client, index.updateSettings(lacks), signal);
    return found.generation;
  }
  // What is not there can't be deleted, and what another has just made can't be created: neither matters.
  await done(client, client.deleteIndex(uid), signal).catch(ignoring(signal));
  await done(client, client.createIndex(uid, { primaryKey: KEY }), signal).catch(ignoring(signal));
  await done(client, index.updateSettings(settings), signal);
  const made: Generation = { id: "generation", mark: "generation", generation: randomUUID(), version: VERSION };
  await done(client, index.addDocuments([made], { primaryKey: KEY }), signal);
  const kept = await generationOf(client, uid);
  if (kept?.version !== VERSION) throw refuse("unavailable", `The index ${uid} is being made by several`);
  return kept.generation;
}

const ignoring = (signal: AbortSignal) => (error: unknown) => {
  if (signal.aborted) throw error;
};
