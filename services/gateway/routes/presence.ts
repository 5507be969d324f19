import { actions } from "../../../contract/actions.ts";
import { Choice } from "../../../contract/presence.ts";
import { none, type Route, route } from "../route.ts";

/** Who is here. To be here, and to say how, is part of listening: it asks for no more than that. */
export const presence: Route[] = [
  route({
    name: "getPresence",
    summary: "Who of these is here, and what they say of it; unknown ones are left out",
    method: "GET",
    path: "/presence",
    scope: "read",
    params: none,
    query: actions["presence.get"].params,
    body: none,
    answers: { 200: actions["presence.get"].result },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("presence.get", query) }),
  }),
  route({
    name: "choosePresence",
    summary: "Say how one is here; it replaces what was said before",
    method: "PUT",
    path: "/presence",
    scope: "read",
    params: none,
    query: none,
    body: Choice,
    answers: { 200: Choice },
    answer: async ({ body, ask }) => ({ status: 200, body: await ask("presence.choose", body) }),
  }),
];
