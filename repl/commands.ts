import type { ServiceBroker } from "moleculer";
import { refusalOf } from "../contract/errors.ts";
import { call } from "../mixins/call.ts";
import { operator, speakAs } from "./operator.middleware.ts";

type OperatorCommand = {
  command: string;
  description: string;
  allowUnknownOptions: true;
  action(broker: ServiceBroker, args: object): Promise<void>;
};

/** The line's words, quotes taken off (the declared type, a list of them, is not what the REPL gives). */
const lineOf = (args: object): string =>
  "rawCommand" in args && typeof args.rawCommand === "string" ? args.rawCommand : "";

/** The words after the command's own; the rest of the line stays one text. */
function words(rawCommand: string, count: number): string[] {
  const pattern = new RegExp(`^\\S+${"\\s+(\\S+)".repeat(count - 1)}\\s+(.+)$`, "s");
  return pattern.exec(rawCommand.trim())?.slice(1) ?? [];
}

/** A command of the operators: what it prints is its answer, or in a line why not. */
function command(
  usage: string,
  description: string,
  run: (broker: ServiceBroker, rawCommand: string) => Promise<string>,
): OperatorCommand {
  return {
    command: usage,
    description,
    allowUnknownOptions: true,
    async action(broker, args) {
      try {
        console.log(await run(broker, lineOf(args)));
      } catch (error) {
        const { type, detail } = refusalOf(error);
        console.log(`${type}: ${detail}`);
      }
    },
  };
}

/** What operators do daily, in fewer words than `call` takes. */
export const operatorCommands: OperatorCommand[] = [
  command("as <handle>", "Speak for @handle in what follows", async (broker, line) => {
    const [handle = ""] = words(line, 1);
    return `speaking for @${await speakAs(broker, handle)}`;
  }),

  command("send <to> <text...>", "Send a message to #channel, @handle or a conversation's id", async (broker, line) => {
    const [to = "", text = ""] = words(line, 2);
    const sent = await call(broker, "router.send", { to, text }, await operator(broker));
    return `${sent.conversationId} ${sent.seq} ${sent.hash}`;
  }),

  command(
    "verify <conversation>",
    "Verify the log of #channel, @handle or a conversation's id",
    async (broker, line) => {
      const [to = ""] = words(line, 1);
      const speaker = await operator(broker);
      const { conversationId } = await call(broker, "router.resolve", { to }, speaker);
      const verdict = await call(broker, "persistence.verify", { conversationId }, speaker);
      if (!verdict.ok) return `NOT ok: ${verdict.reason} at seq ${verdict.seq}`;
      return `ok: ${verdict.entries} entries, head ${verdict.head.seq} ${verdict.head.hash}`;
    },
  ),
];
