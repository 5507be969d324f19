import { expect } from "chai";
import fc from "fast-check";
import { databaseOf } from "../../../contract/database.ts";
import { mapBinding } from "../../../services/persistence/dialects/mssql/bindings.ts";
import { optionsOf, REQUEST } from "../../../services/persistence/dialects/mssql/connection.ts";
import { assertDurable } from "../../../services/persistence/dialects/mssql/durability.ts";
import {
  faultOf,
  isConflict,
  isFailure,
  isUniqueViolation,
} from "../../../services/persistence/dialects/mssql/faults.ts";
import { connect } from "../../../services/persistence/dialects/mssql/knex.ts";
import { schema } from "../../../services/persistence/dialects/mssql/schema.ts";
import {
  COMMIT,
  MOVE_CURSORS,
  PLAIN_COMMIT,
  parameterOf,
} from "../../../services/persistence/dialects/mssql/statements.ts";
import { together } from "../../../services/persistence/dialects/mssql/together.ts";

const URL_OF_ONE = "mssql://app:s%20ecret@db.example.org/wirehouse";
const server = databaseOf(URL_OF_ONE);
if (server?.kind !== "mssql") throw new Error("no SQL Server");
/** It compiles statements; nothing is asked of it, so it connects to nobody. */
const knex = connect(server, { max: 1 });

describe("DATABASE_URL of SQL Server", () => {
  it("encrypts and asks for a proof, unless it says otherwise by name", () => {
    expect(server).to.deep.equal({
      kind: "mssql",
      host: "db.example.org",
      port: 1433,
      database: "wirehouse",
      user: "app",
      password: "s ecret",
      encrypt: true,
      trustServerCertificate: false,
      hostNameInCertificate: undefined,
      authority: undefined,
      multiSubnetFailover: false,
    });
    const listener = databaseOf("mssql://a:b@[::1]:1444/w?trustServerCertificate=true&multiSubnetFailover=true");
    expect(listener).to.include({ host: "::1", port: 1444, trustServerCertificate: true, multiSubnetFailover: true });
    expect(databaseOf(`${URL_OF_ONE}?encrypt=false`)).to.include({ encrypt: false });
    expect(databaseOf(`${URL_OF_ONE}?ca=/ca.pem&hostNameInCertificate=db`)).to.include({
      authority: "/ca.pem",
      hostNameInCertificate: "db",
    });
  });

  it("is refused where something would be passed over in silence", () => {
    for (const url of [
      "mssql://db.example.org/wirehouse",
      "mssql://app@db.example.org/wirehouse",
      "mssql://app:secret@db.example.org",
      "mssql://app:secret@db.example.org/a/b",
      `${URL_OF_ONE}?encrypt=maybe`,
      `${URL_OF_ONE}?timeout=3`,
      `${URL_OF_ONE}?encrypt=false&ca=/ca.pem`,
      `${URL_OF_ONE}?trustServerCertificate=true&hostNameInCertificate=db`,
    ])
      expect(databaseOf(url), url).to.equal(undefined);
  });
});

describe("a connection to SQL Server", () => {
  it("proves who answers, tries all addresses where told to, and is closed before who asks has given up", () => {
    expect(optionsOf(server)).to.include({ encrypt: true, trustServerCertificate: false, multiSubnetFailover: false });
    expect(optionsOf({ ...server, multiSubnetFailover: true })).to.include({ multiSubnetFailover: true });
    expect(optionsOf({ ...server, trustServerCertificate: true })).to.include({ trustServerCertificate: true });
    expect(optionsOf({ ...server, hostNameInCertificate: "db" })).to.include({ serverName: "db" });
    expect(optionsOf({ ...server, authority: "package.json" }).cryptoCredentialsDetails?.ca).to.include("wirehouse");
    expect(() => optionsOf({ ...server, authority: "no such file" })).to.throw("cannot be read");
    expect(REQUEST + optionsOf(server).cancelTimeout).to.be.below(10_000);
  });

  it("G1 is to a database that keeps what it acknowledges, and takes writes; else a sentence says what to set", () => {
    const sound = { delayed: "DISABLED", updateability: "READ_WRITE", versions: true };
    for (const delayed of ["DISABLED", "ALLOWED", null]) assertDurable({ ...sound, delayed });
    expect(() => assertDurable({ ...sound, delayed: "FORCED" })).to.throw(
      "(G1): DELAYED_DURABILITY is FORCED; set it to DISABLED or ALLOWED",
    );
    expect(() => assertDurable({ ...sound, updateability: "READ_ONLY" })).to.throw("must lead to the primary");
  });
});

describe("what is sent to SQL Server", () => {
  /** As the statements take a text back: T-SQL's `replace`, innermost first. */
  const decoded = (text: string) => text.replaceAll("~2", "\\").replaceAll("~1", '"').replaceAll("~0", "~");

  it("keeps each text, and leaves nothing in it that JSON escapes", () => {
    const anyText = fc.oneof(fc.string({ unit: "grapheme" }), fc.json(), fc.stringMatching(/^[~012\\"]*$/));
    fc.assert(
      fc.property(anyText, (text) => {
        // What the contract lets through has no lone surrogates, and no control characters once it is canonical.
        fc.pre(text.isWellFormed() && !/\p{Cc}/u.test(text));
        const sent = parameterOf([text]);
        expect(sent).not.to.include("\\");
        expect(JSON.parse(sent).map(decoded)).to.deep.equal([text]);
      }),
    );
  });

  for (const [name, text] of Object.entries({ COMMIT, PLAIN_COMMIT, MOVE_CURSORS })) {
    it(`${name} is one message with one binding that begins and ends its transaction`, () => {
      expect(text.match(/\?/g), "bindings").to.have.length(1);
      expect(text).to.match(/^set nocount on;\nset xact_abort on;\nset lock_timeout \d+;$/m);
      expect(text.match(/\bbegin transaction;/g)).to.have.length(1);
      expect(text.match(/\bcommit transaction;/g)).to.have.length(1);
      expect(text.indexOf("begin transaction;")).to.be.below(text.indexOf("commit transaction;"));
      // What isn't written down in full would be sent as it stands.
      expect(text).not.to.match(/:[a-z]+\b/);
    });
  }

  it("is of one type whatever its length, so that the server keeps one plan: but for what takes more than 8 KB", () => {
    const declared = (value: string | Buffer | null) => mapBinding(value)?.type.declaration({ value });
    for (const value of [null, "", "a", "a".repeat(4000)]) expect(declared(value)).to.equal("nvarchar(4000)");
    expect(declared("a".repeat(4001))).to.equal("nvarchar(max)");
    expect(declared(Buffer.from("a"))).to.equal("varbinary(8000)");
    for (const other of [1, true]) expect(mapBinding(other)).to.equal(undefined);
  });

  it("goes to stored rows by their keys: each statement that joins them to a batch says so", () => {
    const stored = /\bjoin (conversations|members|mentions|entries)\b/;
    const joining = [COMMIT, MOVE_CURSORS].flatMap((text) => text.split(";")).filter((one) => stored.test(one));
    expect(joining).to.have.length.above(10);
    for (const one of joining) expect(one).to.match(/ option \(loop join, force order\)$/);
  });

  it("compares keys by their bytes whatever the database's collation: each text of a table of its own says so", () => {
    for (const column of COMMIT.matchAll(
      /\b(id|pair|name|creator|principal|sender|on_text|off_text) nvarchar\(\d+\)/g,
    )) {
      const [whole = ""] = column;
      const after = COMMIT.slice(column.index + whole.length);
      const declared = /declare @\w+ table[^;]*$/.test(COMMIT.slice(0, column.index));
      if (declared) expect(after, whole).to.match(/^ collate Latin1_General_100_BIN2/);
    }
    expect(schema.types.key(36)).to.equal("nvarchar(72) collate Latin1_General_100_BIN2");
  });

  it("puts several statements into one message, and reads what each of them returned", () => {
    const { sql, bindings, written } = together([
      { query: knex("revisions").where("name", "directory").increment("value").returning("value") },
      { query: knex("tokens").where("id", "a").del(), required: true },
    ]);
    expect(sql).to.match(/^set nocount on;\nset xact_abort on;/);
    expect(sql).to.include("update [revisions] set [value] = [value] + ? output inserted.[value] where [name] = ?;");
    expect(sql).to.include(
      "delete from [tokens] where [id] = ?;\nif @@rowcount = 0 begin set @undone = 1; goto done; end;",
    );
    expect(bindings).to.deep.equal([1, "directory", "a"]);
    expect(written([{ value: 7 }, { wirehouse_step: 0 }, { wirehouse_step: 1 }])).to.deep.equal({
      rows: [[{ value: 7 }], []],
    });
    expect(written([{ value: 7 }, { wirehouse_step: 0 }, { wirehouse_undone: 1 }])).to.deep.equal({ undoneBy: 1 });
  });
});

describe("what SQL Server says", () => {
  const told = (fields: object, message = "select 1 - what is wrong") => Object.assign(new Error(message), fields);

  it("is told apart: a statement's fault, somebody else's name, a way to be given, a server that fails", () => {
    const statement = told({ code: "EREQUEST", number: 207, class: 16 });
    expect([isFailure(statement), faultOf(statement)]).to.deep.equal([false, undefined]);
    for (const number of [2601, 2627])
      expect(isUniqueViolation(told({ code: "EREQUEST", number, class: 14 }))).to.equal(true);
    expect(isConflict(told({ code: "EREQUEST", number: 1205, class: 13 }))).to.equal(true);
    for (const fields of [
      { code: "EREQUEST", number: 1222, class: 16 },
      { code: "EREQUEST", number: 9002, class: 17 },
      { code: "ETIMEOUT" },
      { code: "ECLOSE" },
      { code: "ESOCKET" },
    ])
      expect([isFailure(told(fields)), faultOf(told(fields))]).to.deep.equal([
        true,
        "number" in fields ? `${fields.number} what is wrong` : "what is wrong",
      ]);
    expect(isFailure(told({}, "Knex: Timeout acquiring a connection"))).to.equal(true);
    const several = new AggregateError([told({ code: "EREQUEST", number: 1750, class: 16 }), statement]);
    expect([isFailure(several), faultOf(several)]).to.deep.equal([false, undefined]);
  });
});
