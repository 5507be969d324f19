import type { Deed, Line, Part, Place, Script } from "./script.ts";

/** A trading day of a small desk, for whoever has no export at hand. It is the same each time. */

const DAY = Date.UTC(2026, 0, 5);
/** The day takes three minutes. */
const SPEED = 200;

const person = (handle: string, name: string): Part => ({ handle, name, kind: "person" });
const application = (handle: string, name: string, topic: string): Part => ({
  handle,
  name,
  kind: "application",
  publish: [topic],
});

const people = [
  person("amara", "Amara Osei"),
  person("bex", "Bex Lindqvist"),
  person("chidi", "Chidi Eze"),
  person("dana", "Dana Weiss"),
  person("emre", "Emre Aydın"),
  person("farah", "Farah Haddad"),
  application("price-watch", "Price watch", "alerts.>"),
  application("limit-watch", "Limit watch", "limits.>"),
];

const FLOOR = "dealing-floor";
const SPOT = "fx-spot";
const RATES = "rates";
const RESEARCH = "research";

const place = (number: number, name: string, purpose: string): Place => ({
  // Its own for ever, so that another day is added to the same conversation.
  id: `019b8b5e-0000-7000-8000-00000000000${number}`,
  name,
  purpose,
});
const places = [
  place(1, FLOOR, "The whole floor: mornings, limits, and who is where"),
  place(2, SPOT, "Spot FX; alerts.fx.* comes here"),
  place(3, RATES, "Swaps and bonds; alerts.rates.> comes here"),
  place(4, RESEARCH, "Notes of the day"),
];

const say = (place: string, text: string, key = text, replyTo?: string): Deed => ({
  does: "say",
  place,
  key,
  text,
  ...(replyTo && { replyTo }),
});
const react = (to: string, emoji: string): Deed => ({ does: "react", to, emoji });
const appear = (status: "online" | "away" | "dnd", text?: string): Deed => ({ does: "appear", status, text });
const alert = (topic: string, text: string, data: Record<string, string | number>): Deed => ({
  does: "publish",
  topic,
  text,
  data,
});

const day: [time: string, by: string, deed: Deed][] = [
  ["06:48", "farah", say(RESEARCH, "Overnight: yen weaker after the minutes, euro flat, gilts bid. Note at seven.")],
  ["06:55", "amara", say(FLOOR, "Good morning, all. Payrolls at 13:30, so flat books by 13:15 please.", "morning")],
  ["06:56", "bex", say(FLOOR, "Morning. Flat by 13:15, got it.", "flat", "morning")],
  ["06:57", "chidi", react("morning", "👍")],
  [
    "06:58",
    "dana",
    say(FLOOR, "Morning! Two clients are asking for prices across the number, @bex.", "dana", "morning"),
  ],
  ["07:00", "farah", say(RESEARCH, "The note: we see payrolls at 140 thousand, the street says 165.", "note")],
  ["07:02", "emre", react("note", "👀")],
  ["07:10", "dana", say(SPOT, "@bex, a pension fund would like 40 million euros against the dollar.", "order")],
  ["07:11", "bex", say(SPOT, "EURUSD 1.0842 / 44 in forty.", "quote", "order")],
  ["07:12", "dana", say(SPOT, "They take it at 44.", "done", "order")],
  ["07:12", "bex", say(SPOT, "Done: I sell you 40 million EURUSD at 1.0844.", "confirmed", "order")],
  ["07:13", "dana", react("confirmed", "🤝")],
  ["07:30", "chidi", say(RATES, "Ten-year swaps open two basis points lower. Quiet.")],
  ["08:02", "price-watch", alert("alerts.fx.usdjpy", "USDJPY above 158.00", { pair: "USDJPY", last: 158.02 })],
  ["08:03", "bex", say(SPOT, "That is the level they talked about last week. Careful.", "level")],
  ["08:04", "farah", say(SPOT, "Last time the ministry said something within two hours.", "ministry", "level")],
  ["08:20", "emre", say(FLOOR, "Limits are recalculated. Spot has 62 % used, rates 31 %.", "limits")],
  ["08:21", "amara", react("limits", "🙏")],
  ["09:05", "price-watch", alert("alerts.fx.gbpusd", "GBPUSD moved 0.5 % in five minutes", { pair: "GBPUSD" })],
  ["09:06", "bex", say(SPOT, "Cable: a fat finger, it seems. Back already.", "cable")],
  ["09:07", "dana", react("cable", "😅")],
  ["09:30", "price-watch", alert("alerts.rates.gilt", "Gilt auction covered 2.9 times", { tail: 0.3, cover: 2.9 })],
  ["09:31", "chidi", say(RATES, "Strong. 2.9 times covered, tail 0.3 basis points.", "gilts")],
  ["09:33", "amara", react("gilts", "💪")],
  ["10:15", "bex", appear("away", "coffee")],
  ["10:16", "dana", say(SPOT, "Where is @bex? A corporate asks for 15 million GBPUSD.", "where")],
  ["10:19", "bex", appear("online")],
  ["10:20", "bex", say(SPOT, "Here. 1.2610 / 13 in fifteen.", "here", "where")],
  ["10:21", "dana", say(SPOT, "Nothing done, they were only looking.", "nothing", "where")],
  ["11:00", "farah", say(RESEARCH, "Euro area inflation: 2.2 %, as expected.", "hicp")],
  ["11:02", "chidi", say(RATES, "Bunds don't move. Selling 50 million of the five-year.", "bunds")],
  ["11:03", "chidi", { does: "edit", to: "bunds", text: "Bunds don't move. Selling 15 million of the five-year." }],
  ["11:04", "emre", say(RATES, "Fifteen, I take it? Fifty would be over your limit.", "fifteen", "bunds")],
  ["11:05", "chidi", react("fifteen", "😬")],
  ["11:40", "amara", appear("dnd", "with the auditors")],
  ["12:10", "dana", say(FLOOR, "Lunch is in the small room. The good sandwiches won't last.", "lunch")],
  ["12:11", "bex", react("lunch", "🥪")],
  ["12:11", "chidi", react("lunch", "🥪")],
  ["12:55", "amara", appear("online")],
  ["12:56", "amara", say(FLOOR, "Back. Twenty minutes to flat.", "back")],
  [
    "13:05",
    "limit-watch",
    alert("limits.spot", "Spot book: 71 % of its limit, 25 minutes before the number", { used: 71 }),
  ],
  ["13:06", "amara", say(FLOOR, "@bex, down please.", "down")],
  ["13:12", "bex", say(FLOOR, "Flat.", "isflat", "down")],
  ["13:12", "chidi", say(FLOOR, "Flat.", "isflat2", "down")],
  ["13:13", "amara", react("isflat", "✅")],
  ["13:30", "farah", say(RESEARCH, "Payrolls 118 thousand! Unemployment 4.3 %.", "payrolls")],
  [
    "13:30",
    "price-watch",
    alert("alerts.fx.eurusd", "EURUSD moved 0.8 % in one minute", { pair: "EURUSD", last: 1.0929 }),
  ],
  [
    "13:30",
    "price-watch",
    alert("alerts.fx.usdjpy", "USDJPY moved 1.1 % in one minute", { pair: "USDJPY", last: 156.3 }),
  ],
  ["13:31", "price-watch", alert("alerts.rates.ust", "Ten-year Treasury yield down 9 basis points", { move: -9 })],
  ["13:31", "bex", say(SPOT, "EURUSD 1.0925 / 31, in ten at most.", "wide")],
  ["13:32", "dana", say(SPOT, "The pension fund wants to sell 20 million EURUSD.", "again")],
  ["13:32", "bex", say(SPOT, "I buy at 1.0927.", "buy", "again")],
  ["13:33", "dana", say(SPOT, "Done at 1.0927. They are very happy.", "happy", "again")],
  ["13:34", "farah", react("payrolls", "🎯")],
  ["13:34", "amara", say(RESEARCH, "140 against the street's 165: well called, @farah.", "called", "payrolls")],
  ["13:45", "dana", say(FLOOR, "The client's account is DE89 3704 0044 0532 0130 00", "oops")],
  ["13:46", "dana", { does: "redact", to: "oops", reason: "an account number, to the wrong room" }],
  ["13:46", "dana", say(FLOOR, "Sorry, wrong room. It is gone from everybody's screen.")],
  ["14:30", "chidi", say(RATES, "Curve is four steeper since the number. Adding to the steepener.", "steeper")],
  ["14:31", "emre", react("steeper", "👍")],
  ["15:20", "price-watch", alert("alerts.fx.usdjpy", "USDJPY below 156.00", { pair: "USDJPY", last: 155.97 })],
  ["15:22", "bex", say(SPOT, "There goes the level. Glad that we were flat.", "glad")],
  ["15:23", "amara", react("glad", "🙌")],
  ["16:05", "farah", say(RESEARCH, "What moved today, and why, is in the note for tomorrow.", "tomorrow")],
  ["16:40", "emre", say(FLOOR, "End of day: all books within limits. Best day of the month for spot.", "eod")],
  ["16:41", "bex", react("eod", "🎉")],
  ["16:41", "dana", react("eod", "🎉")],
  ["16:45", "amara", say(FLOOR, "Well done, everybody. See you tomorrow.", "bye", "eod")],
];

export const desk: Script = {
  title: "a trading desk's day, made up",
  people: new Map(people.map((part) => [part.handle, part])),
  places: new Map(places.map((place) => [place.name, place])),
  bindings: [
    { pattern: "alerts.fx.*", place: SPOT },
    { pattern: "alerts.rates.>", place: RATES },
    { pattern: "limits.>", place: FLOOR },
  ],
  lines: day.map(([time, by, deed]): Line => ({ at: DAY + minutes(time) * 60_000, by, ...deed })),
  speed: SPEED,
  look: { places: [SPOT, FLOOR, RATES, RESEARCH], words: "eurusd" },
};

function minutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
