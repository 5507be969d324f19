import type { Statement, Value, Written } from "../dialect.ts";

/** What separates the rows of one statement from the next one's, or says which of them undid them all. */
type Marker = { wirehouse_step?: number; wirehouse_undone?: number };

/** knex asks how many rows it has changed, which would hide it from us. */
const ASIDE = /;\s*select @@rowcount$/i;

/**
 * Statements as one message that begins and ends its transaction: one that violates a unique key, or is `required` and
 * touches no row, undoes them all.
 * @returns its text and bindings, and how to read the rows that it answers with
 */
export function together(statements: readonly Statement[]) {
  const parts = statements.map(({ query, required = false }, index) => {
    const { sql, bindings } = query.toSQL();
    return { sql: stepOf(sql.replace(ASIDE, ""), index, required), bindings };
  });
  return {
    sql: [BEGIN, ...parts.map(({ sql }) => sql), END].join("\n"),
    bindings: parts.flatMap(({ bindings }) => bindings),
    written: writtenOf,
  };
}

const BEGIN = `set nocount on;
set xact_abort on;
set lock_timeout 4000;
declare @step int = 0, @undone int;
begin try
begin transaction;`;

const END = `done:
if @undone is null commit transaction; else rollback transaction;
end try
begin catch
if @@trancount > 0 rollback transaction;
if error_number() not in (2601, 2627) throw;
set @undone = @step;
end catch;
if @undone is not null select @undone as wirehouse_undone;`;

const stepOf = (sql: string, index: number, required: boolean): string => `set @step = ${index};
${sql};
${required ? `if @@rowcount = 0 begin set @undone = ${index}; goto done; end;\n` : ""}select ${index} as wirehouse_step;`;

function writtenOf(answer: readonly (Marker & Record<string, Value>)[]): Written {
  const rows: Record<string, Value>[][] = [];
  let own: Record<string, Value>[] = [];
  for (const row of answer) {
    if (row.wirehouse_undone !== undefined) return { undoneBy: row.wirehouse_undone };
    if (row.wirehouse_step === undefined) own.push(row);
    else {
      rows.push(own);
      own = [];
    }
  }
  return { rows };
}
