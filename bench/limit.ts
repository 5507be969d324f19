import { createServer } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import Database from "better-sqlite3";
import { WebSocketServer } from "ws";
import { canonical, GENESIS, link } from "../contract/chain.ts";
import type { Entry } from "../contract/entry.ts";
import type { Head } from "../contract/scalars.ts";
import { salt } from "../services/router/prepare/salt.ts";

/**
 * The limit: the same work without any architecture, on one page. A WebSocket server that stores what waits in one
 * transaction (WAL, FULL), with the same hashes, acknowledges, and writes one array frame a room and batch, encoded once,
 * as one ready-made buffer to each socket. It authenticates nobody and keeps no promise but durability.
 */

type Waiting = { socket: Duplex; ref: string; room: string; sender: string; clientMessageId: string; text: string };
type Room = { head: Head; members: Set<Duplex> };

const [port, folder = "."] = process.argv.slice(2);
const db = new Database(join(folder, "limit.db"));
db.pragma("journal_mode = wal");
db.pragma("synchronous = full");
db.exec(`create table entries (conversation_id text, seq integer, type text, sender_id text, client_message_id text, body text,
  body_hash blob, sent_at text, prev_hash blob, hash blob, ordinal integer, primary key (conversation_id, seq)) without rowid;
  create unique index message_key on entries (conversation_id, sender_id, client_message_id);`);
const insert = db.prepare("insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
const rooms = new Map<string, Room>();
let waiting: Waiting[] = [];
let commits = 0;
let rows = 0;

/** An unmasked text frame (RFC 6455, 5.2). */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 0x10000 ? 4 : 10, 0x81);
  if (header.length === 2) header[1] = payload.length;
  else if (header.length === 4) {
    header[1] = 126;
    header.writeUInt16BE(payload.length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([header, payload]);
}

const store = db.transaction((batch: Waiting[]) => {
  const written = new Map<Room, Entry[]>();
  for (const { room: id, sender, clientMessageId, text } of batch) {
    const room = roomOf(id);
    const body = { text, salt: salt() };
    const sentAt = new Date().toISOString();
    const entry = link(room.head, {
      type: "message",
      conversationId: id,
      senderId: sender,
      clientMessageId,
      sentAt,
      body,
    });
    const bytes = (hash: string) => Buffer.from(hash, "hex");
    insert.run(
      id,
      entry.seq,
      "message",
      sender,
      clientMessageId,
      canonical(body),
      bytes(entry.bodyHash),
      sentAt,
      bytes(entry.prevHash),
      bytes(entry.hash),
      entry.seq,
    );
    room.head = { seq: entry.seq, hash: entry.hash };
    const entries = written.get(room);
    if (entries) entries.push(entry);
    else written.set(room, [entry]);
  }
  return written;
});

function turn(): void {
  const batch = waiting;
  waiting = [];
  const written = store(batch);
  commits += 1;
  rows += batch.length;
  const acks = new Map<Duplex, string[]>();
  const serials = new Map(
    [...written.values()].flat().map((entry) => [`${entry.conversationId} ${entry.clientMessageId}`, entry]),
  );
  for (const { socket, ref, room, clientMessageId } of batch) {
    const { seq, sentAt, hash } = serials.get(`${room} ${clientMessageId}`) ?? {};
    const ack = JSON.stringify({ type: "ack", ref, conversationId: room, seq, sentAt, hash });
    acks.set(socket, [...(acks.get(socket) ?? []), ack]);
  }
  for (const [room, entries] of written) {
    const ready = frame(JSON.stringify({ type: "entries", conversationId: entries[0]?.conversationId, entries }));
    for (const socket of room.members) {
      const own = acks.get(socket);
      socket.write(own ? Buffer.concat([ready, ...own.map(frame)]) : ready);
    }
  }
}

function roomOf(id: string): Room {
  const found = rooms.get(id) ?? { head: { seq: 0, hash: GENESIS }, members: new Set<Duplex>() };
  rooms.set(id, found);
  return found;
}

const server = createServer((_, response) => response.end(JSON.stringify({ commits, rows })));
new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (ws, { socket }) => {
  let sender = "";
  ws.on("message", (data) => {
    const said = JSON.parse(data.toString());
    for (const one of Array.isArray(said) ? said : [said]) {
      if (one.type === "hello") {
        const [room = "", member = ""] = String(one.token).split("/");
        sender = member;
        roomOf(room).members.add(socket);
        socket.write(frame(JSON.stringify({ type: "ready", heads: {} })));
      } else {
        if (waiting.push({ socket, sender, room: one.to, ...one }) === 1) setImmediate(turn);
      }
    }
  });
});
server.listen(Number(port), "127.0.0.1");
