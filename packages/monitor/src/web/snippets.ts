import type { MonitorDefinition } from '../model.ts';

/** How one kind of job is taught to ping. */
export interface Snippet {
  readonly id: string;
  readonly name: string;
  /** What the reader has to know beside the code. */
  readonly note: string;
  readonly code: string;
}

/** What snippets are written for. */
export interface SnippetTarget {
  readonly monitor: MonitorDefinition;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** Whether the reader may see the ping token, which is a secret. */
  readonly showToken: boolean;
  /** Whether pings need an API key. */
  readonly needsKey: boolean;
}

/** A text as a JavaScript literal, whatever is in it. */
const literal = (text: string): string => {
  const inner = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  return `'${inner.replaceAll("'", String.raw`\'`)}'`;
};

/** A text as a segment of an address that a shell takes in single quotes. */
const segment = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');

const setup = ({ baseUrl, needsKey }: SnippetTarget): string => {
  const url = literal(baseUrl);
  const options = needsKey
    ? `{ baseUrl: ${url}, apiKey: process.env.LUBDUB_API_KEY }`
    : `{ baseUrl: ${url} }`;
  return `provider: lubdub(${options})`;
};

/** The lines that every app has once, with the imports of the rest. */
const start = (target: SnippetTarget, imports: string): string =>
  `import { initHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';
${imports}

initHeartbeat({ ${setup(target)} });
`;

/** One snippet for each way to ping, ready to copy for this monitor. */
export const snippetsFor = (target: SnippetTarget): readonly Snippet[] => [
  ...frameworkSnippets(target),
  ...jobSnippets(target),
  curl(target),
];

const frameworkSnippets = (target: SnippetTarget): readonly Snippet[] => {
  const key = literal(target.monitor.key);
  return [
    {
      id: 'express',
      name: 'Express',
      note: 'Every request of this route is one run: its status says how it ended.',
      code: `${start(target, "import { heartbeat } from '@lubdub/express';")}
app.post('/jobs/nightly', heartbeat(${key}), handler);`,
    },
    {
      id: 'fastify',
      name: 'Fastify',
      note: 'Register the plugin once; the route names its monitor.',
      code: `${start(target, "import heartbeat from '@lubdub/fastify';")}
await app.register(heartbeat);
app.post('/jobs/nightly', { config: { heartbeat: ${key} } }, handler);`,
    },
    {
      id: 'nestjs',
      name: 'NestJS',
      note: 'The decorator fits any method, scheduled or not.',
      code: `import { lubdub } from '@lubdub/core/providers/lubdub';
import { Heartbeat, HeartbeatModule } from '@lubdub/nestjs';

@Module({
  imports: [HeartbeatModule.forRoot({ ${setup(target)} })],
})
export class AppModule {}

@Cron('0 3 * * *')
@Heartbeat(${key})
async nightly() {}`,
    },
  ];
};

const jobSnippets = (target: SnippetTarget): readonly Snippet[] => {
  const key = literal(target.monitor.key);
  return [
    {
      id: 'bullmq',
      name: 'BullMQ',
      note: 'Wrap the processor; each job is one run, over all its attempts.',
      code: `${start(target, "import { withHeartbeat } from '@lubdub/jobs/bullmq';\nimport { Worker } from 'bullmq';")}
new Worker('reports', withHeartbeat(${key}, async (job) => {
  // the job
}), { connection });`,
    },
    {
      id: 'plain',
      name: 'Plain Node',
      note: 'Any function, and any scheduler that calls it.',
      code: `${start(target, "import { withHeartbeat } from '@lubdub/jobs';")}
const job = withHeartbeat(${key}, async () => {
  // the job
});`,
    },
  ];
};

const curl = ({ monitor, baseUrl, showToken, needsKey }: SnippetTarget): Snippet => {
  const address = showToken
    ? `${baseUrl}/ping/${monitor.pingToken}`
    : `${baseUrl}/ping/${needsKey ? '<ping key>' : 'any'}/${segment(monitor.key)}`;
  return {
    id: 'curl',
    name: 'curl',
    note: showToken
      ? 'The address is a secret: whoever has it can ping this monitor.'
      : 'Put a ping key from the settings in its place.',
    code: `# tell of the start, run the job, tell how it ended by its exit status
curl -fsS -m 10 --retry 3 '${address}/start'
your-job; status=$?
curl -fsS -m 10 --retry 3 '${address}/'$status`,
  };
};
