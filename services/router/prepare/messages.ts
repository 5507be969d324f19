import { v7 as uuid } from "uuid";
import type { Params, Posting } from "../../../contract/actions.ts";
import { checkData, checkMessage, checkText } from "../../../contract/well-formed.ts";
import type { Edit, Pin, Post, React, Redact } from "../conversation/command.ts";
import { mentionedHandles } from "../conversation/mentions.ts";
import type { Directory } from "./directory.ts";
import { salt } from "./salt.ts";

/** From what a caller asks to do with messages to commands: handles become ids, and what is random is drawn here. */

/** @param enters whether a topic lets the sender into the conversation */
export async function preparePost(
  senderId: string,
  { topic, ...message }: Posting,
  directory: Directory,
  enters: (topic: string) => Promise<boolean>,
): Promise<Post> {
  checkMessage(message);
  return {
    ...message,
    type: "post",
    senderId,
    clientMessageId: message.clientMessageId ?? uuid(),
    mentionable: await mentionedIn(message.text, directory),
    salt: salt(),
    ...(topic !== undefined && { viaTopic: { bound: await enters(topic) } }),
  };
}

export async function prepareEdit(
  senderId: string,
  params: Params<"router.edit">,
  directory: Directory,
): Promise<Edit> {
  const { seq, text, data, commandId = uuid() } = params;
  checkText("text", text);
  if (data) checkData(data);
  const mentionable = await mentionedIn(text, directory);
  return { type: "edit", senderId, commandId, target: seq, text, data, mentionable, salt: salt() };
}

export function prepareRedact(senderId: string, params: Params<"router.redact">): Redact {
  const { seq, reason, commandId = uuid() } = params;
  if (reason) checkText("reason", reason);
  return { type: "redact", senderId, commandId, target: seq, reason };
}

export function prepareReact(senderId: string, params: Params<"router.react">): React {
  const { seq, emoji, on, commandId = uuid() } = params;
  checkText("emoji", emoji);
  return { type: "react", senderId, commandId, target: seq, emoji, on };
}

export function preparePin(senderId: string, { seq, on, commandId = uuid() }: Params<"router.pin">): Pin {
  return { type: "pin", senderId, commandId, target: seq, on };
}

async function mentionedIn(text: string, directory: Directory): Promise<string[]> {
  const handles = mentionedHandles(text);
  if (handles.length === 0) return [];
  const mentioned = await directory.byHandle(handles);
  return [...mentioned.values()].map(({ id }) => id);
}
