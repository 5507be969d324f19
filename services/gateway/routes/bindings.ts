import { v7 as uuid } from "uuid";
import { actions } from "../../../contract/actions.ts";
import { Binding, NewBinding } from "../../../contract/binding.ts";
import { Id, Page, Strict } from "../../../contract/scalars.ts";
import { none, type Route, route } from "../route.ts";

/** What topics lead to. */
export const bindings: Route[] = [
  route({
    name: "listBindings",
    summary: "Bindings that one may make",
    method: "GET",
    path: "/bindings",
    scope: "read",
    params: none,
    query: actions["directory.bindings"].params,
    body: none,
    answers: { 200: Page(Binding) },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("directory.bindings", query) }),
  }),
  route({
    name: "bind",
    summary: "Bind a conversation to the topics of a pattern",
    method: "POST",
    path: "/bindings",
    scope: "send",
    params: none,
    query: none,
    body: NewBinding,
    answers: { 201: Binding },
    async answer({ body, ask }) {
      const binding = await ask("directory.bind", { ...body, id: uuid() });
      return { status: 201, body: binding, location: `/v1/bindings/${binding.id}` };
    },
  }),
  route({
    name: "unbind",
    summary: "Remove a binding",
    method: "DELETE",
    path: "/bindings/:id",
    scope: "send",
    params: Strict({ id: Id }),
    query: none,
    body: none,
    answers: { 204: "nothing" },
    async answer({ path, ask }) {
      await ask("directory.unbind", path);
      return { status: 204 };
    },
  }),
];
