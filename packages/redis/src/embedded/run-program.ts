import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface ProgramOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Environment variables in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Returns the stdout of a program, or undefined if it does not exist, fails or takes too long. */
export async function outputOf(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs = 60_000, env = {} }: ProgramOptions = {},
): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, args, {
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', ...env },
      ...(cwd !== undefined && { cwd }),
    });
    return stdout;
  } catch {
    return undefined;
  }
}
