import fc from "fast-check";

/** A JSON schema, as far as ours go. */
type Schema = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: object[];
  properties?: Record<string, object>;
  required?: string[];
  items?: object;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};

/** What exists: without it nothing that is asked would be found. By the name of a field, or of a parameter. */
export type Known = Record<string, readonly unknown[]>;

const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 0);

/** What programs stumble over. */
const awkward = fc.constantFrom<unknown>(
  null,
  "",
  " ",
  "\0",
  "\ud800",
  "null",
  "../../etc/passwd",
  "' or 1=1 --",
  "%00",
  "@",
  "#",
  "group:x",
  "topic:a.b",
  "__proto__",
  "é".repeat(300),
  "x".repeat(20_000),
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  -0,
  true,
  [],
  {},
  [[]],
  deep,
  JSON.parse('{"__proto__": {"a": 1}}'),
  { constructor: { prototype: {} } },
  { toString: 1, valueOf: 1 },
);

export const garbage = fc.oneof(awkward, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: "binary" }));

/** Values that a schema takes, mostly; what is known under the field's name is preferred. */
export function valueFor(schema: object, known: Known, name = ""): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: good(schema, known, name), weight: 12 }, { arbitrary: garbage, weight: 1 });
}

/** Each field by itself, as parameters are, whatever the others are like. */
export function fieldsFor(schema: object, known: Known): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] }: Schema = { ...schema };
  const fields = Object.entries(properties).map(([name, one]) => [name, valueFor(one, known, name)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required });
}

function good(schema: object, known: Known, name: string): fc.Arbitrary<unknown> {
  const there = known[name];
  const made = fitting(schema, known, name);
  return there ? fc.oneof({ arbitrary: fc.constantFrom(...there), weight: 4 }, { arbitrary: made, weight: 1 }) : made;
}

function fitting(given: object, known: Known, name: string): fc.Arbitrary<unknown> {
  const schema: Schema = { ...given };
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => good(one, known, name)));
  switch (schema.type) {
    case "object":
      return schema.properties
        ? record(schema, known)
        : fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    case "array":
      return fc.array(valueFor(schema.items ?? {}, known, name), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case "integer":
    case "number":
      return fc.integer({ min: Math.max(schema.minimum ?? 0, -100), max: Math.min(schema.maximum ?? 300, 300) });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "string":
      return text(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function record({ properties = {}, required = [] }: Schema, known: Known): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, valueFor(one, known, key)]));
  const whole = fc.record(fields, { requiredKeys: required.filter((key) => key in fields) });
  const partial = fc.record(fields, { requiredKeys: [] });
  const more = fc.tuple(whole, fc.dictionary(fc.string(), garbage, { minKeys: 1, maxKeys: 2 }));
  return fc.oneof(
    { arbitrary: whole, weight: 12 },
    { arbitrary: partial, weight: 1 },
    { arbitrary: more.map(([all, others]) => ({ ...all, ...others })), weight: 1 },
  );
}

/** Property classes of Unicode are beyond what texts are made from: such a pattern's come from the awkward ones. */
function text({ pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined && !pattern.includes("\\p")) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 40) });
}
