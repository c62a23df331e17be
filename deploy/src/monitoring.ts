import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, runServer, type RunningServer } from '@nooble/servers';
import { alertmanagerConfig, prometheusConfig, quickRules } from './monitoring-config.ts';
import type { MonitoringPrograms } from './monitoring-programs.ts';

/** The processes to monitor, and the receiver of alerts. */
export interface MonitoringOptions {
  readonly programs: MonitoringPrograms;
  /** Absolute path of an empty folder for configuration and data. */
  readonly directory: string;
  /** `host:port` of the processes to scrape at `/metrics`. */
  readonly targets: readonly string[];
  /** URL that receives alerts as JSON. */
  readonly webhook: string;
  /** Time between scrapes, and between evaluations of the rules (ms). @default 1_000 */
  readonly intervalMs?: number;
  /** Time for which a condition must hold before its alert fires, instead of that of its rule (ms). @default 0 */
  readonly holdMs?: number;
}

/** Prometheus and Alertmanager on loopback. */
export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  /** Stops both and waits until they have exited. */
  stop(): Promise<void>;
}

/** Time within which a server must be ready (ms). */
const START_MS = 60_000;

/**
 * Starts Prometheus and Alertmanager with the rules of `deploy/prometheus`; alerts fire without their usual delay. Both are killed
 * when this process exits.
 */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const alertmanager = await startAlertmanager(options);
  try {
    const prometheus = await startPrometheus(options, alertmanager.port);
    return {
      prometheusUrl: `http://127.0.0.1:${prometheus.port}`,
      alertmanagerUrl: `http://127.0.0.1:${alertmanager.port}`,
      async stop() {
        await prometheus.server.stop();
        await alertmanager.server.stop();
      },
    };
  } catch (error) {
    await alertmanager.server.stop();
    throw error;
  }
}

interface Started {
  readonly port: number;
  readonly server: RunningServer;
}

async function startAlertmanager(options: MonitoringOptions): Promise<Started> {
  const { directory, programs, webhook } = options;
  const port = await freePort();
  const config = join(directory, 'alertmanager.yml');
  await mkdir(directory, { recursive: true });
  await writeFile(config, await alertmanagerConfig(webhook));
  const args = [
    `--config.file=${config}`,
    `--storage.path=${join(directory, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Empty: no cluster, and no port for it.
    '--cluster.listen-address=',
  ];
  return { port, server: await start({ command: programs.alertmanager, args, port }, programs) };
}

async function startPrometheus(
  options: MonitoringOptions,
  alertmanagerPort: number,
): Promise<Started> {
  const { directory, programs, targets, intervalMs = 1_000, holdMs = 0 } = options;
  const port = await freePort();
  const config = join(directory, 'prometheus.yml');
  await writeFile(join(directory, 'rules.yml'), await quickRules({ intervalMs, holdMs }));
  await writeFile(config, prometheusConfig({ targets, intervalMs, alertmanagerPort }));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ];
  return { port, server: await start({ command: programs.prometheus, args, port }, programs) };
}

async function start(
  server: { readonly command: string; readonly args: readonly string[]; readonly port: number },
  { env, cwd }: MonitoringPrograms,
): Promise<RunningServer> {
  const running = await runServer({ ...server, env, cwd, isReady, startMs: START_MS });
  const killAtExit = (): void => running.abandon();
  process.once('exit', killAtExit);
  return {
    ...running,
    async stop() {
      process.off('exit', killAtExit);
      await running.stop();
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}
