/** Where the merchant's Worker is: the folder of its `wrangler.jsonc`. */
import { fileURLToPath } from 'node:url';

export const outboxDir = fileURLToPath(new URL('../../outbox', import.meta.url));
