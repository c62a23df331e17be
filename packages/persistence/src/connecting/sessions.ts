import { TransactionError } from '@nooble/errors';
import type { ClientBase, PoolClient, PoolConfig, QueryResultRow } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { Pool } from './driver.ts';
import { asPostgresError } from './failures.ts';
import type { Connecting } from './options.ts';
import { ROLES, type Role } from './roles.ts';

/** A statement with its parameters. With a name the server keeps its plan. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
}

/** A transaction of one role. */
export interface Transaction {
  rows<Row extends QueryResultRow>(this: void, statement: Statement): Promise<Row[]>;
  /** As the method of a client of `pg`; for `enqueueIn`. */
  query(this: void, text: string, values: unknown[]): Promise<unknown>;
}

/** The role that runs a call, and what the call is for. */
export interface Purpose {
  readonly role: Role;
  /** Verb phrase for errors, as in `read the tenant "acme"`. */
  readonly attempted: string;
  /** The tenant whose rows the transaction may use. @default none */
  readonly tenantId?: string;
}

/** Runs statements as a role, each on a connection of a bounded pool. Opens connections when they are needed. */
export class Sessions {
  readonly #options: Connecting;
  readonly #pools = new Map<Role, Pool>();
  #closed: Promise<void> | undefined;

  constructor(options: Connecting) {
    this.#options = options;
  }

  /** Runs one statement and returns its rows. Throws PostgresUnavailableError and PostgresSetupError. */
  async rows<Row extends QueryResultRow>(
    { role, attempted }: Omit<Purpose, 'tenantId'>,
    statement: Statement,
  ): Promise<Row[]> {
    try {
      return await rowsOf<Row>(this.#pool(role), statement);
    } catch (error) {
      throw this.#typed(error, attempted);
    }
  }

  /**
   * Runs the work in a transaction, which is committed once the work has ended and rolled back if it throws. Throws
   * PostgresUnavailableError and PostgresSetupError; after an error of the commit it may or may not be committed.
   */
  async transaction<Result>(
    { role, attempted, tenantId }: Purpose,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    let client: PoolClient | undefined;
    let broken: Error | undefined;
    try {
      client = await this.#borrow(role);
      return await runTransaction(client, { attempted, tenantId }, work);
    } catch (error) {
      broken = error as Error;
      throw this.#typed(error, attempted);
    } finally {
      // A connection that failed is replaced: it may still be in the transaction.
      if (client) giveBack(client, broken);
    }
  }

  /**
   * Returns the rows of a statement in pages, which a transaction reads from a cursor. Throws PostgresUnavailableError and
   * PostgresSetupError.
   */
  async *pages<Row extends QueryResultRow>(
    { role, attempted }: Omit<Purpose, 'tenantId'>,
    statement: Statement,
    size: number,
  ): AsyncGenerator<Row[]> {
    let client: PoolClient | undefined;
    let isComplete = false;
    try {
      client = await this.#borrow(role);
      yield* readCursor<Row>(client, statement, size);
      isComplete = true;
    } catch (error) {
      throw this.#typed(error, attempted);
    } finally {
      // The reader may stop early: the connection is then still in the transaction.
      if (client) giveBack(client, !isComplete);
    }
  }

  /** Configuration of a connection of the role that is not in the pool. */
  configOf(role: Role): PoolConfig {
    return configOf(this.#options, role);
  }

  /** Returns the typed error of a failure. */
  #typed(error: unknown, attempted: string): unknown {
    return asPostgresError(error, { attempted, url: this.#options.url });
  }

  /** Closes all connections once their statements have ended. Idempotent. */
  async close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#pools.values()].map(async (pool) => pool.end())).then(
      () => undefined,
    );
    return this.#closed;
  }

  /** The pool listens to its idle connections only: one that is lost between two statements would end the process. */
  async #borrow(role: Role): Promise<PoolClient> {
    const client = await this.#pool(role).connect();
    return client.on('error', failsNextStatement);
  }

  #pool(role: Role): Pool {
    const open = this.#pools.get(role);
    if (open) return open;
    const { connections, onWarning } = this.#options;
    const pool = new Pool({ ...this.configOf(role), max: connections, allowExitOnIdle: true });
    pool.on('error', (error) => {
      // The pool ends before its connections are closed, so a server that stops then may end them first.
      if (!this.#closed) onWarning(`A connection to PostgreSQL was lost: ${error.message}`);
    });
    this.#pools.set(role, pool);
    return pool;
  }
}

function giveBack(client: PoolClient, broken: Error | boolean | undefined): void {
  client.removeListener('error', failsNextStatement);
  client.release(broken);
}

/** The driver rejects the next statement of a connection that was lost. */
function failsNextStatement(): void {}

/** Sets the tenant of the transaction, whose rows the role `app` may use. Ends with the transaction. */
export async function setTenant(
  transaction: Pick<ClientBase, 'query'>,
  tenantId: string,
): Promise<void> {
  await transaction.query("SELECT set_config('nooble.tenant_id', $1, true)", [tenantId]);
}

function configOf(options: Connecting, role: Role): PoolConfig {
  const { url, connectTimeoutMs, statementTimeoutMs, applicationName, tls } = options;
  const { options: given, ...target } = parseIntoClientConfig(url);
  return {
    ...target,
    options: [given, `-c role=${ROLES[role]}`].filter(Boolean).join(' '),
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A server that is gone does not end its statements: this ends them here.
    query_timeout: statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    keepAlive: true,
    ...(tls && { ssl: tls }),
  };
}

async function runTransaction<Result>(
  client: PoolClient,
  { attempted, tenantId }: { readonly attempted: string; readonly tenantId: string | undefined },
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const fail = (reason: string): never => {
    throw new TransactionError({ attempted, reason });
  };
  let isOver = false;
  // Afterwards the connection belongs to another transaction, which may be that of another tenant.
  const open = (): PoolClient => (isOver ? fail('its transaction has ended') : client);
  await client.query('BEGIN');
  try {
    if (tenantId !== undefined) await setTenant(client, tenantId);
    const result = await work({
      rows: async (statement) => rowsOf(open(), statement),
      query: async (text, values) => open().query(text, values),
    });
    isOver = true;
    const { command } = await client.query('COMMIT');
    // PostgreSQL answers the commit of a failed transaction with a rollback.
    return command === 'COMMIT' ? result : fail('a statement failed, and the work went on');
  } catch (error) {
    isOver = true;
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function* readCursor<Row extends QueryResultRow>(
  client: PoolClient,
  { text, values }: Statement,
  size: number,
): AsyncGenerator<Row[]> {
  await client.query('BEGIN READ ONLY');
  await rowsOf(client, {
    text: `DECLARE pages NO SCROLL CURSOR FOR ${text}`,
    ...(values && { values }),
  });
  for (;;) {
    const rows = await rowsOf<Row>(client, { text: `FETCH ${size} FROM pages` });
    if (rows.length > 0) yield rows;
    if (rows.length < size) break;
  }
  await client.query('COMMIT');
}

async function rowsOf<Row extends QueryResultRow>(
  connection: Pick<ClientBase, 'query'> | Pool,
  { text, values = [], name }: Statement,
): Promise<Row[]> {
  const query = { text, values: [...values], ...(name !== undefined && { name }) };
  const { rows } = await (connection as Pool).query<Row>(query);
  return rows;
}
