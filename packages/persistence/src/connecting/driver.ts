// The only file that imports the driver at run time: what it needs in a bundle has to be there before.
import '@nooble/redis/bundled';

export { Client, Pool } from 'pg';
