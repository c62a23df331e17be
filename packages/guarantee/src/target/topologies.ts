import { startCluster } from './cluster.ts';
import { startSentinel } from './sentinel.ts';
import { startStandalone } from './standalone.ts';

/** Functions that start each topology. */
export const TOPOLOGIES = {
  standalone: startStandalone,
  sentinel: startSentinel,
  cluster: startCluster,
} as const;

export type Topology = keyof typeof TOPOLOGIES;
