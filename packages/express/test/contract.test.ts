import { adapterContract } from '@lubdub/test-kit/adapter-contract';
import express from 'express';
import express4 from 'express4';
import { createExpressHarness } from './harness.ts';

adapterContract(createExpressHarness('Express 5', express, 5));
adapterContract(createExpressHarness('Express 4', express4 as unknown as typeof express, 4));
