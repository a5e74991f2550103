// Calls the function once. Here is no `waitUntil`, so the answer waits for the ping, at most two seconds.
import { GET } from './api/nightly-report.mjs';

const response = await GET(new Request('http://127.0.0.1/api/nightly-report'));
console.log(response.status, await response.text());
