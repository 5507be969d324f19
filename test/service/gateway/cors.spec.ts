import { expect } from "chai";
import { type Client, withEdge } from "./edge.ts";

const OURS = "https://chat.example.org";
const asks = { "access-control-request-method": "PUT", "access-control-request-headers": "authorization" };

/** The headers by which a browser decides. */
const granted = ({ headers }: { headers: Headers }) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"));

const preflight = (url: string, path: string, origin: string) =>
  fetch(`${url}${path}`, { method: "OPTIONS", headers: { ...asks, origin } });

const from = (who: Client, path: string, origin: string) => who.call("GET", path, { headers: { origin } });

describe("pages of other origins", () => {
  it("may do nothing unless it is configured: not even a preflight is answered", () =>
    withEdge(async ({ url, admin }) => {
      const { status } = await preflight(url, "/v1/me", OURS);
      expect(status).to.equal(401);
      for (const path of ["/v1/me", "/openapi.json", "/livez"])
        expect(granted(await from(admin, path, OURS)), path).to.deep.equal({});
    }));

  it("may ask where their origin is named, and read what they need of the answer", () =>
    withEdge(
      async ({ url, admin }) => {
        for (const path of ["/v1/me", "/v1/nothing", "/openapi.json"]) {
          const answer = await preflight(url, path, OURS);
          expect(answer.status, path).to.equal(204);
          expect(granted(answer)).to.deep.equal({
            "access-control-allow-origin": OURS,
            "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
            "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
            "access-control-expose-headers": "Allow, Location, RateLimit, RateLimit-Policy, Retry-After",
            "access-control-max-age": "7200",
            vary: "Origin",
          });
        }
        const stranger = await fetch(`${url}/v1/me`, { headers: { origin: OURS } });
        for (const answer of [await from(admin, "/v1/me", OURS), await from(admin, "/v1/me?x=1", OURS), stranger])
          expect(granted(answer)).to.deep.equal({
            "access-control-allow-origin": OURS,
            "access-control-expose-headers": "Allow, Location, RateLimit, RateLimit-Policy, Retry-After",
            vary: "Origin",
          });
        // Without the question it is no preflight.
        expect((await admin.call("OPTIONS", "/v1/me", { headers: { origin: OURS } })).headers.get("allow")).to.equal(
          "GET, HEAD, OPTIONS",
        );
      },
      { origins: ["http://localhost:5173", OURS] },
    ));

  it("may do nothing where only others are named, however alike", () =>
    withEdge(
      async ({ url, admin }) => {
        for (const origin of ["https://chat.example.org.evil.test", "http://chat.example.org", "null", "*"]) {
          expect((await preflight(url, "/v1/me", origin)).status, origin).to.equal(401);
          expect(granted(await from(admin, "/v1/me", origin)), origin).to.deep.equal({ vary: "Origin" });
        }
      },
      { origins: [OURS] },
    ));
});
