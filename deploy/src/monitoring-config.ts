import { readFile } from 'node:fs/promises';

export interface PrometheusConfigParts {
  readonly targets: readonly string[];
  readonly intervalMs: number;
  readonly alertmanagerPort: number;
}

/** Returns a configuration of Prometheus that scrapes the targets and sends alerts to an Alertmanager on loopback. */
export function prometheusConfig(parts: PrometheusConfigParts): string {
  const { targets, intervalMs, alertmanagerPort } = parts;
  return JSON.stringify({
    global: {
      scrape_interval: `${intervalMs}ms`,
      scrape_timeout: `${intervalMs}ms`,
      evaluation_interval: `${intervalMs}ms`,
    },
    rule_files: ['rules.yml'],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }],
    },
    scrape_configs: [{ job_name: 'nooble', static_configs: [{ targets }] }],
  });
}

/** Returns the rules with a short interval, and with `holdMs` as the time for which a condition must hold. */
export async function quickRules({
  intervalMs,
  holdMs,
}: {
  readonly intervalMs: number;
  readonly holdMs: number;
}): Promise<string> {
  const rules = await shipped('rules.yml');
  return rules
    .replaceAll(/^( *)for: \w+$/gm, `$1for: ${holdMs}ms`)
    .replaceAll(/^( *)interval: \w+$/gm, `$1interval: ${intervalMs}ms`);
}

/** Returns the configuration of Alertmanager, which sends all alerts to a webhook, without the usual delay. */
export async function alertmanagerConfig(webhook: string): Promise<string> {
  const config = await shipped('alertmanager.yml');
  return config
    .replaceAll(/^( *)group_wait: \w+$/gm, '$1group_wait: 0s')
    .replaceAll(/^( *)group_interval: \w+$/gm, '$1group_interval: 1s')
    .replaceAll(
      /^( *)- name: operators$/gm,
      `$&\n$1  webhook_configs: [{ url: ${JSON.stringify(webhook)}, send_resolved: true }]`,
    );
}

async function shipped(name: string): Promise<string> {
  return readFile(new URL(`../prometheus/${name}`, import.meta.url), 'utf8');
}
