import { paging } from "../../../contract/actions/parts.ts";
import { actions } from "../../../contract/actions.ts";
import { GivenHandle, NewPrincipal, NewToken, Principal, PrincipalChange, Token } from "../../../contract/principal.ts";
import { Id, Page, Strict } from "../../../contract/scalars.ts";
import { none, type Route, route } from "../route.ts";

const ofPrincipal = Strict({ handle: GivenHandle });

/** Principals and their tokens. Whether the caller is an administrator is the directory's to check. */
export const directory: Route[] = [
  route({
    name: "getMe",
    summary: "Who one is",
    method: "GET",
    path: "/me",
    scope: "read",
    params: none,
    query: none,
    body: none,
    answers: { 200: Principal },
    answer: async ({ ask }) => ({ status: 200, body: await ask("directory.me", {}) }),
  }),
  route({
    name: "listPrincipals",
    summary: "Principals, by a part of their name or handle, or by id",
    method: "GET",
    path: "/principals",
    scope: "read",
    params: none,
    query: actions["directory.find"].params,
    body: none,
    answers: { 200: Page(Principal) },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("directory.find", query) }),
  }),
  route({
    name: "getPrincipal",
    summary: "A principal",
    method: "GET",
    path: "/principals/:handle",
    scope: "read",
    params: ofPrincipal,
    query: none,
    body: none,
    answers: { 200: Principal },
    answer: async ({ path, ask }) => ({ status: 200, body: await ask("directory.get", path) }),
  }),
  route({
    name: "createPrincipal",
    summary: "Make a principal",
    method: "POST",
    path: "/principals",
    scope: "admin",
    params: none,
    query: none,
    body: NewPrincipal,
    answers: { 201: Principal },
    async answer({ body, ask }) {
      const principal = await ask("directory.create", body);
      return { status: 201, body: principal, location: `/v1/principals/${principal.handle}` };
    },
  }),
  route({
    name: "changePrincipal",
    summary: "Change a principal",
    method: "PATCH",
    path: "/principals/:handle",
    scope: "admin",
    params: ofPrincipal,
    query: none,
    body: PrincipalChange,
    answers: { 200: Principal },
    answer: async ({ path, body, ask }) => ({ status: 200, body: await ask("directory.change", { ...path, ...body }) }),
  }),
  route({
    name: "createToken",
    summary: "Make a token, which is shown this once",
    method: "POST",
    path: "/principals/:handle/tokens",
    scope: "admin",
    params: ofPrincipal,
    query: none,
    body: NewToken,
    answers: { 201: actions["directory.createToken"].result },
    async answer({ path, body, ask }) {
      const token = await ask("directory.createToken", { ...path, ...body });
      return { status: 201, body: token, location: `/v1/tokens/${token.id}` };
    },
  }),
  route({
    name: "listTokens",
    summary: "Tokens of a principal",
    method: "GET",
    path: "/principals/:handle/tokens",
    scope: "admin",
    params: ofPrincipal,
    query: Strict(paging),
    body: none,
    answers: { 200: Page(Token) },
    async answer({ path, query, ask }) {
      return { status: 200, body: await ask("directory.tokens", { ...path, ...query }) };
    },
  }),
  route({
    name: "revokeToken",
    summary: "Revoke a token",
    method: "DELETE",
    path: "/tokens/:id",
    scope: "admin",
    params: Strict({ id: Id }),
    query: none,
    body: none,
    answers: { 204: "nothing" },
    async answer({ path, ask }) {
      await ask("directory.revokeToken", path);
      return { status: 204 };
    },
  }),
];
