import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { fullDisk, SNAPSHOT_SETTINGS } from '../faults/disk-fault.ts';
import { networkFaults, silentPeer } from '../faults/network-faults.ts';
import { Proxy } from '../faults/proxy.ts';
import { readOnlyFault, restartAfter, serverFaults, silentFor } from '../faults/server-faults.ts';
import { withLastingStop } from './lasting-stop.ts';
import type { Target } from './target.ts';

/** Starts one durable server behind a proxy that can fail. */
export async function startStandalone(): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'nooble-redis-'));
  const server = withLastingStop(
    await startEmbeddedRedis({ durable: true, directory, settings: SNAPSHOT_SETTINGS }),
  );
  const { hostname, port } = new URL(server.url);
  const proxy = await Proxy.open({ host: hostname, port: Number(port) });
  return {
    url: `redis://127.0.0.1:${proxy.port}`,
    isManaged: true,
    faults: [
      ...serverFaults(server.url),
      readOnlyFault(server.url),
      fullDisk(server.url, directory),
      ...networkFaults(proxy),
      restartAfter(server, 500),
    ],
    lastingFaults: [
      restartAfter(server, 3_000),
      restartAfter(server, 15_000),
      silentFor(server.url, 15_000),
      silentPeer(proxy, 20_000),
    ],
    awayFor: (ms) => silentFor(server.url, ms),
    async close() {
      await proxy.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
