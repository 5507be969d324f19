import type { Route } from "./route.ts";
import { bindings } from "./routes/bindings.ts";
import { conversations } from "./routes/conversations.ts";
import { directory } from "./routes/directory.ts";
import { groups } from "./routes/groups.ts";
import { members } from "./routes/members.ts";
import { messages } from "./routes/messages.ts";
import { presence } from "./routes/presence.ts";
import { search } from "./routes/search.ts";

/** Calls that belong together, as the API's document groups them. */
export type Table = { name: string; about: string; routes: readonly Route[] };

/** All calls there are: what is answered is read from here, and what is told of it. */
export const api: readonly Table[] = [
  { name: "messages", about: "Sending, reading, and what is made of messages", routes: messages },
  { name: "conversations", about: "Conversations and their logs", routes: conversations },
  { name: "members", about: "Who is in a conversation, and as what", routes: members },
  { name: "groups", about: "Groups, each with its broadcast conversation", routes: groups },
  { name: "bindings", about: "What topics lead to", routes: bindings },
  { name: "presence", about: "Who is here, and how", routes: presence },
  { name: "search", about: "Finding messages again", routes: search },
  { name: "directory", about: "Principals and their tokens", routes: directory },
];
