import type { Socket } from "node:net";
import { TcpProxy } from "./tcp-proxy.ts";

/** What becomes of a message on its way from the server to the node. */
export type Fate = "passed" | "dropped" | "doubled";

/**
 * A proxy between one node and its nats-server, which can also drop or double messages by their subject.
 * (https://docs.nats.io/reference/reference-protocols/nats-protocol)
 */
export class NatsProxy extends TcpProxy {
  fate: (subject: string, payload: string) => Fate = () => "passed";

  static open(target: string): Promise<NatsProxy> {
    return new NatsProxy(Number(new URL(target).port)).listen();
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  protected override relay(node: Socket): (bytes: Buffer) => void {
    return messages((subject, bytes) => {
      const fate = this.fate(subject, bytes.toString("latin1"));
      if (fate !== "dropped") node.write(bytes);
      if (fate === "doubled") node.write(bytes);
    });
  }
}

/** Cuts what a server says into its operations; those that deliver a message come with its subject, others with "". */
function messages(take: (subject: string, bytes: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const end = rest.indexOf("\r\n");
      if (end < 0) return;
      const [operation = "", subject = "", ...more] = rest.subarray(0, end).toString("latin1").split(" ");
      const carries = operation === "MSG" || operation === "HMSG";
      const length = end + 2 + (carries ? Number(more.at(-1)) + 2 : 0);
      if (rest.length < length) return;
      take(carries ? subject : "", rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}
