/** Other threads and processes of Node. */

import assert from "node:assert/strict";
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { Sandbox, silence, wanted } from "./sandbox.js";

const sandbox = await Sandbox.start();

/** A program for a worker or a child that obtains, with a caller that says where to. */
const OBTAIN = `
import { Client } from "libzerossl";
import { parentPort } from "node:worker_threads";
const say = (what) => parentPort ? parentPort.postMessage(what) : process.send(what);
const hear = (work) => parentPort ? parentPort.once("message", work) : process.once("message", work);
hear(async ({ baseUrl, request }) => {
  const client = new Client({ accessKey: "sandbox-key", baseUrl, requestsPerSecond: 0 });
  const got = await client.obtain(request, { publish: (challenge) => {
    say(challenge);
    return new Promise((resolve) => hear(resolve));
  } });
  say(got.outcome);
  client.close();
  process.disconnect?.();
});
`;

interface Talk {
  send: (what: unknown) => void;
  heard: () => Promise<never>;
}

async function obtained(domain: string, { send, heard }: Talk): Promise<void> {
  send({ baseUrl: sandbox.url, request: wanted(domain) });
  await sandbox.publish(await heard());
  send("published");
  assert.equal(await heard(), "issued");
}

test("workers, two at once beside the main thread", async () => {
  const client = sandbox.client();
  const work = [1, 2].map(async (number) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(here(OBTAIN))}`));
    const ended = once(worker, "exit");
    const heard = async (): Promise<never> => ((await once(worker, "message")) as [never])[0];
    await obtained(`worker${String(number)}.example.com`, { send: (what) => { worker.postMessage(what); }, heard });
    assert.deepEqual(await ended, [0]);
  });
  work.push(
    client.obtain(wanted("main.example.com"), { publish: sandbox.publish }).then(({ outcome }) => {
      assert.equal(outcome, "issued");
    }),
  );
  await Promise.all(work);
});

test("a worker that is ended in the middle of a call", async () => {
  const program = `
    import { Client } from "libzerossl";
    import { parentPort, workerData } from "node:worker_threads";
    const client = new Client({ accessKey: "k", baseUrl: workerData });
    client.getCertificate({ id: "a" });
    setTimeout(() => parentPort.postMessage("waits"), 50);
  `;
  const workerData = await silence();
  for (let time = 0; time < 10; time += 1) {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(here(program))}`), { workerData });
    await once(worker, "message");
    await worker.terminate();
  }
  assert.equal((await sandbox.client().listCertificates()).page, 1);
});

test("a child of child_process.fork, while the parent is in a call", async () => {
  const call = sandbox.client().start("obtain", wanted("parent.example.com"));
  const script = new URL(`data:text/javascript,${encodeURIComponent(here(OBTAIN))}`).href;
  const child = fork("-", [], { execArgv: ["--input-type=module", "--eval", `await import(${JSON.stringify(script)})`] });
  const ended = once(child, "exit");
  const heard = async (): Promise<never> => ((await once(child, "message")) as [never])[0];
  await obtained("child.example.com", { send: (what) => { child.send(what as object); }, heard });
  assert.deepEqual(await ended, [0, null]);
  call.close();
});

test("a process ends although an op is not read, and does not while it is", async () => {
  const url = await silence();
  const program = (rest: string, timeout = 0.5): string => here(`
    import { Client } from "libzerossl";
    const client = new Client({ accessKey: "k", baseUrl: "${url}", timeout: ${String(timeout)}, maxRetries: 0 });
    const op = client.start("getCertificate", { id: "a" });
    ${rest}
  `);
  const run = async (rest: string, timeout?: number): Promise<{ code: number | null; out: string }> => {
    // Not spawnSync: the silent server is in this process.
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program(rest, timeout)], { timeout: 20_000 });
    let out = "";
    child.stdout.on("data", (text) => (out += String(text)));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, out };
  };
  assert.equal((await run("", 600)).code, 0);
  assert.equal((await run("client.listCertificates(); setTimeout(() => process.exit(3), 100);", 600)).code, 3);
  assert.match((await run("op.result().catch((error) => { console.log(error.kind); });")).out, /^timeout/);
});

/** The same program where it cannot find the package by its name. */
function here(program: string): string {
  return program.replace('"libzerossl"', JSON.stringify(import.meta.resolve("libzerossl")));
}
