import { fault } from "./fault.ts";

/** A query's pieces; `at` is where one begins, in UTF-16 units. */
export type Token =
  | { type: "word"; at: number; text: string; prefix: boolean }
  | { type: "phrase"; at: number; text: string }
  | { type: "filter"; at: number; name: string; value: string };

/** White space, a phrase's quote, or all up to either. */
const PIECE = /\s+|"|[^\s"]+/gu;
/** A name and a colon; an address of the web is none, though it begins so. */
const FILTER = /^(\p{L}+):(?!\/\/)(.*)$/su;

/** @throws validation for a quote without its other */
export function lex(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    PIECE.lastIndex = at;
    const [piece = ""] = PIECE.exec(query) ?? [];
    let end = at + piece.length;
    if (piece === '"') {
      const close = query.indexOf('"', end);
      if (close < 0) throw fault(at, 'a quote (") lacks the other that ends it');
      tokens.push({ type: "phrase", at, text: query.slice(end, close) });
      end = close + 1;
    } else if (!/^\s/u.test(piece)) {
      tokens.push(word(at, piece));
    }
    at = end;
  }
  return tokens;
}

function word(at: number, piece: string): Token {
  const [, name, value = ""] = FILTER.exec(piece) ?? [];
  if (name !== undefined) return { type: "filter", at, name: name.toLowerCase(), value };
  const text = piece.replace(/\*+$/, "");
  return { type: "word", at, text, prefix: text !== piece };
}
