/** VitePress: how the pages of `dist/pages` become a site. */
import { createHash } from 'node:crypto';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { entries, home, pageOf } from '../src/entries.ts';
import { chinese, english } from './words.ts';

/** As GitHub makes them, so that a link to a heading works in both places. */
const slugify = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');

/** A page may load what the site has itself, and run the scripts that VitePress put into it. */
function policyFor(html: string): string {
  const scripts = Array.from(html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>(.*?)<\/script>/gs), ([, code = '']) => code);
  const hashes = scripts.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].join(' ')}`,
    "style-src 'self' 'unsafe-inline'", // Shiki colours code by style attributes
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Start',
    items: [
      { text: 'A first update', link: '/first-update' },
      { text: 'Keys', link: '/keys' },
      { text: 'Encryption', link: '/encryption' },
      { text: 'Errors', link: '/errors' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: "Receiving AlipayHK's calls", link: '/webhooks' },
      { text: 'Testing with the sandbox', link: '/sandbox' },
      { text: 'Rotation and remote keys', link: '/rotation' },
      { text: 'Behind a proxy', link: '/proxy' },
      { text: 'Performance', link: '/performance' },
      { text: 'The outbox', link: '/outbox' },
      { text: 'How a message travels', link: '/message' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'The command', link: '/command' },
      { text: 'The sandbox', link: '/sandbox-reference' },
      { text: 'The outbox', link: '/outbox-reference' },
      { text: 'Assumptions', link: '/assumptions' },
      { text: 'Security', link: '/security' },
    ],
  },
  {
    text: 'API',
    link: '/reference/',
    items: entries.map(({ specifier }) => ({
      text: specifier.replace('@alipayhk-pass/', ''),
      link: `/reference/${pageOf(specifier)}`,
    })),
  },
];

export default defineConfig({
  title: 'alipayhk-pass',
  srcDir: 'dist/pages',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  transformHtml: (html) =>
    html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policyFor(html)}">`),
  locales: {
    root: { label: 'English', lang: 'en', ...english, themeConfig: { ...english.themeConfig, sidebar } },
    'zh-Hant': { label: '繁體中文', lang: 'zh-Hant-HK', ...chinese },
  },
  themeConfig: {
    i18nRouting: false, // not every page is in both languages
    search: { provider: 'local', options: { locales: { 'zh-Hant': { translations: chinese.search } } } },
    socialLinks: [{ icon: 'github', link: home }],
  },
});
