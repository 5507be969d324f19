import { type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { type Duplex, finished } from "node:stream";
import { problemOf, type Refusal, refused } from "../../contract/errors.ts";
import { security } from "./problem.ts";

/** What Node says is wrong (`http.Server`'s "clientError"), where it is not just no HTTP. */
const faults: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: refused("too-large", "The request's headers are too large"),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refused("too-large", "The request's chunks are too large"),
  ERR_HTTP_REQUEST_TIMEOUT: refused("validation", "The request did not arrive whole in time"),
};
const malformed = refused("validation", "The request is no HTTP/1.1");

/** Answers as problems what never becomes a request. */
export function answerMalformed(server: Server): void {
  const last = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => last.set(request.socket, response));
  // Whoever expects something that we don't know is served all the same (RFC 9110, 10.1.1).
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    const response = last.get(socket);
    // In the middle of an answer it would be taken for a part of it.
    const answering = response?.headersSent && !response.writableFinished;
    if (!socket.writable || answering) {
      socket.destroy();
      return;
    }
    finished(socket, { readable: false }, () => socket.destroy());
    socket.end(text(faults[error.code ?? ""] ?? malformed));
  });
}

function text(refusal: Refusal): string {
  const problem = problemOf(refusal);
  const body = JSON.stringify(problem);
  const headers = {
    ...security,
    "Content-Type": "application/problem+json",
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
