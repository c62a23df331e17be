import type { DomainAction } from './domain-action.ts';

/** Serialized form of a sealed action. */
export interface Sealed {
  readonly text: string;
  /** JSON of its data, reused by revised copies. */
  readonly data: string;
}

/** A constructor that returns the object it is given: a subclass adds its private fields to that object. */
const Existing = function (existing: object) {
  return existing;
} as unknown as new (existing: object) => object;

/**
 * A private field of the action that holds its serialized form: invisible, not copied by a spread, and not forgeable. A
 * WeakMap would keep each action alive until the next full garbage collection, which doubles the CPU time of a sender.
 */
class SealedField extends Existing {
  readonly #sealed: Sealed;

  constructor(action: object, sealed: Sealed) {
    super(action);
    this.#sealed = sealed;
  }

  static read(action: object): Sealed | undefined {
    return #sealed in action ? action.#sealed : undefined;
  }
}

/** Attaches the serialized form to an action. An action is sealed at most once. */
export function markSealed(action: DomainAction, sealed: Sealed): void {
  void new SealedField(action, sealed);
}

/** Returns the serialized form of a sealed action; undefined for anything else. */
export function sealedOf(action: unknown): Sealed | undefined {
  return typeof action === 'object' && action !== null ? SealedField.read(action) : undefined;
}
