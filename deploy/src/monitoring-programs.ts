import { join } from 'node:path';
import {
  findOnPath,
  findUnpacked,
  outputOf,
  type Apt,
  type UnpackedCopy,
  type UnpackedProgram,
} from '@nooble/servers';
import { relocated } from './relocated.ts';

/** Paths of the programs of Prometheus and its Alertmanager. */
export interface MonitoringPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
  readonly amtool: string;
  /** Human-readable description of Prometheus. */
  readonly description: string;
  /** Environment variables with which they start. */
  readonly env: Readonly<Record<string, string>>;
  /** Their working folder. @default that of this process */
  readonly cwd?: string;
}

export interface FindOptions {
  /** Called with one line per slow step. @default ignored */
  readonly onProgress?: (line: string) => void;
}

/** Debian calls the server `prometheus-alertmanager`. */
const NAMES = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['alertmanager', 'prometheus-alertmanager'],
  amtool: ['amtool'],
} as const;

const COPY: UnpackedProgram<MonitoringPrograms> = {
  name: 'prometheus',
  title: 'Prometheus',
  packages: async (apt) => ['prometheus', 'prometheus-alertmanager', ...(await scriptsOf(apt))],
  // Further scripts, which these could use as well, are large.
  without: /^libjs-/,
  open: programsIn,
};

/** The web interface loads it without using it, and it takes 200 MB. */
const UNUSED = 'libjs-moment-timezone';

const HOW_TO_GET_ONE = `Do one of the following:
  apt-get install prometheus prometheus-alertmanager    (Debian, Ubuntu)
  brew install prometheus alertmanager                  (on a Mac)`;

/**
 * Finds the programs on the PATH, or unpacks the packages of the distribution into a cache folder. Throws an Error that explains
 * how to get them.
 */
export async function findMonitoring({
  onProgress = () => {},
}: FindOptions = {}): Promise<MonitoringPrograms> {
  const found = (await programsOnPath()) ?? (await findUnpacked(COPY, onProgress));
  if (found) return found;
  throw new Error(`Cannot start Prometheus: none found. ${HOW_TO_GET_ONE}`);
}

/** Returns the packages with the scripts of the web interface: its own, and one for its graphs. */
async function scriptsOf({ dependsOn }: Apt): Promise<string[]> {
  const names = [...(await dependsOn('prometheus')), ...(await dependsOn('libjs-rickshaw'))];
  return names.filter((name) => name.startsWith('libjs-') && name !== UNUSED);
}

async function programsOnPath(): Promise<MonitoringPrograms | undefined> {
  const [prometheus, promtool, alertmanager, amtool] = await Promise.all([
    findOnPath(NAMES.prometheus),
    findOnPath(NAMES.promtool),
    findOnPath(NAMES.alertmanager),
    findOnPath(NAMES.amtool),
  ]);
  if (!prometheus || !promtool || !alertmanager || !amtool) return undefined;
  const description = prometheus;
  return { prometheus, promtool, alertmanager, amtool, description, env: {} };
}

async function programsIn({ folder, env }: UnpackedCopy): Promise<MonitoringPrograms | undefined> {
  const path = (name: string): string => join(folder, 'usr/bin', name);
  const programs = {
    prometheus: path('prometheus'),
    promtool: path('promtool'),
    alertmanager: path('prometheus-alertmanager'),
    amtool: path('amtool'),
  };
  const versions = await Promise.all(
    Object.values(programs).map(async (each) => outputOf(each, ['--version'], { env })),
  );
  if (versions.includes(undefined)) return undefined;
  const prometheus = await relocated(programs.prometheus);
  const alertmanager = await relocated(programs.alertmanager);
  const description = 'prometheus of this distribution, unpacked into a cache folder';
  return { ...programs, prometheus, alertmanager, description, env, cwd: folder };
}
