import { defineScript, type RedisScript, type ScriptCall } from '@nooble/redis';
import { SCRIPTS } from '../generated/scripts.ts';
import { domainRoot, keysOf, type KeyRef, type PartitionName } from './keys.ts';

/** Name of a script in `lua/` that works on a domain. `reply` works on an inbox. */
export type Verb = Exclude<keyof typeof SCRIPTS, 'reply'>;

const scripts = new Map<string, RedisScript>(
  Object.entries(SCRIPTS).map(([name, { lua }]) => [name, defineScript({ name, lua })]),
);

/** Returns the script of a name. Throws RangeError. */
export function scriptOf(name: keyof typeof SCRIPTS): RedisScript {
  const script = scripts.get(name);
  if (!script) throw new RangeError(`Unknown script "${name}"`);
  return script;
}

/** The keys of one domain, or of one partition of it, ready for calls. */
export class Keyspace {
  readonly domain: string;
  /** Domain and partition, if there are several, for messages. */
  readonly title: string;
  /** `<count>.<index>` of the partition, or '' if there is one. */
  readonly partitionName: string;
  /** Key of the list that idle workers block on. */
  readonly wakeKey: string;
  readonly #root: string;
  readonly #keys = new Map<Verb, readonly string[]>();

  /** Both names must have been checked. */
  constructor(prefix: string, domain: string, partition?: PartitionName) {
    this.domain = domain;
    const which = partition && ` (partition ${partition.index + 1} of ${partition.of})`;
    this.title = `domain "${domain}"${which ?? ''}`;
    this.partitionName = partition ? `${partition.of}.${partition.index}` : '';
    this.#root = domainRoot(prefix, domain, partition);
    this.wakeKey = keysOf(this.#root, ['wake'])[0] ?? '';
  }

  /** Returns the list of words for a process. */
  wordsKey(process: string): string {
    return `${keysOf(this.#root, ['words'])[0]}${process}`;
  }

  /** Returns the directory of child actions of an action. Its id must have been checked. */
  childrenKey(actionId: string): string {
    return `${keysOf(this.#root, ['children'])[0]}${actionId}`;
  }

  /** Key of the sorted set of undelivered callbacks and replies. */
  get outboxKey(): string {
    return keysOf(this.#root, ['outbox'])[0] ?? '';
  }

  call(verb: Verb, args: readonly (string | number)[]): ScriptCall {
    let keys = this.#keys.get(verb);
    if (!keys)
      this.#keys.set(verb, (keys = keysOf(this.#root, SCRIPTS[verb].keys as readonly KeyRef[])));
    return { script: scriptOf(verb), keys, args };
  }
}
