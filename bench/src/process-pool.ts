import { SystemProcess } from './system-process.ts';
import type { SideName } from './systems/systems.ts';

/** The processes of all systems under test: the same number for each, started on first use. */
export class ProcessPool {
  readonly #processes = new Map<string, SystemProcess>();
  readonly #profileFolder: string | undefined;
  readonly #signal: AbortSignal;

  /** With a profile folder, each process writes a CPU profile there when it ends. */
  constructor({ profile, signal }: { profile: string | undefined; signal: AbortSignal }) {
    this.#profileFolder = profile;
    this.#signal = signal;
  }

  /** Returns the process that sends jobs and awaits results. */
  producer(system: SideName): SystemProcess {
    return this.#process(system, 'producer');
  }

  /** Returns the worker process with the given number, starting at 0. */
  worker(system: SideName, number = 0): SystemProcess {
    return this.#process(system, `worker-${number}`);
  }

  /** Ends all processes; new ones are started on the next use. */
  async end(): Promise<void> {
    const processes = [...this.#processes.values()];
    this.#processes.clear();
    await Promise.all(processes.map(async (each) => each.end()));
  }

  #process(system: SideName, role: string): SystemProcess {
    const key = `${system} ${role}`;
    let found = this.#processes.get(key);
    if (!found) {
      // Otherwise a sample interrupted before its first process would start them all.
      this.#signal.throwIfAborted();
      found = new SystemProcess({ system, role, profileFolder: this.#profileFolder });
      this.#processes.set(key, found);
    }
    return found;
  }
}
