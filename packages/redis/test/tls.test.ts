import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../src/embedded.ts';
import { freePort } from '../src/embedded/port.ts';

const execute = promisify(execFile);
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** A server that also listens with TLS, and the certificate it shows. */
async function startTlsServer(): Promise<{ url: string; certificate: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  const [certificate, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await Promise.all([writeFile(certificate, cert), writeFile(keyFile, key)]);
  const port = await freePort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', keyFile];
  const trust = ['--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no'];
  const settings = ['--tls-port', String(port), ...files, ...trust];
  const redis = await startEmbeddedRedis({ settings });
  onTestFinished(async () => redis.stop());
  return { url: `rediss://localhost:${port}`, certificate };
}

/** What the health of a pool is in a process of its own, which may trust a certificate. */
async function healthOf(url: string, trusted?: string): Promise<string> {
  const script = `
    import { RedisPool } from ${JSON.stringify(built)};
    const pool = new RedisPool({ url: ${JSON.stringify(url)} });
    console.log(JSON.stringify(await pool.health()));
    await pool.close(100);`;
  const env = { ...process.env, ...(trusted !== undefined && { NODE_EXTRA_CA_CERTS: trusted }) };
  const args = ['--input-type=module', '--eval', script];
  return (await execute(process.execPath, args, { env })).stdout;
}

it('talks TLS to a server whose certificate it trusts, and to no other', async () => {
  const { url, certificate } = await startTlsServer();
  expect(await healthOf(url, certificate)).toContain('"ok":true');
  expect(await healthOf(url)).toContain('"ok":false');
});
