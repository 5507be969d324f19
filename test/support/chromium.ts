import { spawnSync } from "node:child_process";
import { run } from "./server.ts";
import { withFolder } from "./with-broker.ts";

/** The Chromium to test with: Debian's, or whatever is called so. */
const chromium = "chromium";
const found = spawnSync(chromium, ["--version"]).status === 0;

/** Tests in a real browser; where there is none a line says so, but CI must have one. */
export function describeInChromium(title: string, suite: () => void): void {
  if (found) describe(title, suite);
  else if (process.env.CI === undefined)
    console.log(`${title}: left out, for want of ${chromium} (Debian: apt-get install chromium)`);
  else describe(title, () => it("finds chromium", () => Promise.reject(new Error(`there is no ${chromium}`))));
}

/** Opens a page without a window, for as long as `use` runs. */
export function withPage<T>(url: string, use: () => Promise<T>): Promise<T> {
  return withFolder(async (profile) => {
    // Nothing of it may reach beyond the loopback; containers have neither a sandbox nor much shared memory.
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--no-first-run",
      "--proxy-server=127.0.0.1:1",
      "--proxy-bypass-list=127.0.0.1",
      `--user-data-dir=${profile}`,
    ];
    const browser = run(`exec ${chromium} ${flags.join(" ")} ${url}`);
    try {
      return await use();
    } finally {
      await browser.stop();
    }
  });
}
