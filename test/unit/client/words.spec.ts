import { expect } from "chai";
import type { Static } from "typebox";
import type * as ours from "../../../client/words.ts";
import type { Body, Entry, EntryType, Kind, Receipt, Role } from "../../../contract/entry.ts";
import type { Problem } from "../../../contract/errors.ts";
import type { clientFrames, Hello, ServerFrame } from "../../../contract/frames.ts";
import type { Presence } from "../../../contract/presence.ts";

/** Whether two types are the same, each to be used where the other is. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Whether what a client says is the same in both. */
type Said = {
  [T in keyof typeof clientFrames]: Same<ours.ClientFrame & { type: T }, Static<(typeof clientFrames)[T]>>;
}[keyof typeof clientFrames];

/** By name, what does not compile unless it is true. */
type Words = {
  kind: Same<ours.Kind, Kind>;
  role: Same<ours.Role, Role>;
  bodies: Same<ours.Bodies, { [T in EntryType]: Body<T> }>;
  entry: Entry extends ours.Entry ? true : false;
  receipt: Same<ours.Receipt, Receipt>;
  /** With all that may be there: what may be left out would be missed by nobody. */
  problem: Same<Required<ours.Problem>, Required<Omit<Problem, "type"> & { type: string }>>;
  presence: Same<Required<ours.Presence>, Required<Presence>>;
  /** Every frame of the contract is one that the library knows. */
  told: Exclude<ServerFrame["type"], ours.ServerFrame["type"]> extends never ? true : false;
  hello: ours.ClientFrame & { type: "hello" } extends Hello ? true : false;
  said: [Said] extends [true] ? true : false;
};

const words: Words = {
  kind: true,
  role: true,
  bodies: true,
  entry: true,
  receipt: true,
  problem: true,
  presence: true,
  told: true,
  hello: true,
  said: true,
};

describe("the client's words", () => {
  it("are those of the contract, as the compiler has found", () => {
    expect(Object.values(words)).not.to.include(false);
  });
});
