import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { ProgramUser } from './run-program.ts';

/** A server that accepts commands. */
export interface RunningServer {
  /** Stops the server and waits until it has exited. */
  stop(): Promise<void>;
  /** Kills the server without a clean shutdown. */
  kill(): Promise<void>;
  /** Kills the server without waiting, when this process exits. */
  abandon(): void;
}

/** Command that starts a server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Its working folder. @default that of this process */
  readonly cwd?: string | undefined;
  /** The user that runs it; only root may choose another. @default the user of this process */
  readonly user?: ProgramUser | undefined;
  readonly port: number;
  /** Returns true once the server accepts commands. Called until it does. */
  readonly isReady: (port: number) => Promise<boolean>;
  /** Maximum time until the server is ready (ms). */
  readonly startMs: number;
  /** Signal that stops the server cleanly. @default 'SIGTERM' */
  readonly stopSignal?: NodeJS.Signals;
}

/** Starts the program and waits until it is ready. Throws an Error with the end of its output if it is not in time. */
export async function runServer(server: ServerCommand): Promise<RunningServer> {
  const child = spawn(server.command, server.args, {
    env: { ...process.env, ...server.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: server.cwd,
    ...server.user,
    // Ctrl-C must not reach the server: this process still needs it while shutting down.
    detached: true,
  });
  const words = lastWords(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    await untilAnswering(child, server);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`Cannot start "${server.command}": ${(error as Error).message}\n${words()}`, {
      cause: error,
    });
  }
  return {
    async stop() {
      child.kill(server.stopSignal ?? 'SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(late);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    abandon: () => void child.kill('SIGKILL'),
  };
}

async function untilAnswering(
  child: ChildProcess,
  { port, startMs, isReady }: ServerCommand,
): Promise<void> {
  const failed = once(child, 'error').then(([error]) => {
    throw error as Error;
  });
  failed.catch(() => undefined);
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it exited with code ${child.exitCode}`);
    if (await Promise.race([isReady(port), failed])) return;
    await Promise.race([wait(10), failed]);
  }
  throw new Error(`it did not reply on port ${port} within ${startMs} ms`);
}

function lastWords(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-2_000).toWellFormed();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text.trim();
}
