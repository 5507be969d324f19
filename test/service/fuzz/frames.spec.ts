import { deflateRawSync } from "node:zlib";
import { expect } from "chai";
import { HELLO_BYTES } from "../../../contract/limits.ts";
import { until } from "../../support/until.ts";
import { withEdge } from "../gateway/edge.ts";
import { judged, stillServes, upgrade, Wire } from "./wire.ts";

/** A client's frame (RFC 6455, 5.2) with whatever bits. */
function frame({
  first,
  payload,
  masked = true,
  claim,
}: {
  first: number;
  payload: Buffer;
  masked?: boolean;
  claim?: number;
}): Buffer {
  const length = claim ?? payload.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
  header[0] = first;
  header[1] = (masked ? 0x80 : 0) | (length < 126 ? length : length < 0x10000 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([header, payload]);
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([header, key, payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
}

const TEXT = 0x81;
const text = (said: unknown) => frame({ first: TEXT, payload: Buffer.from(JSON.stringify(said)) });

/** The code of the close frame that a server ended with, if any: the last that it said. */
function closeCode(heard: Buffer): number | undefined {
  const at = heard.lastIndexOf(0x88);
  return at < 0 || heard.length < at + 4 ? undefined : heard.readUInt16BE(at + 2);
}

async function opened(url: string, token: string): Promise<Wire> {
  const wire = new Wire(url).say(upgrade());
  expect(await wire.answered()).to.include(" 101 ");
  wire.say(text({ type: "hello", token }));
  await until(() => wire.heard.includes('"ready"'), "ready");
  return wire;
}

describe("Frames of strangers", () => {
  it("that ask badly for a stream get none", () =>
    withEdge(async (edge) => {
      for (const asked of [
        upgrade({ "Sec-WebSocket-Key": "" }),
        upgrade({ "Sec-WebSocket-Key": "short" }),
        upgrade({ "Sec-WebSocket-Version": "12" }),
        upgrade({ "Sec-WebSocket-Protocol": ",,\u00ff" }),
        upgrade({}, "POST"),
        upgrade({ Upgrade: "websocket, websocket" }),
      ]) {
        const wire = new Wire(edge.url).say(asked);
        const heard = await wire.answered();
        judged(heard, asked);
        expect(heard, asked).not.to.include(" 101 ");
        wire.leave();
      }
      await stillServes(edge);
    })).timeout(60_000);

  it("that are no frames, or too many of them, end their stream and no other", () =>
    withEdge(async (edge) => {
      const { url, admin } = edge;
      const witness = await admin.stream();
      const payload = Buffer.from("{}");
      const bomb = deflateRawSync(Buffer.alloc(50 * HELLO_BYTES));
      const control = Buffer.alloc(126);
      const fragments = Buffer.concat(
        Array.from({ length: 2_000 }, () => frame({ first: 0, payload: Buffer.from(" ") })),
      );
      const cases: [string, Buffer, number[]][] = [
        ["not masked", frame({ first: TEXT, payload, masked: false }), [1002]],
        ["an unknown kind", frame({ first: 0x83, payload }), [1002]],
        ["bits that nobody agreed on", frame({ first: TEXT | 0x20, payload }), [1002]],
        ["a deflate bomb", frame({ first: TEXT | 0x40, payload: bomb.subarray(0, 60_000) }), [1002]],
        ["a continuation of nothing", frame({ first: 0x80, payload }), [1002]],
        ["a fragment within a fragment", Buffer.concat([frame({ first: 0x01, payload }), text({})]), [1002]],
        ["a fragmented ping", frame({ first: 0x09, payload }), [1002]],
        ["a ping too long", frame({ first: 0x89, payload: control }), [1002]],
        ["a close of one byte", frame({ first: 0x88, payload: Buffer.from([3]) }), [1002]],
        ["a close with no such code", frame({ first: 0x88, payload: Buffer.from([0, 5]) }), [1002]],
        ["invalid UTF-8", frame({ first: TEXT, payload: Buffer.from([0xc3, 0x28]) }), [4400]],
        ["a binary frame", frame({ first: 0x82, payload }), [4400]],
        ["more than all bounds, claimed", frame({ first: TEXT, payload, claim: 2 ** 40 }), [1009]],
        ["more than a number holds, claimed", frame({ first: TEXT, payload, claim: 2 ** 60 }), [1009]],
        ["too many fragments", Buffer.concat([frame({ first: 0x01, payload: Buffer.from("[") }), fragments]), [1008]],
      ];
      for (const [name, bytes, codes] of cases) {
        const wire = await opened(url, admin.token);
        wire.say(bytes);
        await until(() => closeCode(wire.heard) !== undefined || wire.closed, name);
        expect(closeCode(wire.heard), name).to.be.oneOf(codes);
        wire.leave();
      }
      const whole = await opened(url, admin.token);
      const said = Buffer.from(JSON.stringify({ type: "send", ref: "cut", to: "@admin", text: "in pieces" }));
      for (let at = 0; at < said.length; at++)
        whole.say(
          frame({
            first: (at === 0 ? 0x01 : 0) | (at === said.length - 1 ? 0x80 : 0),
            payload: said.subarray(at, at + 1),
          }),
        );
      await until(() => whole.heard.includes('"ref":"cut"'), "an answer to what came in pieces");
      whole.leave();
      expect(witness.closed).to.equal(undefined);
      await stillServes(edge);
    })).timeout(60_000);
});
