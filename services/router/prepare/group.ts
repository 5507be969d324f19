import type { Params } from "../../../contract/actions.ts";
import { GROUP_CHANGES } from "../../../contract/limits.ts";
import type { Regroup } from "../conversation/command.ts";

/** Each step of the change has a key of its own. */
export const prepareRegroup = (
  senderId: string,
  { name, owners, members, readers }: Params<"router.regroup">,
): Omit<Regroup, "commandId"> => ({
  type: "regroup",
  senderId,
  name,
  wished: new Map([
    ...readers.map((id) => [id, "reader"] as const),
    ...members.map((id) => [id, "member"] as const),
    ...owners.map((id) => [id, "owner"] as const),
  ]),
  most: GROUP_CHANGES,
});
