import { ActorProcess } from './actor-process.ts';
import type { SystemName } from './systems/system.ts';

/** The processes of all systems under test: the same number for each, started on first use. */
export class Crew {
  readonly #actors = new Map<string, ActorProcess>();
  readonly #profileFolder: string | undefined;
  readonly #signal: AbortSignal;

  /** With a profile folder, each process writes a CPU profile there when it ends. */
  constructor({ profile, signal }: { profile: string | undefined; signal: AbortSignal }) {
    this.#profileFolder = profile;
    this.#signal = signal;
  }

  /** Returns the process that sends jobs and awaits results. */
  producer(system: SystemName): ActorProcess {
    return this.#actor(system, 'producer');
  }

  /** Returns the worker process with the given number, starting at 0. */
  worker(system: SystemName, number = 0): ActorProcess {
    return this.#actor(system, `worker-${number}`);
  }

  /** Ends all processes; new ones are started on the next use. */
  async end(): Promise<void> {
    const actors = [...this.#actors.values()];
    this.#actors.clear();
    await Promise.all(actors.map(async (actor) => actor.end()));
  }

  #actor(system: SystemName, role: string): ActorProcess {
    const key = `${system} ${role}`;
    let actor = this.#actors.get(key);
    if (!actor) {
      // Otherwise a sample interrupted before its first process would start them all.
      this.#signal.throwIfAborted();
      actor = new ActorProcess({ system, role, profileFolder: this.#profileFolder });
      this.#actors.set(key, actor);
    }
    return actor;
  }
}
