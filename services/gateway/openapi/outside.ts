import { refusedWith } from "./problems.ts";

/** Operations that no table lists: what is no call, and what asks for no token. */

const health = (name: string, summary: string, problems: number[]) => ({
  get: {
    operationId: name,
    summary,
    tags: ["health"],
    security: [],
    responses: {
      200: { description: "Yes", content: { "application/json": { schema: { $ref: "#/components/schemas/Health" } } } },
      ...refusedWith(...problems),
    },
  },
});

const stream = `The upgrade to a WebSocket (RFC 6455). Frames are JSON, one object a frame, or an array of up to 100 of them.

The client says \`hello\` with \`token\` (unless it is in the header) and \`cursors\` within 10 s; then \`send\`, \`read\`,
\`typing\`, \`presence\`, \`watch\`. The server says \`ready\`, \`entries\`, \`ack\`, \`refused\`, \`joined\`, \`left\`, \`read\`,
\`typing\`, \`presence\`. A token that is missing or not good closes the stream with 4401, since browsers can't see a 401; so
the upgrade itself is accepted.`;

export const outside = {
  "/v1/stream": {
    get: {
      operationId: "stream",
      summary: "All of one's conversations, live",
      description: stream,
      tags: ["stream"],
      security: [{ token: ["read"] }, {}],
      responses: {
        101: { description: "It is a WebSocket now" },
        503: { description: "This gateway is stopping; try again" },
        ...refusedWith(401, 404),
      },
    },
  },
  "/livez": health("live", "Whether the process runs", []),
  "/readyz": health("ready", "Whether requests are served", [503]),
};

export const outsideTags = [
  { name: "stream", description: "Everything one may see, as it happens" },
  { name: "health", description: "For whoever runs the system" },
];

export const outsideSchemas = {
  Health: {
    description: "It is well",
    type: "object",
    required: ["status"],
    properties: { status: { const: "ok" } },
  },
};
