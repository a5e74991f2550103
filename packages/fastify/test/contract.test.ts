import { adapterContract } from '@lubdub/test-kit/adapter-contract';
import { fastifyHarness } from './harness.ts';

adapterContract(fastifyHarness);
