// Calls the handler once, as Lambda does.
import { randomUUID } from 'node:crypto';
import { handler } from './handler.mjs';

const context = {
  functionName: 'order-import',
  awsRequestId: randomUUID(),
  getRemainingTimeInMillis: () => 30_000,
};
console.log(await handler({ orders: [1, 2, 3] }, context));
