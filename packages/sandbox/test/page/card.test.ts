// The picture of the card: as it was before the update, and as it is after it.
import { expect, inject, test } from 'vitest';
import { admin, body, describeInBrowser, panel, send, takeKey } from './browser.ts';

describeInBrowser('the member’s card', (open) => {
  const { pass } = inject('sandbox');

  test('the first example changes points, level and date, and the page marks them', async () => {
    await admin().resetPass(pass.passId);
    const { page } = await open();
    const card = panel(page, 'The member’s card');
    const part = (which: string, name: string) => card.locator(`[data-card=${which}] [data-part=${name}] dd`);
    expect(await part('now', 'points').textContent()).toBe('—');
    expect(await part('now', 'status').textContent()).toBe('Active');

    await takeKey(page);
    expect(await send(page)).toBe('accepted');

    const shown = async (which: string) =>
      Promise.all(['points', 'level', 'code', 'endDate', 'status'].map((name) => part(which, name).textContent()));
    expect(await shown('before')).toEqual(['—', '—', '—', '—', 'Active']);
    const date = expect.stringMatching(/^31 Dec 20\d\d$/);
    expect(await shown('after')).toEqual(['1320', 'GOLD', '—', date, 'Active']);
    const changed = card.locator('[data-card=after] [data-changed=true]');
    expect(await changed.evaluateAll((parts: HTMLElement[]) => parts.map(({ dataset }) => dataset.part))).toEqual([
      ...['points', 'level', 'endDate'],
    ]);
    expect(await page.getByText('endDate is in the past').count()).toBe(0);

    expect(await send(page)).toBe('accepted');
    await card.getByText('Nothing on the card has changed.').waitFor();
  });

  test('a refused update leaves both cards alike, and a closed card is shown as closed', async () => {
    await admin().resetPass(pass.passId);
    const { page } = await open();
    await takeKey(page);
    const update = JSON.parse(await body(page).inputValue());
    await body(page).fill(JSON.stringify({ ...update, status: 'CLOSED', codeInfo: { $codevalue$: 'M0001' } }));
    expect(await send(page)).toBe('accepted');
    const after = panel(page, 'The member’s card').locator('[data-card=after]');
    expect(await after.locator('[data-part=status] dd').textContent()).toBe('Closed');
    expect(await after.locator('[data-part=code] dd').textContent()).toBe('M0001');

    expect(await send(page)).toBe('refused');
    await page.getByText('The pass is closed. Only an active pass can be updated.').waitFor();
    await page.getByText('Nothing on the card has changed.').waitFor();
    await page.getByRole('button', { name: 'Reset the pass' }).click();
    await panel(page, 'The member’s card').getByText('All fields of the pass').click();
    await page.locator('[data-fact=revision] dd', { hasText: /^0$/ }).waitFor();
  });

  test('an endDate in the past is accepted, and the page says why; dates are shown as dates', async () => {
    await admin().resetPass(pass.passId);
    const { page } = await open();
    await takeKey(page);
    const update = { ...JSON.parse(await body(page).inputValue()), endDate: Date.parse('2020-01-31T12:00:00+08:00') };
    await body(page).fill(JSON.stringify(update));
    expect(await send(page)).toBe('accepted');
    await page.getByText('endDate is in the past. No document of AlipayHK says').waitFor();
    const card = panel(page, 'The member’s card');
    expect(await card.locator('[data-card=after] [data-part=endDate] dd').textContent()).toBe('31 Jan 2020');
    await card.getByText('All fields of the pass').click();
    const fact = card.locator('[data-fact=endDate] dd');
    expect(await fact.textContent()).toMatch(/^1580443200000 31 Jan 2020/);
  });
});
