import { expect } from "chai";
import fc from "fast-check";
import { canonical, GENESIS, linkFault, NOTHING } from "../../../contract/chain.ts";
import type { Role } from "../../../contract/entry.ts";
import type { Command } from "../../../services/router/conversation/command.ts";
import { evolve } from "../../../services/router/conversation/evolve.ts";
import { draftOf, unborn } from "../../../services/router/conversation/state.ts";
import { turn } from "../../../services/router/turn.ts";
import {
  ana,
  bob,
  change,
  cleo,
  conversation,
  dora,
  edit,
  here,
  join,
  leave,
  pin,
  post,
  react,
  redact,
  role,
} from "../../support/given.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const person = fc.constantFrom(ana, bob, cleo, dora);
const anyRole = fc.constantFrom<Role>("owner", "member", "reader");
const command: fc.Arbitrary<Command> = fc.oneof(
  fc
    .record({
      who: person,
      text: fc.constantFrom("x", "y"),
      key: fc.constantFrom("k1", "k2", "k3", "k4"),
      replyTo: fc.option(fc.nat(12), { nil: undefined }),
    })
    .map(({ who, text, key, replyTo }) => post(who, text, { clientMessageId: key, replyTo })),
  fc
    .record({ who: person, whom: person, as: fc.option(anyRole, { nil: undefined }) })
    .map(({ who, whom, as }) => join(who, whom, as)),
  fc.record({ who: person, whom: person }).map(({ who, whom }) => leave(who, whom)),
  fc
    .record({ who: person, seq: fc.nat(14), text: fc.constantFrom("x", "y") })
    .map(({ who, seq, text }) => edit(who, seq, text)),
  fc.record({ who: person, seq: fc.nat(14) }).map(({ who, seq }) => redact(who, seq)),
  fc.record({ who: person, seq: fc.nat(14), on: fc.boolean() }).map(({ who, seq, on }) => react(who, seq, "👍", on)),
  fc.record({ who: person, seq: fc.nat(14), on: fc.boolean() }).map(({ who, seq, on }) => pin(who, seq, on)),
  fc
    .record({
      who: person,
      purpose: fc.constantFrom("p", "q", undefined),
      archived: fc.constantFrom(true, false, undefined),
    })
    .map(({ who, ...what }) => change(who, what)),
  fc.record({ who: person, whom: person, as: anyRole }).map(({ who, whom, as }) => role(who, whom, as)),
);
const start = fc.constantFrom(
  conversation("room", { [ana]: "owner", [bob]: "member" }),
  conversation("channel", { [ana]: "owner", [bob]: "owner" }, true),
  conversation("broadcast", { [ana]: "owner", [cleo]: "reader" }, true),
  conversation("direct", { [ana]: "member", [bob]: "member" }),
);

/** Runs commands in batches of these sizes, each on the state the last one left. */
async function run(commands: Command[], sizes: number[]) {
  const log = new MemoryLog();
  const outcomes: unknown[] = [];
  let state = await log.activate(here);
  for (let from = 0, i = 0; from < commands.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    const turned = await turn(state, commands.slice(from, from + size), log);
    turned.tell();
    state = turned.state;
    outcomes.push(...turned.answers);
    from += size;
  }
  return { log, outcomes, state };
}

const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });
const script = fc.record({ first: start, rest: fc.array(command, { maxLength: 30 }) });

describe("whatever the commands", () => {
  it("G2, G6 the log has no gap, and its chain verifies", async () => {
    await fc.assert(
      fc.asyncProperty(script, sizes, async ({ first, rest }, batches) => {
        const { log } = await run([first, ...rest], batches);
        let previous = NOTHING;
        for (const entry of log.entries(here)) {
          expect(linkFault(previous, entry, canonical(entry.body))).to.equal(undefined);
          previous = { seq: entry.seq, hash: entry.hash };
        }
        expect(log.entries(here)[0]?.prevHash).to.equal(GENESIS);
      }),
    );
  });

  it("how they fall into batches changes neither the log nor the answers", async () => {
    const told = ({ log, outcomes }: Awaited<ReturnType<typeof run>>) => [
      log.entries(here).map(({ type, body, senderId, replyTo }) => ({ type, body, senderId, replyTo })),
      outcomes.map((outcome) =>
        JSON.parse(JSON.stringify(outcome, (key, value) => (key === "hash" || key === "sentAt" ? 0 : value))),
      ),
    ];
    await fc.assert(
      fc.asyncProperty(script, sizes, async ({ first, rest }, batches) => {
        const commands = [first, ...rest];
        expect(told(await run(commands, batches))).to.deep.equal(told(await run(commands, [1])));
      }),
    );
  });

  it("a state that lived through it is the state read anew", async () => {
    await fc.assert(
      fc.asyncProperty(script, sizes, async ({ first, rest }, batches) => {
        const { log, state } = await run([first, ...rest], batches);
        const { members, owners, head, ordinal, settings } = await log.activate(here);
        expect(state.settings).to.deep.equal(settings);
        expect([[...state.members].sort(), state.owners, state.head, state.ordinal]).to.deep.equal([
          [...members].sort(),
          owners,
          head,
          ordinal,
        ]);
      }),
    );
  });

  it("G3 all of them again, however batched, add nothing", async () => {
    await fc.assert(
      fc.asyncProperty(script, sizes, async ({ first, rest }, batches) => {
        const { log, state, outcomes } = await run([first, ...rest], batches);
        const length = log.entries(here).length;
        const stored = [first, ...rest].filter((_, i) => JSON.stringify(outcomes[i])?.startsWith('{"ok"'));
        const { answers } = await turn(state, stored.filter(wrote(log)), log);
        expect(log.entries(here)).to.have.length(length);
        for (const answer of answers)
          if ("ok" in answer && "repeat" in answer.ok) expect(answer.ok.repeat).to.equal(true);
      }),
    );
  });

  it("the last owner never goes or steps down while others are in it", async () => {
    await fc.assert(
      fc.asyncProperty(script, sizes, async ({ first, rest }, batches) => {
        const { log } = await run([first, ...rest], batches);
        const draft = draftOf(unborn(here));
        for (const entry of log.entries(here)) {
          const { owners } = draft;
          evolve(draft, entry);
          // Alone one may step down: nobody else is left without an owner.
          const alone = draft.members.size <= (entry.type === "role" ? 1 : 0);
          if (owners > 0 && draft.owners === 0) expect(alone, JSON.stringify(entry)).to.equal(true);
        }
      }),
    );
  });
});

/** Commands that left an entry: those that changed nothing may well change something by now. */
const wrote = (log: MemoryLog) => {
  const keys = new Set(
    (log.logs.get(here) ?? []).map(({ entry, commandId }) => commandId ?? `${entry.senderId} ${entry.clientMessageId}`),
  );
  return (one: Command) => keys.has("commandId" in one ? one.commandId : `${one.senderId} ${one.clientMessageId}`);
};
