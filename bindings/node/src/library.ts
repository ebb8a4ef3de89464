import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import koffi from "koffi";
import type { LibraryHandle } from "koffi";

import type { ZeroSslError } from "./error.js";
import { InternalError, KINDS } from "./errors.js";
import { camel } from "./reading.js";
import { ABI_VERSION, VERSION } from "./version.js";

const SONAME = "libzerossl.so.0";

/** The address of an object of the library. */
export type Pointer = bigint;
/** Where a function writes something: one element, null before and if there is nothing. */
type Place<T> = [T | null];

/** A type of C. */
type Spec = Parameters<typeof koffi.out>[0];

/** The functions of the library that this package uses. Each text is copied, and freed where it has to be. */
export interface Native {
  version(): string;
  errorJson(error: Pointer): string;
  errorFree(error: Pointer): void;
  clientNew(config: string, error: Place<Pointer>): Pointer | null;
  clientFree(client: Pointer): void;
  opStart(client: Pointer, operation: string, request: string, error: Place<Pointer>): Pointer | null;
  opStartCall(client: Pointer, operation: string, request: string, error: Place<Pointer>): Pointer | null;
  opNext(op: Pointer, timeout: number, event: Place<string>, error: Place<Pointer>): number;
  opReply(op: Pointer, reply: string, error: Place<Pointer>): number;
  opDupFd(op: Pointer, error: Place<Pointer>): number;
  opCancel(op: Pointer): void;
  opResult(op: Pointer, error: Place<Pointer>): string | null;
  opFree(op: Pointer): void;
}

let loaded: Native | undefined;

/**
 * The library, loaded at the first use: from `ZEROSSL_LIBRARY`, from beside this package, or the system's.
 *
 * @throws Error It is not found, too old, or something else.
 */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  const path = place();
  try {
    const library = koffi.load(path);
    check(library);
    return functions(library);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const advice = "install libzerossl, or set ZEROSSL_LIBRARY to the path of the shared library";
    throw new Error(`libzerossl ${VERSION} cannot use ${path}: ${why}; ${advice}`, { cause });
  }
}

function place(): string {
  const chosen = process.env["ZEROSSL_LIBRARY"];
  if (chosen) {
    return chosen;
  }
  const folder = `${process.platform}-${process.arch}`;
  const beside = fileURLToPath(new URL(`../lib/${folder}/${SONAME}`, import.meta.url));
  return existsSync(beside) ? beside : SONAME;
}

function check(library: LibraryHandle): void {
  const abi = library.func("int zerossl_abi_version(void)")() as number;
  const version = library.func("const char *zerossl_version(void)")() as string;
  if (abi < ABI_VERSION || isOlder(version, VERSION)) {
    const needed = `version ${VERSION} with ABI ${String(ABI_VERSION)}`;
    throw new Error(`it is version ${version} with ABI ${String(abi)}, and needed is at least ${needed}`);
  }
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

function functions(library: LibraryHandle): Native {
  const { pointer, out } = koffi;
  const any = pointer("void");
  const error = out(pointer(any));
  const text = koffi.disposable("str", library.func("zerossl_string_free", "void", [any]));
  const of = (name: string, result: Spec, ...given: Spec[]): never =>
    library.func(`zerossl_${name}`, result, given) as never;
  return {
    version: of("version", "str"),
    errorJson: of("error_json", "str", any),
    errorFree: of("error_free", "void", any),
    clientNew: of("client_new", any, "str", error),
    clientFree: of("client_free", "void", any),
    opStart: of("op_start", any, any, "str", "str", error),
    opStartCall: of("op_start_call", any, any, "str", "str", error),
    opNext: of("op_next", "int32_t", any, "int32_t", out(pointer(text)), error),
    opReply: of("op_reply", "int32_t", any, "str", error),
    opDupFd: of("op_dup_fd", "int", any, error),
    opCancel: of("op_cancel", "void", any),
    opResult: of("op_result", text, any, error),
    opFree: of("op_free", "void", any),
  };
}

/** Calls a function whose failure is null or a negative number, and throws its error. */
export function checked<T extends string | Pointer | number>(work: (error: Place<Pointer>) => T | null): T {
  const error: Place<Pointer> = [null];
  const result = work(error);
  if (error[0] !== null) {
    throw taken(error[0]);
  }
  if (result === null) {
    throw noMemory("the answer");
  }
  return result;
}

/** The error of the library as one of JavaScript; the former is freed. */
function taken(error: Pointer): ZeroSslError {
  const fields = JSON.parse(native().errorJson(error)) as Record<string, unknown>;
  native().errorFree(error);
  return failure(Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value])));
}

/** An error of the class of its kind. What is not given, such as an answer of the service, there was not. */
export function failure(given: Readonly<Record<string, unknown>>): ZeroSslError {
  const fields = { ...NOTHING, ...given };
  const parameter = given["parameter"];
  const named = typeof parameter === "string" ? { ...fields, parameter: camel(parameter) } : fields;
  return new (KINDS[String(given["kind"])] ?? InternalError)(named);
}

const NOTHING = {
  operation: null,
  retryable: false,
  retryAfter: null,
  httpStatus: null,
  apiCode: null,
  apiType: null,
  details: null,
};

/** A parameter that is refused here. */
export function refusal(operation: string | null, parameter: string, message: string): ZeroSslError {
  return failure({ kind: "invalid_argument", code: -1, operation, parameter, message });
}

/** What the library had no memory for. */
function noMemory(what: string): ZeroSslError {
  return failure({ kind: "resource", code: -16, message: `there is no memory for ${what}`, retryable: true });
}
