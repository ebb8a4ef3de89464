// A tour of libzerossl with Bun's FFI.
//
//     export ZEROSSL_ACCESS_KEY=...
//     bun tour.bun.ts example.com /var/www/html/.well-known/pki-validation certificates
import { CString, dlopen, type Pointer } from "bun:ffi";

const ABI_VERSION = 0; // of the zerossl.h that this was written for
const [DONE, EVENT] = [0, 1];

const { symbols: c } = dlopen(process.env["ZEROSSL_LIBRARY"] ?? "libzerossl.so.0", {
  zerossl_abi_version: { args: [], returns: "i32" },
  zerossl_string_free: { args: ["ptr"], returns: "void" },
  zerossl_error_json: { args: ["ptr"], returns: "ptr" },
  zerossl_error_free: { args: ["ptr"], returns: "void" },
  zerossl_client_new: { args: ["ptr", "ptr"], returns: "ptr" },
  zerossl_client_free: { args: ["ptr"], returns: "void" },
  zerossl_op_start: { args: ["ptr", "ptr", "ptr", "ptr"], returns: "ptr" },
  zerossl_op_next: { args: ["ptr", "i32", "ptr", "ptr"], returns: "i32" },
  zerossl_op_reply: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  zerossl_op_cancel: { args: ["ptr"], returns: "void" },
  zerossl_op_result: { args: ["ptr", "ptr"], returns: "ptr" },
  zerossl_op_free: { args: ["ptr"], returns: "void" },
});
if (c.zerossl_abi_version() < ABI_VERSION) throw new Error("libzerossl is older than this program");

type Json = any;
type OnEvent = (op: Pointer | null, event: Json) => unknown;
const text = (value: string) => Buffer.from(`${value}\0`);
const read = (pointer: Pointer | null): Json => JSON.parse(new CString(pointer!).toString());

/** A place for a pointer that a function writes. */
const place = () => new BigUint64Array(1);
const pointerAt = (place: BigUint64Array) => Number(place[0]) as Pointer;

/** Its fields are those of docs/errors.md. */
class ZeroSslError extends Error {
  constructor(readonly fields: Json) {
    super(fields.message);
  }
}

/** Calls a function with a place for the error. */
function check<T>(call: (error: BigUint64Array) => T): T {
  const error = place();
  const value = call(error);
  if (!pointerAt(error)) return value;
  const fields = read(c.zerossl_error_json(pointerAt(error)));
  c.zerossl_error_free(pointerAt(error));
  throw new ZeroSslError(fields);
}

function take(pointer: Pointer | null): Json {
  const value = read(pointer);
  c.zerossl_string_free(pointer);
  return value;
}

/** Runs an operation on a thread of the library, and pulls its events between other work of this thread. */
async function run(client: Pointer | null, operation: string, request: Json, onEvent: OnEvent): Promise<Json> {
  const op = check((error) => c.zerossl_op_start(client, text(operation), text(JSON.stringify(request)), error));
  try {
    const event = place();
    for (;;) {
      const found = check((error) => c.zerossl_op_next(op, 0, event, error));
      if (found === DONE) return take(check((error) => c.zerossl_op_result(op, error)));
      await (found === EVENT ? onEvent(op, take(pointerAt(event))) : Bun.sleep(20));
    }
  } finally {
    c.zerossl_op_free(op);
  }
}

const [domain, folder, directory, preflight = "warn"] = process.argv.slice(2);
const client = check((error) => c.zerossl_client_new(text("{}"), error));
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
  const file = Bun.file(`${folder}/${event.file}`);
  await (event.type === "publish" ? file.write(event.content) : file.delete());
  check((error) => c.zerossl_op_reply(op, text(JSON.stringify({ id: event.id, ok: true })), error));
});
console.log(obtained.outcome, obtained.files.fullchain);
c.zerossl_client_free(client);
