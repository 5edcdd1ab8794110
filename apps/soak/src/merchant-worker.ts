/** Where the merchant's Worker is: the folder of its `wrangler.jsonc`. */
import { fileURLToPath } from 'node:url';

export const merchantWorker = fileURLToPath(new URL('../../merchant-worker', import.meta.url));
