import { expect } from "chai";
import type { Choice, Kept } from "../../../contract/presence.ts";
import { decide } from "../../../services/presence/principal/decide.ts";
import { evolve } from "../../../services/presence/principal/evolve.ts";
import type { Attendance, Command } from "../../../services/presence/principal/state.ts";
import { shown } from "../../../services/presence/status.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const nobody: Kept = { status: "online", text: null, until: null, here: false, seen: null, version: 0 };
const choose = (choice: Choice): Command => ({ type: "choose", choice });
const attend: Command = { type: "attend" };

/** What is kept after these, each a second after the one before. */
const given = (...steps: [Command, Attendance][]): Kept =>
  steps.reduce((kept, [command, attendance], index) => {
    const events = decide(kept, command, { attendance, now: at(index + 1) });
    return events.reduce(evolve, kept);
  }, nobody);
const seenAs = (kept: Kept, attendance: Attendance = "here", second = 10) => shown("ana", kept, attendance, at(second));

describe("who wins", () => {
  const table: [who: string, kept: Kept, attendance: Attendance, status: string][] = [
    ["never here", nobody, "gone", "offline"],
    ["a session", given([attend, "here"]), "here", "online"],
    [
      "what is chosen, over every session",
      given([attend, "here"], [choose({ status: "away" }), "here"]),
      "here",
      "away",
    ],
    ["no session, over what is chosen", given([choose({ status: "dnd" }), "gone"]), "gone", "offline"],
    ["invisible, over sessions", given([attend, "here"], [choose({ status: "invisible" }), "here"]), "here", "offline"],
    ["what was told last, where nobody knows", given([attend, "here"]), "unsure", "online"],
  ];
  for (const [who, kept, attendance, status] of table)
    it(`${who}: ${status}`, () => expect(seenAs(kept, attendance).status).to.equal(status));

  it("what was told is believed for 100 seconds, no longer, where nobody knows", () => {
    const kept = given([attend, "here"]);
    expect(seenAs(kept, "unsure", 101).status).to.equal("online");
    expect(seenAs(kept, "unsure", 102).status).to.equal("offline");
  });

  it("a text and its end are shown until then, and replaced as one", () => {
    const until = at(20);
    const kept = given([attend, "here"], [choose({ status: "dnd", text: "in a meeting", until }), "here"]);
    expect(seenAs(kept, "here", 19)).to.deep.equal({ principalId: "ana", status: "dnd", text: "in a meeting", until });
    expect(seenAs(kept, "here", 20)).to.deep.equal({ principalId: "ana", status: "dnd" });
    const [chosen] = decide(kept, choose({ status: "away" }), { attendance: "here", now: at(5) });
    expect(chosen && seenAs(evolve(kept, chosen))).to.deep.equal({ principalId: "ana", status: "away" });
  });
});

describe("last seen", () => {
  it("is the moment at which others no longer saw him: gone or invisible, it shows as the same", () => {
    const gone = given([attend, "here"], [attend, "gone"]);
    const hidden = given([attend, "here"], [choose({ status: "invisible", text: "x", until: at(99) }), "here"]);
    expect(seenAs(gone, "gone")).to.deep.equal(seenAs(hidden));
    expect(seenAs(gone, "gone")).to.deep.equal({ principalId: "ana", status: "offline", lastSeen: at(2) });
  });

  it("stands while he is invisible, whatever his sessions do", () => {
    const hidden = given(
      [attend, "here"],
      [choose({ status: "invisible" }), "here"],
      [attend, "gone"],
      [attend, "here"],
      [choose({ status: "invisible" }), "here"],
      [attend, "unsure"],
      [attend, "gone"],
    );
    expect(seenAs(hidden, "gone").lastSeen).to.equal(at(2));
  });

  it("is no later for having become invisible while away", () => {
    const kept = given([attend, "here"], [attend, "gone"], [choose({ status: "invisible" }), "gone"]);
    expect(seenAs(kept, "gone").lastSeen).to.equal(at(2));
  });

  it("is when he was last known to be here, where nobody has looked for long", () => {
    const events = decide(given([attend, "here"]), attend, { attendance: "gone", now: at(3600) });
    expect(events).to.deep.equal([{ type: "vanished", at: at(1) }]);
  });
});
