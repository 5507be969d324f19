import { styleText } from "node:util";
import type { BrokerOptions } from "moleculer";
import { currentRequest } from "../request/context.ts";
import { currentTrace } from "../tracing/spans.ts";
import { said, stackOf } from "./said.ts";

export type LogLevel = "error" | "warn" | "info" | "debug" | "trace";
export type LogFormat = "json" | "text";

type Log = (fields: object, text: string) => void;

/** A broker's logger: lines of JSON for machines, or a line for a person to read. */
export const loggerOf = (format: LogFormat, level: LogLevel): BrokerOptions["logger"] =>
  format === "json"
    ? { type: "Pino", options: { level, pino: { options: pinoOptions } } }
    : { type: "Console", options: { level, formatter: textLine } };

const pinoOptions = {
  // The level is each module's: Moleculer gives it to the logger that it makes of this one.
  level: "trace",
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label: string) => ({ level: label }) },
  base: null,
  mixin: () => ({ ...currentRequest(), traceId: currentTrace() }),
  hooks: {
    logMethod(details: unknown[], log: Log) {
      const { text, error } = said(details);
      const err = error && { type: error.name, message: error.message, stack: stackOf(error) };
      log.call(this, err ? { err } : {}, text);
    },
  },
};

function textLine(level: string, details: unknown[], { mod }: { mod: string }): string[] {
  const { text, error } = said(details);
  const time = styleText("gray", new Date().toISOString().slice(11));
  const request = currentRequest();
  const of = request ? styleText("gray", ` (request ${request.requestId})`) : "";
  const line = `${time} ${level.toUpperCase().padEnd(5)} ${mod}: ${text}${of}`;
  return error ? [line, `\n${stackOf(error)}`] : [line];
}
