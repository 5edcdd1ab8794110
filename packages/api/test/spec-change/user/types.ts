/** Compiled in the copy: what must compile with the new fields, and what must not. */
import type { UpdatePassRequest } from '@alipayhk-pass/api';
import type { NotifyBillRequest } from '@alipayhk-pass/api/webhooks';

type Added = Pick<UpdatePassRequest & NotifyBillRequest, keyof UpdatePassRequest & keyof NotifyBillRequest>;

/** All new fields are optional, also the one with a default. */
export const none: Omit<Added, 'merchantId' | 'userId'> = {};

export const all: UpdatePassRequest = {
  merchantId: 'M1',
  userId: 'U1',
  passId: 'P1',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  nickname: 'Ann',
  tier: 'AB',
  campaign: null,
  channel: null,
  language: 'zh',
  coupons: [{ code: 'C1', cents: 800 }, { code: 'C2' }],
  expiry: { days: 30 },
  price: { currency: 'HKD', tax: { cents: 1, rate: '1%' } },
};

export const more: Pick<UpdatePassRequest, 'channel' | 'expiry' | 'price'>[] = [
  { channel: 'APP', expiry: 30, price: {} },
  { price: { tax: { cents: 1 } } },
];

export const wrong: Partial<UpdatePassRequest>[] = [
  // @ts-expect-error a string
  { nickname: 1 },
  // @ts-expect-error a string or null
  { campaign: 1 },
  // @ts-expect-error not in the list
  { channel: 'SHOP' },
  // @ts-expect-error a string, not null
  { language: null },
  // @ts-expect-error a list
  { coupons: { code: 'C1' } },
  // @ts-expect-error the code is required
  { coupons: [{}] },
  // @ts-expect-error a number or an object
  { expiry: '30' },
  // @ts-expect-error the days are required
  { expiry: {} },
  // @ts-expect-error the cents are required
  { price: { tax: {} } },
  // @ts-expect-error an object, not a list
  { price: { tax: [] } },
];
