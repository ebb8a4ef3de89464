import type { Challenge, ProgressEvent } from "./events.js";

/** How a call is watched and ended. */
export interface CallOptions {
  /** Ends the call, also in the middle of a request: with a {@link CancelledError} whose `cause` is its reason. */
  signal?: AbortSignal | null | undefined;
  /** Called with each event of progress, and each warning. What it throws ends the call. */
  onEvent?: ((event: ProgressEvent) => void) | null | undefined;
}

/** How an operation is watched and ended that may ask for something to be published. */
export interface ObtainOptions extends CallOptions {
  /**
   * Called with what has to be published, if `validation` names no other way; it has to be in place when the
   * promise is fulfilled. What it throws is the `cause` of the {@link ValidationError} that ends the call.
   */
  publish?: ((challenge: Challenge) => void | Promise<void>) | null | undefined;
  /** Called with what is needed no more. Without it, all stays in place. */
  cleanup?: ((challenge: Challenge) => void | Promise<void>) | null | undefined;
}
