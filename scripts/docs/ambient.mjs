// What the blocks use without saying where it comes from: the reader's own application. `declare const` of these is put before
// a block that uses a name and does not make it itself. The first entry whose `where` fits the page wins.

const anywhere = /./;

/** @type {{ name: string, type: string, where: RegExp }[]} */
const names = [
  { name: 'app', type: "import('fastify').FastifyInstance", where: /fastify/ },
  { name: 'app', type: "import('express').Express", where: /express|README|semantics/ },
  { name: 'handler', type: '() => Promise<{ rows: number }>', where: /fastify/ },
  { name: 'handler', type: "import('express').RequestHandler", where: /express|README/ },
  { name: 'request', type: "import('fastify').FastifyRequest", where: /fastify/ },
  { name: 'request', type: "import('express').Request", where: /express/ },
  { name: 'heartbeat', type: "import('@lubdub/core').HeartbeatClient", where: anywhere },
  { name: 'run', type: "import('@lubdub/core').Run", where: anywhere },
  { name: 'provider', type: "import('@lubdub/core').Provider", where: anywhere },
  { name: 'outcome', type: "import('@lubdub/core').Outcome", where: anywhere },
  { name: 'worker', type: "import('bullmq').Worker", where: anywhere },
  { name: 'queue', type: "import('bullmq').Queue", where: anywhere },
  { name: 'connection', type: "import('ioredis').Redis", where: anywhere },
  { name: 'agenda', type: "import('agenda').Agenda", where: anywhere },
  { name: 'boss', type: 'any', where: anywhere },
  { name: 'createServer', type: "typeof import('node:http').createServer", where: anywhere },
  {
    name: 'database',
    type: '{ isConnected(): boolean; query(text: string): Promise<unknown[]> }',
    where: anywhere,
  },
  { name: 'backUp', type: '(database?: string) => Promise<{ rows: number }>', where: anywhere },
  { name: 'runBackup', type: '() => Promise<void>', where: anywhere },
  { name: 'jobs', type: "import('@lubdub/core').Provider", where: anywhere },
  { name: 'importOrders', type: '(event?: unknown) => Promise<{ rows: number }>', where: anywhere },
  { name: 'sendMail', type: '(data: unknown) => Promise<void>', where: anywhere },
  { name: 'send', type: '(data: unknown) => Promise<void>', where: anywhere },
  {
    name: 'acme',
    type: "(options: { apiKey: string }) => import('@lubdub/core').Provider",
    where: anywhere,
  },
  { name: 'myFetch', type: 'typeof fetch', where: anywhere },
  { name: 'proxyUrl', type: 'string', where: anywhere },
  {
    name: 'HttpsProxyAgent',
    type: "new (url: string) => import('node:https').Agent",
    where: anywhere,
  },
  ...['pingKey', 'apiKey', 'secret', 'token', 'ca', 'cert', 'key', 'baseUrl', 'dsn'].map(
    (name) => ({
      name,
      type: 'string',
      where: anywhere,
    }),
  ),
];

/** Modules whose exports the pages use as known. @type {Record<string, string[]>} */
const modules = {
  '@nestjs/common': ['Injectable', 'Module', 'Get', 'Post', 'Controller'],
  '@nestjs/schedule': ['Cron', 'Interval', 'ScheduleModule'],
  '@nestjs/terminus': ['HealthCheckService'],
  '@nestjs/testing': ['Test'],
  '@lubdub/nestjs': [
    'Heartbeat',
    'HeartbeatModule',
    'HeartbeatService',
    'HeartbeatHealthIndicator',
    'InjectHeartbeat',
    'getHeartbeatToken',
  ],
  '@lubdub/core': ['createHeartbeat', 'initHeartbeat', 'HeartbeatClient'],
  '@lubdub/core/testing': ['createRecordingHeartbeat'],
  '@lubdub/core/providers/exemplar': ['exemplar'],
  '@lubdub/core/providers/healthchecks': ['healthchecks'],
};

/** Classes of the reader's. @type {Record<string, string>} */
const classes = {
  ConfigModule: 'export declare class ConfigModule {}',
  ConfigService: 'export declare class ConfigService { getOrThrow(name: string): string; }',
  AppModule: 'export declare class AppModule {}',
  JobsModule: 'export declare class JobsModule {}',
  Backup: 'export declare class Backup { run(): Promise<void>; }',
};

const reserved = (code, name) =>
  new RegExp(
    `(?:const|let|var|function|class)\\s+${name}\\b|import\\s+(?:type\\s+)?${name}\\b|[{,]\\s*(?:type\\s+)?${name}\\s*[,}=][^;]*(?:from|=\\s*await|=\\s*require)`,
  ).test(code);

/**
 * Declarations of the names that a block uses and does not make, in one line.
 *
 * @param {string} page the block's page
 * @param {string} code the block with the imports it has
 * @returns {string}
 */
export function ambientFor(page, code) {
  const seen = new Set();
  const used = (name) => new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*:)`).test(bare);
  const bare = code.replaceAll(/\/\/.*$/gm, '').replaceAll(/'[^'\n]*'/g, "''");
  const imports = Object.entries(modules).flatMap(([from, exported]) =>
    exported
      .filter((name) => used(name) && !reserved(code, name))
      .map((name) => `import { ${name} } from '${from}';`),
  );
  const made = Object.entries(classes)
    .filter(([name]) => used(name) && !reserved(code, name))
    .map(([, text]) => text);
  const declared = names
    .filter(({ name, where }) => {
      if (seen.has(name) || !where.test(page) || reserved(code, name)) return false;
      seen.add(name);
      return used(name);
    })
    .map(({ name, type }) => `declare const ${name}: ${type};`);
  return [...imports, ...made, ...declared].join(' ');
}
