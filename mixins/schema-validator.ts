import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { FieldFault } from "../contract/errors.ts";

/** Compiles a schema to a check that returns what is wrong, once a field. */
export function checker(schema: TSchema): (value: unknown) => FieldFault[] {
  const validator = Compile(schema);
  return (value) => (validator.Check(value) ? [] : faults(validator.Errors(value)));
}

type Violation = {
  keyword: string;
  instancePath: string;
  message: string;
  params: object;
};

/** TypeBox reports an unknown field three times and a union by each of its arms: one fault a field is enough. */
function faults(violations: Violation[]): FieldFault[] {
  const byField = new Map<string, string>();
  for (const { keyword, instancePath, message, params } of violations) {
    if (keyword === "boolean") continue;
    const values = keyword === "anyOf" ? valuesAt(instancePath, violations) : [];
    const told = values.length === 0 ? message : `must be one of ${values.join(", ")}`;
    for (const [field, text] of named(instancePath, told, params)) {
      if (!byField.has(field) || keyword === "anyOf") byField.set(field, text);
    }
  }
  return [...byField].map(([field, message]) => ({ field, message }));
}

/** Those of a union of literals. */
const valuesAt = (path: string, violations: Violation[]): unknown[] =>
  violations.flatMap(({ instancePath, params }) =>
    instancePath === path && "allowedValue" in params ? [params.allowedValue] : [],
  );

function* named(path: string, message: string, params: object): Generator<[string, string]> {
  const at = (name: unknown) => `${path}/${name}`.slice(1).replaceAll("/", ".");
  if ("requiredProperties" in params && Array.isArray(params.requiredProperties)) {
    for (const name of params.requiredProperties) yield [at(name), "is required"];
  } else if ("additionalProperties" in params && Array.isArray(params.additionalProperties)) {
    for (const name of params.additionalProperties) yield [at(name), "is not known here"];
  } else {
    yield [path.slice(1).replaceAll("/", ".") || "body", message];
  }
}
