import { Compile } from "typebox/compile";
import { type FieldFault, type Refusal, refused } from "../../../contract/errors.ts";
import { Choose, Hello, Read, Ref, Send, clientFrames as schemas, Typing, Watch } from "../../../contract/frames.ts";
import { FRAME_BATCH } from "../../../contract/limits.ts";
import { checker } from "../../../mixins/schema-validator.ts";
import { iJsonFault, parseJson } from "../i-json.ts";

/** What a client said. `refused`: a send that can be answered, but not sent. */
export type ClientFrame =
  | { type: "hello"; frame: Hello }
  | { type: "send"; frame: Send }
  | { type: "refused"; ref: Ref; refusal: Refusal }
  | { type: "read"; frame: Read }
  | { type: "typing"; frame: Typing }
  | { type: "presence"; frame: Choose }
  | { type: "watch"; frame: Watch };

const hello = Compile(Hello);
const send = Compile(Send);
const read = Compile(Read);
const typing = Compile(Typing);
const choose = Compile(Choose);
const watch = Compile(Watch);
const ref = Compile(Ref);
const faults = new Map(Object.entries({ hello: Hello, ...schemas }).map(([type, schema]) => [type, checker(schema)]));

const faultsOf = (type: string, item: object): FieldFault[] => faults.get(type)?.(item) ?? [];

/** The frames of one message, in order; a sentence where it is malformed: then none of it counts. */
export function clientFrames(data: Uint8Array): ClientFrame[] | string {
  const value = parsed(data);
  if (value === undefined) return "not JSON in UTF-8, or a key stands twice";
  const items: unknown[] = Array.isArray(value) ? value : [value];
  if (items.length > FRAME_BATCH) return `more than ${FRAME_BATCH} frames`;
  const frames: ClientFrame[] = [];
  for (const item of items) {
    const frame = clientFrame(item);
    if (typeof frame === "string") return frame;
    frames.push(frame);
  }
  return frames;
}

function parsed(data: Uint8Array): unknown {
  try {
    return parseJson(data);
  } catch {
    return undefined;
  }
}

function clientFrame(item: unknown): ClientFrame | string {
  if (typeof item !== "object" || item === null || !("type" in item) || typeof item.type !== "string")
    return "a frame is an object with a type";
  const fault = iJsonFault(item);
  if (item.type === "send") return sent(item, fault);
  if (fault) return fault;
  if (item.type === "hello" && hello.Check(item)) return { type: "hello", frame: item };
  if (item.type === "read" && read.Check(item)) return { type: "read", frame: item };
  if (item.type === "typing" && typing.Check(item)) return { type: "typing", frame: item };
  if (item.type === "presence" && choose.Check(item)) return { type: "presence", frame: item };
  if (item.type === "watch" && watch.Check(item)) return { type: "watch", frame: item };
  const [first] = faultsOf(item.type, item);
  return first ? `${item.type}: ${first.field} ${first.message}` : `there is no frame of the type ${item.type}`;
}

/** A send that names itself is answered, whatever is wrong with it. */
function sent(item: object, fault: string | undefined): ClientFrame | string {
  if (!fault && send.Check(item)) return { type: "send", frame: item };
  if (!("ref" in item) || !ref.Check(item.ref) || iJsonFault(item.ref)) return "send: without a usable ref";
  const errors: FieldFault[] = fault ? [{ field: "send", message: fault }] : faultsOf("send", item);
  return {
    type: "refused",
    ref: item.ref,
    refusal: refused("validation", "The message is not well-formed", { errors }),
  };
}
