// The form follows the spec: it is Swagger UI on openapi.json, whatever that says.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { body, describeInBrowser, load, send, takeKey } from './browser.ts';

const updatePass = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

describeInBrowser('the form after a change of the spec', (open) => {
  test('offers a new field and a new example, and sends them', async () => {
    const spec = parse(readFileSync(fileURLToPath(import.meta.resolve('@alipayhk-pass/spec/openapi.yaml')), 'utf8'));
    spec.servers = [{ url: '/' }];
    spec.components.schemas.UpdatePassFields.properties.coupons = {
      type: 'array',
      items: { type: 'object', additionalProperties: true, properties: { couponCode: { type: ['string', 'null'] } } },
    };
    const { examples } = spec.paths[updatePass].post.requestBody.content['application/json'];
    examples.coupon = { value: { ...examples.update.value, coupons: [{ couponCode: 'C1' }] } };

    const { page, complaints } = await open();
    await page.route('**/openapi.json', (route) => route.fulfill({ json: spec }));
    complaints.push(...(await load(page, inject('sandbox').url)));
    await takeKey(page);
    await page.getByRole('combobox', { name: 'Example' }).selectOption('coupon');
    expect(await body(page).inputValue()).toContain('"couponCode": "C1"');
    expect(await send(page)).toBe('accepted');
    await page.getByRole('tab', { name: 'Schema' }).first().click();
    await page.locator('.swagger-ui').getByText('array<object>').waitFor();
    expect(complaints).toEqual([]);
  });
});
