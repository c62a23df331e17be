import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { generate } from 'selfsigned';
import { expect, onTestFinished } from 'vitest';
import { startEmbeddedRedis, type SentinelOptions } from '../src/embedded.ts';
import { freePort } from '@nooble/servers';

/** A self-signed certificate for one host name, and its files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Settings of a server that presents it. */
  readonly settings: readonly string[];
}

export async function certificateFor(name: string): Promise<Certificate> {
  const folder = await temporaryFolder();
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    // The key of an elliptic curve takes a fifteenth of the processor time of one of RSA.
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile];
  const settings = [...files, '--tls-ca-cert-file', certFile, '--tls-auth-clients', 'optional'];
  return { cert, key, settings };
}

/** Ports of a server for the length of a test. */
export interface TestServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly admin: Redis;
}

export async function startTlsServer(
  certificate: Certificate,
  { settings = [], sentinel }: { settings?: readonly string[]; sentinel?: SentinelOptions } = {},
): Promise<TestServer> {
  const [port, tlsPort] = [await freePort(), await freePort()];
  const tls = ['--tls-port', String(tlsPort), ...certificate.settings];
  const redis = await startEmbeddedRedis({
    port,
    settings: [...tls, ...settings],
    ...(sentinel && { sentinel }),
  });
  onTestFinished(async () => redis.stop());
  const admin = new Redis(redis.url, { lazyConnect: true });
  onTestFinished(() => admin.disconnect());
  return { port, tlsPort, admin };
}

/** A Cluster of one node. */
export async function startTlsCluster(
  certificate: Certificate,
  settings: readonly string[] = [],
): Promise<TestServer> {
  const cluster = ['--cluster-enabled', 'yes', '--tls-cluster', 'yes'];
  const bus = ['--cluster-port', String(await freePort())];
  const server = await startTlsServer(certificate, { settings: [...cluster, ...bus, ...settings] });
  await giveAllSlots(server.admin);
  return server;
}

export async function giveAllSlots(node: Redis): Promise<void> {
  await node.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await expect
    .poll(async () => node.call('CLUSTER', 'INFO'), { timeout: 10_000 })
    .toContain('cluster_state:ok');
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}
