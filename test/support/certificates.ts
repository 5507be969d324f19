import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Certificates of an authority, the server `localhost` and a client, made anew: `ca`, `server` and `client`, each with
 * `.pem` and `.key`.
 * @returns the path of one of these files
 */
export function certificates(folder: string): (name: string) => string {
  const openssl = (command: string) => execFileSync("openssl", command.split(" "), { cwd: folder, stdio: "pipe" });
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  writeFileSync(join(folder, "san"), "subjectAltName=DNS:localhost");
  openssl(`req -x509 ${key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem`);
  for (const name of ["server", "client"]) {
    openssl(`req ${key} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
    openssl(`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out ${name}.pem -extfile san`);
  }
  return (name) => join(folder, name);
}
