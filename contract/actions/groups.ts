import Type from "typebox";
import { GivenGroupName, Group, GroupMembers, type GroupSeen } from "../group.ts";
import { GROUP_MEMBERS } from "../limits.ts";
import { Handle, Id, Page, Strict } from "../scalars.ts";
import { inConversation, internal, paging } from "./parts.ts";

const ids = Type.Array(Id, { maxItems: GROUP_MEMBERS });

/** Groups: a row each, and what makes their conversations' members theirs. */
export const groups = {
  "directory.groups": { params: Strict(paging), result: Page(Group) },
  "directory.group": { params: Strict({ name: GivenGroupName }), result: Group },
  "directory.setGroup": {
    params: Strict({ name: GivenGroupName, ...GroupMembers.properties }),
    result: Type.Object({ ...Type.Required(Group).properties, created: Type.Boolean() }),
  },

  "persistence.groups": { params: Strict(paging), result: internal<Page<GroupSeen>>() },
  "persistence.group": { params: Strict({ name: Handle }), result: internal<GroupSeen | null>() },
  /** The group's conversation: the one given, unless there is the group already. */
  "persistence.addGroup": {
    params: Strict({ name: Handle, ...inConversation }),
    result: internal<{ conversationId: string; added: boolean; revision: number }>(),
  },

  /** Makes a group's conversation's members these, turn by turn; `created` if there was no conversation before. */
  "router.regroup": {
    params: Strict({ ...inConversation, name: Handle, owners: ids, members: ids, readers: ids }),
    result: internal<{ created: boolean }>(),
  },
};
