import { defineScript, type RedisScript, type ScriptCall } from '@nooble/redis';
import { SCRIPTS } from '../generated/scripts.ts';
import { domainRoot, keysOf, type PartitionName } from './keys.ts';

/** A verb of the protocol: a script in `lua/`. `reply` works on an inbox, not on a domain. */
export type Verb = Exclude<keyof typeof SCRIPTS, 'reply'>;

const scripts = new Map<string, RedisScript>(
  Object.entries(SCRIPTS).map(([name, { lua }]) => [name, defineScript({ name, lua })]),
);

/** The script of a verb. */
export function scriptOf(name: keyof typeof SCRIPTS): RedisScript {
  const script = scripts.get(name);
  if (!script) throw new RangeError(`Unknown script "${name}"`);
  return script;
}

/** The keys of one domain, or of one partition of it, ready for calls. */
export class Keyspace {
  readonly domain: string;
  /** For messages: the domain and, where there are several, which partition. */
  readonly title: string;
  /** The list that idle workers block on. */
  readonly wakeKey: string;
  readonly #root: string;
  readonly #keys = new Map<Verb, readonly string[]>();

  /** Both names must be checked before. */
  constructor(prefix: string, domain: string, partition?: PartitionName) {
    this.domain = domain;
    const which = partition && ` (partition ${partition.index + 1} of ${partition.of})`;
    this.title = `domain "${domain}"${which ?? ''}`;
    this.#root = domainRoot(prefix, domain, partition);
    this.wakeKey = keysOf(this.#root, ['wake'])[0] ?? '';
  }

  call(verb: Verb, args: readonly (string | number)[]): ScriptCall {
    let keys = this.#keys.get(verb);
    if (!keys) this.#keys.set(verb, (keys = keysOf(this.#root, SCRIPTS[verb].keys)));
    return { script: scriptOf(verb), keys, args };
  }
}
