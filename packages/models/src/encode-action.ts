import { InvalidActionError, quoted } from '@nooble/errors';
import type { DomainAction, Writable } from './domain-action.ts';
import { checkEnvelope } from './envelope-check.ts';
import { toEnvelope } from './envelope.ts';
import { markSealed, sealedOf } from './sealed.ts';

/**
 * Returns a validated, frozen copy of an action that is already serialized to JSON; later changes to its data have no
 * effect. Returns a sealed action unchanged. Throws InvalidActionError if its receiver could not decode it.
 */
export function sealAction<Data>(given: DomainAction<Data>): DomainAction<Data> {
  return sealedOf(given) ? given : seal(given);
}

/** Returns a sealed copy with some fields replaced and the data as originally sealed. Throws InvalidActionError. */
export function reviseAction<Data>(
  action: DomainAction<Data>,
  fields: Partial<Omit<DomainAction, 'data'>>,
): DomainAction<Data> {
  return seal(copyOf(action, fields), sealedOf(action)?.data);
}

/** Returns the action as wire JSON: UTF-8, snake_case, missing values omitted. Throws InvalidActionError. */
export function encodeAction(action: DomainAction): string {
  return sealedOf(action)?.text ?? textOf(toEnvelope(action), jsonOf(action.data, 'data'));
}

function seal<Data>(given: DomainAction<Data>, dataText?: string): DomainAction<Data> {
  try {
    const action = plainCopy(given);
    const envelope = toEnvelope(action);
    checkEnvelope(envelope);
    const data = dataText ?? jsonOf(action.data, 'data');
    markSealed(action, { text: textOf(envelope, data), data });
    return Object.freeze(action);
  } catch (cause) {
    if (cause instanceof InvalidActionError) throw cause;
    // One of its fields has a throwing getter, or is a Proxy.
    throw new InvalidActionError({ reason: `${quoted(given)} cannot be read as one`, cause });
  }
}

/** Replaces fields that hold objects by their JSON round trip, so that the validated value is the one that is sent. */
function plainCopy<Data>(given: DomainAction<Data>): DomainAction<Data> {
  const copy = copyOf(given);
  copy.metadata = plain(copy.metadata, 'metadata');
  if (copy.executionContext !== undefined)
    copy.executionContext = plain(copy.executionContext, 'executionContext');
  if (copy.extensions !== undefined) copy.extensions = plain(copy.extensions, 'extensions');
  return copy;
}

/**
 * V8 creates a hidden class per object when a literal begins with a spread and properties follow, or the object is frozen.
 * They are garbage of the old generation: scavenges of a sender then take ten times as long.
 */
function copyOf<Data>(
  given: Omit<DomainAction<Data>, 'v'>,
  changes?: Partial<DomainAction>,
): Writable<DomainAction<Data>> {
  return { v: undefined as never, ...given, ...changes } as DomainAction<Data>;
}

function plain<T>(value: T, what: string): T {
  return typeof value === 'object' && value !== null
    ? (JSON.parse(jsonOf(value, what)) as T)
    : value;
}

/** JSON.stringify returns undefined for functions, symbols and a `toJSON` that returns undefined: refuse these. */
function jsonOf(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new InvalidActionError({ reason: `its ${what} cannot be written as JSON`, cause });
  }
  if (text !== undefined) return text;
  const reason = `its ${what} is ${quoted(value)}, which JSON cannot represent; use null for an empty value`;
  throw new InvalidActionError({ reason });
}

/** Empties the data of the envelope, which is written already. */
function textOf(envelope: { data: unknown }, data: string): string {
  envelope.data = undefined;
  const rest = jsonOf(envelope, 'envelope');
  return `${rest.slice(0, -1)},"data":${data}}`;
}
