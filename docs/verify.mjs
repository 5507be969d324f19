// Verifies a conversation's log, from the contract alone: no package, no code of Wirehouse's.
// WIREHOUSE=http://127.0.0.1:3000/v1 TOKEN=wh_… node docs/verify.mjs <conversation id> [<seq>:<hash> …]
import { createHash } from "node:crypto";

const end = (code, text) => {
  console.log(text);
  process.exit(code);
};
const [id, ...anchors] = process.argv.slice(2);
if (!id || !process.env.WIREHOUSE || !anchors.every((anchor) => /^[1-9]\d*:[0-9a-f]{64}$/.test(anchor)))
  end(2, "Usage: WIREHOUSE=… TOKEN=… node docs/verify.mjs <conversation id> [<seq>:<hash> …]");
const kept = new Map(anchors.map((anchor) => anchor.split(":")));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
/** RFC 8785: keys in order of their UTF-16 code units, no space; JSON.stringify writes numbers and texts as it asks. */
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)}}`;
};
const fail = (seq, reason) => end(1, `NOT ok: ${reason} at seq ${seq}`);

let [seq, hash, sentAt] = [0, "0".repeat(64), ""];
for (let cursor = ""; cursor !== null; ) {
  const url = `${process.env.WIREHOUSE}/conversations/${id}/entries?limit=200${cursor && `&cursor=${cursor}`}`;
  const page = await fetch(url, { headers: { authorization: `Bearer ${process.env.TOKEN}` } });
  if (!page.ok) end(2, await page.text());
  const { items, next } = await page.json();
  for (const { body, hash: claimed, ...line } of items) {
    if (line.seq !== seq + 1) fail(seq + 1, "missing");
    if (body && sha256(canonical(body)) !== line.bodyHash) fail(line.seq, "body-hash");
    if (sha256(canonical(line)) !== claimed) fail(line.seq, "hash");
    if (line.prevHash !== hash) fail(line.seq, "prev-hash");
    if (line.sentAt < sentAt) fail(line.seq, "sentAt");
    if ((kept.get(`${line.seq}`) ?? claimed) !== claimed) fail(line.seq, "anchor");
    [seq, hash, sentAt] = [line.seq, claimed, line.sentAt];
  }
  cursor = next;
}
for (const anchored of kept.keys()) if (Number(anchored) > seq) fail(anchored, "anchor");
console.log(`ok: ${seq} entries, head ${seq} ${hash}`);
