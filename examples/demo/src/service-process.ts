import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FlowReader, type Flow } from './flow.ts';

/** A service and its environment variables. */
export interface ServiceProcessOptions {
  /** Folder name of the example. */
  readonly name: 'embedding-service' | 'query-service' | 'gateway';
  /** Path of its program. @default the built one of the package */
  readonly main?: string;
  readonly env: Environment;
}

/** Environment variables in addition to those of this process; undefined removes one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A line of a service's log. */
export type LogLine = Readonly<Record<string, unknown>>;

interface Events {
  flow: [Flow];
  line: [LogLine];
  /** The process ended unexpectedly. */
  died: [Error];
}

/** Runs an example service in its own process and follows its log. */
export class ServiceProcess {
  readonly events = new EventEmitter<Events>();
  readonly name: ServiceProcessOptions['name'];
  readonly #child: ChildProcess;
  readonly #flows = new FlowReader();
  readonly #exited: Promise<unknown>;
  #stopping = false;
  #lastWords = '';
  #url = '';

  constructor({ name, main = builtMainOf(name), env }: ServiceProcessOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, [main], {
      env: { ...process.env, ...env },
      // The service stops when the IPC channel closes, that is, when this process ends.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C must only reach the demo, which then stops its services in order.
      detached: true,
    });
    const killAtExit = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', killAtExit);
    this.#exited = once(this.#child, 'exit').then(([code]) => {
      process.off('exit', killAtExit);
      this.#ended(code);
    });
  }

  /** URL of its HTTP server, once it has started. */
  get url(): string {
    return this.#url;
  }

  /** False once the process has ended, or is being stopped. */
  get isRunning(): boolean {
    return !this.#stopping && this.#child.exitCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the service consumes, or serves if it is the gateway. Rejects with the end of its output if it ends before. */
  async started(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.events.once('died', reject);
      const last = this.name === 'gateway' ? 'Serving' : 'Consuming';
      this.#listen((line) => line['msg'] === last && resolve());
    });
  }

  /** Stops the service with SIGTERM and waits. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  /** Kills the service as `kill -9` does, and waits. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #listen(onLine: (line: LogLine) => void): void {
    const { stdout, stderr } = this.#child;
    stderr?.on('data', (chunk: Buffer) => this.#keep(chunk.toString()));
    if (!stdout) return;
    createInterface({ input: stdout }).on('line', (text) => {
      const line = parseLine(text);
      if (!line) return this.#keep(text);
      if (Number(line['level']) >= 50) this.#keep(text);
      if (String(line['msg']).startsWith('Serving')) this.#url = String(line['url']);
      onLine(line);
      this.events.emit('line', line);
      const flow = this.#flows.read(line);
      if (flow) this.events.emit('flow', flow);
    });
  }

  #keep(text: string): void {
    this.#lastWords = `${this.#lastWords}${text}\n`.slice(-2_000).toWellFormed();
  }

  #ended(code: unknown): void {
    if (this.#stopping) return;
    const message = `${this.name} exited unexpectedly with code ${String(code)}\n${this.#lastWords}`;
    this.events.emit('died', new Error(message));
  }
}

/** Returns the name of a service and its process. */
export function titleOf({ name, pid }: Pick<ServiceProcess, 'name' | 'pid'>): string {
  return `${name} (process ${pid})`;
}

function builtMainOf(name: ServiceProcessOptions['name']): string {
  return fileURLToPath(new URL('main.js', import.meta.resolve(`@nooble-examples/${name}`)));
}

function parseLine(text: string): LogLine | undefined {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}
