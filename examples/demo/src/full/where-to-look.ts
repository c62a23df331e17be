import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Screen } from '../screen.ts';
import type { ServiceProcess } from '../service-process.ts';
import { COLLECTION } from '../tenants.ts';

/** Parts of the demo that one can look at. */
export interface Places {
  readonly services: readonly ServiceProcess[];
  readonly prometheusUrl: string | undefined;
  /** With its password. */
  readonly postgres: URL | undefined;
  readonly gateway: string;
  readonly apiKey: string;
  readonly ask: string;
  /** Folder of the run, which only this user can read. */
  readonly folder: string;
}

/** Shows where each part can be seen. Passwords and keys are in files, so that they are on no screen and in no list of processes. */
export async function showPlaces(screen: Screen, places: Places): Promise<void> {
  screen.heading('Where to look');
  const { prometheusUrl, postgres, services } = places;
  if (prometheusUrl !== undefined) {
    const graph = new URLSearchParams({ 'g0.expr': 'nooble_tier_share_got', 'g0.tab': '0' });
    place(screen, 'Graphs', `${prometheusUrl}/graph?${graph.toString()}`);
    place(screen, 'Alerts', await pageOfAlerts(prometheusUrl));
    place(screen, 'Dashboards', 'deploy/grafana, for a Grafana with this Prometheus');
  }
  for (const { name, url } of services.filter((each) => each.name !== 'gateway' && each.isRunning))
    place(screen, 'Metrics', `${url}/metrics  ${name}`);
  place(screen, 'Question', `curl -K ${await curlFile(places)}`);
  if (postgres) place(screen, 'PostgreSQL', await psqlCommand(postgres, places.folder));
  place(screen, 'Runbooks', 'docs/operations/runbooks');
}

function place(screen: Screen, name: string, text: string): void {
  screen.copyable(`  ${name.padEnd(11)}${text}`);
}

/** Debian's Prometheus has its former web interface. */
async function pageOfAlerts(prometheusUrl: string): Promise<string> {
  const usual = `${prometheusUrl}/alerts`;
  const { ok } = await fetch(usual);
  return ok ? usual : `${prometheusUrl}/classic/alerts`;
}

/** A configuration of curl; JSON escapes as curl does. */
async function curlFile({ folder, gateway, apiKey, ask }: Places): Promise<string> {
  const path = join(folder, 'question');
  const body = JSON.stringify({ query: ask, collection: COLLECTION });
  const lines = [
    ['url', `${gateway}/query`],
    ['header', `authorization: Bearer ${apiKey}`],
    ['header', 'content-type: application/json'],
    ['data', body],
  ].map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  await writeFile(path, lines.join(''), { mode: 0o600 });
  return path;
}

async function psqlCommand(url: URL, folder: string): Promise<string> {
  const path = join(folder, 'pgpass');
  const { hostname, port, username, password, pathname } = url;
  const escaped = decodeURIComponent(password).replaceAll(/[\\:]/g, '\\$&');
  await writeFile(path, `*:*:*:*:${escaped}\n`, { mode: 0o600 });
  return `PGPASSFILE=${path} psql -h ${hostname} -p ${port} -U ${username} ${pathname.slice(1)}`;
}
