/** The document's `components.headers`. */
export const headers = {
  Location: {
    description: "Where it is",
    required: true,
    schema: { type: "string", format: "uri-reference" },
  },
  LocationOfOne: {
    description: "Where it is; absent where it may be in several places",
    schema: { type: "string", format: "uri-reference" },
  },
  "Retry-After": {
    description: "Seconds after which trying again makes sense",
    required: true,
    schema: { type: "integer", minimum: 0 },
  },
  RateLimit: {
    description: "What is left of the rate of writing (draft-ietf-httpapi-ratelimit-headers); absent where none is set",
    schema: { type: "string" },
  },
  "RateLimit-Policy": {
    description: "The rate of writing (draft-ietf-httpapi-ratelimit-headers); absent where none is set",
    schema: { type: "string" },
  },
  "WWW-Authenticate": { description: "How to authenticate", required: true, schema: { const: "Bearer" } },
};

/** Headers of a response, by their names here. */
export const referred = (names: string[] = []) =>
  names.length === 0
    ? {}
    : {
        headers: Object.fromEntries(
          names.map((name) => [name.replace(/OfOne$/, ""), { $ref: `#/components/headers/${name}` }]),
        ),
      };
