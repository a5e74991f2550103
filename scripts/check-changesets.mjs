// Holds the pending changesets to what the repository publishes: known packages, known bumps, a sentence.
// `changeset status` itself needs a branch named main and its history; a fresh shallow clone has neither.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const folder = join(root, '.changeset');
const names = readdirSync(join(root, 'packages'))
  .map((name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')))
  .filter((manifest) => manifest.private !== true)
  .map((manifest) => manifest.name);
const problems = [];

for (const group of JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).fixed) {
  for (const name of group.filter((member) => !names.includes(member)))
    problems.push(`config.json: ${name} is in a fixed group and is no published package`);
}
const files = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
for (const file of files) {
  const [, head, body] =
    /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(readFileSync(join(folder, file), 'utf8')) ??
    [];
  if (head === undefined) {
    problems.push(`${file}: has no front matter`);
    continue;
  }
  if (body.trim() === '') problems.push(`${file}: says nothing`);
  for (const line of head.split('\n').filter((text) => text.trim() !== '')) {
    const [, name, bump] = /^["']?([^"':]+)["']?:\s*(\w+)\s*$/.exec(line) ?? [];
    if (!names.includes(name)) problems.push(`${file}: no published package in "${line}"`);
    else if (!['major', 'minor', 'patch'].includes(bump))
      problems.push(`${file}: no bump in "${line}"`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${files.length} changesets are well-formed`);
