import { resolve } from "node:path";
import { expect } from "chai";
import { readConfig, variables } from "../../config.ts";

/** What is said of an environment that is refused. */
function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return String(error);
  }
  throw new Error("it was accepted");
}

describe("configuration", () => {
  it("has a default for all that is needed", () => {
    expect(readConfig({})).to.include({
      port: 3000,
      host: "127.0.0.1",
      data: resolve("data"),
      rate: 100,
      metricsPort: undefined,
      adminToken: undefined,
      logLevel: "warn",
    });
  });

  it("takes what is set, and an empty variable for one that isn't", () => {
    const token = "t".repeat(32);
    const environment = { PORT: "0", WIREHOUSE_DATA: "/srv/wire", WIREHOUSE_ADMIN_TOKEN: token, WIREHOUSE_LOG: "" };
    expect(readConfig(environment)).to.include({ port: 0, data: "/srv/wire", adminToken: token, logLevel: "warn" });
  });

  it("takes a text of digits for what it is, where a text is asked for", () => {
    const digits = "1".repeat(32);
    expect(readConfig({ WIREHOUSE_ADMIN_TOKEN: digits, WIREHOUSE_DATA: "2026" })).to.include({
      adminToken: digits,
      data: resolve("2026"),
    });
  });

  it("tells every fault at once, by variable and expectation, and never a value", () => {
    const faulty = { PORT: "99999", WIREHOUSE_ADMIN_TOKEN: "hunter2", WIREHOUSE_LOG: "chatty" };
    const said = refusal(faulty);
    for (const name of ["PORT", "WIREHOUSE_ADMIN_TOKEN", "WIREHOUSE_LOG"] as const) {
      expect(said).to.include(`${name} must be ${variables[name].expected}`).and.not.include(faulty[name]);
    }
    expect(said).not.to.include("WIREHOUSE_DATA");
  });

  it("takes SQLite in the data folder for its database, or the one that is named", () => {
    expect(readConfig({ WIREHOUSE_DATA: "/srv/wire" }).database).to.deep.equal({
      kind: "sqlite",
      file: "/srv/wire/wirehouse.db",
    });
    const file = resolve("data/other.db");
    expect(readConfig({ DATABASE_URL: "sqlite:./data/other.db" }).database).to.deep.equal({ kind: "sqlite", file });
    expect(readConfig({ DATABASE_URL: "postgres://ana:p%40ss@[::1]:5433/wire%20house" }).database).to.deep.equal({
      kind: "postgres",
      host: "::1",
      port: 5433,
      database: "wire house",
      user: "ana",
      password: "p@ss",
      tls: undefined,
    });
  });

  it("takes how a database server must prove itself, as libpq has it", () => {
    const tls = (parameters: string) => {
      const { database } = readConfig({ DATABASE_URL: `postgresql://u@h/d?${parameters}` });
      return database.kind === "postgres" ? database.tls : undefined;
    };
    expect(tls("sslmode=disable")).to.equal(undefined);
    expect(tls("sslmode=require")).to.include({ proof: "none", authority: undefined });
    expect(tls("sslmode=require&sslrootcert=ca.pem")).to.include({ proof: "authority", authority: "ca.pem" });
    expect(tls("sslmode=verify-full&sslcert=c&sslkey=k")).to.include({ proof: "host", certificate: "c", key: "k" });
  });

  it("refuses a database's URL of which it would pass something over, and does not repeat it", () => {
    const urls = [
      "postgres://u@h",
      "postgres://h/d",
      "postgres://u@h/d?sslmode=prefer",
      "postgres://u@h/d?sslrootcert=ca.pem",
      "postgres://u@h/d?sslmode=verify-full&sslcert=c",
      "postgres://u:hunter2@h/d?options=-c%20fsync",
      "postgres://u@h/d/e",
      "mysql://u@h/d",
      "sqlite:",
      "sqlite://h/d",
    ];
    for (const DATABASE_URL of urls) {
      const said = refusal({ DATABASE_URL });
      expect(said).to.include(`DATABASE_URL must be ${variables.DATABASE_URL.expected}`).and.not.include("hunter2");
    }
  });

  it("refuses an address of NATS that could not be taken apart", () => {
    expect(readConfig({ NATS_URL: "nats://ana:p%40ss@h:4222,tls://[::1]:4222" }).nats).to.include({ password: "p@ss" });
    for (const NATS_URL of [
      "h:4222",
      "nats://",
      "nats://h:x",
      "nats://h:99999",
      "nats://ana:%zz@h",
      "nats://h,,tls://h",
    ])
      expect(refusal({ NATS_URL }), NATS_URL).to.include(`NATS_URL must be ${variables.NATS_URL.expected}`);
  });

  it("refuses what is nearly a number", () => {
    for (const PORT of ["-1", "3000.5", "3e3", " 3000", "0x50", "port"]) expect(refusal({ PORT })).to.include("PORT");
  });

  it("takes origins as browsers write them, and nothing else for one", () => {
    const origins = ["https://chat.example.org", "http://localhost:5173", "http://[::1]:8080"];
    expect(readConfig({ WIREHOUSE_CORS: origins.join(",") }).origins).to.deep.equal(origins);
    expect(readConfig({}).origins).to.deep.equal([]);
    for (const WIREHOUSE_CORS of ["*", "null", "chat.example.org", "https://a/", "https://A", "https://a, https://b"])
      expect(refusal({ WIREHOUSE_CORS }), WIREHOUSE_CORS).to.include("WIREHOUSE_CORS");
  });

  it("can't be changed afterwards", () => {
    expect(Object.isFrozen(readConfig({}))).to.equal(true);
  });
});
