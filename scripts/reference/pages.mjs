// Writes the reference: a page per export, and an index per package.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { root } from '../run.mjs';
import { describe } from './describe.mjs';
import { readExports } from './exports.mjs';

const FOLDER = 'docs/reference';

/** Returns the text of each page by its path. Throws if an export has no docstring. */
export function referencePages() {
  const { checker, exports } = readExports();
  const described = exports.map((each) => ({ ...each, ...describe(checker, each) }));
  const silent = described.filter(({ text }) => text === '').map(({ name }) => name);
  if (silent.length > 0) throw new Error(`Exports without a docstring: ${silent.join(', ')}`);
  const places = placesOf(described);
  const pages = described.map((each) => [places.get(each), pageOf(each, places)]);
  const names = [...new Set(described.map((each) => each.package))];
  const indexes = names.map((name) => [
    `${FOLDER}/${name}/README.md`,
    indexOf(
      name,
      described.filter((each) => each.package === name),
      places,
    ),
  ]);
  return Object.fromEntries([[`${FOLDER}/README.md`, contentsOf(names)], ...indexes, ...pages]);
}

/** Names that differ only in case would be the same file on some systems. */
function placesOf(described) {
  const taken = new Set();
  const places = new Map();
  for (const each of described) {
    const plain = `${FOLDER}/${each.package}/${each.name}`;
    const path = taken.has(plain.toLowerCase()) ? `${plain}-${each.kind}` : plain;
    taken.add(path.toLowerCase());
    places.set(each, `${path}.md`);
  }
  return places;
}

function contentsOf(names) {
  const lines = names.map((name) => `- [\`@nooble/${name}\`](${name}/README.md)`);
  return `# API reference\n\nEvery public export of every package, generated from its declarations.\n\n${lines.join('\n')}\n`;
}

const GROUPS = [
  ['class', 'Classes'],
  ['function', 'Functions'],
  ['constant', 'Constants'],
  ['interface', 'Interfaces'],
  ['type', 'Types'],
];

function indexOf(name, described, places) {
  const parts = GROUPS.flatMap(([kind, title]) => {
    const group = described.filter((each) => each.kind === kind);
    if (group.length === 0) return [];
    const rows = group.map((each) => {
      const file = places.get(each).split('/').at(-1);
      const from = each.entry === `@nooble/${name}` ? '' : ` (\`${each.entry}\`)`;
      return [`[\`${each.name}\`](${file})${from}`, firstSentence(each.text)];
    });
    return [`## ${title}\n\n${table(['Name', 'Purpose'], rows)}`];
  });
  const about = `[README](../../../packages/${name}/README.md) · [all packages](../README.md)`;
  return `# @nooble/${name}\n\n${about}\n\n${parts.join('\n\n')}\n`;
}

function pageOf(each, places) {
  const source = sourceOf(each.sourceFile);
  const where = [
    `${capital(each.kind)} of [\`${each.entry}\`](README.md)`,
    ...(source ? [`[source](${relative(`${FOLDER}/${each.package}`, source)})`] : []),
  ].join(' · ');
  const code = each.members.length > 0 && each.kind === 'type' ? '' : each.declaration;
  const parts = [
    `# \`${each.name}\``,
    where,
    each.text,
    code === '' ? '' : `\`\`\`ts\n${code}\n\`\`\``,
    propertiesOf(each.members.filter(({ isMethod }) => !isMethod)),
    methodsOf(each.members.filter(({ isMethod }) => isMethod)),
    mentionsOf(each, places),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function propertiesOf(members) {
  if (members.length === 0) return '';
  const hasDefault = members.some((member) => member.default !== undefined);
  const head = ['Name', 'Type', ...(hasDefault ? ['Default'] : []), 'Description'];
  const rows = members.map((member) => [
    `\`${member.name}${member.optional ? '?' : ''}\``,
    `\`${member.type.replaceAll(/\s+/g, ' ')}\``,
    ...(hasDefault ? [defaultOf(member)] : []),
    member.text,
  ]);
  return `## Properties\n\n${table(head, rows)}`;
}

function defaultOf(member) {
  if (member.default === undefined) return member.optional ? '' : 'required';
  return /^[\w'".[\]{}-]+$/.test(member.default) ? `\`${member.default}\`` : member.default;
}

function methodsOf(members) {
  if (members.length === 0) return '';
  const parts = members.map(({ name, type, text }) =>
    `### \`${name}\`\n\n\`\`\`ts\n${name}${type}\n\`\`\`\n\n${text}`.trim(),
  );
  return `## Methods\n\n${parts.join('\n\n')}`;
}

/** Links the exports that the declaration mentions. */
function mentionsOf(each, places) {
  const text = [each.declaration, ...each.members.map(({ type }) => type)].join(' ');
  const words = new Set(text.match(/\b[A-Z]\w+/g));
  const links = [...places].flatMap(([other, path]) =>
    words.has(other.name) && other !== each && isMeant(other, each, places)
      ? [`[\`${other.name}\`](${relative(`${FOLDER}/${each.package}`, path)})`]
      : [],
  );
  return links.length === 0 ? '' : `See also: ${[...new Set(links)].join(', ')}`;
}

/** Of several exports with a name, that of the same package is meant, and otherwise none can be told. */
function isMeant(other, each, places) {
  if (other.package === each.package) return true;
  return [...places.keys()].filter(({ name }) => name === other.name).length === 1;
}

/** Returns the source of a declaration of this repository. */
function sourceOf(file) {
  const source = relative(root, file)
    .replace('/dist/', '/src/')
    .replace(/\.d\.ts$/, '.ts');
  return existsSync(`${root}/${source}`) ? source : undefined;
}

function firstSentence(text) {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text;
}

function capital(word) {
  return `${word[0].toUpperCase()}${word.slice(1)}`;
}

function table(head, rows) {
  return [rowOf(head), rowOf(head.map(() => '---')), ...rows.map(rowOf)].join('\n');
}

function rowOf(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
