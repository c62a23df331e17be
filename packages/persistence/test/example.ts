import { connect, migrate } from '@nooble/persistence';

const url = process.env['DATABASE_URL'] ?? 'postgres://localhost/app';
await migrate({ url });

export const persistence = connect({ url });
await persistence.close();
