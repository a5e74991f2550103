// A snapshot of the public types of each package, held against packages/<name>/api-report.md: a change that nobody declared fails.
//
//   node scripts/api-report.mjs            compares; after a build
//   node scripts/api-report.mjs --update   writes the reports
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import ts from 'typescript';
import { entries } from './entries.mjs';
import { root } from './workspace.mjs';

const printer = ts.createPrinter({ removeComments: true });
const compilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
};

/** Published packages with declarations of their own. */
export function reportedPackages() {
  return readdirSync(join(root, 'packages')).filter((name) => {
    const file = join(root, 'packages', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).private !== true;
  });
}

const isPrivate = (member) =>
  ts.isPrivateIdentifier(member.name ?? member) ||
  (ts.canHaveModifiers(member) &&
    (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword));

/** The declaration without private members, as one normalised text. */
function textOf(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const visible = ts.isClassDeclaration(node)
    ? ts.factory.updateClassDeclaration(
        node,
        node.modifiers,
        node.name,
        node.typeParameters,
        node.heritageClauses,
        node.members.filter((member) => !isPrivate(member)),
      )
    : node;
  return printer
    .printNode(ts.EmitHint.Unspecified, visible, declaration.getSourceFile())
    .replaceAll(/^(?:export |declare )+/g, '')
    .replaceAll(/\n\s+/g, '\n  ')
    .replaceAll(/import\("[^"]*\/([\w-]+?)(?:-[\w-]{8})?\.js"\)/g, "import('$1')")
    .replaceAll(/\b([A-Za-z]\w*)\$\d+\b/g, '$1');
}

/** What a program knows of the exports of one package. */
class Report {
  constructor(name, program) {
    this.checker = program.getTypeChecker();
    this.program = program;
    this.folder = join(root, 'packages', name, 'dist') + sep;
    this.exported = new Set();
    this.referenced = new Map();
  }

  target(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  own(symbol) {
    return (symbol.declarations ?? []).filter((one) =>
      one.getSourceFile().fileName.replaceAll('/', sep).startsWith(this.folder),
    );
  }

  /** Types of the package that a declaration names, however deep. */
  follow(node) {
    const visit = (child) => {
      if (ts.isIdentifier(child)) this.note(this.checker.getSymbolAtLocation(child));
      ts.forEachChild(child, visit);
    };
    ts.forEachChild(node, visit);
  }

  note(found) {
    if (found === undefined) return;
    const symbol = this.target(found);
    const declarations = this.own(symbol).filter(
      (one) =>
        ts.isInterfaceDeclaration(one) ||
        ts.isTypeAliasDeclaration(one) ||
        ts.isClassDeclaration(one),
    );
    if (declarations.length === 0 || this.exported.has(symbol) || this.referenced.has(symbol))
      return;
    this.referenced.set(symbol, declarations.map(textOf).join('\n'));
    for (const declaration of declarations) this.follow(declaration);
  }

  /** The exports of one entry, by name. */
  section(file) {
    const source = this.program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not built`);
    return this.checker
      .getExportsOfModule(this.checker.getSymbolAtLocation(source))
      .map((alias) => [alias.name, this.target(alias)])
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
  }
}

const lineOf = (report, [name, symbol]) => {
  const declarations = report.own(symbol);
  if (declarations.length === 0) return `${name}: from another package`;
  const alias = symbol.name === name || name === 'default' ? '' : `// as ${name}\n`;
  return `${name === 'default' ? '// default\n' : alias}${declarations.map(textOf).join('\n')}`;
};

/**
 * @param {string} name folder below `packages`, built
 * @returns {string} the report as Markdown
 */
export function reportOf(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const names = Object.keys(entries(manifest));
  const fileOf = (entry) => join(root, 'packages', name, 'dist', `${entry}.d.ts`);
  const program = ts.createProgram(names.map(fileOf), compilerOptions);
  const report = new Report(name, program);
  const sections = names.map((entry) => [entry, report.section(fileOf(entry))]);
  for (const [, found] of sections) for (const [, symbol] of found) report.exported.add(symbol);
  for (const symbol of report.exported)
    for (const declaration of report.own(symbol)) report.follow(declaration);
  const parts = sections.map(
    ([entry, found]) =>
      `## ${entry}\n\n\`\`\`ts\n${found.map((one) => lineOf(report, one)).join('\n')}\n\`\`\``,
  );
  const referenced = [...report.referenced.values()].toSorted((one, other) =>
    one < other ? -1 : 1,
  );
  const rest =
    referenced.length === 0
      ? []
      : [`## Named by the above, not exported\n\n\`\`\`ts\n${referenced.join('\n')}\n\`\`\``];
  const head = `# Public types of ${manifest.name}\n\nGenerated by \`pnpm api:update\` after a build; \`npm test\` fails when the types differ.`;
  return `${[head, ...parts, ...rest].join('\n\n')}\n`;
}

const fileOfReport = (name) => join(root, 'packages', name, 'api-report.md');

function firstDifference(before, after) {
  const old = before.split('\n');
  const now = after.split('\n');
  const at = now.findIndex((line, index) => line !== old[index]);
  const index = at === -1 ? now.length : at;
  return `line ${index + 1}\n  - ${old[index] ?? '(end)'}\n  + ${now[index] ?? '(end)'}`;
}

/**
 * Compares, or writes.
 *
 * @param {{ update?: boolean }} [options]
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} one for each package
 */
export async function checkApi({ update = false } = {}) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const name of reportedPackages()) {
    const now = reportOf(name);
    const file = fileOfReport(name);
    if (update) writeFileSync(file, now);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (before === now) total.passed += 1;
    else {
      total.failed += 1;
      console.error(
        `packages/${name}: the public types changed at ${firstDifference(before, now)}\n  if that is meant: pnpm api:update, and a changeset`,
      );
    }
  }
  console.log(`${total.passed} of ${total.passed + total.failed} API reports are up to date`);
  return total;
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await checkApi({ update: process.argv.includes('--update') });
  process.exitCode = failed === 0 ? 0 : 1;
}
