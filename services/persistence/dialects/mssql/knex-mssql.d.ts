// knex's client for SQL Server, which it exports without types. A row comes as cells with their columns' types.
declare module "knex/lib/dialects/mssql/index.js" {
  import type { Knex } from "knex";
  import type { Connection, Request } from "tedious";

  export type Cell = { value: unknown; metadata: { colName: string; type: { name: string } } };
  export type Answered = { response?: Cell[][]; returning?: unknown } | null | undefined;
  export default class extends Knex.Client {
    _driver(): unknown;
    processResponse(query: Answered, runner: unknown): unknown;
    _query(connection: Connection, query: unknown): Promise<unknown>;
    _enqueueRequest(request: Request, connection: Connection): void;
  }
}
