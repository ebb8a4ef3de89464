import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

import { Client } from "libzerossl";
import type { Challenge, ClientOptions, ObtainRequest } from "libzerossl";

/** A running `zerossl-sandbox`; it ends with the tests. */
export class Sandbox {
  private constructor(
    readonly url: string,
    private readonly management: string,
  ) {}

  static async start(...options: string[]): Promise<Sandbox> {
    const [url, management] = await serve(2, "--quota", "5000", "--management", "127.0.0.1:0", ...options);
    return new Sandbox(String(url), String(management));
  }

  client(options: ClientOptions = {}): Client {
    return new Client({ accessKey: "sandbox-key", baseUrl: this.url, requestsPerSecond: 0, ...options });
  }

  async manage(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.management + path, { method, body: body ? JSON.stringify(body) : null });
    return JSON.parse(await answer.text());
  }

  /** Publishes the record that proves control of a name. */
  readonly publish = async (challenge: Challenge): Promise<void> => {
    if (!("target" in challenge)) {
      throw new Error("no record");
    }
    await this.manage("POST", "/records", { name: challenge.name, type: "CNAME", value: challenge.target });
  };

  readonly cleanup = async (challenge: Challenge): Promise<void> => {
    await this.manage("DELETE", `/records?name=${"name" in challenge ? challenge.name : ""}`);
  };

  /** Orders a certificate, and gives its id. */
  async order(client: Client, domain: string): Promise<string> {
    const { csr } = await client.generateCsr({ domains: [domain] });
    return (await client.createCertificate({ domains: [domain], csr })).id;
  }
}

/** The program, and the addresses on its first lines. */
export async function serve(lines: number, ...options: string[]): Promise<string[]> {
  const program = process.env["SANDBOX"];
  if (!program) {
    throw new Error("SANDBOX has to be the path of zerossl-sandbox");
  }
  const sandbox: ChildProcess = spawn(program, ["--exit-with-stdin", ...options], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  after(() => sandbox.stdin?.end());
  if (!sandbox.stdout) {
    throw new Error("no output");
  }
  const addresses: string[] = [];
  for await (const line of createInterface(sandbox.stdout)) {
    addresses.push(line.replace(/^.* on /, ""));
    if (addresses.length === lines) {
      break;
    }
  }
  return addresses;
}

/** The URL of a server that takes connections and never answers. */
export async function silence(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1").unref();
  server.on("connection", (socket) => socket.resume().unref());
  await once(server, "listening");
  after(() => server.close());
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** A new folder, which is removed after the tests. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "zerossl-node-"));
  after(async () => {
    // An op that was closed may need some moments more, in which it may write another file.
    const end = performance.now() + 10_000;
    for (;;) {
      try {
        rmSync(path, { recursive: true, force: true });
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  return path;
}

/** What an `obtain` by record needs in these tests. */
export function wanted(domain: string, directory = folder()): ObtainRequest {
  return {
    domains: [domain],
    directory,
    validation: { method: "CNAME_CSR_HASH" },
    preflight: "off",
    pollInterval: 0.05,
  };
}
