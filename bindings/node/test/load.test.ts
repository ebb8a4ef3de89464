/** The library is found, and an unfit one is refused with a clear error. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { VERSION } from "libzerossl";

import { folder } from "./sandbox.js";

const PROGRAM = `
import { Client } from "libzerossl";
try { new Client({ accessKey: "k" }); console.log("works"); } catch (error) { console.log(error.message); }
`;

function tried(environment: NodeJS.ProcessEnv): string {
  const options = { env: { ...process.env, ...environment }, cwd: import.meta.dirname, encoding: "utf8" } as const;
  const done = spawnSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], options);
  return done.stdout.trim() + done.stderr;
}

/** A library that says this about itself. */
function library(version: string, abi: number): string {
  const path = join(folder(), "libzerossl.so.0");
  const source = `const char *zerossl_version(void) { return "${version}"; } int zerossl_abi_version(void) { return ${String(abi)}; }`;
  writeFileSync(`${path}.c`, source);
  execFileSync("cc", ["-shared", "-fPIC", "-o", path, `${path}.c`]);
  return path;
}

test("the library that ZEROSSL_LIBRARY names", () => {
  assert.equal(tried({}), "works");
});

test("the system's library", () => {
  const place = String(process.env["ZEROSSL_LIBRARY"]).replace(/\/[^/]*$/, "");
  assert.equal(tried({ ZEROSSL_LIBRARY: "", LD_LIBRARY_PATH: place }), "works");
});

test("no library", () => {
  const said = tried({ ZEROSSL_LIBRARY: "", LD_LIBRARY_PATH: "/nowhere" });
  assert.match(said, /cannot use libzerossl\.so\.0: .*install libzerossl, or set ZEROSSL_LIBRARY/);
});

test("one that is too old, by its version or its ABI", () => {
  for (const [version, abi] of [["0.0.9", 0], [VERSION, -1]] as const) {
    const path = library(version, abi);
    const said = tried({ ZEROSSL_LIBRARY: path });
    assert.ok(said.includes(path), said);
    assert.match(said, new RegExp(`it is version ${version} with ABI ${String(abi)}, and needed is at least version ${VERSION}`));
  }
});

test("one that lacks functions, and one that is something else", () => {
  assert.match(tried({ ZEROSSL_LIBRARY: library("9.0.0", 99) }), /zerossl_string_free/);
  assert.match(tried({ ZEROSSL_LIBRARY: "libc.so.6" }), /cannot use libc\.so\.6: .*zerossl_abi_version/);
});
