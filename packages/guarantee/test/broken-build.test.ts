import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const breaker = new URL('./broken-build.mjs', import.meta.url).href;

it('says that there is nothing to break, and does not run an unbroken build instead', async () => {
  const env = { ...process.env, BROKEN: 'unheard-of' };
  const run = promisify(execFile)(process.execPath, ['--import', breaker, '--eval', ''], { env });
  await expect(run).rejects.toThrow('Cannot break "unheard-of"');
});
