/**
 * Errors that blame the state of the server and not the statement, below the severity from which all do: deadlock and
 * lost snapshots, locks that are not given, databases that are not there, read-only, in recovery or following another
 * server, logins that a running process loses.
 * (https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors,
 * https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues)
 */
const OF_SERVER: ReadonlySet<number> = new Set([
  596, 615, 911, 922, 926, 927, 942, 945, 952, 976, 978, 982, 983, 1205, 1222, 3906, 3908, 3960, 4060, 4221, 6005,
  10928, 10929, 18401, 18451, 18456, 18461, 40143, 40197, 40501, 40540, 40544, 40549, 40550, 40551, 40552, 40553, 40613,
  41302, 41305, 41325, 42108, 42109, 49918, 49919, 49920, 51222,
]);
/** Severity of what no statement causes: resources, the server's own faults, damage. */
const OF_RESOURCES = 17;
const UNIQUE_VIOLATIONS: ReadonlySet<number> = new Set([2601, 2627]);
/** What Babelfish says has a number of its own where SQL Server has none, and PostgreSQL's words. */
const BABELFISH = 33557097;
const OF_BABELFISH = /canceling statement|terminating connection|shutting down|starting up/;
/** Rolled back so that another transaction could go on. */
const CONFLICTS: ReadonlySet<number> = new Set([1205, 3960]);
/** Logins and rights, databases that are not there. */
const FOR_A_PERSON: ReadonlySet<number> = new Set([229, 262, 911, 4060, 18451, 18456, 18461]);
const DENIED: ReadonlySet<number> = new Set([229, 262, 1088, 2760, 15247, 15151]);

/** What the driver calls a server that refuses a statement; all else it says is of the connection. */
const REFUSED = "EREQUEST";
/** What knex says, without a code, of connections that are not to be had. */
const OF_CONNECTION = /connection|timeout|aborted/i;

type Told = { code: string; number: number | undefined; severity: number; text: string };

/** Where the server has said several things the first is what is wrong. */
function toldBy(error: unknown): Told {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return { code: "", number: undefined, severity: 0, text: "" };
  const [code, number, severity] = ["code", "number", "class"].map((name): unknown => Reflect.get(first, name));
  return {
    code: typeof code === "string" ? code : "",
    number: typeof number === "number" ? number : undefined,
    severity: typeof severity === "number" ? severity : 0,
    text: first.message,
  };
}

const ofServer = ({ number = 0, severity, text }: Told): boolean =>
  severity >= OF_RESOURCES || OF_SERVER.has(number) || (number === BABELFISH && OF_BABELFISH.test(text));

/** Whether it is the server that fails: what reads may be asked again. */
export function isFailure(error: unknown): boolean {
  if (!(error instanceof Error) || "type" in error) return false;
  const told = toldBy(error);
  if (told.code === REFUSED) return ofServer(told);
  return told.code !== "" || OF_CONNECTION.test(error.message);
}

/**
 * What is wrong, where the outcome of a write is unknown; undefined where the server has refused the statement, so that
 * nothing was written.
 */
export function faultOf(error: unknown): string | undefined {
  const told = toldBy(error);
  if (told.code === REFUSED && !ofServer(told)) return undefined;
  const text = error instanceof Error ? reasonOf(error) : String(error);
  return told.number === undefined ? text || told.code : `${told.number} ${text}`;
}

/** knex writes the statement before what the server said. */
export const reasonOf = ({ message }: Error): string =>
  message.slice(message.lastIndexOf(" - ") + 1).replace(/^- /, "");

const hasNumber = (numbers: ReadonlySet<number>) => (error: unknown) => numbers.has(toldBy(error).number ?? 0);

/** Somebody else has taken a unique name. */
export const isUniqueViolation = hasNumber(UNIQUE_VIOLATIONS);
/** Another transaction was given way: nothing was written, and the same may succeed when it is tried again. */
export const isConflict = hasNumber(CONFLICTS);
/** The login lacks a right. */
export const isDenied = hasNumber(DENIED);

/** What a person must mend, not time: login, database, rights, certificates. */
export const isForAPerson = (error: unknown): boolean =>
  hasNumber(FOR_A_PERSON)(error) ||
  (error instanceof Error &&
    /login failed|database .* does not exist|certificate|self.signed|SSL|TLS/i.test(error.message));
