import { resolve } from "node:path";
import Type, { type Static, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { type Database, databaseIn, databaseOf } from "./contract/database.ts";
import { CannotStart } from "./contract/errors.ts";

/**
 * The only reader of the environment: a table of name, schema, default and purpose. The README's table is made from it,
 * so that it stays true.
 */
type Variable<S extends TSchema = TSchema> = {
  schema: S;
  /** What the text must be, in words. */
  expected: string;
  default?: string;
  purpose: string;
};

/** What a process may run, each the name of a folder below `services`. */
export const serviceNames = [
  "directory",
  "gateway",
  "importer",
  "persistence",
  "presence",
  "router",
  "search",
] as const;
const names = serviceNames.join("|");

const optional = (pattern: string) => Type.Union([Type.Undefined(), Type.String({ pattern })]);
/** Of a page (RFC 6454), as browsers write it: no path, no upper case. */
const ORIGIN = "https?://[a-z0-9.\\[\\]:_-]+";
/** A variable of the connection to NATS. */
const ofNats = (expected: string, purpose: string) => variable({ schema: optional("^.+$"), expected, purpose });

function isNatsUrl(text: string): boolean {
  const url = /^(nats|tls):\/\/\S+$/.test(text) ? URL.parse(text) : null;
  return url !== null && url.host !== "" && [url.username, url.password].every(isEncoded);
}
function isEncoded(text: string): boolean {
  try {
    return typeof decodeURIComponent(text) === "string";
  } catch {
    return false;
  }
}

const variable = <S extends TSchema>(variable: Variable<S>) => variable;

export const variables = {
  PORT: variable({
    schema: Type.Integer({ minimum: 0, maximum: 65535 }),
    expected: "a port, 0 to 65535",
    default: "3000",
    purpose: "Port of REST and WebSocket (0: any free one)",
  }),
  WIREHOUSE_HOST: variable({
    schema: Type.String({ minLength: 1 }),
    expected: "an address to listen on",
    default: "127.0.0.1",
    purpose: "Address to listen on; `0.0.0.0` for all",
  }),
  WIREHOUSE_DATA: variable({
    schema: Type.String({ minLength: 1 }),
    expected: "a folder",
    default: "./data",
    purpose: "Folder of the embedded database and of the search index; one process at a time",
  }),
  DATABASE_URL: variable({
    schema: Type.Union([Type.Undefined(), Type.Refine(Type.String(), (url) => databaseOf(url) !== undefined)]),
    expected: "postgres:// or mssql://user:password@host:port/database with options of TLS, or sqlite:file",
    purpose: "The database; without it SQLite in `WIREHOUSE_DATA`",
  }),
  DATABASE_POOL: variable({
    schema: Type.Integer({ minimum: 1, maximum: 200 }),
    expected: "a number of connections, 1 to 200",
    default: "10",
    purpose: "Connections to a database server that this process reads on, at most; it writes on three more",
  }),
  MEILI_URL: variable({
    schema: optional("^https?://[^\\s/@?#]+(/[^\\s?#]*)?$"),
    expected: "http:// or https:// with host and port",
    purpose: "A Meilisearch that keeps the search index; without it SQLite's FTS5 in `WIREHOUSE_DATA`",
  }),
  MEILI_KEY: variable({
    schema: optional("^[\\x21-\\x7e]{1,512}$"),
    expected: "visible ASCII characters",
    purpose: "Meilisearch's key that may write indexes, and make one that may only search",
  }),
  WIREHOUSE_ADMIN_TOKEN: variable({
    schema: Type.Union([Type.Undefined(), Type.String({ pattern: "^[\\x21-\\x7e]{32,512}$" })]),
    expected: "32 to 512 visible ASCII characters",
    purpose: "Token of the first administrator, `@admin`; without it one is made and printed once",
  }),
  WIREHOUSE_RATE: variable({
    schema: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    expected: "a number of requests, 0 to 1000000",
    default: "100",
    purpose: "Writes a second that one principal may ask of one gateway, twice that at once; 0: any number",
  }),
  WIREHOUSE_CORS: variable({
    schema: optional(`^${ORIGIN}(,${ORIGIN})*$`),
    expected: "origins as https://chat.example.org, several separated by commas",
    purpose: "Origins whose pages browsers may let ask this server; without it none",
  }),
  METRICS_PORT: variable({
    schema: Type.Union([Type.Undefined(), Type.Integer({ minimum: 1, maximum: 65535 })]),
    expected: "a port, 1 to 65535",
    purpose: "Port of `/metrics` for Prometheus, and of `/livez` and `/readyz` of any process, on all addresses",
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable({
    schema: optional("^https?://[^\\s/]+(/[^\\s]*)?$"),
    expected: "http:// or https:// with host and port",
    purpose:
      "An OpenTelemetry collector that takes OTLP over HTTP, to which traces are told; without it nothing is traced",
  }),
  OTEL_TRACES_SAMPLER_ARG: variable({
    schema: Type.Refine(Type.String(), (text) => /^(0|1|[01]?\.\d+)$/.test(text) && Number(text) <= 1),
    expected: "a share, 0 to 1",
    default: "0.01",
    purpose: "Share of the traces that begin here which are told; who comes with a `traceparent` has decided already",
  }),
  SERVICES: variable({
    schema: optional(`^(${names})(,(${names}))*$`),
    expected: `some of ${serviceNames.join(",")}`,
    purpose: "What this process runs; without it everything. Less than everything needs `NATS_URL`",
  }),
  NATS_URL: variable({
    schema: Type.Union([Type.Undefined(), Type.Refine(Type.String(), (urls) => urls.split(",").every(isNatsUrl))]),
    expected: "nats:// or tls:// with host and port, several separated by commas",
    purpose: "NATS servers by which this process is one of many; without it it is alone",
  }),
  NATS_USER: ofNats("a name", "User at NATS; may also stand in the URL"),
  NATS_PASSWORD: ofNats("a password", "The user's password; may also stand in the URL, percent-encoded"),
  NATS_TOKEN: ofNats("a token", "Token at NATS, instead of a user"),
  NATS_CREDENTIALS: ofNats("a file", "File of credentials (JWT and seed) for NATS, instead of a user"),
  NATS_CA: ofNats("a file", "Certificates of the authorities that vouch for NATS servers; the system's by default"),
  NATS_CERTIFICATE: ofNats("a file", "This process's certificate for NATS"),
  NATS_KEY: ofNats("a file", "The certificate's key"),
  NATS_SERVER_BIN: variable({
    schema: Type.String({ minLength: 1 }),
    expected: "a program",
    default: "nats-server",
    purpose: "The nats-server that `npm run cluster` starts where there is no `NATS_URL`",
  }),
  WIREHOUSE_LOG: variable({
    schema: Type.Union([
      Type.Literal("error"),
      Type.Literal("warn"),
      Type.Literal("info"),
      Type.Literal("debug"),
      Type.Literal("trace"),
    ]),
    expected: "error, warn, info, debug or trace",
    default: "warn",
    purpose: "What is logged",
  }),
  WIREHOUSE_LOG_FORMAT: variable({
    schema: Type.Union([Type.Literal("text"), Type.Literal("json")]),
    expected: "text or json",
    default: "text",
    purpose: "How: for people to read, or a JSON object a line, for what collects logs",
  }),
};

type Variables = typeof variables;
type Values = { [N in keyof Variables]: Static<Variables[N]["schema"]> };

export type Config = {
  readonly port: number;
  readonly host: string;
  /** Absolute path. */
  readonly data: string;
  readonly database: Database;
  /** Connections to read on. */
  readonly pool: number;
  /** Where the search index is kept; without it in a file. */
  readonly meilisearch: { readonly url: string; readonly key: string | undefined } | undefined;
  /** Writes a second; 0 is any number. */
  readonly rate: number;
  /** Whose pages may ask from a browser. */
  readonly origins: readonly string[];
  readonly metricsPort: number | undefined;
  readonly adminToken: string | undefined;
  /** Where spans are told, and of which share of traces. */
  readonly tracing: { endpoint: string; share: number } | undefined;
  /** Without it this process is the only one. */
  readonly nats: ReturnType<typeof natsOf>;
  /** A program. */
  readonly natsServer: string;
  /** What this process runs. */
  readonly services: readonly string[];
  readonly logLevel: Values["WIREHOUSE_LOG"];
  readonly logFormat: Values["WIREHOUSE_LOG_FORMAT"];
};

/** @throws CannotStart that names every variable which is not what it must be, and no value: one may be a secret. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { schema, expected, default: fallback }] of Object.entries<Variable>(variables)) {
    const text = env[name] || fallback;
    // Digits are a number where a text is not what is asked for.
    const number = text !== undefined && /^\d+$/.test(text) && !Compile(schema).Check(text);
    const value = number ? Number(text) : text;
    if (!Compile(schema).Check(value)) faults.push(`${name} must be ${expected}`);
    values[name] = value;
  }
  if (values.SERVICES !== undefined && values.NATS_URL === undefined)
    faults.push("SERVICES needs NATS_URL: the rest must run in other processes");
  if (!valid(values, faults)) throw new CannotStart(`The configuration is not valid:\n  ${faults.join("\n  ")}\n`);
  return Object.freeze({
    port: values.PORT,
    host: values.WIREHOUSE_HOST,
    data: resolve(values.WIREHOUSE_DATA),
    database: databaseIn(values.WIREHOUSE_DATA, values.DATABASE_URL),
    pool: values.DATABASE_POOL,
    meilisearch: values.MEILI_URL === undefined ? undefined : { url: values.MEILI_URL, key: values.MEILI_KEY },
    rate: values.WIREHOUSE_RATE,
    origins: values.WIREHOUSE_CORS?.split(",") ?? [],
    metricsPort: values.METRICS_PORT,
    adminToken: values.WIREHOUSE_ADMIN_TOKEN,
    tracing: tracingOf(values),
    nats: natsOf(values),
    natsServer: values.NATS_SERVER_BIN,
    services: values.SERVICES?.split(",") ?? serviceNames,
    logLevel: values.WIREHOUSE_LOG,
    logFormat: values.WIREHOUSE_LOG_FORMAT,
  });
}

const valid = (_values: Record<string, unknown>, faults: string[]): _values is Values => faults.length === 0;

function tracingOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share }: Values) {
  return endpoint === undefined ? undefined : { endpoint: endpoint.replace(/\/$/, ""), share: Number(share) };
}

/** How to reach the NATS servers, and as whom. */
function natsOf(values: Values) {
  if (values.NATS_URL === undefined) return undefined;
  const urls = values.NATS_URL.split(",").map((text) => new URL(text));
  const named = urls.find(({ username }) => username !== "");
  // Credentials in a URL are percent-encoded; the client takes them as they are.
  const user = values.NATS_USER ?? (named && decodeURIComponent(named.username));
  const password = values.NATS_PASSWORD ?? (named && decodeURIComponent(named.password));
  return {
    servers: urls.map(({ protocol, host }) => `${protocol}//${host}`),
    ...(user === undefined ? {} : { user, password }),
    ...(values.NATS_TOKEN === undefined ? {} : { token: values.NATS_TOKEN }),
    ...(values.NATS_CREDENTIALS === undefined ? {} : { credentials: values.NATS_CREDENTIALS }),
    ...(values.NATS_CA === undefined ? {} : { ca: values.NATS_CA }),
    ...(values.NATS_CERTIFICATE === undefined ? {} : { certificate: values.NATS_CERTIFICATE }),
    ...(values.NATS_KEY === undefined ? {} : { key: values.NATS_KEY }),
  };
}
