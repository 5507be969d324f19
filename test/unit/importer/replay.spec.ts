import { expect } from "chai";
import type { Imported, Params, Result } from "../../../contract/actions.ts";
import { refuse, refused } from "../../../contract/errors.ts";
import { Replay, type Write } from "../../../services/importer/replay.ts";
import { ChannelImport } from "../../../services/importer/slack/channel.ts";
import { Roster } from "../../../services/importer/slack/people.ts";
import { planned } from "../../../services/importer/slack/plan.ts";
import type { SlackRecord } from "../../../services/importer/slack/records.ts";
import { emptySurvey, surveyed } from "../../../services/importer/slack/survey.ts";
import { Tally } from "../../../services/importer/tally.ts";
import { ts } from "../../support/slack.ts";

const keyOf = (command: Imported) => (command.type === "post" ? command.clientMessageId : command.commandId);

/** A router that remembers keys, as the real one does. */
class Router {
  readonly calls: Params<"router.import">[] = [];
  readonly #seqs = new Map<string, number>();

  readonly write: Write = async (params) => {
    this.calls.push(params);
    return params.commands.map((command): Result<"router.import">[number] => {
      const key = keyOf(command);
      const repeat = this.#seqs.has(key);
      if (!repeat) this.#seqs.set(key, this.#seqs.size + 1);
      return { ok: { seq: command.type === "post" ? (this.#seqs.get(key) ?? 0) : null, repeat } };
    });
  };
}

async function* each(...days: SlackRecord[][]) {
  yield* days;
}

async function replay(records: SlackRecord[], write: Write, stop = new AbortController().signal): Promise<Tally> {
  const survey = emptySurvey();
  const roster = new Roster([]);
  for (const record of records) {
    for (const one of surveyed(survey, record)) roster.meet(one);
  }
  const channel = { id: "C1", name: "general", space: "public" as const, creator: "U1", members: ["U1"] };
  const plan = planned(new Map([[channel, survey]]), roster);
  const [only] = plan.channels;
  if (!only) throw new Error("no channel was planned");
  const tally = new Tally();
  const ids = new Map([...plan.people.keys()].map((id) => [id, id]));
  const way = new ChannelImport(only, plan.names, { ids, standInId: "admin" }, tally.notes);
  await new Replay(only, write, tally, stop).run(way, each(records));
  return tally;
}

const messages = (count: number, more: (n: number) => Partial<SlackRecord> = () => ({})) =>
  Array.from({ length: count }, (_, n) => ({ user: "U1", text: `message ${n}`, ts: ts(n), ...more(n) }));

describe("importer: the replay of a channel", () => {
  it("creates first, then writes in bounded batches, and only the last call opens the conversation", async () => {
    const router = new Router();
    const tally = await replay(
      messages(1000, (n) => ({ text: n % 100 === 0 ? "\u0001".repeat(16_000) : "short" })),
      router.write,
    );
    expect(tally).to.deep.include({ records: 1000, imported: 1000, repeated: 0 });
    expect(router.calls[0]?.commands.map(({ type }) => type)).to.deep.equal(["create"]);
    for (const { commands } of router.calls) {
      expect(commands.length).to.be.within(1, 200);
      expect(JSON.stringify(commands).length).to.be.below(256 * 1024);
    }
    expect(router.calls.map(({ complete }) => complete).indexOf(true)).to.equal(router.calls.length - 1);
  });

  it("run again says that all of it is repeated", async () => {
    const router = new Router();
    await replay(messages(300), router.write);
    expect(await replay(messages(300), router.write)).to.deep.include({ imported: 300, repeated: 300 });
  });

  it("names a root of the same batch by its key, and one of an earlier batch by its seq", async () => {
    const router = new Router();
    const tally = await replay(
      messages(500, (n) => (n > 0 ? { thread_ts: ts(0) } : {})),
      router.write,
    );
    expect(tally.imported).to.equal(500);
    const replies = router.calls.flatMap(({ commands }) =>
      commands.flatMap((c) => (c.type === "post" ? [c.replyTo] : [])),
    );
    expect(replies[1]).to.deep.equal({ senderId: "U1", clientMessageId: `slack:C1:${ts(0)}` });
    expect(replies[499]).to.equal(2);
  });

  it("G8 tries again what a busy router refuses, the whole batch in its order", async () => {
    const router = new Router();
    let busy = 2;
    const tally = await replay(messages(2), async (params) => {
      const outcomes = await router.write(params);
      if (params.commands.length !== 2 || busy-- === 0) return outcomes;
      if (busy === 1) throw refuse("unavailable", "not now", { retryAfter: 0 });
      return outcomes.map(() => ({ refused: refused("unavailable", "nor now", { retryAfter: 0 }) }));
    });
    expect(tally).to.deep.include({ imported: 2, repeated: 2 });
    expect(router.calls.filter(({ commands }) => commands.length === 2)).to.have.length(3);
  });

  it("takes another name where its own is taken, and says so", async () => {
    const router = new Router();
    const tally = await replay(messages(1), async (params) => {
      const [first] = params.commands;
      if (first?.type === "create" && first.name === "general") {
        if (params.complete) return [{ ok: { seq: null, repeat: true } }];
        return [{ refused: refused("conflict", "The name general is taken") }];
      }
      return router.write(params);
    });
    expect(tally.imported).to.equal(1);
    expect(tally.notes.lines()).to.deep.equal([
      "1 channels have another name, for theirs is taken: #general is #general-c1",
    ]);
  });

  it("says which record was refused, and accounts for the others", async () => {
    const router = new Router();
    const tally = await replay(messages(3), async (params) => {
      const outcomes = await router.write(params);
      return outcomes.map((outcome, index) =>
        params.commands.length > 1 && index === 1 ? { refused: refused("validation", "no") } : outcome,
      );
    });
    expect(tally).to.deep.include({ records: 3, imported: 2 });
    expect(Object.fromEntries(tally.skipped)).to.deep.equal({ "refused (validation)": 1 });
    expect(tally.failures.lines()).to.deep.equal([`1 commands were refused (validation: no): slack:C1:${ts(1)}`]);
  });

  it("accounts for every record of a channel that cannot be created", async () => {
    const tally = await replay(messages(3), async () => [{ refused: refused("conflict", "The id is taken") }]);
    expect(tally).to.deep.include({ records: 3, imported: 0 });
    expect(Object.fromEntries(tally.skipped)).to.deep.equal({ "its conversation could not be created": 3 });
    expect(tally.failures.lines()).to.deep.equal(["1 conversations could not be created: #general (The id is taken)"]);
  });

  it("stops between two batches when it is told to", async () => {
    const router = new Router();
    const stop = new AbortController();
    const write: Write = (params) => {
      if (router.calls.length === 2) stop.abort();
      return router.write(params);
    };
    const error = await replay(messages(1000), write, stop.signal).catch((error: unknown) => error);
    expect(error).to.have.property("type", "unavailable");
    expect(router.calls).to.have.length(3);
  });
});
