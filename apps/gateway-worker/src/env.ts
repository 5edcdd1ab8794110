/** What the Worker is configured with: `wrangler.jsonc` binds the database, secrets bring the rest. */
export interface Env {
  DB: D1Database;
  /** The gateway's own key, PEM or bare base64: signs answers, decrypts requests. */
  GATEWAY_PRIVATE_KEY?: string | undefined;
  /** The merchants: a JSON object from Client-Id to public key, PEM or bare base64. */
  MERCHANT_PUBLIC_KEYS?: string | undefined;
  /** Opens `/sandbox`; without one there is no such path. */
  SANDBOX_TOKEN?: string | undefined;
}
