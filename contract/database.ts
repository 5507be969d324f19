import { dirname, join, resolve } from "node:path";
import { type SqlServer, sqlServerOf } from "./sql-server.ts";

/** Where the log is kept: what `DATABASE_URL` says. */
export type Database = Sqlite | Postgres | SqlServer;

/** A file of this machine, one process at a time. */
export type Sqlite = { readonly kind: "sqlite"; readonly file: string };

/** A PostgreSQL server that several processes share. */
export type Postgres = {
  readonly kind: "postgres";
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  /** Without it nothing is encrypted. */
  readonly tls: Tls | undefined;
};

/** The files are named, not read. */
export type Tls = {
  /** What the server must prove: nothing, a certificate by the authority, or one that names the host too. */
  readonly proof: "none" | "authority" | "host";
  /** Certificates of the authorities; the system's without it. */
  readonly authority: string | undefined;
  /** Our own certificate and its key. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
};

const SQLITE = "sqlite:";
const PARAMETERS: ReadonlySet<string> = new Set(["host", "sslmode", "sslrootcert", "sslcert", "sslkey"]);

/** As in libpq, but for its modes that fall back to no encryption. */
const proofs: Record<string, Tls["proof"] | undefined> = {
  require: "none",
  "verify-ca": "authority",
  "verify-full": "host",
};

/** @returns undefined where it is none that is known, or says what would be passed over in silence */
export function databaseOf(url: string): Database | undefined {
  if (url.startsWith(SQLITE)) {
    const file = url.slice(SQLITE.length);
    return file === "" || file.startsWith("//") ? undefined : { kind: "sqlite", file };
  }
  if (!URL.canParse(url)) return undefined;
  if (/^postgres(ql)?:\/\//.test(url)) return postgresOf(new URL(url));
  return url.startsWith("mssql://") ? sqlServerOf(new URL(url)) : undefined;
}

/** The database of a process; a file has an absolute path. @param url is one that `databaseOf` takes, or none */
export function databaseIn(folder: string, url: string | undefined): Database {
  const named = url === undefined ? undefined : databaseOf(url);
  if (named && named.kind !== "sqlite") return named;
  return { kind: "sqlite", file: resolve(named?.file ?? join(folder, "wirehouse.db")) };
}

/** Where it is, for people: without who logs in. */
export const placeOf = (database: Database): string =>
  database.kind === "sqlite"
    ? dirname(database.file)
    : `${database.kind}://${database.host}:${database.port}/${database.database}`;

function postgresOf({ hostname, port, pathname, username, password, searchParams }: URL): Postgres | undefined {
  const tls = tlsOf(searchParams);
  const database = decoded(pathname.slice(1));
  const [user, secret] = [decoded(username), decoded(password)];
  if (tls === undefined || !database || database.includes("/") || !user || secret === undefined) return undefined;
  if ([...searchParams.keys()].some((name) => !PARAMETERS.has(name))) return undefined;
  return {
    kind: "postgres",
    // An address of IPv6 stands in brackets in a URL alone.
    host: searchParams.get("host") ?? (hostname.replace(/^\[|\]$/g, "") || "localhost"),
    port: Number(port || 5432),
    database,
    user,
    password: secret === "" ? undefined : secret,
    tls: tls === "off" ? undefined : tls,
  };
}

function tlsOf(parameters: URLSearchParams): Tls | "off" | undefined {
  const [mode, authority, certificate, key] = ["sslmode", "sslrootcert", "sslcert", "sslkey"].map(
    (name) => parameters.get(name) || undefined,
  );
  if (mode === undefined || mode === "disable") return authority || certificate || key ? undefined : "off";
  const proof = proofs[mode];
  // A key without its certificate, or the other way round, is half of a proof.
  if (proof === undefined || (certificate === undefined) !== (key === undefined)) return undefined;
  // As libpq has it, an authority that is named is asked.
  return { proof: proof === "none" && authority ? "authority" : proof, authority, certificate, key };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
