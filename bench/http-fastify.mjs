// node bench/http-fastify.mjs, after a build; BENCH_ROUNDS, BENCH_SECONDS and BENCH_STARTS change its length.
import { measure } from './http-load.mjs';

await measure('fastify');
