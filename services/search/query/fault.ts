import { refuse } from "../../../contract/errors.ts";

/**
 * What is wrong with a query, and where.
 * @param at UTF-16 units before the place
 */
export const fault = (at: number, message: string) =>
  refuse("validation", "The query is not well-formed", {
    errors: [{ field: "q", message: `at character ${at + 1}: ${message}` }],
  });
