/**
 * ZeroSSL's REST API and certificates. Unofficial.
 *
 * @module
 */

export type * from "./answers.js";
export { Client } from "./client.js";
export { ZeroSslError } from "./error.js";
export type { DomainProblem } from "./error.js";
export {
  AmbiguousError,
  ApiError,
  AuthError,
  BusyError,
  CancelledError,
  ForkedError,
  InternalError,
  InvalidArgumentError,
  NetworkError,
  NotReadyError,
  RateLimitedError,
  ResourceError,
  ResponseError,
  StorageError,
  TimeoutError,
  TlsError,
  ValidationError,
} from "./errors.js";
export type {
  Challenge,
  Event,
  FileChallenge,
  LogEvent,
  PageEvent,
  ProgressEvent,
  QuestionEvent,
  RecordChallenge,
} from "./events.js";
export type { Op } from "./op.js";
export type { Operations } from "./operations.js";
export type { CallOptions, ObtainOptions } from "./options.js";
export type * from "./requests.js";
export { VERSION } from "./version.js";
