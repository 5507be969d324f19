import { expect } from "chai";
import { plain, words } from "../../../repl/command.ts";

describe("An operator's line", () => {
  it("is cut into words, the last of which takes the rest as it is", () => {
    expect(words("send #general  hello   there ", 2)).to.deep.equal(["#general", "hello   there"]);
    expect(words("as @ana", 1)).to.deep.equal(["@ana"]);
    expect(words("token @ana", 2)).to.deep.equal(["@ana", ""]);
    expect(words("actors", 1)).to.deep.equal([""]);
  });

  it("shows texts of others without letting them do anything to the terminal", () => {
    expect(plain("a\u001b[2J\r\nb\u202ec\u009b31m d")).to.equal("a\\u{1b}[2J\\u{d}\\u{a}b\\u{202e}c\\u{9b}31m d");
    expect(plain("é 東京 👍")).to.equal("é 東京 👍");
  });
});
