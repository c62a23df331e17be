import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Orders } from './actors/orders.ts';

export type ActorName =
  'producer' | 'bulk-producer' | 'nuisance' | 'worker' | 'caller' | 'asker' | 'shard-asker';

/** An actor as a process of its own, to be killed. */
export class ActorProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #wasKilled = false;

  constructor(name: ActorName, orders: Orders) {
    // Built files: a process cannot be started from TypeScript on every Node we support.
    const main = fileURLToPath(new URL(`../dist/actors/${name}.js`, import.meta.url));
    const flags = orders.measuresMemory ? ['--expose-gc'] : [];
    this.#child = spawn(process.execPath, [...flags, main, JSON.stringify(orders)], {
      // It ends with us, by the end of its input; Ctrl-C is not for it.
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    this.#exited = once(this.#child, 'exit').then(([, signal]) => {
      this.#wasKilled = signal === 'SIGKILL';
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it has ended; whether it was killed. */
  async ended(): Promise<boolean> {
    await this.#exited;
    return this.#wasKilled;
  }

  /** `kill -9`, also while it is stopped. */
  async kill(): Promise<void> {
    this.abandon();
    await this.#exited;
  }

  /** As `kill`, without waiting. */
  abandon(): void {
    this.#child.kill('SIGKILL');
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }
}
