import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll } from 'vitest';
import { bundle, type Bundle } from './bundle.ts';

type Env = Record<string, string>;
type Run = (args: readonly string[], env?: Env) => Promise<{ code: number | null; output: string }>;

/** Returns a function that runs the program as a user does, on a Redis of its own unless `args` name one. */
export function useGuarantee(options: { isBreakable: boolean } = { isBreakable: false }): Run {
  let built: Bundle | undefined;
  /** Tests may run concurrently and time out, so the file ends what is left. */
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    built = await bundle(options);
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    built?.remove();
  });
  return async (args, env = {}) => {
    if (!built) throw new Error('The program is bundled before the first test of the file');
    const child = spawn(process.execPath, [built.cli, ...args], {
      env: { ...process.env, ...env },
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    running.delete(child);
    return { code, output };
  };
}
