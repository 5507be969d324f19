import { searchEngineContract } from "../../contracts/search-engine.contract.ts";
import { describeOnMeilisearch, newUid, sharedMeilisearch, withEngine } from "../../support/meilisearch.ts";

describeOnMeilisearch("Meilisearch", () => {
  searchEngineContract("Meilisearch", async (use) => withEngine(await sharedMeilisearch(), newUid(), use));
});
