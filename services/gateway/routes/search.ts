import { actions } from "../../../contract/actions.ts";
import { none, type Route, route } from "../route.ts";

const { params, result } = actions["search.query"];

/** Finding messages again. */
export const search: Route[] = [
  route({
    name: "search",
    summary: "Messages of one's conversations, by what they say",
    method: "GET",
    path: "/search",
    scope: "read",
    params: none,
    query: params,
    body: none,
    answers: { 200: result },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("search.query", query) }),
  }),
];
