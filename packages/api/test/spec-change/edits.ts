/** Changes of the spec: one new field of every kind, with values that fit it and values that do not. */
import type { Document } from 'yaml';

/** A new field; each refused value has the path and the message of its issue. */
export interface Addition {
  schema: object;
  fits: unknown[];
  refused: [value: unknown, path: string, message: string][];
}

const whole = 'must be a whole number';

/** New fields by name, for updatePass and for the bill. */
export const additions: Record<string, Addition> = {
  nickname: {
    schema: { type: 'string', maxLength: 3, examples: ['Ann'] },
    fits: ['Ann', '🎫🎫🎫'],
    refused: [['Anna', 'nickname', 'must have at most 3 characters']],
  },
  tier: {
    schema: { type: 'string', pattern: '^[A-Z]{2}$' },
    fits: ['AB'],
    refused: [['ab', 'tier', 'must be text that matches /^[A-Z]{2}$/u']],
  },
  campaign: {
    schema: { type: ['string', 'null'] },
    fits: [null, ''],
    refused: [[1, 'campaign', 'must be a string']],
  },
  channel: {
    schema: { type: ['string', 'null'], enum: ['APP', 'WEB', null] },
    fits: ['APP', null],
    refused: [['SHOP', 'channel', 'must be "APP" or "WEB"']],
  },
  language: {
    schema: { type: 'string', default: 'en' },
    fits: ['zh'],
    refused: [[null, 'language', 'must be a string']],
  },
  coupons: {
    schema: {
      type: 'array',
      maxItems: 2,
      items: {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string' }, cents: { type: 'integer' } },
      },
    },
    fits: [[], [{ code: 'C1' }, { code: 'C2', cents: 800 }]],
    refused: [
      [[{ code: 'C1' }, {}], 'coupons.1.code', 'is missing'],
      [[{ code: 'C1', cents: 0.5 }], 'coupons.0.cents', whole],
      [[[]], 'coupons.0', 'must be an object, not a list'],
      [{}, 'coupons', 'must be a list'],
    ],
  },
  expiry: {
    schema: {
      oneOf: [{ type: 'integer' }, { type: 'object', required: ['days'], properties: { days: { type: 'integer' } } }],
    },
    fits: [30, { days: 30 }],
    refused: [
      [0.5, 'expiry', whole],
      ['30', 'expiry', 'must be a number or an object'],
    ],
  },
  price: {
    schema: {
      type: 'object',
      additionalProperties: true,
      properties: {
        tax: {
          type: 'object',
          additionalProperties: true,
          required: ['cents'],
          properties: { cents: { type: 'integer' } },
        },
      },
    },
    fits: [{ currency: 'HKD', tax: { cents: 1, rate: '1%' } }],
    refused: [
      [{ tax: {} }, 'price.tax.cents', 'is missing'],
      [{ tax: [] }, 'price.tax', 'must be an object, not a list'],
    ],
  },
};

/** Adds all of them to updatePass and to the bill, `invitation` to createMembercard, and lowers a limit. */
export function addFields(spec: Document): void {
  for (const [name, { schema }] of Object.entries(additions)) {
    for (const owner of ['UpdatePassFields', 'NotifyBillRequest']) {
      spec.setIn(['components', 'schemas', owner, 'properties', name], spec.createNode(schema));
    }
  }
  const invitation = { type: 'string', minLength: 2 };
  spec.setIn(
    ['components', 'schemas', 'CreateMembercardFields', 'properties', 'invitation'],
    spec.createNode(invitation),
  );
  spec.setIn(['components', 'schemas', 'UpdatePassFields', 'properties', 'merchantId', 'maxLength'], 20);
}

/** Adds a value to the enum of a field. */
export function addValue(spec: Document, owner: string, field: string, value: string): void {
  spec.addIn(['components', 'schemas', owner, 'properties', field, 'enum'], value);
}
