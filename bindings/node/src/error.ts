/** What went wrong with one name: where the service looked, what was expected and found there, and why. */
export interface DomainProblem {
  location: string | null;
  expected: string | null;
  found: string | null;
  reason: string | null;
}

/** The class of each kind of error. */
export type Kinds = Readonly<Record<string, typeof ZeroSslError>>;

/** The base of all errors of this package. Its `message` is one line: the operation, what went wrong, what to do. */
export class ZeroSslError extends Error {
  /** The kind's number; the same in every language. */
  declare readonly code: number;
  /** Which kind of error it is, in one word; the same in every language. */
  declare readonly kind: string;
  /** The operation that failed, by its name in the library; null for settings of a client. */
  declare readonly operation: string | null;
  /** Whether the same call is harmless to repeat later, and may then succeed. */
  declare readonly retryable: boolean;
  /** How long the service asked us to wait, in seconds. */
  declare readonly retryAfter: number | null;
  /** The HTTP status of the answer, if there was one. */
  declare readonly httpStatus: number | null;
  /** The service's own number; not unique, see `apiType`. */
  declare readonly apiCode: number | null;
  /** The service's own word, such as `certificate_not_found`. */
  declare readonly apiType: string | null;
  /** Additional data of the service's error, as it came. */
  declare readonly details: unknown;

  /** @param fields The library's description of the error, with names as in JavaScript. */
  constructor(fields: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    const { message, ...others } = fields;
    super(String(message), options);
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    Object.assign(this, others);
  }
}
