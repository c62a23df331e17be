import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from '../load/program-options.ts';

export type ProgramName =
  | 'producer'
  | 'sequencer'
  | 'bulk-producer'
  | 'faulty-sender'
  | 'worker'
  | 'relay'
  | 'caller'
  | 'requester'
  | 'shard-requester'
  | 'tree-worker'
  | 'tree-caller'
  | 'durable-worker'
  | 'speaker'
  | 'listener'
  | 'mixed-worker'
  | 'mixed-caller'
  | 'recorder';

/** A program in its own process, which can be killed and frozen. */
export class ProgramProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #wasKilled = false;

  constructor(name: ProgramName, options: ProgramOptions) {
    // Built files, because not every supported Node version can run TypeScript.
    const main = fileURLToPath(new URL(`../../dist/programs/${name}.js`, import.meta.url));
    const flags = options.recordsMemory ? ['--expose-gc'] : [];
    this.#child = spawn(process.execPath, [...flags, main, JSON.stringify(options)], {
      // The end of its input ends it together with this process. Detached, so that Ctrl-C does not reach it.
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

  /** Resolves when the process has exited; true if it was killed. */
  async ended(): Promise<boolean> {
    await this.#exited;
    return this.#wasKilled;
  }

  /** Sends SIGKILL, which also ends a frozen process, and waits for the exit. */
  async kill(): Promise<void> {
    this.abandon();
    await this.#exited;
  }

  /** Sends SIGKILL without waiting. */
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
