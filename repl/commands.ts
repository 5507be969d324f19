import { actors } from "./actors.ts";
import { as } from "./as.ts";
import type { OperatorCommand } from "./command.ts";
import { reindex } from "./reindex.ts";
import { send } from "./send.ts";
import { tail } from "./tail.ts";
import { token } from "./token.ts";
import { topics } from "./topics.ts";
import { verify } from "./verify.ts";
import { who } from "./who.ts";

/** What operators do daily, in fewer words than `call` takes. */
export const operatorCommands: OperatorCommand[] = [as, send, tail, verify, actors, token, who, topics, reindex];
