import { isNoobleError, TenantDirectoryError } from '@nooble/errors';
import type { TenantEntry } from '@nooble/queue';
import type { Sessions } from '../connecting/sessions.ts';
import { ENTRY_COLUMNS, entryOf, type EntryRow } from './entry.ts';

const READ = `SELECT ${ENTRY_COLUMNS} FROM nooble.tenants t JOIN nooble.plans p ON p.name = t.plan
  WHERE t.tenant_id = ANY($1::text[])`;

interface Waiting {
  readonly resolve: (row: EntryRow | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads entries; those that are needed in the same turn of the event loop in one statement. */
export class EntryReader {
  readonly #sessions: Sessions;
  #waiting = new Map<string, Waiting[]>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Returns undefined for an unknown tenant. Throws TenantDirectoryError. */
  async read(tenantId: string): Promise<TenantEntry | undefined> {
    try {
      const row = await this.#row(tenantId);
      return row && entryOf(row);
    } catch (error) {
      if (isNoobleError(error) && error instanceof TenantDirectoryError) throw error;
      throw new TenantDirectoryError({ tenantId, reason: 'cannot be read', cause: error });
    }
  }

  #row(tenantId: string): Promise<EntryRow | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => void this.#flush());
      const waiting = this.#waiting.get(tenantId) ?? [];
      waiting.push({ resolve, reject });
      this.#waiting.set(tenantId, waiting);
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const purpose = { role: 'operator', attempted: 'read the tenant directory' } as const;
    const statement = { name: 'nooble_tenants', text: READ, values: [[...waiting.keys()]] };
    try {
      const rows = await this.#sessions.rows<EntryRow>(purpose, statement);
      const found = new Map(rows.map((row) => [row.tenant_id, row]));
      for (const [tenantId, each] of waiting)
        for (const { resolve } of each) resolve(found.get(tenantId));
    } catch (error) {
      for (const { reject } of [...waiting.values()].flat()) reject(error);
    }
  }
}
