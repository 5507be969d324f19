import { expect } from "chai";
import { lacking, settings } from "../../../services/search/engines/meilisearch/settings.ts";

describe("settings of an index in Meilisearch", () => {
  const more = {
    typoTolerance: { enabled: false, disableOnWords: [] },
    stopWords: [],
    proximityPrecision: "byWord" as const,
  };

  it("are left alone where they are as they must be, whatever else there is", () => {
    expect(lacking({ ...settings, ...more })).to.deep.equal({});
  });

  it("are set where they are others, and no other is", () => {
    expect(lacking({})).to.deep.equal(settings);
    const changed = {
      ...settings,
      ...more,
      rankingRules: ["words"],
      typoTolerance: { enabled: true },
      stopWords: ["the"],
    };
    const { rankingRules, typoTolerance } = settings;
    expect(lacking(changed)).to.deep.equal({ rankingRules, typoTolerance });
    const longer = [...(settings.rankingRules ?? []), "words"];
    expect(lacking({ ...settings, rankingRules: longer })).to.deep.equal({ rankingRules });
  });
});
