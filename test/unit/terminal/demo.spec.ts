import { expect } from "chai";
import { desk } from "../../../terminal/demo/desk.ts";
import { schedule } from "../../../terminal/demo/play.ts";
import type { Line } from "../../../terminal/demo/script.ts";
import { slackScript } from "../../../terminal/demo/slack.ts";
import { workspace, writeArchive } from "../../support/slack.ts";
import { withFolder } from "../../support/with-broker.ts";

const said = (lines: readonly Line[]) => lines.flatMap((line) => (line.does === "say" ? [line] : []));

describe("The demo", () => {
  it("brings a day whose lines are in order, and about people, places and messages that there are", () => {
    const keys = new Set<string>();
    let before = 0;
    for (const line of desk.lines) {
      expect(line.at).to.be.at.least(before);
      before = line.at;
      expect(desk.people.has(line.by), line.by).to.equal(true);
      if (line.does === "say") {
        expect(desk.places.has(line.place) && !keys.has(line.key), line.key).to.equal(true);
        expect(line.replyTo === undefined || keys.has(line.replyTo), line.replyTo).to.equal(true);
        keys.add(line.key);
      }
      if ("to" in line) expect(keys.has(line.to), line.to).to.equal(true);
    }
    for (const { place } of desk.bindings) expect(desk.places.has(place)).to.equal(true);
    expect(new Set(desk.lines.map(({ does }) => does))).to.have.property("size", 6);
  });

  it("plays so many times faster than it happened, and waits for no night to pass", () => {
    const at = (seconds: number) => ({ at: seconds * 1000 });
    expect(schedule([at(0), at(10), at(20), at(86_400), at(86_400)], 10)).to.deep.equal([2000, 3000, 4000, 9000, 9000]);
    expect(schedule([], 10)).to.deep.equal([]);
  });

  it("makes a script of an export's public channels that are in use: by our handles, threads and reactions among it", () =>
    withFolder(async (folder) => {
      const script = await slackScript(writeArchive(folder, workspace));
      expect([...script.places.keys()].sort()).to.deep.equal(["general", "random"]);
      expect([...script.people.keys()]).to.include.members(["ana", "ben", "robot", "nobody"]);
      const lines = said(script.lines);
      expect(lines.map(({ by, text }) => `${by}: ${text}`)).to.include.members([
        "ana: Hello @ben, see #random",
        "ben: in a thread",
        "nobody: I am in no list",
      ]);
      const root = lines.find(({ text }) => text.startsWith("Hello"));
      expect(lines.filter(({ replyTo }) => replyTo === root?.key).map(({ text }) => text)).to.deep.equal([
        "in a thread",
        "to the first again",
      ]);
      const [reaction] = script.lines.filter(({ does }) => does === "react");
      const question = lines.find(({ text }) => text.startsWith("Who is"));
      expect(reaction).to.include({ by: "nobody", to: question?.key, emoji: "+1" });
      // Who is deactivated in Slack does not speak.
      expect(script.people.has("cleo")).to.equal(false);
      expect(lines.some(({ by }) => by === "cleo")).to.equal(false);
      expect(script.look.places[0]).to.equal("general");
      const times = script.lines.map(({ at }) => at);
      expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    }));
});
