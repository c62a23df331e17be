import { execFileSync } from 'node:child_process';

/** Returns the commit of the code that is measured, with `+` if files have been changed since; undefined without Git. */
export function describeCommit(): string | undefined {
  try {
    const commit = git('rev-parse', '--short=10', 'HEAD');
    // The bench writes its results itself.
    const changes = git('status', '--porcelain', '--', ':/', ':!/bench/results', ':!/docs');
    return changes === '' ? commit : `${commit}+`;
  } catch {
    return undefined;
  }
}

function git(...args: readonly string[]): string {
  const options = { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('git', [...args], options).trim();
}
