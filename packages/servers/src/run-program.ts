import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A user of the operating system. */
export interface ProgramUser {
  readonly uid: number;
  readonly gid: number;
}

/** Options of a program that is run to its end. */
export interface ProgramOptions {
  readonly cwd?: string;
  /** @default 60_000 */
  readonly timeoutMs?: number;
  /** Environment variables in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The user that runs it; only root may choose another. @default the user of this process */
  readonly user?: ProgramUser | undefined;
}

/** Returns the stdout of a program, or undefined if it does not exist, fails or takes too long. */
export async function outputOf(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs = 60_000, env = {}, user }: ProgramOptions = {},
): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, args, {
      timeout: timeoutMs,
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', ...env },
      ...user,
      ...(cwd !== undefined && { cwd }),
    });
    return stdout;
  } catch {
    return undefined;
  }
}
