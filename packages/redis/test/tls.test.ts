import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { RedisPool, type RedisPoolOptions } from '../src/pool.ts';
import { certificateFor, startTlsCluster, startTlsServer } from './servers.ts';

function openPool(options: RedisPoolOptions): RedisPool {
  const pool = new RedisPool(options);
  onTestFinished(async () => pool.close(100));
  return pool;
}

const health = async (options: RedisPoolOptions) => openPool(options).health(5_000);

/** Waits until the pool says that it cannot connect for this reason. */
async function expectRefusal(options: RedisPoolOptions, why: string): Promise<void> {
  const pool = openPool(options);
  const refused = { ok: false, problem: expect.stringContaining(why) as string };
  await expect.poll(async () => pool.health(100), { timeout: 10_000 }).toMatchObject(refused);
}

it('talks TLS to a server whose certificate it trusts, and to no other', async () => {
  const certificate = await certificateFor('localhost');
  const { tlsPort } = await startTlsServer(certificate);
  const [url, tls] = [`rediss://localhost:${tlsPort}`, { ca: certificate.cert }];
  expect(await health({ url, tls })).toMatchObject({ ok: true });
  await expectRefusal({ url }, 'self-signed');
  expect(await health({ url, tls: { rejectUnauthorized: false } })).toMatchObject({ ok: true });
});

it('reaches by its address a server whose certificate is for a name, if the name is given', async () => {
  const certificate = await certificateFor('redis.example.com');
  const { tlsPort } = await startTlsServer(certificate);
  const [url, ca] = [`rediss://127.0.0.1:${tlsPort}`, certificate.cert];
  const named = { url, tls: { ca, servername: 'redis.example.com' } };
  expect(await health(named)).toMatchObject({ ok: true });
  await expectRefusal({ url, tls: { ca } }, 'does not match certificate');
});

it('presents a client certificate to a server that asks for one', async () => {
  const certificate = await certificateFor('localhost');
  const settings = ['--tls-auth-clients', 'yes'];
  const { tlsPort } = await startTlsServer(certificate, { settings });
  const { cert, key } = certificate;
  const url = `rediss://localhost:${tlsPort}`;
  expect(await health({ url, tls: { ca: cert, cert, key } })).toMatchObject({ ok: true });
  expect(await health({ url, tls: { ca: cert } })).toMatchObject({ ok: false });
});

it('sends the host name to the server, which may choose its certificate by it', async () => {
  const { cert, key } = await certificateFor('localhost');
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const scheme of ['rediss', 'rediss+cluster']) {
    const pool = openPool({ url: `${scheme}://localhost:${port}`, tls: { ca: cert } });
    const accepted = once(server, 'secureConnection') as Promise<
      [TLSSocket & { servername: string }]
    >;
    pool.command().once('error', () => undefined);
    const [socket] = await accepted;
    expect(socket.servername).toBe('localhost');
    socket.destroy();
  }
});

it('reaches a Cluster whose certificates are for names, whatever its nodes announce', async () => {
  const certificate = await certificateFor('localhost');
  const announced = ['--cluster-announce-ip', '127.0.0.1'];
  const { tlsPort, admin } = await startTlsCluster(certificate, announced);
  const options = { url: `rediss+cluster://localhost:${tlsPort}`, tls: { ca: certificate.cert } };
  const slots = async () => JSON.stringify(await admin.call('CLUSTER', 'SLOTS'));

  expect(await slots()).toContain('["127.0.0.1",');
  const byAddress = openPool(options);
  expect(await byAddress.command().set('test:a', '1')).toBe('OK');
  expect(await byAddress.blocking().get('test:a')).toBe('1');

  await admin.config('SET', 'cluster-announce-hostname', 'localhost');
  await admin.config('SET', 'cluster-preferred-endpoint-type', 'hostname');
  expect(await slots()).toContain('["localhost",');
  const byName = openPool(options);
  expect(await byName.command().set('test:b', '1')).toBe('OK');
});

it('refuses a node of a Cluster whose certificate is for neither its address nor a name of the URL', async () => {
  const certificate = await certificateFor('elsewhere.example.com');
  const { tlsPort } = await startTlsCluster(certificate, ['--cluster-announce-ip', '127.0.0.1']);
  const [url, ca] = [`rediss+cluster://localhost:${tlsPort}`, certificate.cert];
  await expectRefusal({ url, tls: { ca } }, 'does not match certificate');
  const servername = 'elsewhere.example.com';
  expect(await health({ url, tls: { ca, servername } })).toMatchObject({ ok: true });
});

it('asks Sentinels over TLS for a primary that they announce by its address', async () => {
  const certificate = await certificateFor('localhost');
  const primary = await startTlsServer(certificate);
  const watched = { name: 'main', primaryPort: primary.tlsPort };
  const settings = ['--tls-replication', 'yes', '--requirepass', 'watcher'];
  const sentinel = await startTlsServer(certificate, { settings, sentinel: watched });
  const tls = { ca: certificate.cert };
  const options = { tls, sentinelPassword: 'watcher' };
  const encrypted = { ...options, url: `rediss+sentinel://localhost:${sentinel.tlsPort}/main` };
  expect(await health(encrypted)).toMatchObject({ ok: true });
  const url = `rediss+sentinel://localhost:${sentinel.port}/main?sentinelTls=no`;
  expect(await health({ ...options, url })).toMatchObject({ ok: true });
  await expectRefusal({ tls, url }, 'NOAUTH');
});
