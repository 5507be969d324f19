import { actions } from "../../../contract/actions.ts";
import { GivenGroupName, Group, GroupMembers } from "../../../contract/group.ts";
import { LIST_BODY_BYTES } from "../../../contract/limits.ts";
import { Page, Strict } from "../../../contract/scalars.ts";
import { none, type Route, route } from "../route.ts";

const ofGroup = Strict({ name: GivenGroupName });

/** Groups, each with its broadcast conversation. */
export const groups: Route[] = [
  route({
    name: "listGroups",
    summary: "Groups",
    method: "GET",
    path: "/groups",
    scope: "read",
    params: none,
    query: actions["directory.groups"].params,
    body: none,
    answers: { 200: Page(Group) },
    answer: async ({ query, ask }) => ({ status: 200, body: await ask("directory.groups", query) }),
  }),
  route({
    name: "getGroup",
    summary: "A group",
    method: "GET",
    path: "/groups/:name",
    scope: "read",
    params: ofGroup,
    query: none,
    body: none,
    answers: { 200: Group },
    answer: async ({ path, ask }) => ({ status: 200, body: await ask("directory.group", path) }),
  }),
  route({
    name: "setGroup",
    summary: "Make a group, or say who is in it",
    method: "PUT",
    path: "/groups/:name",
    scope: "admin",
    writes: true,
    params: ofGroup,
    query: none,
    body: GroupMembers,
    bodyBytes: LIST_BODY_BYTES,
    answers: { 200: Group, 201: Group },
    async answer({ path, body, ask }) {
      const { created, ...group } = await ask("directory.setGroup", { ...path, ...body });
      return { status: created ? 201 : 200, body: group, location: `/v1/groups/${group.name}` };
    },
  }),
];
