import { expect } from "chai";
import { Compile } from "typebox/compile";
import { Problem } from "../../../contract/errors.ts";
import { Strict } from "../../../contract/scalars.ts";

const problem = Compile(Strict(Problem.properties));

/** What only somebody who debugs the server should see. */
const INSIDES =
  /\bat [\w.<>]+ \(|\.[mc]?[jt]s:\d+|node_modules|sqlite|\bselect\b.+\bfrom\b|insert into|knex|moleculer|TypeError/i;

export type Heard = { status: number; headers: Headers; text: string };

/** What every answer must be, whatever was asked. @param asked for the report */
export function judge({ status, headers, text }: Heard, asked: unknown): void {
  const about = () => `${JSON.stringify(asked)} → ${status} ${text}`;
  if (status >= 500 && status !== 503) throw new Error(about());
  if (status >= 400 && INSIDES.test(text)) throw new Error(`insides: ${about()}`);
  expect(headers.get("x-content-type-options"), about()).to.equal("nosniff");
  if (status < 400) return;
  if (status === 405) expect(headers.get("allow"), about()).to.match(/OPTIONS/);
  if (status === 401) expect(headers.get("www-authenticate"), about()).to.equal("Bearer");
  if (headers.get("content-length") === "0" || text === "") return;
  checkProblem(JSON.parse(text), status, about);
  expect(headers.get("content-type"), about()).to.equal("application/problem+json");
}

/** Problem details with a name that the contract knows, and nothing besides. */
export function checkProblem(value: unknown, status: number | undefined, about: () => string): void {
  if (!problem.Check(value)) throw new Error(`no problem of ours: ${about()}`);
  if (status !== undefined) expect(value.status, about()).to.equal(status);
  if (value.status >= 500 && value.status !== 503) throw new Error(about());
  if (INSIDES.test(JSON.stringify(value))) throw new Error(`insides: ${about()}`);
}
