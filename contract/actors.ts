import Type, { type Static } from "typebox";

/** What operators are told of the actors of one service on one node. */
export const Census = Type.Object({
  /** Actors in memory. */
  active: Type.Integer(),
  /** Commands in all of their mailboxes, or in a turn. */
  waiting: Type.Integer(),
  /** Those with the most waiting; among equals those that have handled the most since they were activated. */
  busiest: Type.Array(Type.Object({ key: Type.String(), waiting: Type.Integer(), handled: Type.Integer() })),
});
export type Census = Static<typeof Census>;
