import { inspect } from "node:util";

/** What the reader has to know about an object in an answer. The names are the library's. */
export interface Shape {
  readonly fields: readonly string[];
  /** The fields with objects, lists of them, or maps with them. */
  readonly inside?: Readonly<Record<string, Shape | MapOf>>;
  /** The fields that are bytes in base64. */
  readonly bytes?: readonly string[];
  /** The fields that are not shown when the object is printed. */
  readonly secrets?: readonly string[];
}

interface MapOf {
  readonly values: Shape;
}

/** A map whose keys are names, such as domains, and are left as they are. */
export function mapOf(values: Shape): MapOf {
  return { values };
}

/** `validity_days` as `validityDays`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `validityDays` as `validity_days`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** An answer with the names of JavaScript. Fields that the shape does not know stay as they came. */
export function read(value: unknown, shape: Shape | MapOf): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => read(item, shape));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const members = Object.entries(value);
  if ("values" in shape) {
    return Object.fromEntries(members.map(([name, item]) => [name, read(item, shape.values)]));
  }
  const object = Object.fromEntries(
    members.map(([name, item]) => (shape.fields.includes(name) ? [camel(name), field(name, item, shape)] : [name, item])),
  );
  if (shape.secrets) {
    hide(object, shape.secrets.map(camel));
  }
  return object;
}

function field(name: string, value: unknown, shape: Shape): unknown {
  if (shape.bytes?.includes(name)) {
    return new Uint8Array(Buffer.from(String(value), "base64"));
  }
  const inside = shape.inside?.[name];
  return inside ? read(value, inside) : value;
}

/** Keeps secrets out of what `console.log` prints. */
function hide(object: Record<string, unknown>, secrets: readonly string[]): void {
  const shown = (): unknown => {
    const hidden = secrets.filter((name) => object[name] != null).map((name) => [name, "[hidden]"]);
    return { ...object, ...Object.fromEntries(hidden) };
  };
  Object.defineProperty(object, inspect.custom, { value: shown });
}

/** What the caller gives, as the library's JSON: its names, and nothing for null and undefined. */
export function written(given: object): string {
  return JSON.stringify(renamed(given));
}

function renamed(given: object): object {
  const members = Object.entries(given as Record<string, unknown>).filter(([, value]) => value != null);
  return Object.fromEntries(
    members.map(([name, value]) => {
      const isSubject = name === "subject" && typeof value === "object" && value !== null;
      return [snake(name), isSubject ? renamed(value) : value];
    }),
  );
}
