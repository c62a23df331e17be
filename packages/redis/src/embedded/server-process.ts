import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer } from './launcher.ts';
import { answersPing } from './port.ts';

/** Command that starts a server. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly port: number;
  /** Maximum time until the server replies (ms). */
  readonly startMs: number;
}

/** Starts the program and waits until it replies to PING. Throws an Error with the end of its output if it does not. */
export async function runServer(server: ServerCommand): Promise<RunningServer> {
  const child = spawn(server.command, server.args, {
    env: { ...process.env, ...server.env },
    stdio: ['ignore', 'pipe', 'pipe'],
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
      child.kill('SIGTERM');
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
  { port, startMs }: ServerCommand,
): Promise<void> {
  const failed = once(child, 'error').then(([error]) => {
    throw error as Error;
  });
  failed.catch(() => undefined);
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it exited with code ${child.exitCode}`);
    if (await Promise.race([answersPing(port), failed])) return;
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
