// The API explorer in a real browser, served by the sandbox as it is started for a person.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { absence, launchBrowser, send, type Visit, visit } from './browser.ts';

const run = promisify(execFile);
const skipped = absence === undefined ? '' : `: SKIPPED, ${absence}`;
if (skipped) console.warn(`the page in a browser${skipped}`);

describe.skipIf(skipped !== '')(`the page in a browser${skipped}`, { timeout: 60_000 }, () => {
  let folder: string;
  let sandbox: Sandbox;
  let browser: Browser;
  const visits: Visit[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-page-'));
    [sandbox, browser] = await Promise.all([startSandbox({ folder }), launchBrowser()]);
  }, 120_000);

  afterEach(async () => {
    for (const { context, origins } of visits.splice(0)) {
      await context.close();
      expect([...origins]).toEqual([sandbox.url]); // in every test: no other host was asked for anything
    }
  });

  afterAll(async () => {
    await Promise.all([browser?.close(), sandbox?.stop()]);
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  async function open(fragment = '', options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
    const visited = await visit(browser, `${sandbox.url}/${fragment}`, options);
    visits.push(visited);
    return visited;
  }

  /** As most tests begin: the sandbox's key in use. */
  async function openWithKey(fragment = '', options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
    const visited = await open(fragment, options);
    await visited.page.locator('button.primary').first().click();
    await visited.page.getByText(sandbox.clientId).first().waitFor();
    return visited;
  }

  const admin = async (path: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${sandbox.url}/sandbox${path}`, { signal: AbortSignal.timeout(10_000) });
    return (await response.json()) as Record<string, unknown>;
  };
  const body = (page: Page) => page.getByRole('textbox', { name: 'Request body, JSON' });
  const verdicts = (page: Page, heading: string) =>
    page
      .getByRole('region', { name: heading })
      .locator('[data-stage]')
      .evaluateAll((items) => items.map((item) => `${item.dataset.stage} ${item.dataset.verdict}`));
  const block = (page: Page, name: string) => page.getByRole('group', { name }).first();
  const severe = async (page: Page) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  test('headers that keep every other host and every inline script out', async () => {
    for (const path of ['/', '/page.js', '/style.css', '/openapi.json']) {
      const { headers } = await fetch(sandbox.url + path);
      expect(headers.get('Content-Security-Policy'), path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('X-Content-Type-Options'), path).toBe('nosniff');
      expect(headers.get('Referrer-Policy'), path).toBe('no-referrer');
      expect(headers.get('X-Frame-Options'), path).toBe('DENY');
      expect(headers.get('Cross-Origin-Opener-Policy'), path).toBe('same-origin');
      expect(headers.get('Access-Control-Allow-Origin'), path).toBeNull();
    }
  });

  test('the contract is the spec’s, its server the page’s own origin', async () => {
    const spec = parse(readFileSync(new URL(import.meta.resolve('@alipayhk-pass/spec/openapi.yaml')), 'utf8'));
    const served = await (await fetch(`${sandbox.url}/openapi.json`)).json();
    expect(served).toEqual({ ...spec, servers: [{ url: '/' }] });
  });

  test('what is no file of the page is for the gateway', async () => {
    const answer = await fetch(`${sandbox.url}/page`, { method: 'POST' });
    expect(answer.headers.get('Tracer-Id')).toBeTruthy();
    expect(await answer.json()).toMatchObject({ resultInfo: { resultStatus: 'F' } });
  });

  test('from the first visit to an accepted update in three actions', async () => {
    const { page, complaints } = await open(); // one
    await page.getByRole('button', { name: 'Use the sandbox’s key' }).click(); // two
    await page.getByRole('button', { name: 'Seal and send' }).click(); // three
    await page.getByText('Accepted').first().waitFor();
    await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();

    const tracerId = await page.getByText('Tracer id').first().locator('+ dd').textContent();
    const entry = await admin(`/ledger/${tracerId}`);
    expect(entry).toMatchObject({
      applied: true,
      encrypted: false,
      keyVersion: '1',
      update: { passId: sandbox.pass.passId },
    });
    expect(await verdicts(page, 'The gateway’s ledger')).toContain('signature passed');
    expect(await verdicts(page, 'Reply')).toEqual(
      'arrival passed,status passed,headers passed,signature passed,time passed,decryption skipped,contract passed,result passed'.split(
        ',',
      ),
    );
    const signed = await block(page, 'Content to be signed').textContent();
    expect(signed).toMatch(/^POST \/api\/open\/alipay\/v1\/ipass\/pass\/manage\/updatePassLF\n/);
    expect(signed).toContain(`\n${sandbox.clientId}.20`);
    const request = page.getByRole('region', { name: 'Request', exact: true });
    await request.getByText('256 bytes').waitFor();
    await request.getByText('RSA256').waitFor();
    expect(await page.locator('[data-fact=revision] dd').last().textContent()).toBe(
      String((await admin(`/passes/${sandbox.pass.passId}`)).revision),
    );
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
      0,
      0,
      '',
    ]);
  });

  test('an encrypted update: plaintext and ciphertext of both messages', async () => {
    const { page, complaints } = await openWithKey();
    await page.getByText('Signing only').waitFor();
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await page.getByText('the key’s numbers stay in this page’s memory').waitFor();
    expect(await send(page)).toBe('accepted');
    const request = page.getByRole('region', { name: 'Request', exact: true });
    const reply = page.getByRole('region', { name: 'Reply' });
    for (const message of [request, reply]) {
      expect(await block2(message, 'Ciphertext on the wire, base64')).toMatch(/^[A-Za-z0-9+/]+=*$/);
      await message.getByText('RSA_AES').waitFor();
    }
    expect(await block2(request, 'Plaintext')).toContain(sandbox.pass.passId);
    expect(await block2(reply, 'Plaintext')).toContain('SUCCESS');
    expect(await verdicts(page, 'Reply')).toContain('decryption passed');
    expect(complaints).toEqual([]);
  });
  const block2 = (within: ReturnType<Page['getByRole']>, name: string) =>
    within.getByRole('group', { name }).textContent();

  test('each class of failure, in words', { timeout: 120_000 }, async () => {
    const { page, complaints } = await openWithKey();
    const fault = page.getByRole('combobox', { name: 'Fault of the gateway' });
    const cases: [fault: string, outcome: string, title: string][] = [
      ['PARAM_ILLEGAL', 'refused', 'Refused (F)'],
      ['UNKNOWN_EXCEPTION', 'unknown', 'Unknown (U)'],
      ['applied-but-unknown', 'unknown', 'Unknown (U)'],
      ['unsigned-F', 'unsignedResult', 'A refusal without a signature'],
      ['unsigned-S', 'unsigned', 'An answer without a signature'],
      ['signed-by-another-key', 'signature', 'The signature does not verify'],
      ['tampered-body', 'signature', 'The signature does not verify'],
      ['response-time-behind', 'time', 'The reply’s time is off'],
      ['signature-missing', 'malformed', 'A malformed reply'],
      ['result-for-resultInfo', 'accepted', 'Accepted'],
      ['http-302', 'redirect', 'A redirect'],
      ['http-500', 'httpError', 'An HTTP error'],
      ['reset', 'broken', 'The connection broke'],
    ];
    const { catalog } = (await admin('/faults')) as { catalog: { name: string; applies: boolean }[] };
    for (const [name, outcome, title] of cases) {
      const applied = catalog.find((each) => each.name === name)?.applies;
      await fault.selectOption(name);
      expect(await send(page), name).toBe(outcome);
      expect(await page.locator('.verdict').textContent(), name).toBe(title);
      await page.getByText(`By the gateway’s ledger it was ${applied ? '' : 'not '}applied.`).waitFor();
    }
    await page.getByText('keyVersion and timeout').click();
    await page.getByRole('spinbutton', { name: 'Wait for a reply' }).fill('0.7');
    await fault.selectOption('hang');
    expect(await send(page)).toBe('timeout');
    await page.getByRole('spinbutton', { name: 'Wait for a reply' }).fill('10');
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await fault.selectOption('encrypted-with-another-key');
    expect(await send(page)).toBe('decryption');
    // The browser itself reports what is an error to HTTP.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    expect(await page.locator('ol.history li').count()).toBe(cases.length + 2);
  });

  test('a body that is not JSON, or does not fit the contract, is not sent', async () => {
    const { page, complaints } = await openWithKey();
    await body(page).fill('{"passId": ');
    expect(await send(page)).toBe('notJson');
    await body(page).fill(JSON.stringify({ passId: 'P', status: 'UPDATED', updateDetailType: 'UPDATE_MEMBER_CARD' }));
    expect(await send(page)).toBe('requestInvalid');
    const paths = await page.locator('.issues code').allTextContents();
    expect(paths).toEqual(expect.arrayContaining(['merchantId', 'status']));
    await page.getByText('userId or openId').waitFor();
    expect(await page.getByRole('region', { name: 'Request', exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a body that was changed after sealing is refused by the gateway', async () => {
    const { page } = await openWithKey();
    await page.getByRole('checkbox', { name: 'Tamper with the body' }).check();
    expect(await send(page)).toBe('refused');
    await page.getByText('INVALID_SIGNATURE').first().waitFor();
    expect(await verdicts(page, 'The gateway’s ledger')).toContain('signature refused');
    const sealed = await block(page, 'Body on the wire').textContent();
    const sent = await block(page, 'Body as it was sent, changed after sealing').textContent();
    expect(sent).toHaveLength(sealed?.length ?? 0);
    expect(sent).not.toBe(sealed);
  });

  test('without a key nothing is sent, and the page says so', async () => {
    const { page } = await open();
    await page.locator('button.send').click();
    await page.getByText('A key comes first').waitFor();
    expect(await page.locator('ol.history li').count()).toBe(0);
  });

  test('a key that is pasted: refused in words, remembered only where asked, forgotten', async () => {
    const { page, complaints } = await open();
    await page.getByText('Paste a key of your own').click();
    const privateKey = page.locator('[name=privateKey]');
    await privateKey.fill(readFileSync(sandbox.gatewayPublicKey, 'utf8'));
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('expected an RSA private key of 2048 bits or more, received a public key').waitFor();

    // As an environment variable has it: no lines, no label.
    const bare = readFileSync(sandbox.merchantPrivateKey, 'utf8').replaceAll(/-----.*-----|\n/g, '');
    await privateKey.fill(bare);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('your key').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.content()).not.toContain(bare.slice(100, 200));
    expect(await privateKey.inputValue()).toBe('');
    expect(await send(page)).toBe('accepted');

    await page.getByText('Paste a key of your own').click();
    await privateKey.fill(bare);
    await page.getByRole('checkbox', { name: 'Remember in this browser tab' }).check();
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.waitForFunction(() => sessionStorage.length === 1);
    await page.reload();
    await page.getByText('remembered in this tab').waitFor();
    await page.locator('html[data-ready]').waitFor();
    expect(await send(page)).toBe('accepted');
    await page.getByRole('button', { name: 'Forget the key' }).click();
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0]);
    expect(complaints).toEqual([]);
  });

  test('a link to a filled form, without keys', async () => {
    const { page } = await openWithKey('', { permissions: ['clipboard-read', 'clipboard-write'] });
    const update = { ...JSON.parse(await body(page).inputValue()), dataInfo: { level: '金卡 & 50%' } };
    await body(page).fill(JSON.stringify(update));
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await page.getByRole('combobox', { name: 'Fault of the gateway' }).selectOption('PASS_IS_NULL');
    await page.getByRole('button', { name: 'Copy a link to this form' }).click();
    await page.getByText('Copied').waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    const key = readFileSync(sandbox.merchantPrivateKey, 'utf8').split('\n')[1] ?? '';
    expect(link.search).toBe('');
    expect(decodeURIComponent(link.href)).not.toContain(key);

    const { page: other } = await openWithKey(link.hash);
    expect(JSON.parse(await body(other).inputValue())).toEqual(update);
    expect(await other.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).isChecked()).toBe(true);
    expect(await send(other)).toBe('refused');
    await other.getByText('PASS_IS_NULL').first().waitFor();
  });

  test('by keyboard alone, with the focus in sight', async () => {
    const { page } = await open();
    /** Presses Tab until the control of this name has the focus. */
    const reach = async (name: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const { activeElement: element } = document;
          const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body);
          return { text: element?.textContent, outline: `${outlineStyle} ${outlineWidth}` };
        });
        expect(focused.outline, focused.text ?? '').toMatch(/^(solid|auto) [1-9]/);
        if (focused.text === name) return;
      }
      throw new Error(`expected to reach ${name} by Tab`);
    };
    await reach('Use the sandbox’s key');
    await page.keyboard.press('Enter');
    await page.getByText(`Signing as ${sandbox.clientId}`).waitFor();
    await reach('Seal and send');
    await page.keyboard.press('Enter');
    await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
  });

  test('what is copied works: curl is accepted, TypeScript runs, JSON holds both ends', async () => {
    const { page } = await openWithKey('', { permissions: ['clipboard-read', 'clipboard-write'] });
    const update = { ...JSON.parse(await body(page).inputValue()), dataInfo: { level: "it's $HOME `x` \\n 金卡" } };
    for (const encrypted of [false, true]) {
      await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).setChecked(encrypted);
      await body(page).fill(JSON.stringify(update));
      expect(await send(page)).toBe('accepted');
      const copied = async (form: string) => {
        await page.locator(`[data-copy=${form}]`).click();
        await page.getByText('Copied').waitFor();
        return page.evaluate(() => navigator.clipboard.readText());
      };
      const curl = await copied('curl');
      const { stdout: answer } = await run('bash', ['-c', `${curl} --silent --show-error --noproxy '*' --max-time 20`]);
      expect(answer).toContain('HTTP/1.1 200');
      const tracerId = /^tracer-id: (.*)\r$/im.exec(answer)?.[1];
      expect(await admin(`/ledger/${tracerId}`)).toMatchObject({ applied: true, encrypted, update });

      const program = await copied('typescript');
      const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '--eval', program], {
        cwd: import.meta.dirname,
        timeout: 30_000,
        env: {
          MERCHANT_PRIVATE_KEY: readFileSync(sandbox.merchantPrivateKey, 'utf8'),
          ALIPAYHK_PUBLIC_KEY: readFileSync(sandbox.gatewayPublicKey, 'utf8'),
        },
      });
      expect(await admin(`/ledger/${stdout.replace('updated ', '').trim()}`)).toMatchObject({
        applied: true,
        encrypted,
        update,
      });

      const record = JSON.parse(await copied('json'));
      expect(record).toMatchObject({ clientId: sandbox.clientId, reply: { status: 200 }, ledger: { applied: true } });
      expect(JSON.parse(record.request.plaintext)).toEqual(update);
    }
  });

  test.each([
    ['en', 'light', 1280],
    ['zh', 'light', 360],
    ['en', 'dark', 360],
    ['zh', 'dark', 1280],
  ] as const)('no serious fault of accessibility: %s, %s, %i px', async (language, colorScheme, width) => {
    const { page } = await openWithKey(`#lang=${language}&encryption=on`, {
      colorScheme,
      viewport: { width, height: 800 },
    });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language === 'en' ? 'en' : 'zh-Hant-HK');
    expect(await severe(page)).toEqual([]);
    expect(await send(page)).toBe('accepted');
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.getByRole('button', { name: 'Schemas' }).click();
    expect(await severe(page)).toEqual([]);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(tooWide).toBeLessThanOrEqual(0);
  });

  test('the language is chosen by the browser’s, and by a button', async () => {
    const { page } = await open('', { locale: 'zh-HK' });
    await page.getByRole('button', { name: '使用沙盒的密鑰' }).click();
    await page.getByRole('button', { name: '封裝並傳送' }).click();
    await page.getByText('已接納').first().waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Seal and send' }).waitFor();
    expect(await page.locator('.verdict').textContent()).toBe('Accepted');
  });
});
