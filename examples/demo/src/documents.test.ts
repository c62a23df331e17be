import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readDocuments } from './documents.ts';

const PAGE = '# Page\n\nA lease is a right with a deadline.\n';

/** A folder with one good page. */
async function folderWithPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nooble-test-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'page.md'), PAGE);
  return folder;
}

const pages = [{ id: 'page.md', title: 'Page', text: PAGE }];

it.each<[string, (path: string) => unknown, string]>([
  ['a broken link', async (path) => symlink('gone.md', path), 'is a broken link'],
  ['a link to a folder', async (path) => symlink('.', path), 'it is a folder'],
  ['a link to itself', async (path) => symlink('odd.md', path), 'form a cycle'],
  [
    'a link to a device',
    async (path) => symlink('/dev/zero', path),
    'a pipe, a socket or a device',
  ],
  [
    'a pipe without a writer',
    (path) => execFileSync('mkfifo', [path]),
    'a pipe, a socket or a device',
  ],
  ['a file of NULs', async (path) => writeFile(path, Buffer.alloc(250_000)), 'it is not text'],
  [
    'control characters',
    async (path) => writeFile(path, '\u0001'.repeat(250_000)),
    'it is not text',
  ],
  [
    'no text',
    async (path) => writeFile(path, Buffer.alloc(9_000, 'a\xff\xfe', 'latin1')),
    'not text',
  ],
])('names %s and reads the others', async (_what, make, reason) => {
  const folder = await folderWithPage();
  await make(join(folder, 'odd.md'));
  const { documents, leftOut } = await readDocuments({ folder });
  expect(documents).toEqual(pages);
  expect(leftOut).toEqual([{ path: 'odd.md', reason: expect.stringContaining(reason) as string }]);
});

it.each<[string, Buffer]>([
  ['UTF-16', Buffer.from(`\uFEFF${PAGE}`, 'utf16le')],
  ['UTF-16, the high bytes first', Buffer.from(`\uFEFF${PAGE}`, 'utf16le').swap16()],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${PAGE}`)],
])('reads %s', async (_what, bytes) => {
  const folder = await folderWithPage();
  await writeFile(join(folder, 'odd.md'), bytes);
  const { documents } = await readDocuments({ folder });
  expect(documents).toContainEqual({ id: 'odd.md', title: 'Page', text: PAGE });
});

it('reads a folder that is named as a file, and follows no link to a folder', async () => {
  const folder = await folderWithPage();
  await mkdir(join(folder, 'odd.md'));
  await writeFile(join(folder, 'odd.md', 'inner.md'), PAGE);
  await symlink('..', join(folder, 'odd.md', 'up'));
  const { documents, leftOut } = await readDocuments({ folder });
  expect(documents.map(({ id }) => id)).toEqual(['odd.md/inner.md', 'page.md']);
  expect(leftOut).toEqual([]);
});

it('shortens a long path to a unique id', async () => {
  const folder = await folderWithPage();
  const end = Array<string>(6).fill('a-folder-with-a-name-of-some-fifty-characters-more');
  for (const name of ['one', 'two']) {
    await mkdir(join(folder, name, ...end), { recursive: true });
    await writeFile(join(folder, name, ...end, 'deep.md'), PAGE);
  }
  const ids = (await readDocuments({ folder })).documents.map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
  expect(ids.map((id) => id.length)).toEqual([256, 7, 256]);
  expect((await readDocuments({ folder })).documents.map(({ id }) => id)).toEqual(ids);
});

it('uses a title of at most 200 characters, or the path if there is no heading', async () => {
  const folder = await folderWithPage();
  await writeFile(join(folder, 'a.md'), `# ${'word '.repeat(20_000)}`);
  await writeFile(join(folder, 'b.md'), '');
  await writeFile(join(folder, 'c.md'), '# Windows\r\n\r\nText.\r\n');
  const titles = (await readDocuments({ folder })).documents.map(({ title }) => title);
  expect(titles).toEqual(['word '.repeat(40), 'b.md', 'Windows', 'Page']);
});

it('reads the beginning of a huge file', async () => {
  const folder = await folderWithPage();
  await writeFile(join(folder, 'huge.md'), '日本'.repeat(1_000_000));
  const { documents } = await readDocuments({ folder });
  expect(documents[0]?.text).toBe('日本'.repeat(100_000));
});

it('explains why no document remains', async () => {
  const folder = await folderWithPage();
  await rm(join(folder, 'page.md'));
  await expect(readDocuments({ folder })).rejects.toThrow(`There is no Markdown in "${folder}"`);
  await symlink('gone.md', join(folder, 'odd.md'));
  await expect(readDocuments({ folder })).rejects.toThrow(
    'odd.md: it does not exist, or is a broken link',
  );
  await expect(readDocuments({ folder: join(folder, 'gone') })).rejects.toThrow(
    'Cannot read the folder',
  );
});

it('leaves out one folder, not those whose names begin in the same way', async () => {
  const folder = await folderWithPage();
  for (const name of ['reference', 'references']) {
    await mkdir(join(folder, 'docs', name), { recursive: true });
    await writeFile(join(folder, 'docs', name, 'page.md'), PAGE);
  }
  const { documents } = await readDocuments({ folder, except: 'docs/reference' });
  expect(documents.map(({ id }) => id)).toEqual(['docs/references/page.md', 'page.md']);
});
