import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../faults/fault.ts';
import { serverFaults } from '../faults/server-faults.ts';
import { untilReady } from '../schedule/until.ts';
import { closeNodes, hostsOf, startNode, startNodes, type Node } from './node.ts';
import type { Target } from './target.ts';

const NAME = 'main';
const REPLICAS = 2;
const SENTINELS = 3;
/** Silence after which Sentinels replace the primary (ms): usually never, because a busy machine may delay it. */
const NEVER_MS = 3_600_000;
const SOON_MS = 1_000;
/** Time limit for the Sentinels to agree and promote, and for clients to follow (ms). */
const FAILOVER_MS = 30_000;

/** Starts a primary with two replicas and three Sentinels. */
export async function startSentinel(): Promise<Target> {
  const primary = await startNode({ durable: true });
  const settings = ['--replicaof', `127.0.0.1 ${primary.port}`];
  const replicas = await startNodes(REPLICAS, { durable: true, settings });
  const sentinel = { name: NAME, primaryPort: primary.port, quorum: 2 };
  const sentinels = await startNodes(SENTINELS, { sentinel });
  await Promise.all(sentinels.map(knowsAll));
  // On a busy machine a failover would lose writes that the replicas have not received.
  await replaceAfter(NEVER_MS, sentinels);
  const url = `redis+sentinel://${hostsOf(sentinels)}/${NAME}`;
  const servers = [primary, ...replicas];
  return {
    url,
    isManaged: true,
    faults: serverFaults(url),
    lastingFaults: [forcedFailover(sentinels), killedPrimary(servers, sentinels)],
    close: async () => closeNodes([...sentinels, ...servers]),
  };
}

async function replaceAfter(silenceMs: number, sentinels: readonly Node[]): Promise<void> {
  await Promise.all(
    sentinels.map(async (sentinel) =>
      sentinel.send('SENTINEL', 'SET', NAME, 'down-after-milliseconds', silenceMs),
    ),
  );
}

async function knowsAll(sentinel: Node): Promise<void> {
  await untilReady('the Sentinels to find each other and the replicas', async () => {
    const facts = JSON.stringify(await sentinel.send('SENTINEL', 'MASTER', NAME));
    const others = `"num-other-sentinels","${SENTINELS - 1}"`;
    return facts.includes(`"num-slaves","${REPLICAS}"`) && facts.includes(others);
  });
}

/** Returns a fault in which a replica is promoted before it has received the last writes. */
function forcedFailover(sentinels: readonly Node[]): Fault {
  return {
    name: 'Sentinel failover',
    limitMs: FAILOVER_MS,
    mayLoseWrites: true,
    async inject() {
      const before = await primaryPort(sentinels);
      await untilReady('a Sentinel to begin the failover', async () => {
        await first(sentinels).send('SENTINEL', 'FAILOVER', NAME);
        return true;
      });
      await untilReady('the failover', async () => (await primaryPort(sentinels)) !== before);
    },
  };
}

/** Returns a fault in which the primary is killed and the Sentinels must detect it. It returns as a replica. */
function killedPrimary(servers: readonly Node[], sentinels: readonly Node[]): Fault {
  return {
    name: 'primary killed, Sentinel failover',
    limitMs: FAILOVER_MS,
    mayLoseWrites: true,
    async inject() {
      const before = await primaryPort(sentinels);
      const primary = servers.find(({ port }) => port === before);
      await replaceAfter(SOON_MS, sentinels);
      await primary?.server.kill();
      await untilReady('the failover', async () => (await primaryPort(sentinels)) !== before);
      await replaceAfter(NEVER_MS, sentinels);
      await primary?.server.restart();
      await wait(100);
    },
  };
}

async function primaryPort(sentinels: readonly Node[]): Promise<number> {
  const address = await first(sentinels).send('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
  return Number((address as string[])[1]);
}

function first(nodes: readonly Node[]): Node {
  const [node] = nodes;
  if (!node) throw new RangeError('Cannot ask a Sentinel: there is no Sentinel');
  return node;
}
