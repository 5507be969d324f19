import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { listen } from "./listen.ts";

/** What a server was recorded to answer: a status, and a body. */
export type Recorded = { status: number; body: string };
type Answer = Recorded | "hang" | "cut";

/**
 * No Meilisearch, but a server that passes on what a real one answers and, where it is told to, answers in its place what
 * one was recorded to say when it failed.
 */
export type Replay = {
  readonly url: string;
  /** From now on, to requests whose method and path match, as often as said; what is given in `times` is then over. */
  answer(asked: RegExp, answer: Answer, times?: number): void;
};

export async function withReplay<T>(real: string, use: (replay: Replay) => Promise<T>): Promise<T> {
  const rules: { asked: RegExp; answer: Answer; left: number }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const rule = rules.find(({ asked, left }) => left > 0 && asked.test(`${request.method} ${request.url}`));
    if (rule) {
      rule.left -= 1;
      return replay(rule.answer, response);
    }
    const headers = Object.entries(request.headers).filter(([name]) => !["host", "connection"].includes(name));
    const passed = await fetch(`${real}${request.url}`, {
      method: request.method ?? "GET",
      headers: headers.map(([name, value]) => [name, String(value)] satisfies [string, string]),
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(passed.status, { "content-type": "application/json" }).end(await passed.text());
  });
  try {
    return await use({
      url: `http://127.0.0.1:${await listen(server)}`,
      answer: (asked, answer, times = Infinity) => void rules.unshift({ asked, answer, left: times }),
    });
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
}

function replay(answer: Answer, response: ServerResponse): void {
  if (answer === "cut") response.destroy();
  else if (answer !== "hang")
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
}
