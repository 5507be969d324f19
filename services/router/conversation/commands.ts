import type { CommandOf, CommandType, Rules } from "./command.ts";
import { create } from "./commands/create.ts";
import { join } from "./commands/join.ts";
import { leave } from "./commands/leave.ts";
import { post } from "./commands/post.ts";
import { role } from "./commands/role.ts";

/** Where commands are listed: a further one is a file in `commands/` and a line here. */
const commands: { [T in CommandType]: Rules<T> } = { create, post, join, leave, role };

export const rulesOf = <T extends CommandType>(command: CommandOf<T> & { type: T }): Rules<T> => commands[command.type];
