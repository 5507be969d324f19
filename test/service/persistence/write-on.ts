import { setTimeout as pause } from "node:timers/promises";
import { typeOf } from "../../../contract/errors.ts";
import { openStore } from "../../../services/persistence/store.ts";
import { onSqlite } from "../../support/on-sqlite.ts";
import { Log, people } from "../../unit/persistence/logs.ts";

/** A process that appends one message after another, says what is acknowledged, and tries again what is not. */
const store = await openStore(onSqlite(process.argv[2] ?? ""), () => undefined);
let told = false;
process.once("SIGTERM", () => {
  told = true;
});

const [ana = ""] = people(1);
const log = new Log();
console.log(`log ${log.id} of ${ana}`);
await store.append(log.create(ana));
const headSeq = async () => (await store.reader("conversations").where("id", log.id).first("head_seq")).head_seq;
await headSeq();
for (let id = 1; !told; id += 1) {
  const before = { head: log.head, ordinal: log.ordinal };
  const message = log.message(ana, { clientMessageId: `m${id}`, text: "x".repeat(8000) });
  try {
    const { outcome } = await store.append(message);
    console.log(`${outcome} m${id}`);
  } catch (error) {
    console.log(`refused: ${typeOf(error)}`);
    Object.assign(log, before);
    console.log(`the head is read: ${await headSeq()}`);
    id -= 1;
    await pause(20);
  }
}
await store.close();
