// The only file that imports the client at run time: what it needs in a bundle has to be there before.
import './bundled-require.ts';

export { Cluster, Redis } from 'ioredis';
