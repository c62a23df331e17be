/**
 * Roles of the database. `writer` reads and writes the rows of all tenants, `operator` reads them, and `app` reads and writes
 * those of the tenant of its transaction.
 */
export const ROLES = {
  writer: 'nooble_writer',
  app: 'nooble_app',
  operator: 'nooble_operator',
} as const;

export type Role = keyof typeof ROLES;
