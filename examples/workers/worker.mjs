// A Cloudflare Worker with a cron trigger (wrangler.toml). The bundler takes the build of @lubdub/core for the edge: `fetch`, and
// none of Node's modules.
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';

export default {
  async scheduled(controller, env, context) {
    const heartbeat = createHeartbeat({
      provider: lubdub({
        baseUrl: env.LUBDUB_URL,
        apiKey: env.LUBDUB_API_KEY,
        upsert: true,
        monitors: { 'session-pruning': { schedule: '0 * * * *', graceMs: 600_000 } },
      }),
    });
    // the Worker ends with its event; what is still under way is the platform's to wait for
    await heartbeat.run('session-pruning', () => prune(), {
      waitUntil: (delivery) => context.waitUntil(delivery),
    });
  },
};

async function prune() {
  return { sessions: 7 };
}
