import { expect } from "chai";
import { RollCall, times } from "../../../services/presence/roll-call.ts";

/** A presence node that can be told everything, and its clock. */
class Node {
  time = 0;
  nodes = ["here"];
  gateways = ["g"];
  owns = true;
  connected = true;
  readonly rollCall: RollCall;

  constructor() {
    this.rollCall = new RollCall({
      owns: () => this.owns,
      nodes: () => this.nodes,
      gateways: () => this.gateways,
      connected: () => this.connected,
    });
    this.sweep(0);
  }

  sweep(milliseconds: number): void {
    this.time += milliseconds;
    this.rollCall.sweep(this.time);
  }

  /** Time passes in steps, as it does; `each` second something happens. */
  pass(seconds: number, each: () => void = () => {}): void {
    for (let second = 0; second < seconds; second++) {
      each();
      this.sweep(1_000);
    }
  }

  beat(here: string[], gone: string[] = [], gateway = "g"): void {
    const ended = gone.map((principalId) => ({ principalId, ago: 0 }));
    this.rollCall.beat({ gateway, nodes: this.nodes, here, gone: ended, whole: true }, this.time);
  }

  /** A node that has been told of all for long enough to judge. */
  static settled(...here: string[]): Node {
    const node = new Node();
    node.pass(20, () => node.beat(here));
    node.rollCall.takeMoved();
    return node;
  }
}

describe("the roll call", () => {
  it("knows who is here by a beat, and who isn't once it would have been told", () => {
    const node = new Node();
    node.beat(["ana"]);
    expect([node.rollCall.of("ana"), node.rollCall.of("bob")]).to.deep.equal(["here", "unsure"]);
    expect(node.rollCall.takeMoved()).to.deep.equal(["ana"]);
    node.pass(13, () => node.beat(["ana"]));
    expect([node.rollCall.of("ana"), node.rollCall.of("bob")]).to.deep.equal(["here", "gone"]);
    expect(node.rollCall.takeMoved(), "a beat that says nothing new").to.deep.equal([]);
  });

  it("lets a goodbye linger: back within 10 seconds he was never away, soon after he is gone", () => {
    const node = Node.settled("ana");
    node.beat([], ["ana"]);
    node.pass(10);
    expect(node.rollCall.of("ana")).to.equal("here");
    node.beat(["ana"]);
    node.pass(12, () => node.beat(["ana"]));
    expect(node.rollCall.takeMoved()).to.deep.equal([]);
    node.beat([], ["ana"]);
    node.pass(14, () => node.beat([]));
    expect(node.rollCall.takeMoved()).to.deep.equal(["ana"]);
    expect(node.rollCall.of("ana")).to.equal("gone");
  });

  it("believes a gateway that died without a goodbye for less than 30 seconds, and more than 10", () => {
    const node = Node.settled("ana");
    node.gateways = ["other"];
    const others = () => node.beat([], [], "other");
    node.pass(times.lease / 1000 - 10, others);
    expect(node.rollCall.of("ana")).to.equal("here");
    node.pass(12, others);
    expect(node.rollCall.takeMoved()).to.deep.equal(["ana"]);
    expect(node.rollCall.of("ana")).to.equal("gone");
  });

  it("is here as long as any of his sessions is", () => {
    const node = Node.settled("ana");
    node.gateways = ["g", "h"];
    node.beat(["ana"], [], "h");
    node.beat([], ["ana"]);
    node.pass(30, () => {
      node.beat([]);
      node.beat(["ana"], [], "h");
    });
    expect([node.rollCall.of("ana"), node.rollCall.gateways("ana")]).to.deep.equal(["here", ["h"]]);
  });

  it("says nothing of whom it may not have heard of: a gateway is silent, the nodes have changed, he is another's", () => {
    const silent = Node.settled();
    silent.pass(16);
    expect(silent.rollCall.of("bob")).to.equal("unsure");
    silent.beat([]);
    silent.sweep(1_000);
    expect(silent.rollCall.of("bob")).to.equal("gone");

    const changed = Node.settled();
    changed.nodes = ["here", "there"];
    changed.sweep(1_000);
    expect(changed.rollCall.of("bob")).to.equal("unsure");
    changed.pass(13, () => changed.beat([]));
    expect(changed.rollCall.of("bob")).to.equal("gone");

    const foreign = Node.settled();
    foreign.owns = false;
    expect(foreign.rollCall.of("bob")).to.equal("unsure");
    foreign.rollCall.doubt("bob");
    expect(foreign.rollCall.takeMoved()).to.deep.equal([]);
  });

  it("begins anew where it could hear nobody, paused or cut off: nobody is gone for that, and nobody here", () => {
    const paused = Node.settled("ana");
    paused.sweep(4_000);
    expect(paused.rollCall.of("ana")).to.equal("unsure");
    expect(paused.rollCall.takeMoved()).to.deep.equal([]);

    const cut = Node.settled("ana");
    cut.connected = false;
    cut.gateways = [];
    cut.pass(120);
    expect(cut.rollCall.of("ana")).to.equal("unsure");
    cut.connected = true;
    cut.gateways = ["g"];
    cut.pass(5);
    expect(cut.rollCall.takeMoved()).to.deep.equal([]);
    cut.pass(20, () => cut.beat(["bob"]));
    expect([cut.rollCall.of("ana"), cut.rollCall.of("bob")]).to.deep.equal(["gone", "here"]);
  });

  it("counts once after each change of the nodes, when it would have been told of everybody; again if that failed", () => {
    const node = new Node();
    const due: boolean[] = [];
    const look = () => {
      node.beat([]);
      due.push(node.rollCall.countDue());
    };
    node.pass(20, look);
    expect(due.filter(Boolean)).to.have.length(1);
    expect(due.indexOf(true)).to.be.greaterThan(11);
    node.rollCall.recount();
    expect(node.rollCall.countDue()).to.equal(true);
    node.nodes = ["here", "there"];
    node.sweep(1_000);
    node.pass(20, look);
    expect(due.filter(Boolean)).to.have.length(2);
  });

  it("forgets no one whom it can't judge yet", () => {
    const node = Node.settled("ana");
    node.beat([], ["ana"]);
    // The other gateway lives and is silent.
    node.gateways = ["g", "silent"];
    node.pass(20, () => node.beat([]));
    expect(node.rollCall.takeMoved()).to.deep.equal([]);
    node.pass(2, () => node.beat([], [], "silent"));
    expect(node.rollCall.takeMoved()).to.deep.equal(["ana"]);
  });
});
