import { expect } from "chai";
import { Compile } from "typebox/schema";

/** The parts of an OpenAPI document that answers are held to. */
type Media = { schema: object };
type Answer = {
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, Media>;
};
export type Operation = {
  operationId: string;
  method: string;
  /** With `{names}`. */
  path: string;
  security: Record<string, string[]>[];
  requestBody?: object;
  responses: Record<string, Answer & { $ref?: string }>;
};

/** An OpenAPI document, and whether answers are as it says. */
export class Documented {
  readonly operations: Operation[];
  readonly #document: { components: Record<string, Record<string, Answer & { required?: boolean }>> };

  /** @param text the document; where it names an object's fields, it is held to name them all */
  constructor(text: string) {
    const document = JSON.parse(text, (_key, value) =>
      value?.properties && value.additionalProperties === undefined ? { ...value, additionalProperties: false } : value,
    );
    this.#document = document;
    this.operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
    );
  }

  /** An answer's status, type, headers and body. @param text of a stream undefined: its body is not looked at */
  check({ operationId, responses }: Operation, status: number, headers: Headers, text: string | undefined): void {
    const said = responses[status];
    if (!said) throw new Error(`${operationId} answers ${status}, which the document does not know: ${text}`);
    const answer = said.$ref ? this.#at("responses", said.$ref) : said;
    for (const [name, { $ref }] of Object.entries(answer.headers ?? {}))
      if (this.#at("headers", $ref).required)
        expect(headers.has(name), `${operationId} ${status} ${name}`).to.equal(true);
    const [type] = (headers.get("content-type") ?? "").split(";");
    if (!answer.content) {
      expect([type, text], `${operationId} ${status}`).to.deep.equal(["", ""]);
      return;
    }
    const media = answer.content[type ?? ""];
    if (!media) throw new Error(`${operationId} ${status} comes as ${type}`);
    if (text === undefined) return;
    const body: unknown = JSON.parse(text);
    const [, faults] = Compile({ components: this.#document.components, ...media.schema }).Errors(body);
    expect(faults, `${operationId} ${status} ${text}`).to.deep.equal([]);
  }

  #at(kind: string, ref: string) {
    const found = this.#document.components[kind]?.[ref.replace(`#/components/${kind}/`, "")];
    if (!found) throw new Error(`${ref} leads nowhere`);
    return found;
  }
}
