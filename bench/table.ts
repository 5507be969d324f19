/** What is printed: one line a case, its figures in columns. */

const TITLE = 34;
const COLUMN = 16;

export function line(title: string, figures: readonly string[]): void {
  console.log(`${title.padEnd(TITLE)}${figures.map((figure) => figure.padStart(COLUMN)).join("")}`);
}

/** The value below which this part of all lies; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
