import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { deploy, read, textOf } from './deployed.ts';

/** The parts of a service that are checked here. */
interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly args: { readonly SERVICE: string } };
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart?: string;
}

const { services, volumes } = parse(textOf('compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, object>;
};
const all = Object.entries(services);

it('ports are published on loopback only', () => {
  const ports = all.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
});

it('each image has a fixed version', () => {
  const images = all.flatMap(([, { image }]) => image ?? []);
  expect(images.filter((image) => !/:v?\d[\w.-]*$/.test(image))).toEqual([]);
});

it('Redis neither evicts nor forgets', () => {
  const command = services['redis']?.command?.join(' ') ?? '';
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(command).toContain('--appendonly yes');
});

it('secrets come from variables that must be set, and are listed in the example', () => {
  const variables = [...textOf('compose.yaml').matchAll(/(?<!\$)\$\{(\w+)(:\?)?/g)];
  expect(variables.filter(([, , required]) => required === undefined)).toEqual([]);
  const names = new Set(variables.map(([, name]) => name));
  const example = [...textOf('env.example').matchAll(/^(\w+)=(.*)$/gm)];
  expect(example.map(([, name]) => name).toSorted()).toEqual([...names].toSorted());
  expect(example.map(([, , value]) => value).join('')).toBe('');
});

it('everything that others wait for has a health check, or ends', () => {
  const awaited = all.flatMap(([, service]) => Object.entries(service.depends_on ?? {}));
  const endless = awaited.filter(([name, { condition }]) =>
    condition === 'service_healthy'
      ? services[name]?.healthcheck === undefined
      : services[name]?.restart !== 'no',
  );
  expect(endless).toEqual([]);
});

it('mounted files and volumes exist', () => {
  const sources = all
    .flatMap(([, each]) => each.volumes ?? [])
    .map((each) => each.replace(/:.*/, ''));
  const missing = sources.filter((source) =>
    source.startsWith('.') ? !existsSync(`${deploy}/${source}`) : !(source in volumes),
  );
  expect(missing).toEqual([]);
});

it('services are built from examples that exist', () => {
  const built = new Set(all.flatMap(([, { build }]) => build?.args.SERVICE ?? []));
  expect([...built].toSorted()).toEqual(['embedding-service', 'gateway', 'query-service']);
  expect([...built].filter((name) => !existsSync(`${deploy}/../examples/${name}`))).toEqual([]);
});

it('Prometheus scrapes each service with a domain', () => {
  const { scrape_configs: jobs } = read('prometheus/prometheus.yml') as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  const targets = jobs.flatMap((job) => job.static_configs.flatMap((each) => each.targets));
  const services = all.filter(([, { build, restart }]) => build && restart !== 'no');
  const workers = services.filter(([name]) => name !== 'gateway');
  expect(targets.toSorted()).toEqual(workers.map(([name]) => `${name}:8080`).toSorted());
  expect(jobs.every(({ job_name: name }) => name.startsWith('nooble'))).toBe(true);
});

it('the collector has each part that its pipelines name, and a bound of its memory', () => {
  const collector = read('otel-collector.yaml') as Record<string, object> & {
    service: { pipelines: Record<string, Record<string, string[]>>; extensions: string[] };
  };
  const missing = Object.values(collector.service.pipelines).flatMap((pipeline) =>
    Object.entries(pipeline).flatMap(([kind, names]) =>
      names.filter((name) => !(name in (collector[kind] ?? {}))),
    ),
  );
  expect(missing).toEqual([]);
  expect(collector.service.pipelines['traces']?.['processors']?.[0]).toBe('memory_limiter');
});

it('the image has a fixed version of Node, runs without root, and has a health check', () => {
  const dockerfile = textOf('Dockerfile');
  expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:(?:20|22)\.\d+\.\d+-\w+-slim$/m);
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  expect(last).toMatch(/^USER node$/m);
  expect(last).toMatch(/^HEALTHCHECK .*\n?.*\/health/m);
  expect(last).not.toContain('pnpm');
});
