import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from '../../scripts/answers.mjs';

/** Tests that need what only the workspace has. */
const notShared = ['standard-decorators.test.ts', 'process.test.ts', 'copies.test.ts'];

const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

/**
 * Gives the copy of this project the tests of the package, rewritten from vitest on sources to Jest on what is installed: the
 * same tables hold on Nest 11 and 12.
 *
 * @param {string} folder the copy
 * @param {string} root the repository
 */
export async function prepare(folder, root) {
  const source = join(root, 'packages', 'nestjs', 'test');
  const target = join(folder, 'test', 'shared');
  // CommonJS has no await at the top of a file
  const redisAnswers = String(await answers(redisUrl, 6379));
  mkdirSync(target, { recursive: true });
  const redis = readFileSync(join(root, 'packages', 'test-kit', 'src', 'redis.ts'), 'utf8');
  writeFileSync(join(target, 'redis.ts'), redis.replace('await probe()', redisAnswers));
  for (const name of readdirSync(source).filter((file) => file.endsWith('.test.ts'))) {
    if (notShared.includes(name)) continue;
    const text = readFileSync(join(source, name), 'utf8')
      .replace(/^import \{([^}]*)\} from 'vitest';$/mu, (_line, names) =>
        /\bvi\b/u.test(names) ? 'const vi = jest;' : '',
      )
      .replace('describe.skipIf(!redisAnswers)(', '(redisAnswers ? describe : describe.skip)(')
      .replaceAll("'@lubdub/test-kit/redis'", "'./redis'")
      .replaceAll("'../src/index.ts'", "'@lubdub/nestjs'")
      .replaceAll("'../src/testing.ts'", "'@lubdub/nestjs/testing'");
    writeFileSync(join(target, name.replace('.test.ts', '.spec.ts')), text);
  }
}
