import { expect } from "chai";
import { mentionedHandles } from "../../../services/router/conversation/mentions.ts";

describe("mentions of a text", () => {
  const table: [text: string, handles: string[]][] = [
    ["@ana look", ["ana"]],
    ["look, @Ana.", ["ana"]],
    ["(@ana)/@bob-x_1.2...", ["ana", "bob-x_1.2"]],
    ["@ana @ana @ANA", ["ana"]],
    ["mail x@ana.com", []],
    ["é@ana", []],
    ["@@ana", []],
    ["@anaé", []],
    ["@ana,@bob", ["ana", "bob"]],
    ["@-ana @.x @_y", []],
    ["@a", ["a"]],
    [`@${"x".repeat(32)}`, ["x".repeat(32)]],
    [`@${"x".repeat(33)}`, []],
    ["nobody", []],
    ["@ſam @\u212Aim @aſ", []],
  ];
  for (const [text, handles] of table) {
    it(`${JSON.stringify(text)}: ${handles.join(", ") || "none"}`, () => {
      expect(mentionedHandles(text)).to.deep.equal(handles);
    });
  }
});
