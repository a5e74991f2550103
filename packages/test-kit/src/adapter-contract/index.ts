import { describe } from 'vitest';
import { abortCases } from './aborts.ts';
import { answerCases } from './answers.ts';
import type { AdapterHarness } from './harness.ts';
import { serviceCases } from './service.ts';
import { streamCases } from './streams.ts';

export type {
  AdapterHarness,
  ContractApp,
  ContractRoute,
  ContractSetup,
  Exchange,
} from './harness.ts';
export { until } from '../eventually.ts';
export { createRecorder, type Recorder, type SentPing } from './recorder.ts';
export { collectWarnings } from './warnings.ts';
export { countResponses, exchangeRaw, openRaw, requestText } from './wire.ts';

/** What every HTTP adapter does on its real framework, over real sockets: one start and one true terminal for each request. */
export const adapterContract = (harness: AdapterHarness): void => {
  describe(`adapter contract: ${harness.name}`, () => {
    answerCases(harness);
    abortCases(harness);
    streamCases(harness);
    serviceCases(harness);
  });
};
