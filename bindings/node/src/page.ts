import type { CertificateList } from "./answers.js";
import type { ZeroSslError } from "./error.js";
import { checked, failure, native, taken } from "./library.js";
import type { Pointer } from "./library.js";
import { blamed } from "./op.js";
import { read, written } from "./reading.js";
import type { ListCertificatesRequest } from "./requests.js";
import { CertificateList as SHAPE } from "./shapes.js";

/** The call before this one. */
let last: Promise<unknown> = Promise.resolve();

/**
 * One page of certificates: the one call that cannot be an op, since as an op it gives all pages.
 *
 * It holds a thread of libuv while it waits. So there is one such call at a time, and the other threads stay free.
 */
export function page(
  client: Pointer,
  request: ListCertificatesRequest,
  signal: AbortSignal | null | undefined,
): Promise<CertificateList> {
  const token = native().cancelTokenNew();
  if (token === null) {
    throw failure({ kind: "resource", code: -16, message: "there is no memory for a token", retryable: true });
  }
  const cancel = (): void => {
    native().cancelTokenCancel(token);
  };
  const cancellable = checked((error) => native().clientWithCancel(client, token, error));
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) {
    cancel();
  }
  const called = last.then(() => inThread(cancellable, written(request)));
  last = called
    .catch(() => undefined)
    .finally(() => {
      signal?.removeEventListener("abort", cancel);
      native().clientFree(cancellable);
      native().cancelTokenFree(token);
    });
  return called.catch((error: unknown) => {
    throw blamed(error as ZeroSslError, signal);
  });
}

function inThread(client: Pointer, request: string): Promise<CertificateList> {
  return new Promise((resolve, reject) => {
    const place: [Pointer | null] = [null];
    native().call.async(client, "list_certificates", request, place, (problem, answer) => {
      if (place[0] !== null) {
        reject(taken(place[0]));
      } else if (answer === null) {
        reject(problem as Error);
      } else {
        resolve(read(JSON.parse(answer), SHAPE) as CertificateList);
      }
    });
  });
}
