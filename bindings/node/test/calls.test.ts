import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { ApiError, AuthError, CancelledError, Client, InvalidArgumentError, NetworkError, ZeroSslError } from "libzerossl";

import { Sandbox, silence } from "./sandbox.js";

const sandbox = await Sandbox.start();

test("all certificates, over several pages, each once", async () => {
  const client = sandbox.client();
  const ordered: string[] = [];
  for (let number = 0; number < 25; number += 1) {
    ordered.push(await sandbox.order(client, `n${String(number)}.example.com`));
  }
  const ids: string[] = [];
  for await (const certificate of client.certificates({ limit: 10 })) {
    ids.push(certificate.id);
    assert.equal(certificate.status, "draft");
    assert.equal(typeof certificate.commonName, "string");
  }
  assert.deepEqual(ids.sort(), ordered.sort());
});

test("leaving the loop over the certificates ends the call", async () => {
  const client = sandbox.client();
  for await (const certificate of client.certificates({ limit: 1 })) {
    assert.ok(certificate.id);
    break;
  }
  const list = await client.listCertificates({ limit: 2, page: 2, status: ["draft"] });
  assert.deepEqual([list.page, list.resultCount, list.results.length], [2, 2, 2]);
});

test("errors have their class and their fields", async () => {
  const client = sandbox.client();
  await assert.rejects(client.getCertificate({ id: "0".repeat(32) }), (error) => {
    assert.ok(error instanceof ApiError && error instanceof ZeroSslError && error instanceof Error);
    assert.equal(error.name, "ApiError");
    assert.match(error.message, /^get_certificate: .*certificate_not_found/);
    const { code, kind, operation, retryable, retryAfter, httpStatus, apiCode, apiType, details } = error;
    assert.deepEqual(
      { code, kind, operation, retryable, retryAfter, httpStatus, apiCode, apiType, details },
      {
        code: -2,
        kind: "api",
        operation: "get_certificate",
        retryable: false,
        retryAfter: null,
        httpStatus: 200,
        apiCode: 2803,
        apiType: "certificate_not_found",
        details: null,
      },
    );
    return true;
  });
  await assert.rejects(sandbox.client({ accessKey: "wrong" }).listCertificates(), AuthError);
  const nowhere = new Client({ accessKey: "k", baseUrl: "http://127.0.0.1:1", maxRetries: 0 });
  await assert.rejects(nowhere.listCertificates(), NetworkError);
  await assert.rejects(nowhere.getCertificate({ id: "a" }), NetworkError);
});

test("a wrong parameter or setting is named as it was written", async () => {
  const client = sandbox.client();
  const wrong = client.createCertificate({ domains: ["a.example.com"], csr: "x", validityDays: 0 });
  await assert.rejects(wrong, (error) => error instanceof InvalidArgumentError && error.parameter === "csr");
  const { csr } = await client.generateCsr({ domains: ["a.example.com"] });
  await assert.rejects(
    client.createCertificate({ domains: ["a.example.com"], csr, validityDays: 0 }),
    (error) => error instanceof InvalidArgumentError && error.parameter === "validityDays",
  );
  assert.throws(
    () => new Client({ baseUrl: "ftp://example.com" }),
    (error) => error instanceof InvalidArgumentError && error.parameter === "baseUrl",
  );
});

test("absent, undefined and null are the same", async () => {
  const client = sandbox.client({ timeout: null, userAgent: undefined });
  const { privateKey } = await client.generateCsr({ domains: ["a.example.com"], keyType: null, subject: undefined });
  assert.match(String(privateKey), /PRIVATE KEY/);
});

test("Unicode goes in and out", async () => {
  const client = sandbox.client();
  const id = await sandbox.order(client, "bücher-zürich.example.com");
  const { commonName } = await client.getCertificate({ id });
  assert.equal(commonName, "xn--bcher-zrich-thbg.example.com");
  await assert.rejects(client.listEntries({ directory: "/nirgends/Ünïcödé 🔑" }), /Ünïcödé 🔑/);
  await assert.rejects(client.getCertificate({ id: "\ud800" }), InvalidArgumentError);
  await assert.rejects(client.getCertificate({ id: "a\0b" }), InvalidArgumentError);
});

test("a secret is not printed", async () => {
  const client = sandbox.client({ accessKey: "a-very-secret-key" });
  assert.doesNotMatch(inspect(client, { depth: 9, showHidden: true }), /secret/);
  const made = await client.generateCsr({ domains: ["a.example.com"] });
  assert.doesNotMatch(inspect({ made }, { depth: 9 }), /PRIVATE KEY/);
  assert.match(inspect(made), /privateKey: '\[hidden\]'/);
  assert.match(JSON.stringify(made), /PRIVATE KEY/);
});

test("a call ends at once when it is aborted", async () => {
  const client = new Client({ accessKey: "k", baseUrl: await silence() });
  const calls = [
    (signal: AbortSignal) => client.getCertificate({ id: "a" }, { signal }),
    (signal: AbortSignal) => client.listCertificates({}, { signal }),
    async (signal: AbortSignal) => {
      for await (const certificate of client.certificates({}, { signal })) {
        assert.fail(certificate.id);
      }
    },
  ];
  for (const call of calls) {
    const control = new AbortController();
    // The second of each waits for the first, or beside it.
    const running = [call(control.signal), call(control.signal)];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    control.abort("enough");
    for (const { reason } of (await Promise.allSettled(running)) as PromiseRejectedResult[]) {
      assert.ok(reason instanceof CancelledError);
      assert.deepEqual([reason.name, reason.kind, reason.cause], ["AbortError", "cancelled", "enough"]);
    }
    assert.ok(performance.now() - start < 200, "it took too long");
    await assert.rejects(call(AbortSignal.abort()), CancelledError);
  }
});

test("a closed client refuses calls, and what runs goes on", async () => {
  const client = sandbox.client();
  const running = client.listCertificates({ limit: 1 });
  const made = client.generateCsr({ domains: ["a.example.com"] });
  client.close();
  client.close();
  assert.equal((await running).results.length, 1);
  assert.match((await made).csr, /CERTIFICATE REQUEST/);
  for (const call of [client.listCertificates(), client.getCertificate({ id: "a" }), client.certificates().next()]) {
    await assert.rejects(call, /the client is closed/);
  }
});
