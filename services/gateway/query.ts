import type { TSchema } from "typebox";
import { type FieldFault, refuse } from "../../contract/errors.ts";

/** Digits alone: no sign, no fraction, no leading zero, no exponent. */
const INTEGER = /^(0|[1-9]\d{0,15})$/;

/**
 * A query's parameters, as text.
 * @throws validation for a parameter that stands twice or is not percent-encoded UTF-8
 */
export function parseQuery(url: string): Record<string, string> {
  const parameters = new Map<string, string>();
  const errors: FieldFault[] = [];
  const start = url.indexOf("?");
  const text = start < 0 ? "" : url.slice(start + 1);
  for (const part of text.split("&")) {
    if (part === "") continue;
    const [name, ...value] = part.split("=").map(decoded);
    if (name === undefined || value.includes(undefined))
      errors.push({ field: "query", message: "is not well-encoded" });
    else if (parameters.has(name)) errors.push({ field: name, message: "must stand once" });
    else parameters.set(name, value.join("="));
  }
  if (errors.length > 0) throw refuse("validation", "The query is not well-formed", { errors });
  return Object.fromEntries(parameters);
}

function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text.replaceAll("+", " "));
    return plain.includes("\0") ? undefined : plain;
  } catch {
    return undefined;
  }
}

/**
 * Texts of a query or path as the types that their schema asks for: integers, and lists divided by commas. What can't be
 * one stays text, for the schema to refuse.
 */
export function typed(schema: TSchema, texts: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = typeOfProperty(schema, name);
      if (type === "integer" && INTEGER.test(text)) return [name, Number(text)];
      if (type === "array") return [name, text.split(",")];
      return [name, text];
    }),
  );
}

function typeOfProperty(schema: TSchema, name: string): unknown {
  if (!("properties" in schema) || typeof schema.properties !== "object" || schema.properties === null)
    return undefined;
  const property: unknown = Object.hasOwn(schema.properties, name) ? Reflect.get(schema.properties, name) : undefined;
  return typeof property === "object" && property !== null && "type" in property ? property.type : undefined;
}
