import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../lua/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

/** Returns the texts by their path in `lua/`, the tables of codes, and the stems of keys whose names a script completes. */
export function readLua() {
  const names = readdirSync(folder, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.lua'));
  return {
    files: Object.fromEntries(names.map((name) => [name, read(name)])),
    codes: JSON.parse(read('codes.json')),
    stems: JSON.parse(read('stems.json')),
  };
}
