export type { Access } from './admin/access.ts';
export type { ReadyMerchant } from './admin/routes.ts';
export type { RequestFailed, RequestRefused, SandboxEvent } from './events.ts';
export { type HeaderCase, wireHeaders } from './gateway/header-case.ts';
export { createSandbox, type SandboxOptions } from './sandbox.ts';
export type { SqlStore, SqlValue, Statement, StatementResult } from './store.ts';
