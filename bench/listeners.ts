import { createInterface } from "node:readline";
import WebSocket from "ws";

/** A process that opens streams and only listens: a line `{url, tokens}` for some more of them, answered when they are ready. */
for await (const line of createInterface(process.stdin)) {
  const { url, tokens }: { url: string; tokens: string[] } = JSON.parse(line);
  for (const token of tokens) await open(url, token);
  console.log("ready");
}

function open(url: string, token: string): Promise<void> {
  return new Promise((ready, fail) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", token })));
    socket.on("error", fail);
    socket.on("message", () => ready());
  });
}
