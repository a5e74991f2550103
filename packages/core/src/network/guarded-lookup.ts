import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { addressRefusal, type Destination } from './policy.ts';

/**
 * A look-up that checks every address it finds, so that a name may not lead where its address could not: one refused address
 * refuses them all. Node asks for all addresses or for one; both are answered.
 */
export const guardedLookup =
  (destination: Destination, resolve: LookupFunction = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found, family) => {
      if (error !== null && error !== undefined) {
        callback(error, '', 0);
        return;
      }
      // A resolver that was handed in may ignore `all`.
      const all = Array.isArray(found) ? found : [{ address: found, family: family ?? 0 }];
      for (const { address } of all) {
        const refusal = addressRefusal(address, destination);
        if (refusal !== undefined) {
          callback(refusal, '', 0);
          return;
        }
      }
      const [first] = all;
      if (first === undefined)
        callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
      else if (options.all === true) callback(null, all);
      else callback(null, first.address, first.family);
    });
  };
