// A tour of libzerossl with Deno's FFI.
//
//     export ZEROSSL_ACCESS_KEY=...
//     deno run -A tour.deno.ts example.com /var/www/html/.well-known/pki-validation certificates
const ABI_VERSION = 0; // of the zerossl.h that this was written for
const [DONE, EVENT] = [0, 1];

const { symbols: c } = Deno.dlopen(Deno.env.get("ZEROSSL_LIBRARY") ?? "libzerossl.so.0", {
  zerossl_abi_version: { parameters: [], result: "i32" },
  zerossl_string_free: { parameters: ["pointer"], result: "void" },
  zerossl_error_json: { parameters: ["pointer"], result: "pointer" },
  zerossl_error_free: { parameters: ["pointer"], result: "void" },
  zerossl_client_new: { parameters: ["buffer", "buffer"], result: "pointer" },
  zerossl_client_free: { parameters: ["pointer"], result: "void" },
  zerossl_op_start: { parameters: ["pointer", "buffer", "buffer", "buffer"], result: "pointer" },
  // Waits on a thread of Deno's, so that the event loop goes on.
  zerossl_op_next: { parameters: ["pointer", "i32", "buffer", "buffer"], result: "i32", nonblocking: true },
  zerossl_op_reply: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  zerossl_op_cancel: { parameters: ["pointer"], result: "void" },
  zerossl_op_result: { parameters: ["pointer", "buffer"], result: "pointer" },
  zerossl_op_free: { parameters: ["pointer"], result: "void" },
});
if (c.zerossl_abi_version() < ABI_VERSION) throw new Error("libzerossl is older than this program");

// deno-lint-ignore no-explicit-any
type Json = any;
type Pointer = Deno.PointerValue;
type OnEvent = (op: Pointer, event: Json) => unknown;
const text = (value: string) => new TextEncoder().encode(value + "\0");
const read = (pointer: Pointer) => JSON.parse(Deno.UnsafePointerView.getCString(pointer!));

/** Its fields are those of docs/errors.md. */
class ZeroSslError extends Error {
  constructor(readonly fields: Json) {
    super(fields.message);
  }
}

/** A place for a pointer that a function writes. */
const place = () => new BigUint64Array(1);
type Place = ReturnType<typeof place>;
const pointerAt = (place: Place) => Deno.UnsafePointer.create(place[0]);

/** Calls a function with a place for the error. */
async function check<T>(call: (error: Place) => T | Promise<T>): Promise<T> {
  const error = place();
  const value = await call(error);
  if (!pointerAt(error)) return value;
  const fields = read(c.zerossl_error_json(pointerAt(error)));
  c.zerossl_error_free(pointerAt(error));
  throw new ZeroSslError(fields);
}

function take(pointer: Pointer): Json {
  const value = read(pointer);
  c.zerossl_string_free(pointer);
  return value;
}

/** Runs an operation on a thread of the library, and pulls its events. */
async function run(client: Pointer, operation: string, request: Json, onEvent: OnEvent): Promise<Json> {
  const op = await check((error) => c.zerossl_op_start(client, text(operation), text(JSON.stringify(request)), error));
  try {
    const event = place();
    for (;;) {
      const found = await check((error) => c.zerossl_op_next(op, 1000, event, error));
      if (found === DONE) return take(await check((error) => c.zerossl_op_result(op, error)));
      if (found === EVENT) await onEvent(op, take(pointerAt(event)));
    }
  } finally {
    c.zerossl_op_free(op);
  }
}

const [domain, folder, directory, preflight = "warn"] = Deno.args;
const client = await check((error) => c.zerossl_client_new(text("{}"), error));
const list = await run(client, "list_certificates", { limit: 10 }, (_, event) => {
  for (const found of event.results ?? []) console.log(found.id, found.status, found.common_name);
});
console.log(list.result_count, "certificates");
try {
  await run(client, "get_certificate", { id: "unknown" }, () => {});
} catch (error) {
  if (!(error instanceof ZeroSslError)) throw error;
  console.log(error.fields.kind, error.fields.api_code, error.message);
}

const request = { domains: [domain], directory, validation: { method: "HTTP_CSR_HASH" }, preflight };
try {
  await run(client, "obtain", request, (op, event) => event.type === "publish" && c.zerossl_op_cancel(op));
} catch (error) {
  if (!(error instanceof ZeroSslError)) throw error;
  console.log(error.message); // the order is kept, and the same call goes on with it
}
const obtained = await run(client, "obtain", request, async (op, event) => {
  if (event.type === "progress") console.log(event.message);
  if (event.type !== "publish" && event.type !== "cleanup") return;
  const path = `${folder}/${event.file}`;
  await (event.type === "publish" ? Deno.writeTextFile(path, event.content) : Deno.remove(path));
  await check((error) => c.zerossl_op_reply(op, text(JSON.stringify({ id: event.id, ok: true })), error));
});
console.log(obtained.outcome, obtained.files.fullchain);
c.zerossl_client_free(client);
