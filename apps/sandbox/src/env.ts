/** What the Worker is configured with: `wrangler.jsonc` binds the database; secrets and variables bring the rest. */
export interface Env {
  DB: D1Database;
  /** The gateway's own key, PEM or bare base64: signs replies, decrypts requests. */
  GATEWAY_PRIVATE_KEY?: string | undefined;
  /** Opens `/sandbox`; without one there is no such path, unless `SANDBOX_OPEN` is set. */
  SANDBOX_TOKEN?: string | undefined;
  /** `loopback`, set by the local starter alone: `/sandbox` needs no token under a name of this machine. */
  SANDBOX_OPEN?: string | undefined;
  /** What `/sandbox/ready` shows, JSON: a merchant with its private key. Set by the local starter alone. */
  SANDBOX_MERCHANT?: string | undefined;
  /** `lower` or `title`: how the names of headers in replies are spelled; `lower` unless given. */
  HEADER_CASE?: string | undefined;
  /** Name of the variant to emulate; none unless given. */
  VARIANT?: string | undefined;
  /** About how many requests the ledger holds; 10,000 unless given. */
  LEDGER_ROWS?: string | undefined;
}
