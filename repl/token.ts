import { call } from "../mixins/call.ts";
import { command, words } from "./command.ts";
import { operator } from "./operator.middleware.ts";

export const token = command(
  "token <handle> [label...]",
  "Make a token for @handle, which is shown this once",
  async (broker, line) => {
    const [handle = "", label = ""] = words(line, 2);
    const made = await call(broker, "directory.createToken", { handle, label }, await operator(broker));
    return made.token;
  },
);
