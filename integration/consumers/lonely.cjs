// Core alone: nothing else is installed beside it.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { createHeartbeat } = require('@lubdub/core');
const { lubdub } = require('@lubdub/core/providers/lubdub');

const beside = readdirSync(join(__dirname, 'node_modules'));
if (beside.join() !== '@lubdub') throw new Error(`beside core there is ${beside.join(', ')}`);
const client = createHeartbeat({ provider: lubdub({ baseUrl: process.env.LUBDUB_URL }) });
void client.run('lonely', async () => undefined).then(() => client.close());
