import { expect } from "chai";
import type { Choice } from "../../../contract/presence.ts";
import { Signals } from "../../../services/gateway/presence/signals.ts";
import { until } from "../../support/until.ts";

/** A session's signals, and what they asked of the rest of the system. */
function signalling(member: (conversationId: string) => boolean = () => true) {
  const asked = { chosen: [] as Choice[], typed: [] as string[], watched: [] as string[][], crowded: 0, here: 0 };
  let room = true;
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const signals = new Signals(
    {
      principalId: "ana",
      paused: false,
      mayType: member,
      write: () => {},
      crowd: () => {
        asked.crowded++;
      },
    },
    {
      attendance: { came: () => void asked.here++, went: () => void asked.here-- },
      watches: {
        watch: async (_watcher, principals) => {
          asked.watched.push(principals);
          await held;
          return room;
        },
        forget: () => {},
        drained: () => {},
      },
      choose: async (_principalId, choice) => {
        asked.chosen.push(choice);
        await held;
      },
      type: async (_principalId, conversationId) => void asked.typed.push(conversationId),
      failed: () => {},
    },
  );
  const full = () => {
    room = false;
  };
  return { signals, asked, release, full };
}

const typing = (conversationId: string) => ({ type: "typing", frame: { type: "typing", conversationId } }) as const;
const presence = (text: string) => ({ type: "presence", frame: { type: "presence", status: "away", text } }) as const;
const watch = (one: string) => ({ type: "watch" as const, frame: { type: "watch" as const, principals: [one] } });

describe("G8 a session's signals, however many come", () => {
  it("of choices and lists the last is done, one at a time", async () => {
    const { signals, asked, release } = signalling();
    for (let index = 0; index < 1000; index++) {
      signals.take(presence(`${index}`));
      signals.take(watch(`@${index}`));
    }
    release();
    await until(() => asked.chosen.length === 2 && asked.watched.length === 2);
    expect(asked.chosen.map(({ text }) => text)).to.deep.equal(["0", "999"]);
    expect(asked.watched).to.deep.equal([["@0"], ["@999"]]);
    signals.close();
  });

  it("typing is told once a conversation, in few of them, and of none that one isn't in", () => {
    const { signals, asked } = signalling((conversationId) => conversationId !== "strange");
    for (let index = 0; index < 1000; index++) {
      signals.take(typing("strange"));
      signals.take(typing(`c${index % 50}`));
    }
    expect(asked.typed).to.deep.equal(Array.from({ length: 8 }, (_, index) => `c${index}`));
  });

  it("the last choice is done also if the session ends before its turn", async () => {
    const { signals, asked, release } = signalling();
    signals.take(presence("first"));
    signals.take(presence("last"));
    signals.close();
    release();
    await until(() => asked.chosen.length === 2, "the last choice");
    expect(asked.chosen[1]?.text).to.equal("last");
  });

  it("who watches more than there is room for is sent away", async () => {
    const { signals, asked, release, full } = signalling();
    full();
    release();
    signals.take(watch("@bob"));
    await until(() => asked.crowded === 1);
    signals.close();
  });

  it("comes once and goes once, and goes only if it came", () => {
    const { signals, asked } = signalling();
    signals.open();
    signals.open();
    expect(asked.here).to.equal(1);
    signals.close();
    signals.close();
    expect(asked.here).to.equal(0);
    const { signals: early, asked: none } = signalling();
    early.close();
    early.open();
    expect(none.here).to.equal(0);
  });
});
