import type { IncomingMessage } from "node:http";
import { refuse } from "../../contract/errors.ts";

/** `application/json`, in UTF-8 if it says in what. */
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?(;\s*)?$/i;

/**
 * The raw bytes of a request's body.
 * @throws unsupported-media-type when it is said to be something else than JSON, or compressed; too-large past `most` bytes
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  checkKind(request);
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > most) throw tooLarge(most);
  return collect(request, most);
}

function checkKind({ headers }: IncomingMessage): void {
  const empty = headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;
  if (empty && headers["content-type"] === undefined) return;
  if (!JSON_TYPE.test(headers["content-type"] ?? ""))
    throw refuse("unsupported-media-type", "Content-Type must be application/json in UTF-8");
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? ""))
    throw refuse("unsupported-media-type", "The body must not be compressed");
}

const tooLarge = (most: number) => refuse("too-large", `The body must not exceed ${most} bytes`);

const endedEarly = () => refuse("validation", "The body ended early");

function collect(request: IncomingMessage, most: number): Promise<Buffer> {
  // While its token was looked up, its client may have gone: nothing more is heard of it then.
  if (request.destroyed) throw endedEarly();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else {
        // The rest is read and dropped, so that the client, still sending, gets to see the answer.
        request.off("data", take).resume();
        reject(tooLarge(most));
      }
    };
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => reject(endedEarly()));
  });
}
