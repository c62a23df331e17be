import { InvalidActionError, quoted } from '@nooble/errors';
import type { DomainAction } from './domain-action.ts';
import { checkEnvelope, toEnvelope } from './envelope.ts';

/** Serialized form of a sealed action. */
interface Sealed {
  readonly text: string;
  /** JSON of its data, reused by revised copies. */
  readonly data: string;
}

/** Serialized once, when the action is validated, so that later changes to its objects are never sent. */
const sealed = new WeakMap<DomainAction, Sealed>();

/**
 * Returns a validated, frozen copy of an action that is already serialized to JSON; later changes to its data have no
 * effect. Returns a sealed action unchanged. Throws InvalidActionError if its receiver could not decode it.
 */
export function sealAction<Data>(given: DomainAction<Data>): DomainAction<Data> {
  return sealed.has(given) ? given : seal(given);
}

/** Returns a sealed copy with some fields replaced and the data as originally sealed. Throws InvalidActionError. */
export function reviseAction<Data>(
  action: DomainAction<Data>,
  fields: Partial<Omit<DomainAction, 'data'>>,
): DomainAction<Data> {
  return seal({ ...action, ...fields }, sealed.get(action)?.data);
}

/** Returns the action as wire JSON: UTF-8, snake_case, missing values omitted. Throws InvalidActionError. */
export function encodeAction(action: DomainAction): string {
  return sealed.get(action)?.text ?? textOf(action, jsonOf(action.data, 'data'));
}

function seal<Data>(given: DomainAction<Data>, dataText?: string): DomainAction<Data> {
  try {
    const action = plainCopy(given);
    checkEnvelope(toEnvelope(action));
    const data = dataText ?? jsonOf(action.data, 'data');
    sealed.set(action, { text: textOf(action, data), data });
    return Object.freeze(action);
  } catch (cause) {
    if (cause instanceof InvalidActionError) throw cause;
    // One of its fields has a throwing getter, or is a Proxy.
    throw new InvalidActionError({ reason: `${quoted(given)} cannot be read as one`, cause });
  }
}

/** Replaces fields that hold objects by their JSON round trip, so that the validated value is the one that is sent. */
function plainCopy<Data>(given: DomainAction<Data>): DomainAction<Data> {
  const { metadata, executionContext: context, extensions, ...fields } = given;
  return {
    ...fields,
    metadata: plain(metadata, 'metadata'),
    ...(context !== undefined && { executionContext: plain(context, 'executionContext') }),
    ...(extensions !== undefined && { extensions: plain(extensions, 'extensions') }),
  };
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

function textOf(action: DomainAction, data: string): string {
  const rest = jsonOf({ ...toEnvelope(action), data: undefined }, 'envelope');
  return `${rest.slice(0, -1)},"data":${data}}`;
}
