/** A SQL Server, or Azure SQL, that several processes share. */
export type SqlServer = {
  readonly kind: "mssql";
  /** A name or address; of Always On the listener's. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encrypt: boolean;
  /** Takes any certificate, also one that nobody vouches for. */
  readonly trustServerCertificate: boolean;
  /** Another name than `host` that the certificate bears. */
  readonly hostNameInCertificate: string | undefined;
  /** A file: certificates of the authorities; the system's without it. */
  readonly authority: string | undefined;
  /** Tries all addresses of an Always On listener at once. */
  readonly multiSubnetFailover: boolean;
};

const FLAGS = ["encrypt", "trustServerCertificate", "multiSubnetFailover"] as const;
const PARAMETERS: ReadonlySet<string> = new Set([...FLAGS, "hostNameInCertificate", "ca"]);

/** @returns undefined where it is none, or says what would be passed over in silence */
export function sqlServerOf({
  hostname,
  port,
  pathname,
  username,
  password,
  searchParams,
}: URL): SqlServer | undefined {
  const [database, user, secret] = [pathname.slice(1), username, password].map(decoded);
  if (!hostname || !database || database.includes("/") || !user || !secret) return undefined;
  if ([...searchParams.keys()].some((name) => !PARAMETERS.has(name))) return undefined;
  const [encrypt = true, trustServerCertificate = false, multiSubnetFailover = false] = FLAGS.map((name) =>
    flag(searchParams.get(name)),
  );
  if (FLAGS.some((name) => searchParams.has(name) && flag(searchParams.get(name)) === undefined)) return undefined;
  const hostNameInCertificate = searchParams.get("hostNameInCertificate") || undefined;
  const authority = searchParams.get("ca") || undefined;
  // What proves the server is of no use where nothing is proven.
  if ((!encrypt || trustServerCertificate) && (hostNameInCertificate || authority)) return undefined;
  return {
    kind: "mssql",
    // An address of IPv6 stands in brackets in a URL alone.
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || 1433),
    database,
    user,
    password: secret,
    encrypt,
    trustServerCertificate,
    hostNameInCertificate,
    authority,
    multiSubnetFailover,
  };
}

const flag = (text: string | null): boolean | undefined =>
  text === "true" ? true : text === "false" ? false : undefined;

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
