// What the page keeps and what can be copied from it: keys, links, curl, TypeScript, JSON.
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { admin, body, describeInBrowser, send, takeKey } from './browser.ts';
import { serveSandbox } from './serve.ts';

const run = promisify(execFile);
const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

describeInBrowser('what the page keeps and copies', (open) => {
  const { clientId, merchantPrivateKey, gatewayPublicKey } = inject('sandbox');

  test('a pasted key is refused in words, remembered only if asked for, and forgotten', async () => {
    const { page, complaints } = await open();
    await page.getByText('Paste a key of your own').click();
    const privateKey = page.locator('[name=privateKey]');
    await privateKey.fill(gatewayPublicKey);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('privateKey is a public key; expected an RSA private key of 2048 bits or more').waitFor();

    // As an environment variable has it: no lines, no label.
    const bare = merchantPrivateKey.replaceAll(/-----.*-----|\n/g, '');
    await privateKey.fill(bare);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('your key').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.content()).not.toContain(bare.slice(100, 200));
    expect(await privateKey.inputValue()).toBe('');
    expect(await send(page)).toBe('accepted');

    await page.getByText('Paste a key of your own').click();
    const jwk = createPrivateKey(merchantPrivateKey).export({ format: 'jwk' });
    await privateKey.fill(JSON.stringify(jwk));
    await page.getByRole('checkbox', { name: 'Remember in this browser tab' }).check();
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.waitForFunction(() => sessionStorage.length === 1);
    await page.reload();
    await page.locator('html[data-ready]').waitFor();
    await page.getByText('remembered in this tab').waitFor();
    expect(await send(page)).toBe('accepted');
    await page.getByRole('button', { name: 'Forget the key' }).click();
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0]);
    expect(complaints).toEqual([]);
  });

  test('a link brings back the filled form, without keys', async () => {
    const { page } = await open('', clipboard);
    await takeKey(page);
    const update = { ...JSON.parse(await body(page).inputValue()), dataInfo: { level: '金卡 & 50%' } };
    await body(page).fill(JSON.stringify(update));
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await page.getByRole('combobox', { name: 'Fault of the gateway' }).selectOption('PASS_IS_NULL');
    await page.getByRole('button', { name: 'Copy a link to this form' }).click();
    await page.getByText('Copied').waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    const [, keyLine = ''] = merchantPrivateKey.split('\n');
    expect(link.search).toBe(''); // a fragment is not sent to any server
    expect(decodeURIComponent(link.href)).not.toContain(keyLine);

    const { page: other } = await open(link.hash);
    await takeKey(other);
    expect(JSON.parse(await body(other).inputValue())).toEqual(update);
    expect(await other.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).isChecked()).toBe(true);
    expect(await send(other)).toBe('refused');
    await other.locator('[data-outcome]').getByText('PASS_IS_NULL', { exact: true }).waitFor();
  });

  test.each([
    ['signed', false],
    ['encrypted', true],
  ])('a copied update works (%s): curl is accepted, TypeScript runs, JSON holds both ends', async (_, encrypted) => {
    const { page } = await open(encrypted ? '#encryption=on' : '', clipboard);
    await takeKey(page);
    const update = { ...JSON.parse(await body(page).inputValue()), dataInfo: { level: "it's $HOME `x` \\n 金卡" } };
    await body(page).fill(JSON.stringify(update));
    expect(await send(page)).toBe('accepted');
    const copied = async (form: string) => {
      await page.locator(`[data-copy=${form}]`).click();
      await page.getByText('Copied').waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const expected = { applied: true, encrypted, update };

    const curl = `${await copied('curl')} --silent --show-error --noproxy '*' --max-time 20`;
    const { stdout: received } = await run('bash', ['-c', curl]);
    expect(received).toContain('HTTP/1.1 200');
    expect(await admin().readEntry(/^tracer-id: (\w+)/im.exec(received)?.[1] ?? '')).toMatchObject(expected);

    const { stdout } = await run(
      process.execPath,
      ['--input-type=module-typescript', '--eval', await copied('typescript')],
      {
        cwd: import.meta.dirname,
        timeout: 30_000,
        env: {
          MERCHANT_PRIVATE_KEY: merchantPrivateKey,
          ALIPAYHK_PUBLIC_KEY: gatewayPublicKey,
        },
      },
    );
    expect(await admin().readEntry(stdout.replace('updated ', '').trim())).toMatchObject(expected);

    const record = JSON.parse(await copied('json'));
    expect(record).toMatchObject({ clientId, reply: { status: 200 }, ledger: { applied: true } });
    expect(JSON.parse(record.request.plaintext)).toEqual(update);
  });

  test('a sandbox with a token asks for it, then for a key', async () => {
    const other = await serveSandbox({ access: { token: 'open sesame' } });
    try {
      const { page } = await open('', {}, other.url);
      await page.getByLabel('Token of this sandbox').fill('open sesame');
      expect(await page.locator('select option').allTextContents()).not.toContain('hang');
      await page.getByRole('button', { name: 'Open the sandbox' }).click();
      await page.getByText('This sandbox offers no key: paste your own.').waitFor();
      await page.locator('option', { hasText: 'hang' }).waitFor({ state: 'attached' });
      expect(await page.evaluate(() => [sessionStorage.length, localStorage.length])).toEqual([0, 0]);
    } finally {
      await other.close();
    }
  });
});
