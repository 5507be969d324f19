import { expect } from "chai";
import type { Typing } from "../../../contract/events.ts";
import type { Kept, Presence } from "../../../contract/presence.ts";
import { isStaleOwner } from "../../../mixins/actor/stale-owner.ts";
import type { Attendance, Command } from "../../../services/presence/principal/state.ts";
import { type State, turn } from "../../../services/presence/turn.ts";

/** What one actor is told of the world, and what it did to it, in its order. */
class World {
  kept: Kept | null = { status: "online", text: null, until: null, here: true, seen: null, version: 3 };
  attending: Attendance = "here";
  time = Date.UTC(2026, 0, 1);
  readonly did: (Presence | Typing | "kept")[] = [];
  /** Somebody else changes it between reading and keeping. */
  overtaken = false;
  state: State = { principalId: "ana", typed: new Map() };

  read = async () => this.kept;
  attendance = () => this.attending;
  present = (presence: Presence) => void this.did.push(presence);
  type = (typing: Typing) => void this.did.push(typing);
  now = () => new Date(this.time);
  keep = async (_principalId: string, kept: Kept) => {
    if (this.overtaken || kept.version !== this.kept?.version) return false;
    this.kept = { ...kept, version: kept.version + 1 };
    this.did.push("kept");
    return true;
  };

  async turn(...commands: Command[]) {
    const { state, answers, tell } = await turn(this.state, commands, this);
    this.state = state;
    tell();
    return answers;
  }
}

const typing = (conversationId: string): Command => ({ type: "type", conversationId });
const choose = (status: "away" | "dnd" | "invisible" | "online"): Command => ({ type: "choose", choice: { status } });

describe("a turn of a principal", () => {
  it("keeps, then tells, once for all of its commands, and nothing that looks as before", async () => {
    const world = new World();
    await world.turn(choose("away"), choose("dnd"));
    expect(world.did).to.deep.equal(["kept", { principalId: "ana", status: "dnd" }]);
    await world.turn({ type: "attend" }, choose("dnd"));
    expect(world.did.slice(2), "kept anew, and no news").to.deep.equal(["kept"]);
  });

  it("tells nothing where another owner was first, and leaves it to be tried again", async () => {
    const world = new World();
    world.overtaken = true;
    const failed = await world.turn(choose("away")).catch((error: unknown) => error);
    expect(isStaleOwner(failed)).to.equal(true);
    expect(world.did).to.deep.equal([]);
  });

  it("G5 decides on what is kept now, not on what it remembers: he may have become invisible elsewhere", async () => {
    const world = new World();
    await world.turn(typing("c"));
    world.kept = { status: "invisible", text: null, until: null, here: false, seen: null, version: 9 };
    world.time += 10_000;
    await world.turn(typing("c"), { type: "attend" });
    expect(world.did.filter((one) => one !== "kept")).to.deep.equal([
      { type: "typing", conversationId: "c", principalId: "ana" },
    ]);
  });

  it("tells of typing once in two seconds and conversation, in eight at once", async () => {
    const world = new World();
    await world.turn(typing("c"), typing("c"), typing("d"));
    world.time += 1_999;
    await world.turn(typing("c"));
    world.time += 1;
    await world.turn(typing("c"));
    const told = () => world.did.map((one) => (one !== "kept" && "conversationId" in one ? one.conversationId : ""));
    expect(told()).to.deep.equal(["c", "d", "c"]);
    world.time += 2_000;
    await world.turn(...Array.from({ length: 20 }, (_, index) => typing(`many ${index}`)));
    expect(told().slice(3)).to.have.length(8);
  });

  it("refuses what is asked of nobody", async () => {
    const world = new World();
    world.kept = null;
    const [answer] = await world.turn(choose("away"));
    expect(answer && "refused" in answer && answer.refused.type).to.equal("not-found");
  });
});
