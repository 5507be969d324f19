import { createServer, type Socket } from "node:net";
import { expect } from "chai";
import { databaseOf } from "../../../contract/database.ts";
import { isForAPerson, reasonOf } from "../../../services/persistence/dialects/mssql/faults.ts";
import { connect } from "../../../services/persistence/dialects/mssql/knex.ts";
import { listen } from "../../support/listen.ts";

/** What a server without TLS answers to a PRELOGIN (MS-TDS 2.2.6.5): its version, and ENCRYPT_NOT_SUP. */
const HEADER = "0401001a00000100";
const OPTIONS = "00000b0006 0100110001 ff";
const NO_TLS = Buffer.from(`${HEADER}${OPTIONS}10000fa00000 02`.replaceAll(" ", ""), "hex");

const PRELOGIN = 0x12;
const LOGIN7 = 0x10;

/** Replays that answer, and hangs up at the next message. @returns the types of the messages that it was sent */
async function withoutTls(use: (port: number) => Promise<void>): Promise<(number | undefined)[]> {
  const types: (number | undefined)[] = [];
  const server = createServer((socket: Socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (first: Buffer) => {
      types.push(first[0]);
      socket.write(NO_TLS);
      socket.once("data", (next: Buffer) => {
        types.push(next[0]);
        socket.destroy();
      });
    });
  });
  try {
    await use(await listen(server));
  } finally {
    server.close();
  }
  return types;
}

async function refusal(port: number, query: string): Promise<Error> {
  const database = databaseOf(`mssql://wirehouse:hunter2@127.0.0.1:${port}/wirehouse${query}`);
  if (database?.kind !== "mssql") throw new Error("no SQL Server");
  const db = connect(database, { max: 1 });
  try {
    return await db.raw("select 1 as one");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await db.destroy();
  }
}

describe("SQL Server that says that it has no TLS (its recorded answer)", () => {
  for (const query of ["", "?trustServerCertificate=true"])
    it(`is told no name and no password: ${query || "as it comes"}`, async () => {
      const types = await withoutTls(async (port) => {
        const error = await refusal(port, query);
        expect(reasonOf(error)).to.equal("the server offers no TLS, and encrypt=false is not said");
        expect(isForAPerson(error)).to.equal(true);
      });
      expect(types).to.deep.equal([PRELOGIN]);
    });

  it("is told both where it is to be so: encrypt=false", async () => {
    expect(await withoutTls(async (port) => void (await refusal(port, "?encrypt=false")))).to.deep.equal([
      PRELOGIN,
      LOGIN7,
    ]);
  });
});
