// Prints what the providers declare about themselves, for the tables of the documentation.
import { everyProvider, hasUpsert } from '../../packages/core/test/provider-table.ts';

console.log(
  JSON.stringify(
    everyProvider().map(({ name, capabilities, alert, track }) => ({
      name,
      capabilities,
      alert: alert !== undefined,
      track: track !== undefined,
      upsert: hasUpsert(name),
    })),
  ),
);
