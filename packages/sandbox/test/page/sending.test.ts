// Updates from the page to the gateway and back, and every kind of failure in words.
import { expect, inject, test } from 'vitest';
import { admin, block, body, describeInBrowser, panel, send, takeKey, verdicts } from './browser.ts';

describeInBrowser('sending from the page', (open) => {
  const { clientId, pass } = inject('sandbox');

  test('three actions lead from the first visit to an accepted update', async () => {
    const { page, complaints } = await open(); // one
    await page.getByRole('button', { name: 'Use the sandbox’s key' }).click(); // two
    await page.getByRole('button', { name: 'Seal and send' }).click(); // three
    await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
    expect(await page.locator('.verdict').textContent()).toBe('Accepted');

    const tracerId = await page.getByText('Tracer id').first().locator('+ dd').textContent();
    const update = { passId: pass.passId };
    expect(await admin().readEntry(tracerId ?? '')).toMatchObject({
      applied: true,
      encrypted: false,
      keyVersion: '1',
      update,
    });
    expect(await verdicts(panel(page, 'The gateway’s ledger'))).toContain('signature passed');
    expect(await verdicts(panel(page, 'Reply'))).toEqual([
      ...[
        'connection passed',
        'status passed',
        'headers passed',
        'signature passed',
        'time passed',
        'decryption skipped',
      ],
      ...['contract passed', 'result passed'],
    ]);
    const request = panel(page, 'Request');
    const signed = await block(request, 'Content to be signed');
    expect(signed).toMatch(/^POST \/api\/open\/alipay\/v1\/ipass\/pass\/manage\/updatePassLF\n/);
    expect(signed).toContain(`\n${clientId}.20`);
    await request.getByText('256 bytes').waitFor();
    await request.getByText('RSA256').waitFor();
    const { revision } = await admin().readPass(pass.passId);
    const card = panel(page, 'The member’s card');
    expect(await card.locator('[data-fact=revision] dd').textContent()).toBe(`${revision}`);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([
      0,
      0,
      '',
    ]);
  });

  test('an encrypted update shows plaintext and ciphertext of both messages', async () => {
    const { page, complaints } = await open();
    await takeKey(page);
    await page.getByText('Signing only').waitFor();
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await page.getByText('the key’s numbers stay in this page’s memory').waitFor();
    expect(await send(page)).toBe('accepted');
    for (const [name, plaintext] of [
      ['Request', pass.passId],
      ['Reply', 'SUCCESS'],
    ] as const) {
      const message = panel(page, name);
      expect(await block(message, 'Ciphertext on the wire, base64')).toMatch(/^[A-Za-z0-9+/]+=*$/);
      expect(await block(message, 'Plaintext')).toContain(plaintext);
      await message.getByText('RSA_AES').waitFor();
    }
    expect(await verdicts(panel(page, 'Reply'))).toContain('decryption passed');
    expect(complaints).toEqual([]);
  });

  test('each fault is shown as its kind of failure, in words', async () => {
    const { page, complaints } = await open();
    await takeKey(page);
    const { catalog } = await admin().listFaults();
    const fault = page.getByRole('combobox', { name: 'Fault of the gateway' });
    const cases: [fault: string, outcome: string, title: string][] = [
      ['PARAM_ILLEGAL', 'refused', 'Refused (F)'],
      ['UNKNOWN_EXCEPTION', 'unknown', 'Unknown (U)'],
      ['applied-but-unknown', 'unknown', 'Unknown (U)'],
      ['unsigned-F', 'unsignedResult', 'A refusal without a signature'],
      ['unsigned-S', 'unsigned', 'A reply without a signature'],
      ['signed-by-another-key', 'signature', 'The signature does not verify'],
      ['tampered-body', 'signature', 'The signature does not verify'],
      ['response-time-behind', 'time', 'The reply’s time is off'],
      ['signature-missing', 'malformed', 'A malformed reply'],
      ['result-for-resultInfo', 'accepted', 'Accepted'],
      ['http-302', 'redirect', 'A redirect'],
      ['http-500', 'httpError', 'An HTTP error'],
      ['truncated-body', 'broken', 'The connection broke'],
      ['reset', 'broken', 'The connection broke'],
    ];
    for (const [name, outcome, title] of cases) {
      await fault.selectOption(name);
      expect(await send(page), name).toBe(outcome);
      expect(await page.locator('.verdict').textContent(), name).toBe(title);
      const applied = catalog.find((each) => each.name === name)?.applies ? 'applied' : 'not applied';
      const shown = await page.locator('[data-outcome]').textContent();
      expect(shown, name).toContain(`The gateway’s ledger says that it was ${applied}.`);
    }
    await page.getByText('keyVersion and timeout').click();
    const timeout = page.getByRole('spinbutton', { name: 'Wait for a reply' });
    await timeout.fill('2');
    await fault.selectOption('hang');
    expect(await send(page)).toBe('timeout');
    await timeout.fill('10');
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await fault.selectOption('encrypted-with-another-key');
    expect(await send(page)).toBe('decryption');
    expect(await verdicts(panel(page, 'Reply'))).toContain('decryption failed');
    // The browser itself reports HTTP errors.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);

    // The history keeps each of them as it was.
    await page.locator('ol.history button').last().click();
    expect(await page.locator('[data-outcome]').getAttribute('data-outcome')).toBe('refused');
    expect(await page.locator('ol.history li').count()).toBe(cases.length + 2);
  });

  test('a body that is not JSON, or does not fit the contract, is not sent', async () => {
    const { page, complaints } = await open();
    await takeKey(page);
    await body(page).fill('{"passId": ');
    expect(await send(page)).toBe('notJson');
    await body(page).fill(JSON.stringify({ passId: 'P', status: 'UPDATED', updateDetailType: 'UPDATE_MEMBER_CARD' }));
    expect(await send(page)).toBe('requestInvalid');
    const paths = await page.locator('.issues code').allTextContents();
    expect(paths).toEqual(expect.arrayContaining(['merchantId', 'status']));
    await page.getByText('userId or openId').waitFor();
    expect(await panel(page, 'Request').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a body that was changed after sealing is refused by the gateway', async () => {
    const { page } = await open();
    await takeKey(page);
    await page.getByRole('checkbox', { name: 'Tamper with the body' }).check();
    expect(await send(page)).toBe('refused');
    await page.locator('[data-outcome]').getByText('INVALID_SIGNATURE', { exact: true }).waitFor();
    expect(await verdicts(panel(page, 'The gateway’s ledger'))).toContain('signature refused');
    const sealed = await block(panel(page, 'Request'), 'Body on the wire');
    const sent = await block(panel(page, 'Request'), 'Body as it was sent, changed after sealing');
    expect(sent).toHaveLength(sealed?.length ?? 0);
    expect(sent).not.toBe(sealed);
  });

  test('an update without a key is not sent, and the page asks for one', async () => {
    const { page } = await open();
    await page.locator('button.send').click();
    await page.getByText('Choose a key first').waitFor();
    expect(await page.locator('ol.history li').count()).toBe(0);
  });

  test('a fault is added with its parameters, and an unknown one is refused in words', async () => {
    const { page } = await open('#fault=nonsense');
    await takeKey(page);
    await page.locator('button.send').click();
    await page.locator('[data-outcome=faultNotAdded]').getByText('name is not the name of a fault').waitFor();
    expect(await panel(page, 'Request').count()).toBe(0);

    const fault = page.getByRole('combobox', { name: 'Fault of the gateway' });
    await fault.selectOption('chaos');
    await page.getByRole('textbox', { name: 'rate' }).fill('1');
    await page.getByRole('textbox', { name: 'of' }).fill('PASS_IS_NULL');
    await page.getByRole('spinbutton', { name: 'for the next … requests' }).fill('2');
    expect(await send(page)).toBe('refused');
    await page.getByText('1 left').waitFor();
    await page.getByRole('button', { name: 'Remove chaos' }).click();
    await page.getByText('1 left').waitFor({ state: 'detached' });
    expect(await send(page)).toBe('accepted');

    // A fault that was added for a body which is not sent is removed.
    await fault.selectOption('hang');
    await body(page).fill('{}');
    expect(await send(page)).toBe('requestInvalid');
    expect((await admin().listFaults()).active).toEqual([]);
  });
});
