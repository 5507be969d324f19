import Type from "typebox";
import { actions } from "../../../contract/actions.ts";
import { GivenHandle, NewPrincipal, NewToken, PrincipalChange } from "../../../contract/principal.ts";
import { Cursor, Id, Limit, Strict } from "../../../contract/scalars.ts";
import { none, type Route, route } from "../route.ts";

const paging = { limit: Type.Optional(Limit), cursor: Type.Optional(Cursor) };
const ofPrincipal = Strict({ handle: GivenHandle });

/** Principals and their tokens. Whether the caller is an administrator is the directory's to check. */
export const directory: Route[] = [
  route({
    method: "GET",
    path: "/me",
    scope: "read",
    params: none,
    query: none,
    body: none,
    answer: async ({ ask }) => ({ status: 200, body: await ask("directory.me", {}) }),
  }),
  route({
    method: "GET",
    path: "/principals",
    scope: "read",
    params: none,
    query: actions["directory.find"].params,
    body: none,
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("directory.find", query) }),
  }),
  route({
    method: "GET",
    path: "/principals/:handle",
    scope: "read",
    params: ofPrincipal,
    query: none,
    body: none,
    answer: async ({ path, ask }) => ({ status: 200, body: await ask("directory.get", path) }),
  }),
  route({
    method: "POST",
    path: "/principals",
    scope: "admin",
    params: none,
    query: none,
    body: NewPrincipal,
    async answer({ body, ask }) {
      const principal = await ask("directory.create", body);
      return { status: 201, body: principal, location: `/v1/principals/${principal.handle}` };
    },
  }),
  route({
    method: "PATCH",
    path: "/principals/:handle",
    scope: "admin",
    params: ofPrincipal,
    query: none,
    body: PrincipalChange,
    answer: async ({ path, body, ask }) => ({ status: 200, body: await ask("directory.change", { ...path, ...body }) }),
  }),
  route({
    method: "POST",
    path: "/principals/:handle/tokens",
    scope: "admin",
    params: ofPrincipal,
    query: none,
    body: NewToken,
    async answer({ path, body, ask }) {
      return { status: 201, body: await ask("directory.createToken", { ...path, ...body }) };
    },
  }),
  route({
    method: "GET",
    path: "/principals/:handle/tokens",
    scope: "admin",
    params: ofPrincipal,
    query: Strict(paging),
    body: none,
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("directory.tokens", { ...path, ...query }) };
    },
  }),
  route({
    method: "DELETE",
    path: "/tokens/:id",
    scope: "admin",
    params: Strict({ id: Id }),
    query: none,
    body: none,
    async answer({ path, ask }) {
      await ask("directory.revokeToken", path);
      return { status: 204 };
    },
  }),
];
