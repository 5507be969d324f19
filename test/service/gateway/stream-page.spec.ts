import { expect } from "chai";
import { until } from "../../support/until.ts";
import { page } from "../../unit/docs/pages.ts";
import { Stream, withEdge } from "./edge.ts";

/** Whether a frame is what the page shows, in which `…` stands for anything. */
const shows = (line: string, frame: unknown): boolean =>
  new RegExp(`^${line.split("…").map(RegExp.escape).join(".*")}$`).test(JSON.stringify(frame));

describe("docs/stream.md", () => {
  it("its example is what a gateway says", () =>
    withEdge(async ({ url, person }) => {
      const [ana, bob] = [await person("ana"), await person("bob")];
      const room = await ana.room(bob);
      await bob.send(room, "what came meanwhile");
      const [, example = ""] = /```text\n(.*?)```/s.exec(page("docs/stream.md")) ?? [];
      const lines = example.replaceAll("<token>", ana.token).replaceAll("<room>", room).trim().split("\n");
      const stream = new Stream(url);
      const expected: string[] = [];
      for (const line of lines) {
        if (line.startsWith("< ")) expected.push(line.slice(2));
        else {
          // An acknowledgement and its entry may come in either order.
          await until(() => stream.frames.length === expected.length, "what is told");
          await stream.say(line.slice(2));
        }
      }
      await until(() => stream.frames.length === expected.length, "all to be told");
      const unseen = expected.filter((line) => !stream.frames.some((frame) => shows(line, frame)));
      expect(unseen, JSON.stringify(stream.frames, null, 1)).to.deep.equal([]);
    }));
});
