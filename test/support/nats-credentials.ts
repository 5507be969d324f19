import { nkeys } from "nats";

type Key = ReturnType<typeof nkeys.createUser>;

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A claim of NATS's decentralised authentication: `issuer` says what holds of `subject`. */
function claim(issuer: Key, subject: Key, type: "operator" | "account" | "user", more: object = {}): string {
  const claims = {
    jti: "test",
    iat: 1_700_000_000,
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: type,
    nats: { type, version: 2, ...more },
  };
  const signed = `${text({ typ: "JWT", alg: "ed25519-nkey" })}.${text(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url")}`;
}

/** What `nsc` would make: a server's configuration with an operator and an account, and a user's file of credentials. */
export function decentralised(): { configuration: string; credentials: string } {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const limits = { ...unlimited, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  return {
    configuration: `operator: ${claim(operator, operator, "operator")}
resolver: MEMORY
resolver_preload: { ${account.getPublicKey()}: ${claim(operator, account, "account", { limits })} }
`,
    credentials: `-----BEGIN NATS USER JWT-----
${claim(account, user, "user", unlimited)}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${Buffer.from(user.getSeed()).toString()}
------END USER NKEY SEED------
`,
  };
}
