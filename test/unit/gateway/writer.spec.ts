import { Duplex } from "node:stream";
import { expect } from "chai";
import { textFrame } from "../../../services/gateway/stream/shared-frame.ts";
import { BUFFERED_BYTES, Writer } from "../../../services/gateway/stream/writer.ts";

/** A socket that takes what is written when the test says so. */
class Socket extends Duplex {
  readonly taken: Buffer[] = [];
  #take: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take = () => {
      this.taken.push(chunk);
      done();
    };
  }

  /** Takes what it was given, until there is no more. */
  takeAll(): void {
    for (let take = this.#take; take; take = this.#take) {
      this.#take = undefined;
      take();
    }
  }
}

const written = () => {
  const socket = new Socket();
  const changes: string[] = [];
  const writer = new Writer(socket, { paused: () => changes.push("paused"), drained: () => changes.push("drained") });
  return { socket, changes, writer };
};
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("a writer", () => {
  it("hands on what was written in one tick in one write, in order", async () => {
    const { socket, writer } = written();
    for (const text of ["a", "b", "c"]) writer.write(textFrame(text));
    expect(socket.writableLength).to.equal(0);
    await tick();
    socket.takeAll();
    expect(socket.taken).to.deep.equal([Buffer.concat(["a", "b", "c"].map(textFrame))]);
  });

  it("G8: is paused past its bound, and drained when all is taken", async () => {
    const { socket, changes, writer } = written();
    const frame = textFrame("x".repeat(BUFFERED_BYTES / 4));
    for (let count = 0; count < 4; count++) writer.write(frame);
    expect([writer.paused, changes]).to.deep.equal([true, ["paused"]]);
    socket.takeAll();
    await tick();
    expect([writer.paused, changes]).to.deep.equal([false, ["paused", "drained"]]);
    expect(writer.taken).to.equal(4 * frame.length);
  });

  it("hands on what it holds when it is closed, and nothing after", async () => {
    const { socket, writer } = written();
    writer.write(textFrame("before"));
    writer.close();
    writer.write(textFrame("after"));
    await tick();
    socket.takeAll();
    expect(socket.taken).to.deep.equal([textFrame("before")]);
  });
});
