// Prepares the database of the example services: `DATABASE_URL` of a user that may create roles and schemas.
import { migrate } from '@nooble/persistence';
import { migratePassages } from './postgres/passage-schema.ts';

const url = process.env['DATABASE_URL'];
if (url === undefined) {
  process.stderr.write(
    'Cannot migrate: DATABASE_URL is not set. Set it to the URL of a user that may create roles and schemas.\n',
  );
  process.exitCode = 1;
} else {
  const names = await migrate({ url });
  await migratePassages(url);
  process.stdout.write(
    `${names.length} migrations of Nooble run; the passages have their tables\n`,
  );
}
