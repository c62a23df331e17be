import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll } from 'vitest';
import { useBundle } from './bundle.ts';

type Env = Record<string, string>;
type Run = (args: readonly string[], env?: Env) => Promise<{ code: number | null; output: string }>;

/** Returns a function that runs the command as a user does; it starts its own Redis unless `args` contain a URL. */
export function useGuarantee(options: { isBreakable: boolean } = { isBreakable: false }): Run {
  const pathOf = useBundle(options);
  /** Killed after the tests of the file, because a test may have timed out. */
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  return async (args, env = {}) => {
    const child = spawn(process.execPath, [pathOf('guarantee'), ...args], {
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
