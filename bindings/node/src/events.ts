import type { Certificate } from "./answers.js";
import { read } from "./reading.js";
import type { Shape } from "./reading.js";
import * as shapes from "./shapes.js";

/** What all events have. Members that do not apply are absent; types that are new may come. */
interface AnyEvent {
  /** One line of English, without any key. */
  message: string;
}

/** A step was taken, or something needs attention although the work continues. */
export interface ProgressEvent extends AnyEvent {
  type: "progress" | "warning";
  /** Where the work is: key, order, publish, preflight, verify, wait, download, install, deploy, done. */
  stage?: string;
  /** The entry's name. */
  entry?: string;
  /** The name that it is about. */
  domain?: string;
  /** The URL or the record's name that is published. */
  location?: string;
  /** The certificate's or the order's id. */
  id?: string;
  /** The number of the request to the service to validate, from 1. */
  attempt?: number;
  /** Seconds until the next poll of the order. */
  nextPoll?: number;
  /** Where the library's own web server listens. */
  address?: string;
  port?: number;
  /** The preflight check's result: what, where, expected, found, advice. */
  finding?: Record<string, unknown>;
  /** The folder with the current files. */
  path?: string;
  /** What came of it; only at the end. */
  outcome?: string;
}

/** Requests, answers and the reasons for pauses; for developers. */
export interface LogEvent extends AnyEvent {
  type: "log";
}

/** A page of a list; only from `start("listCertificates", ...)`. */
export interface PageEvent extends AnyEvent {
  type: "page";
  page: number;
  totalCount: number | null;
  /** The certificates that no earlier page had. */
  results: Certificate[];
}

/** A file that proves control of a name: at `url`, with status 200 and exactly this content. */
export interface FileChallenge {
  domain: string;
  method: "HTTP_CSR_HASH" | "HTTPS_CSR_HASH";
  /** From where the service fetches it. */
  url: string;
  /** The file's name: the last part of the URL. */
  file: string;
  /** Its lines, joined by newlines, without one at the end. */
  content: string;
}

/** A CNAME record that proves control of a name. */
export interface RecordChallenge {
  domain: string;
  method: "CNAME_CSR_HASH";
  /** The record's name, without a dot at the end. */
  name: string;
  /** Where it points to, with a dot at the end. */
  target: string;
}

/** What has to be published; `method` says which of the two. */
export type Challenge = FileChallenge | RecordChallenge;

/** The caller is asked to publish something or to remove it; the operation waits for {@link Op.reply}. */
export type QuestionEvent = AnyEvent & { type: "publish" | "cleanup"; id: number; entry: string } & Challenge;

/** An event of an op. */
export type Event = ProgressEvent | LogEvent | PageEvent | QuestionEvent;

const EVENT: Shape = {
  fields: ["next_poll", "total_count", "results"],
  inside: { results: shapes.Certificate },
};

export function readEvent(json: string): Event {
  return read(JSON.parse(json), EVENT) as Event;
}
