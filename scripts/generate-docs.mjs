// Generates the reference documents from the code that they describe. `--check` fails if one is stale.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineSettings, describeSettings } from '../packages/config/dist/index.js';
import { ERROR_CLASSES } from '../packages/errors/dist/index.js';
import { INBOX_FACTS } from '../packages/queue/dist/protocol/key-table.js';
import { KEY_TABLE } from '../packages/queue/dist/protocol/key-table.js';
import { domainRoot, inboxKey } from '../packages/queue/dist/protocol/keys.js';
import { BUCKETS_S, METRICS, prometheusName } from '../packages/observability/dist/metric-names.js';
import { settingsDefinition as embedding } from '../examples/embedding-service/dist/settings.js';
import { settingsDefinition as gateway } from '../examples/gateway/dist/settings.js';
import { settingsDefinition as query } from '../examples/query-service/dist/settings.js';
import { referencePages } from './reference/pages.mjs';
import { root } from './run.mjs';

const row = (cells) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function errors() {
  const rows = ERROR_CLASSES.map(({ name, kind }) => [
    `\`${kind.code}\``,
    `\`${name}\``,
    kind.httpStatus,
    kind.retryable ? 'yes' : 'no',
    kind.summary,
    kind.remedy,
  ]);
  return `# Errors

All errors that a caller may have to distinguish. On the wire an error is \`{ code, message, retryable, http_status, details? }\`,
over HTTP it is a problem document (RFC 9457). "Retryable" means that the same call may succeed later.

${table(['Code', 'Class', 'HTTP', 'Retryable', 'What happened', 'What to do'], rows)}
`;
}

const COMPLETED_BY = {
  tier: ':<tier>',
  tenant: ':<tenant>',
  'tier and tenant': ':<tier>:<tenant>',
  process: ':<process>',
  action: ':<action_id>',
  day: ':<day>',
  'tenant and key': ':<tenant>:<hash>',
  'tenant and sequence': ':<tenant>:<hash>',
};

function keys() {
  const rows = Object.values(KEY_TABLE).map((facts) => [
    `\`${facts.suffix}${facts.per ? COMPLETED_BY[facts.per] : ''}\``,
    ...factsOf(facts),
  ]);
  const whole = domainRoot('<prefix>', '<domain>');
  const part = domainRoot('<prefix>', '<domain>', { of: '<count>', index: '<index>' });
  const inbox = [`\`${inboxKey('<prefix>', '<id>')}\``, ...factsOf(INBOX_FACTS)];
  return `# Redis keys

| Keys of | Name | Example |
| --- | --- | --- |
| a domain | \`${whole}<suffix>\` | \`${domainRoot('nooble', 'embedding')}actions\` |
| a domain in partitions | \`${part}<suffix>\` | \`${domainRoot('nooble', 'embedding', { of: 4, index: 0 })}actions\` |

The braces mark the Redis Cluster hash tag: a domain, or a partition of one, is in one slot. The name of a partition contains the
number of partitions and its index, counted from 0. The keys \`partitions\`, \`slots\`, \`schedules\` and \`next-slot\` belong to
the domain as a whole. Names contain tiers as their priority, 1 (enterprise) to 4 (free). The default prefix is \`nooble\`.

${table(['Suffix', 'Type', 'Content', 'Lifetime'], rows)}

One key belongs to no domain: the inbox of a process that waits for results.

${table(['Key', 'Type', 'Content', 'Lifetime'], [inbox])}
`;
}

function factsOf({ type, content, lifetime }) {
  return [type, content, lifetime];
}

const REPOSITORY_VARIABLES = [
  ['`REDIS_URL`', 'Redis for the demo', 'starts one'],
  [
    '`NOOBLE_TEST_REDIS_URL`',
    'Redis for the tests that share one; tests of restarts, Sentinel, Cluster and TLS start their own',
    'starts one',
  ],
  [
    '`NOOBLE_REDIS_KIND`',
    'Kind of server to start: `path`, `apt`, `docker`, `javascript`',
    'the first available',
  ],
  ['`NOOBLE_SEQUENCES`', 'Number of random sequences of the protocol test', '`200`'],
  ['`NOOBLE_FUZZ`', 'Number of hostile inputs per property of the fuzz tests', '`300`'],
  [
    '`NOOBLE_SEED`',
    'Seed of the protocol test, to repeat an earlier run, which printed it',
    'random',
  ],
  ['`XDG_CACHE_HOME`', 'Folder for an unpacked server, under `nooble/`', '`~/.cache`'],
  ['`NO_COLOR`', 'Any value disables colours on a terminal', 'not set'],
];

function configuration() {
  const base = describeSettings(defineSettings({ envPrefix: 'SERVICE_', shape: {} }));
  return `# Configuration

A service reads the variable with its prefix (\`EMBEDDING_REDIS_URL\`) before the plain one (\`REDIS_URL\`), first from the
environment and then from \`.env\`.

## Every service

${base.replaceAll('`SERVICE_', '`').replaceAll('`service`', 'the prefix in lower case')}

## Embedding service

${own(embedding)}

## Query service

${own(query)}

## Gateway

${own(gateway)}

## Demo, tests and other programs of this repository

${table(['Variable', 'Purpose', 'Default'], REPOSITORY_VARIABLES)}
`;
}

/** Describes the variables of one service, without those of every service. */
function own(definition) {
  const plain = describeSettings(defineSettings({ envPrefix: definition.envPrefix, shape: {} }));
  const known = new Set(plain.split('\n').map((line) => line.split('|')[1]));
  const lines = describeSettings(definition).split('\n');
  return [
    ...lines.slice(0, 2),
    ...lines.slice(2).filter((line) => !known.has(line.split('|')[1])),
  ].join('\n');
}

const READ_BY = {
  process: 'Measured in every process',
  domain: 'Read from Redis by one process per domain',
  persistence: 'Measured in processes with a recorder or an outbox',
};

function metricsOf(source) {
  const rows = Object.values(METRICS)
    .filter((metric) => metric.of === source)
    .map((metric) => [
      `\`${metric.name}\``,
      `\`${prometheusName(metric)}\``,
      metric.kind,
      metric.unit,
      metric.attributes.map((name) => `\`${name}\``).join(', '),
      metric.meaning,
    ]);
  const head = ['OpenTelemetry', 'Prometheus', 'Kind', 'Unit', 'Attributes', 'Meaning'];
  return `### ${READ_BY[source]}\n\n${table(head, rows)}`;
}

/** Returns a written document with its generated parts, which stand between comments with their names. */
function withParts(file, parts) {
  const written = readFileSync(join(root, file), 'utf8');
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [before, rest] = text.split(open);
    return `${before}${open}${part}${close}${rest.split(close)[1]}`;
  }, written);
}

const observability = {
  buckets: BUCKETS_S.join(', '),
  metrics: `\n\n${Object.keys(READ_BY).map(metricsOf).join('\n\n')}\n\n`,
};

const documents = {
  'docs/observability.md': withParts('docs/observability.md', observability),
  'docs/errors.md': errors(),
  'docs/redis-keys.md': keys(),
  'docs/configuration.md': configuration(),
  ...referencePages(),
};

const isCheck = process.argv.includes('--check');
for (const [file, text] of Object.entries(documents)) {
  const path = join(root, file);
  if (isCheck && (!existsSync(path) || readFileSync(path, 'utf8') !== text)) refuse(file);
  if (isCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
for (const file of pagesIn('docs/reference').filter((each) => !(each in documents))) {
  if (isCheck) refuse(file);
  else rmSync(join(root, file));
}

function refuse(file) {
  console.error(`${file} is stale: run npm run docs`);
  process.exitCode = 1;
}

function pagesIn(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
