// Tables of options, from the interfaces and their comments.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../workspace.mjs';

const cell = (text) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', String.raw`\|`)
    .trim();

/** The members of an interface with their comments, those of the interfaces it extends not counted. */
function members(path, name) {
  const text = readFileSync(join(root, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${path} has no interface ${name}`);
  return found.members.map((member) => {
    const comment = ts.getJSDocCommentsAndTags(member)[0]?.comment;
    return {
      name: member.name.getText(file),
      type: member.type
        .getText(file)
        .replace(/ \| undefined$/, '')
        .replace(/^\((.*)\)$/s, '$1'),
      // Links are for the API reference.
      text: (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\{@link (\w+)\}/g, '`$1`'),
    };
  });
}

/**
 * Makes a table of options.
 *
 * @param {readonly [path: string, name: string][]} interfaces in the order of the table; of a name the first counts
 * @param {readonly string[]} [without] options that this place does not take
 * @returns {string} the table
 */
export function optionsTable(interfaces, without = []) {
  const all = new Map();
  for (const [path, name] of interfaces)
    for (const member of members(path, name))
      if (!all.has(member.name)) all.set(member.name, member);
  for (const name of without)
    if (!all.delete(name)) throw new Error(`${interfaces[0][1]} has no option ${name}`);
  const rows = [...all.values()].map(({ name, type, text }) => {
    if (text === '') throw new Error(`${interfaces[0][1]}: the option ${name} has no comment`);
    return `| \`${name}\` | \`${cell(type)}\` | ${cell(text)} |`;
  });
  return ['| option | takes | what it does |', '| --- | --- | --- |', ...rows].join('\n');
}
