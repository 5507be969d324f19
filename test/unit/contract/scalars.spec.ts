import { expect } from "chai";
import fc from "fast-check";
import { Compile } from "typebox/compile";
import { Time } from "../../../contract/scalars.ts";

const time = Compile(Time);

describe("a time", () => {
  it("is any that there is, of the years 1 to 9999", () => {
    const [min, max] = [new Date("0001-01-01T00:00:00.000Z"), new Date("9999-12-31T23:59:59.999Z")];
    fc.assert(fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => time.Check(date.toISOString())));
  });

  it("is on no day that there is not: no database takes it", () => {
    const two = (number: number) => String(number).padStart(2, "0");
    for (const year of ["0000", "0004", "1900", "2000", "2023", "2024", "2100", "9996"])
      for (let month = 0; month <= 13; month++)
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${two(month)}-${two(day)}T12:00:00.000Z`;
          const date = new Date(text);
          const isThere = !Number.isNaN(date.valueOf()) && date.toISOString() === text && year !== "0000";
          expect(time.Check(text), text).to.equal(isThere);
        }
  });
});
