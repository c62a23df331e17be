import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../lua/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** Returns the texts by their path in `lua/`, and the tables of codes. */
export function readLua() {
  const names = readdirSync(folder, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.lua'));
  return {
    files: Object.fromEntries(names.map((name) => [name, read(name)])),
    codes: JSON.parse(read('codes.json')),
  };
}
