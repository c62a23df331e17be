import { InvalidActionError, quoted } from '@nooble/errors';
import type { DomainAction } from './domain-action.ts';
import { checkEnvelope, toEnvelope } from './envelope.ts';

/** What a sealed action is sent as. */
interface Sealed {
  readonly text: string;
  /** Its data alone, for an action that is derived from it. */
  readonly data: string;
}

/** Texts are made once, so that what was checked is what is sent, whatever becomes of the objects behind it. */
const sealed = new WeakMap<DomainAction, Sealed>();

/**
 * A checked, frozen copy of an action, already written as JSON: changing its data afterwards changes nothing that is
 * sent. A sealed action is returned as it is. Throws InvalidActionError for what its receiver could not decode.
 */
export function sealAction<Data>(given: DomainAction<Data>): DomainAction<Data> {
  return sealed.has(given) ? given : seal(given);
}

/** A sealed copy with some fields replaced; its data is sent as it was sealed. Throws InvalidActionError. */
export function reviseAction<Data>(
  action: DomainAction<Data>,
  fields: Partial<Omit<DomainAction, 'data'>>,
): DomainAction<Data> {
  return seal({ ...action, ...fields }, sealed.get(action)?.data);
}

/** The action as wire JSON: UTF-8, snake_case, absent rather than null. Throws InvalidActionError. */
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
    // A getter or a Proxy among its fields.
    throw new InvalidActionError({ reason: `${quoted(given)} cannot be read as one`, cause });
  }
}

/** Fields that hold objects are replaced by what JSON carries of them, which is then what is checked. */
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

/** Functions, symbols and whatever a `toJSON` makes undefined have no JSON: they would be left out without a word. */
function jsonOf(value: unknown, what: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new InvalidActionError({ reason: `its ${what} cannot be written as JSON`, cause });
  }
  if (text !== undefined) return text;
  const reason = `its ${what} is ${quoted(value)}, which JSON cannot carry; use null for nothing`;
  throw new InvalidActionError({ reason });
}

function textOf(action: DomainAction, data: string): string {
  const rest = jsonOf({ ...toEnvelope(action), data: undefined }, 'envelope');
  return `${rest.slice(0, -1)},"data":${data}}`;
}
