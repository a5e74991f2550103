import { createFolder } from './databases.ts';
import { storeContract } from './store-contract/index.ts';

storeContract('SQLite', () => Promise.resolve(createFolder()));
