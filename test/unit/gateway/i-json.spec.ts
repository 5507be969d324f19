import { expect } from "chai";
import fc from "fast-check";
import { readIJson } from "../../../services/gateway/i-json.ts";

const read = (text: string): unknown => readIJson(Buffer.from(text));
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

function faultOf(bytes: string | Uint8Array): string {
  try {
    readIJson(Buffer.from(bytes));
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
  return "none";
}

describe("I-JSON", () => {
  it("reads what JSON.stringify writes, whatever it is", () => {
    const value = fc.jsonValue({ maxDepth: 6 }).filter((any) => JSON.stringify(any).isWellFormed());
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (any, indent) => {
        fc.pre(!JSON.stringify(any).includes("\\u0000") && !/\\ud[89a-f]/.test(JSON.stringify(any)));
        expect(read(JSON.stringify(any, null, indent))).to.deep.equal(JSON.parse(JSON.stringify(any)));
      }),
    );
  });

  it("refuses a key that stands twice, at whatever depth and however it is written", () => {
    for (const text of [
      '{"a":1,"a":1}',
      '[{"b":[{"a":1,"\\u0061":2}]}]',
      '{"__proto__":1,"__proto__":2}',
      '{"":0,"":0}',
    ])
      expect(faultOf(text), text).to.match(/twice/);
    for (const text of ['{"a":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":":","b":"\\":"}', '{"a\\\\":"\\\\","b":1}'])
      expect(faultOf(text), text).to.equal("none");
  });

  it("refuses bytes that are not UTF-8, also UTF-16 and a byte order mark", () => {
    expect(faultOf(Uint8Array.of(0x22, 0xff, 0x22))).to.match(/UTF-8/);
    expect(faultOf(Uint8Array.of(0x22, 0xc0, 0x80, 0x22))).to.match(/UTF-8/);
    expect(faultOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).to.match(/UTF-8/);
    expect(faultOf(Buffer.from('{"a":1}', "utf16le"))).not.to.equal("none");
    expect(faultOf("\ufeff{}")).to.match(/JSON/);
  });

  it("refuses lone surrogates and NUL, in keys too, and numbers beyond a double", () => {
    for (const text of ['"\\ud800"', '{"\\udc00":1}', '["a\\udfffb"]'])
      expect(faultOf(text), text).to.match(/surrogate/);
    for (const text of ['"\\u0000"', '{"a\\u0000":1}']) expect(faultOf(text), text).to.match(/NUL/);
    for (const text of ["1e400", "[-1e400]"]) expect(faultOf(text), text).to.match(/double/);
    expect(read('"\\ud83d\\ude00 \\\\u0000"')).to.equal("😀 \\u0000");
  });

  it("takes 32 levels, refuses 33, and survives 100,000", () => {
    expect(faultOf(nested(32))).to.equal("none");
    expect(faultOf(nested(33))).to.match(/32 levels/);
    expect(faultOf(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).to.match(/32 levels/);
  });

  it("refuses what is no JSON", () => {
    for (const text of ["", "{", "nul", "{'a':1}", "[1,]", "01", "NaN"]) expect(faultOf(text), text).to.match(/JSON/);
  });
});
