import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';

const docs = join(import.meta.dirname, '..');
const source = 'https://github.com/lubdub/lubdub/blob/main';

interface Item {
  text: string;
  link: string;
}

/** A page in the side bar, by its heading unless it is told another text. */
const page = (link: string, text?: string): Item => {
  const title = /^# (.*)$/m.exec(readFileSync(join(docs, `${link}.md`), 'utf8'))?.[1];
  return { text: text ?? title?.replaceAll('`', '') ?? link, link: link.replace(/README$/, '') };
};

const pagesOf = (folder: string): Item[] =>
  existsSync(join(docs, folder))
    ? readdirSync(join(docs, folder))
        .filter((name) => name.endsWith('.md') && name !== 'README.md')
        .map((name) => page(`/${folder}/${name.slice(0, -3)}`))
    : [];

const withoutPrefix = ({ text, link }: Item): Item => ({
  text: text.replace('Five minutes: ', '').replace(/^./, (first) => first.toUpperCase()),
  link,
});

/** What most look for comes first. */
const starts = ['plain', 'express', 'fastify', 'nestjs', 'bullmq', 'agenda', 'cron'];
// served as files, not as pages of the site
const reference = { text: 'API reference', link: '/api/index.html', target: '_self' };

export default defineConfig({
  title: 'lubdub',
  description: 'Heartbeats for Node jobs: any framework, any monitoring service',
  cleanUrls: true,
  // a page of GitHub is the same page here
  rewrites: {
    'README.md': 'index.md',
    'monitor/README.md': 'monitor/index.md',
    'providers/README.md': 'providers/index.md',
  },
  srcExclude: ['node_modules/**', '.blocks/**', 'api/**'],
  markdown: {
    config(markdown) {
      // links out of docs/ lead to the repository
      const open = markdown.renderer.rules.link_open;
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const href = tokens[index]?.attrGet('href') ?? '';
        // a folder's README is its index here
        tokens[index]?.attrSet(
          'href',
          href.replace(/^README\.md(?=#|$)/, './').replace(/\/README\.md(?=#|$)/, '/'),
        );
        const outside = /^(?:\.\.\/)+(packages|examples|bench|CONTRIBUTING)/.exec(href);
        if (outside !== null)
          tokens[index]?.attrSet('href', `${source}/${href.replace(/^(?:\.\.\/)+/, '')}`);
        return open === undefined
          ? self.renderToken(tokens, index, options)
          : open(tokens, index, options, env, self);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/lubdub/lubdub' }],
    nav: [
      { text: 'Start', link: '/start/plain' },
      { text: 'Providers', link: '/providers/' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
      reference,
    ],
    sidebar: [
      {
        text: 'Start',
        items: starts.map((name) => page(`/start/${name}`)).map(withoutPrefix),
      },
      { text: 'Decide', items: [page('/choosing-a-provider'), page('/semantics')] },
      { text: 'Migrating', items: pagesOf('migrating') },
      {
        text: 'Run',
        items: [
          ...pagesOf('operations'),
          page('/security'),
          page('/security/network'),
          page('/troubleshooting'),
          page('/errors'),
        ],
      },
      {
        text: 'The monitor',
        items: [page('/monitor/README', 'What it is'), ...pagesOf('monitor')],
      },
      { text: 'Frameworks', items: pagesOf('frameworks') },
      {
        text: 'Providers',
        collapsed: true,
        items: [page('/providers/README', 'All'), ...pagesOf('providers')],
      },
      {
        text: 'Take part',
        items: [page('/architecture'), page('/writing-a-provider'), reference],
      },
      { text: 'Decisions', collapsed: true, items: pagesOf('adr') },
    ].filter(({ items }) => items.length > 0),
  },
});
