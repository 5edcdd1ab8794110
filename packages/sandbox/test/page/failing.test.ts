// What the page says when the sandbox cannot be reached, and when a signature is refused: which key is wrong.
import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright';
import { expect, inject, test } from 'vitest';
import { admin, describeInBrowser, panel, send, takeKey } from './browser.ts';

describeInBrowser('what the page says of failures', (open) => {
  const { clientId, pass, gatewayPublicKey } = inject('sandbox');

  test('a fault that cannot be added offline is the outcome, and not the update before', async () => {
    const { page } = await open();
    await takeKey(page);
    expect(await send(page)).toBe('accepted');
    await page.getByRole('combobox', { name: 'Fault of the gateway' }).selectOption('hang');
    await page.context().setOffline(true);
    expect(await send(page)).toBe('faultNotAdded');
    expect(await page.locator('.verdict').textContent()).toBe('Not sent: the fault could not be added');
    expect(await page.getByText('The update took effect.').count()).toBe(0);
    await page.context().setOffline(false);
    expect((await admin().listFaults()).active).toEqual([]);
  });

  test('an update that is sent offline: the ledger could not be read, and what was known stays', async () => {
    const { page } = await open();
    await takeKey(page);
    const fault = page.getByRole('combobox', { name: 'Fault of the gateway' });
    const known = await fault.locator('option').count();
    await page.context().setOffline(true);
    expect(await send(page)).toBe('broken');
    await panel(page, 'The gateway’s ledger').getByText('It could not be read.').waitFor();
    await page.getByRole('alert').getByText('The sandbox could not be read: Failed to fetch').waitFor();
    expect(await fault.locator('option').count()).toBe(known);
    expect(await page.locator('[data-card=now]').count()).toBe(1);

    await page.context().setOffline(false);
    expect(await send(page)).toBe('accepted');
    expect(await page.getByText('The sandbox could not be read').count()).toBe(0);
  });

  /** Uses another private key under this Client-Id. */
  async function useOtherKey(page: Page, asClient: string): Promise<void> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await page.getByText('Paste a key of your own').click();
    await page.locator('[name=clientId]').fill(asClient);
    await page.locator('[name=privateKey]').fill(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await page.locator('[name=publicKey]').fill(gatewayPublicKey);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText(`Signing as ${asClient}`).waitFor();
  }

  test.each([
    ['another private key', '', 'otherKey', async (page: Page) => useOtherKey(page, clientId)],
    [
      'an encrypted update with another private key',
      '#encryption=on',
      'otherKey',
      (page: Page) => useOtherKey(page, clientId),
    ],
    ['a Client-Id without keys', '', 'unknownClient', (page: Page) => useOtherKey(page, 'nobody')],
    ['the right key and a changed body', '#tamper=on', 'rightKey', takeKey],
    ['the right key and an unknown keyVersion', '#keyVersion=9', 'rightKey', takeKey],
  ])('INVALID_SIGNATURE or INVALID_CLIENT for %s says which key is wrong', async (_, fragment, advice, prepare) => {
    const { page } = await open(fragment);
    await prepare(page);
    expect(await send(page)).not.toBe('accepted');
    await page.locator(`[data-key-advice=${advice}]`).waitFor();
    expect(await page.getByText('The same update will be refused again').count()).toBe(0);
  });

  test('the history names the fault that a request took, also if it was added before or drawn by chaos', async () => {
    const { page } = await open();
    await takeKey(page);
    const { passId } = pass;
    await admin().addFault({ name: 'chaos', passId, times: 1, seed: 1, rate: 1, of: ['PASS_IS_NULL'] });
    expect(await send(page)).toBe('refused');
    expect(await page.locator('ol.history small').first().textContent()).toBe('PASS_IS_NULL');
    await page.locator('[data-outcome]').getByText('The fault PASS_IS_NULL caused this.').waitFor();

    await page.getByRole('combobox', { name: 'Fault of the gateway' }).selectOption('http-500');
    expect(await send(page)).toBe('httpError');
    expect(await page.locator('ol.history small').first().textContent()).toBe('http-500');
  });
});

describeInBrowser('the focus', (open) => {
  const focused = (page: Page) =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || 'nothing');

  test('stays on the page when the control that had it goes away', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Use the sandbox’s key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Signing as').waitFor();
    await expect.poll(() => focused(page)).toBe('key');

    await page.getByRole('button', { name: 'Seal and send' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
    await expect.poll(() => focused(page)).toBe('Seal and send');

    await page.getByRole('button', { name: 'Forget the key' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Use the sandbox’s key' }).waitFor();
    await expect.poll(() => focused(page)).toBe('key');
  });
});
