import { expect } from "chai";
import fc from "fast-check";
import { closeCodes } from "../../../contract/close-codes.ts";
import { clientFrames, Hello } from "../../../contract/frames.ts";
import { until } from "../../support/until.ts";
import { type Client, Stream, withEdge } from "../gateway/edge.ts";
import { checkProblem } from "./judge.ts";
import { garbage, type Known, valueFor } from "./values.ts";
import { SEED, world } from "./world.ts";

const RUNS = 250;
const ENDS: readonly number[] = [...Object.values(closeCodes), 1002, 1007, 1009];
const TOLD = ["ready", "entries", "ack", "refused", "joined", "left", "read"];

type Said = string | Buffer;

/** What a client may say in one message: a frame, several, or what is none. */
function messages(known: Known): fc.Arbitrary<Said> {
  const frame = fc.oneof(...Object.values(clientFrames).map((schema) => valueFor(schema, known)));
  return fc.oneof(
    { arbitrary: frame.map((one) => JSON.stringify(one) ?? ""), weight: 10 },
    { arbitrary: fc.array(frame, { maxLength: 5 }).map((several) => JSON.stringify(several)), weight: 4 },
    { arbitrary: valueFor(Hello, known).map((hello) => JSON.stringify(hello) ?? ""), weight: 1 },
    { arbitrary: garbage.map((value) => JSON.stringify(value) ?? ""), weight: 1 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 100 }), weight: 1 },
    { arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
  );
}

/** Says it all, and hears what comes of it, until all is answered or the stream is closed. */
async function converse(client: Client, greeting: Said, said: Said[]): Promise<Stream> {
  const stream = new Stream(client.url);
  await stream.say(greeting);
  for (const message of said) if (stream.closed === undefined) await stream.say(message);
  // A frame that is always malformed marks the end.
  await stream.say("the end");
  await stream.end();
  return stream;
}

function judged(stream: Stream, asked: unknown): void {
  const about = () => JSON.stringify([asked, stream.closed, stream.frames]);
  expect(stream.closed, about()).to.be.oneOf(ENDS);
  for (const frame of stream.frames) {
    expect(frame.type, about()).to.be.oneOf(TOLD);
    if (frame.type === "refused") checkProblem(frame.problem, undefined, about);
  }
}

describe("A fuzzer over the stream", () => {
  it("finds only frames and ends that the contract names, and no problem of 500", () =>
    withEdge(async (edge) => {
      const { callers, known } = await world(edge);
      const token = callers.map((caller) => caller.token);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...callers),
          fc.oneof(
            { arbitrary: fc.constant(undefined), weight: 6 },
            { arbitrary: valueFor(Hello, { ...known, token }).map((hello) => JSON.stringify(hello) ?? ""), weight: 2 },
            { arbitrary: messages(known), weight: 1 },
          ),
          fc.array(messages(known), { maxLength: 6 }),
          async (caller, greeting, said) => {
            const hello = greeting ?? JSON.stringify({ type: "hello", token: caller.token });
            judged(await converse(caller, hello, said), [hello, said]);
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
      const [admin] = callers;
      if (!admin) throw new Error("nobody is there");
      const after = await admin.stream();
      await after.say({ type: "send", ref: 1, to: "@bob", text: "still there" });
      await until(() => after.types().includes("ack"), "an answer to a good one");
    })).timeout(120_000);
});
