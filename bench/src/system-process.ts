import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Message, CommandName, Commands } from './commands.ts';
import type { SideName } from './systems/systems.ts';

/** Timeout of a command (ms). */
const DEADLINE_MS = 60_000;
/** Time for a process to exit on its own, so that a profiler can write its profile (ms). */
const END_MS = 2_000;

interface Call {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface ProcessOptions {
  readonly system: SideName;
  /** Role, used in file names. */
  readonly role: string;
  /** Folder for a CPU profile, written when the process ends; undefined for no profile. */
  readonly profileFolder: string | undefined;
}

/** A producer, worker or caller of one system in its own process. Pending commands reject when it ends. */
export class SystemProcess {
  /** Number of jobs that its worker has started. */
  readonly progress = new EventEmitter<{ done: [number] }>();
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, Call>();
  readonly #exited: Promise<unknown>;
  #lastId = 0;

  readonly #system: SideName;

  constructor({ system, role, profileFolder }: ProcessOptions) {
    this.#system = system;
    const name = `${system}-${role}.cpuprofile`;
    const profile = profileFolder
      ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}`]
      : [];
    // Built files, because not every supported Node version can run TypeScript.
    const main = fileURLToPath(new URL('../dist/process/main.js', import.meta.url));
    this.#child = fork(main, [system], {
      serialization: 'advanced',
      execArgv: ['--expose-gc', ...profile],
      // Peers print warnings about versions and settings.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#exited = once(this.#child, 'exit').then(() => this.#ended());
    this.#child.on('message', (message: Message) => this.#receive(message));
  }

  /** Runs a command. Rejects with the error of the process, or after a minute without an answer. */
  async ask<V extends CommandName>(
    command: V,
    input: Commands[V]['input'],
  ): Promise<Commands[V]['answer']> {
    if (!this.#child.connected) throw new Error(`The ${this.#system} process has ended`);
    const id = (this.#lastId += 1);
    const answer = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.#child.send({ id, command, input });
    const late = setTimeout(() => this.#late(id, command), DEADLINE_MS);
    try {
      return (await answer) as Commands[V]['answer'];
    } finally {
      clearTimeout(late);
    }
  }

  /** Ends the process immediately; its unfinished work is discarded with the sample. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#exited;
    clearTimeout(late);
  }

  #receive(message: Message): void {
    if (message.kind === 'progress') {
      this.progress.emit('done', message.done);
      return;
    }
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.kind === 'answer') call?.resolve(message.answer);
    else call?.reject(new Error(`${this.#system}: ${message.message}`));
  }

  #late(id: number, command: CommandName): void {
    const reason = `no answer to "${command}" within ${DEADLINE_MS / 1000} s`;
    this.#receive({ kind: 'failed', id, message: reason });
  }

  #ended(): void {
    for (const { reject } of this.#calls.values()) {
      reject(new Error(`The ${this.#system} process has ended`));
    }
    this.#calls.clear();
  }
}
