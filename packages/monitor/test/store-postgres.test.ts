import { describe } from 'vitest';

import { createDatabase, findPostgres } from './databases.ts';
import { storeContract } from './store-contract/index.ts';

const available = await findPostgres();

describe.skipIf(!available)('with a PostgreSQL server', () => {
  storeContract('PostgreSQL', createDatabase);
});
