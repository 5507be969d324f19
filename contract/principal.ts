import Type, { type Static } from "typebox";
import { PUBLISH_PATTERNS } from "./limits.ts";
import { Handle, Id, Strict, Time } from "./scalars.ts";
import { TopicPattern } from "./topic.ts";

/** A person or an application that sends and reads. */

export const PrincipalKind = Type.Union([Type.Literal("person"), Type.Literal("application")]);
export type PrincipalKind = Static<typeof PrincipalKind>;
export const PrincipalRole = Type.Union([Type.Literal("user"), Type.Literal("admin")]);
export type PrincipalRole = Static<typeof PrincipalRole>;
export const PrincipalName = Type.String({ minLength: 1, maxLength: 100 });
/** A handle as it is given: a leading sigil is taken off, upper case is folded. */
export const GivenHandle = Type.String({ pattern: "^@?[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}$" });

export const Principal = Type.Object({
  id: Id,
  handle: Handle,
  name: PrincipalName,
  kind: PrincipalKind,
  role: PrincipalRole,
  disabled: Type.Boolean(),
});
export type Principal = Static<typeof Principal>;

/** Patterns of the topics that a principal may publish to; shown to nobody. */
const Publish = Type.Array(TopicPattern, { maxItems: PUBLISH_PATTERNS });

/** A principal as the router judges him by. */
export type Sender = Principal & { publish: string[] };

export const NewPrincipal = Strict({
  handle: GivenHandle,
  name: PrincipalName,
  kind: PrincipalKind,
  role: Type.Optional(PrincipalRole),
  publish: Type.Optional(Publish),
});
export type NewPrincipal = Static<typeof NewPrincipal>;

export const PrincipalChange = Strict({
  name: Type.Optional(PrincipalName),
  role: Type.Optional(PrincipalRole),
  disabled: Type.Optional(Type.Boolean()),
  publish: Type.Optional(Publish),
});
export type PrincipalChange = Static<typeof PrincipalChange>;

/** What a token allows: the less the better. */
export const Scope = Type.Union([Type.Literal("read"), Type.Literal("send"), Type.Literal("admin")]);
export type Scope = Static<typeof Scope>;

export const NewToken = Strict({
  label: Type.Optional(Type.String({ maxLength: 80 })),
  scopes: Type.Optional(Type.Array(Scope, { minItems: 1, uniqueItems: true })),
  expiresAt: Type.Optional(Time),
});
export type NewToken = Static<typeof NewToken>;

/** A token as it is listed: never its secret, nor the hash of it. */
export const Token = Type.Object({
  id: Id,
  label: Type.String(),
  scopes: Type.Union([Type.Array(Scope), Type.Null()]),
  expiresAt: Type.Union([Time, Type.Null()]),
  createdAt: Time,
});
export type Token = Static<typeof Token>;

/** Who a token speaks for. */
export type Credential = {
  tokenId: string;
  /** Hex SHA-256 of the token. */
  tokenHash: string;
  principal: Principal;
  scopes: Scope[] | null;
  expiresAt: string | null;
};

/** Folds a given handle to its bare form. */
export const bareHandle = (given: string): string => given.replace(/^@/, "").toLowerCase();
