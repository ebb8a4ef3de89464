/** Calls and ops in great number, as in tests/c/flat.c. Runs with --expose-gc. */

import assert from "node:assert/strict";
import { createInterface } from "node:readline/promises";

import { ApiError, Client, InvalidArgumentError } from "libzerossl";

const collect = (globalThis as { gc?: () => void }).gc;
const lines = createInterface(process.stdin)[Symbol.asyncIterator]();

async function call(client: Client, number: number): Promise<void> {
  if (number % 10 > 1) {
    assert.equal((await client.listCertificates()).results.length, 2);
  } else if (number % 10 === 1) {
    await assert.rejects(client.getCertificate({ id: "/" }), InvalidArgumentError);
  } else {
    await assert.rejects(client.getCertificate({ id: "0123456789abcdef0123456789abcdef" }), ApiError);
  }
}

/** All certificates, or only the first one. */
async function work(client: Client, number: number): Promise<void> {
  let count = 0;
  for await (const _ of client.certificates({ limit: 1 })) {
    count += 1;
    if (number % 2 === 0) {
      break;
    }
  }
  assert.equal(count, (number % 2) + 1);
}

async function measured(calls: number, ops: number): Promise<void> {
  let client = new Client({ requestsPerSecond: 0 });
  for (let number = 0; number < calls; number += 10) {
    if (number % 100 === 0) {
      client.close();
      client = new Client({ requestsPerSecond: 0 });
    }
    await Promise.all(Array.from({ length: 10 }, (_, at) => call(client, number + at)));
  }
  for (let number = 0; number < ops; number += 1) {
    await work(client, number);
  }
  client.close();
  collect?.();
  console.log(process.memoryUsage().heapUsed);
  await lines.next();
}

const [calls = 0, ops = 0] = process.argv.slice(2).map(Number);
await measured(calls / 10, ops / 10);
await measured(calls - calls / 10, ops - ops / 10);
process.exit();
