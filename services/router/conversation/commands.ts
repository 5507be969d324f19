import type { CommandOf, CommandType, Rules } from "./command.ts";
import { change } from "./commands/change.ts";
import { create } from "./commands/create.ts";
import { edit } from "./commands/edit.ts";
import { join } from "./commands/join.ts";
import { leave } from "./commands/leave.ts";
import { pin } from "./commands/pin.ts";
import { post } from "./commands/post.ts";
import { react } from "./commands/react.ts";
import { redact } from "./commands/redact.ts";
import { regroup } from "./commands/regroup.ts";
import { role } from "./commands/role.ts";

/** Where commands are listed: a further one is a file in `commands/` and a line here. */
const commands: { [T in CommandType]: Rules<T> } = {
  create,
  post,
  join,
  leave,
  role,
  edit,
  redact,
  react,
  pin,
  change,
  regroup,
};

export const rulesOf = <T extends CommandType>(command: CommandOf<T> & { type: T }): Rules<T> => commands[command.type];
