import { command, words } from "./command.ts";
import { speakAs } from "./operator.middleware.ts";

export const as = command("as <handle>", "Speak for @handle in what follows", async (broker, line) => {
  const [handle = ""] = words(line, 1);
  return `speaking for @${await speakAs(broker, handle)}`;
});
