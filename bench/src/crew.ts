import { ActorProcess } from './actor-process.ts';
import type { SystemName } from './systems/system.ts';

/** The processes of every system under test: the same number of each, started when first needed. */
export class Crew {
  readonly #actors = new Map<string, ActorProcess>();
  readonly #profileFolder: string | undefined;

  /** With a folder, each process writes a CPU profile there when it ends. */
  constructor(profileFolder?: string) {
    this.#profileFolder = profileFolder;
  }

  /** The process that sends, and awaits results. */
  producer(system: SystemName): ActorProcess {
    return this.#actor(system, 'producer');
  }

  /** The worker process of a number, from 0 up. */
  worker(system: SystemName, number = 0): ActorProcess {
    return this.#actor(system, `worker-${number}`);
  }

  /** Ends all of them; the next one asked for is a new one. */
  async end(): Promise<void> {
    const actors = [...this.#actors.values()];
    this.#actors.clear();
    await Promise.all(actors.map(async (actor) => actor.end()));
  }

  #actor(system: SystemName, role: string): ActorProcess {
    const key = `${system} ${role}`;
    let actor = this.#actors.get(key);
    if (!actor) {
      actor = new ActorProcess({ system, role, profileFolder: this.#profileFolder });
      this.#actors.set(key, actor);
    }
    return actor;
  }
}
