import { describe } from 'vitest';

import type { TestDatabase } from '../databases.ts';
import { alertsContract } from './alerts.ts';
import { evaluationContract } from './evaluation.ts';
import { useStore } from './fixture.ts';
import { monitorsContract } from './monitors.ts';
import { pingsContract } from './pings.ts';

/** What every store must do, whatever database is under it. */
export const storeContract = (name: string, create: () => Promise<TestDatabase>): void => {
  describe(`the store on ${name}`, () => {
    const fixture = useStore(create);
    monitorsContract(fixture);
    pingsContract(fixture);
    evaluationContract(fixture);
    alertsContract(fixture);
  });
};
